// export ocds, check-ocds. (import ocds: commands_import.cc)
#include <algorithm>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/ocds/json.h"
#include "libs/ocds/merge.h"
#include "libs/ocds/package_reader.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/reporting/v1/service.pb.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/scenario_yaml.h"

namespace prihvat::ctl {
namespace {

absl::StatusOr<reporting::v1::OcdsPublisher> ReadPublisher(const std::string& path) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  reporting::v1::OcdsPublisher publisher;
  if (const absl::Status parsed = JsonToMessage(text, publisher); !parsed.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: is no publisher: {}", path, base::FromAbsl(parsed.message())));
  }
  return publisher;
}

absl::StatusOr<ocds::Json> PackageOf(std::string_view page) {
  auto package = ocds::ParseJson(page);
  if (!package.ok()) {
    return absl::InternalError(
        fmt::format("the server's package: {}", base::FromAbsl(package.status().message())));
  }
  return package;
}

// Puts what a page's package holds behind that of the pages before.
void Append(ocds::Json page, const char* kind, ocds::Json& all) {
  if (all.IsNull()) {
    all = std::move(page);
    return;
  }
  for (ocds::Json& item : page.Find(kind)->items()) all.Find(kind)->Add(std::move(item));
}

// Ours was published when its last page was.
void AppendOurs(ocds::Json page, const char* kind, ocds::Json& all) {
  if (!all.IsNull()) {
    all.Set("publishedDate", std::max(std::string(all.TextOf("publishedDate")),
                                      std::string(page.TextOf("publishedDate"))));
  }
  Append(std::move(page), kind, all);
}

absl::StatusOr<ocds::Json> RecordOf(ocds::ReadProcess process) {
  PRIHVAT_ASSIGN_OR_RETURN(ocds::Json compiled, ocds::CompileReleases(process.releases));
  PRIHVAT_ASSIGN_OR_RETURN(ocds::Json versioned, ocds::VersionReleases(process.releases));
  ocds::Json record = ocds::Json::Object();
  record.Set("ocid", process.ocid);
  record.Set("releases", ocds::Json::Array(std::move(process.releases)));
  record.Set("compiledRelease", std::move(compiled));
  record.Set("versionedRelease", std::move(versioned));
  return record;
}

// The publisher's package with its records in place of what it held. A process whose releases
// cannot be merged is refused, too.
ocds::Json RecordsOf(ocds::Json package, ocds::ReadPackage& read) {
  ocds::Json records = ocds::Json::Array();
  for (ocds::ReadProcess& process : read.processes) {
    const std::string ocid = process.ocid;
    absl::StatusOr<ocds::Json> record = RecordOf(std::move(process));
    if (record.ok()) {
      records.Add(*std::move(record));
    } else {
      read.refused.push_back({ocid, std::string(record.status().message())});
    }
  }
  package.Remove("releases");
  package.Set("records", std::move(records));
  return package;
}

}  // namespace

absl::Status RunCheckOcds(CommandContext& context, const std::string& file,
                          const std::string& output) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  auto package = ocds::ParseJson(text);
  if (!package.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", file, base::FromAbsl(package.status().message())));
  }
  auto read = ocds::ReadReleases(*package);
  if (!read.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", file, base::FromAbsl(read.status().message())));
  }
  const ocds::Json records = RecordsOf(*std::move(package), *read);
  for (const auto& [findings, word] :
       {std::pair(&read->refused, "refused"), {&read->warnings, "warning"}}) {
    for (const ocds::Finding& finding : *findings) {
      context.out << fmt::format("{}: {}: {}\n", word, finding.path, finding.text);
    }
  }
  context.out << fmt::format("{} releases, {} of them said twice; {} processes can be used\n",
                             read->releases, read->repeated,
                             records.Find("records")->items().size());
  if (!output.empty()) PRIHVAT_RETURN_IF_ERROR(ReplaceFile(output, ocds::WriteJson(records)));
  if (read->refused.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{}: not all of it can be used", file));
}

absl::Status RunExportOcds(CommandContext& context, const OcdsArguments& arguments) {
  for (const auto& [flag, value] :
       {std::pair("--operation", &arguments.operation), {"--publisher", &arguments.publisher}}) {
    if (value->empty()) {
      return absl::InvalidArgumentError(fmt::format("{} is required, or --published", flag));
    }
  }
  reporting::v1::ExportOcdsRequest request;
  if (!arguments.known_at.empty()) {
    PRIHVAT_ASSIGN_OR_RETURN(
        const auto filled,
        FilledMessage(*request.GetDescriptor(), {"known_at_time=" + arguments.known_at}));
    request.CopyFrom(*filled);
  }
  PRIHVAT_ASSIGN_OR_RETURN(*request.mutable_publisher(), ReadPublisher(arguments.publisher));
  request.set_parent(arguments.operation);
  request.set_process(arguments.process);
  request.set_content(arguments.records ? reporting::v1::OCDS_CONTENT_RECORDS
                                        : reporting::v1::OCDS_CONTENT_RELEASES);
  ocds::Json all;
  int64_t processes = 0;
  int64_t releases = 0;
  do {
    PRIHVAT_ASSIGN_OR_RETURN(const auto page, CallTyped<reporting::v1::ExportOcdsResponse>(
                                                  context, "reporting.ExportOcds", request));
    PRIHVAT_ASSIGN_OR_RETURN(ocds::Json package, PackageOf(page.package()));
    AppendOurs(std::move(package), arguments.records ? "records" : "releases", all);
    processes += page.process_count();
    releases += page.release_count();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  PRIHVAT_RETURN_IF_ERROR(ReplaceFile(arguments.output, ocds::WriteJson(all)));
  context.err << fmt::format("wrote {}: {} releases of {} contracting processes\n",
                             arguments.output, releases, processes);
  return absl::OkStatus();
}

absl::Status RunExportPublished(CommandContext& context, const OcdsArguments& arguments) {
  procurement::v1::RenderPublishedPackageRequest request;
  request.set_name(arguments.published);
  request.set_content(arguments.records ? procurement::v1::PUBLISHED_CONTENT_RECORDS
                                        : procurement::v1::PUBLISHED_CONTENT_RELEASES);
  ocds::Json all;
  int64_t releases = 0;
  do {
    PRIHVAT_ASSIGN_OR_RETURN(const auto page,
                             CallTyped<procurement::v1::RenderPublishedPackageResponse>(
                                 context, "procurement.RenderPublishedPackage", request));
    PRIHVAT_ASSIGN_OR_RETURN(ocds::Json package, PackageOf(page.package()));
    Append(std::move(package), arguments.records ? "records" : "releases", all);
    releases += page.release_count();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  PRIHVAT_RETURN_IF_ERROR(ReplaceFile(arguments.output, ocds::WriteJson(all)));
  context.err << fmt::format("wrote {}: {} releases of {}\n", arguments.output, releases,
                             arguments.published);
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
