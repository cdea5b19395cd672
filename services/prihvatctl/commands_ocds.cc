// export ocds.
#include <algorithm>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/ocds/json.h"
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

absl::StatusOr<ocds::Json> PackageOf(const reporting::v1::ExportOcdsResponse& page) {
  auto package = ocds::ParseJson(page.package());
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
  all.Set("publishedDate", std::max(std::string(all.TextOf("publishedDate")),
                                    std::string(page.TextOf("publishedDate"))));
  for (ocds::Json& item : page.Find(kind)->items()) all.Find(kind)->Add(std::move(item));
}

}  // namespace

absl::Status RunExportOcds(CommandContext& context, const OcdsArguments& arguments) {
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
    PRIHVAT_ASSIGN_OR_RETURN(ocds::Json package, PackageOf(page));
    Append(std::move(package), arguments.records ? "records" : "releases", all);
    processes += page.process_count();
    releases += page.release_count();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  PRIHVAT_RETURN_IF_ERROR(ReplaceFile(arguments.output, ocds::WriteJson(all)));
  context.err << fmt::format("wrote {}: {} releases of {} contracting processes\n",
                             arguments.output, releases, processes);
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
