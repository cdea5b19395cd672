// import ocds.
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/documents/text_table.h"
#include "nlohmann/json.hpp"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/prihvatctl/cli.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/error_text.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/ocds_plan.h"
#include "services/prihvatctl/progress.h"

namespace prihvat::ctl {
namespace {

namespace v1 = ::prihvat::procurement::v1;

// What was done of the plan.
struct Done {
  std::string package;  // its resource name
  int imported = 0;     // releases that were not here before
  int known = 0;        // releases of this package that were here
};

// Whether the server refused this very release, so that the others may go on.
bool IsOfTheRelease(const absl::Status& status) {
  return IsServerError(status) &&
         (status.code() == absl::StatusCode::kAlreadyExists ||
          status.code() == absl::StatusCode::kFailedPrecondition ||
          status.code() == absl::StatusCode::kInvalidArgument ||
          status.code() == absl::StatusCode::kOutOfRange) &&
         !MayRetry(status);
}

absl::StatusOr<v1::PublishedPackage> Enter(CommandContext& context, const OcdsImportPlan& plan,
                                           const std::string& file) {
  auto package =
      CallTyped<v1::PublishedPackage>(context, "procurement.EnterPublishedPackage", plan.package);
  if (absl::IsAlreadyExists(package.status())) {
    return absl::AlreadyExistsError(fmt::format(
        "{} was imported otherwise before: give or leave out --contact-points as then, or use the "
        "prihvatctl of then, where this one knows more fields",
        file));
  }
  return package;
}

absl::Status Send(CommandContext& context, OcdsImportPlan& plan, const std::string& file,
                  Done& done) {
  PRIHVAT_ASSIGN_OR_RETURN(const v1::PublishedPackage before, Enter(context, plan, file));
  done.package = before.name();
  Progress progress(context.err, context.err_is_terminal, plan.releases.size());
  absl::Status stopped;
  for (size_t i = 0; i < plan.releases.size() && stopped.ok(); ++i) {
    const auto reply = CallTyped<v1::PublishedRelease>(
        context, "procurement.ImportPublishedRelease", plan.releases[i]);
    if (!reply.ok() && IsOfTheRelease(reply.status())) {
      plan.refused.push_back({plan.paths[i], std::string(reply.status().message())});
    } else {
      stopped = reply.status();
    }
    progress.Show(i + 1, plan.releases[i].content().ocid());
  }
  progress.Finish();
  PRIHVAT_RETURN_IF_ERROR(stopped);
  v1::GetPublishedPackageRequest get;
  get.set_name(done.package);
  PRIHVAT_ASSIGN_OR_RETURN(const auto after, CallTyped<v1::PublishedPackage>(
                                                 context, "procurement.GetPublishedPackage", get));
  done.known = before.imported_count();
  done.imported = after.imported_count() - before.imported_count();
  return absl::OkStatus();
}

// "97.1", rounded down: not 100.0 while anything is missing.
std::string Share(int64_t part, int64_t whole) {
  if (whole == 0) return "100.0";
  const int64_t tenths = part * 1000 / whole;
  return fmt::format("{}.{}", tenths / 10, tenths % 10);
}

nlohmann::json ReportJson(const OcdsImportPlan& plan, const Done& done) {
  const auto findings = [](const std::vector<ocds::Finding>& list) {
    nlohmann::json rows = nlohmann::json::array();
    for (const ocds::Finding& one : list)
      rows.push_back({{"path", one.path}, {"reason", one.text}});
    return rows;
  };
  nlohmann::json unmapped = nlohmann::json::array();
  for (const ocds::Unmapped& one : plan.mapping.unmapped) {
    unmapped.push_back({{"path", one.path}, {"reason", one.reason}});
  }
  const auto missing = static_cast<int64_t>(plan.mapping.unmapped.size());
  return {{"publishedPackage", done.package},
          {"processes", plan.processes},
          {"releases", plan.releases.size()},
          {"saidTwice", plan.repeated},
          {"imported", done.imported},
          {"known", done.known},
          {"leafFields", plan.mapping.leaves},
          {"keptLeafFields", plan.mapping.leaves - missing},
          {"refusedLeafFields", plan.refused_leaves},
          {"unmapped", std::move(unmapped)},
          {"refused", findings(plan.refused)},
          {"warnings", findings(plan.warnings)}};
}

absl::Status PrintReport(CommandContext& context, const OcdsImportPlan& plan, const Done& done,
                         bool dry_run) {
  if (context.json) {
    context.out << ReportJson(plan, done)
                       .dump(2, ' ', /*ensure_ascii=*/false,
                             nlohmann::json::error_handler_t::replace)
                << "\n";
    return absl::OkStatus();
  }
  documents::Table table;
  table.header = {"what", "path", "reason"};
  const auto add = [&](const char* what, const std::string& path, const std::string& reason) {
    table.rows.push_back({documents::Text{what}, documents::Text{path}, documents::Text{reason}});
  };
  for (const ocds::Finding& one : plan.refused) add("refused", one.path, one.text);
  for (const ocds::Finding& one : plan.warnings) add("warning", one.path, one.text);
  for (const ocds::Unmapped& one : plan.mapping.unmapped) add("no place", one.path, one.reason);
  if (!table.rows.empty()) {
    documents::TextTableOptions options;
    options.max_width = context.width;
    PRIHVAT_ASSIGN_OR_RETURN(const std::string text, documents::FormatTextTable(table, options));
    context.out << text;
  }
  const auto missing = static_cast<int64_t>(plan.mapping.unmapped.size());
  if (!dry_run) {
    context.out << fmt::format("{}: {} releases of {} processes; {} imported now, {} before\n",
                               done.package, plan.releases.size(), plan.processes, done.imported,
                               done.known);
  } else {
    context.out << fmt::format("would import {} releases of {} processes\n", plan.releases.size(),
                               plan.processes);
  }
  context.out << fmt::format(
      "{} leaf fields: {} kept ({} %), {} without a place; {} more in what is refused\n",
      plan.mapping.leaves, plan.mapping.leaves - missing,
      Share(plan.mapping.leaves - missing, plan.mapping.leaves), missing, plan.refused_leaves);
  return absl::OkStatus();
}

}  // namespace

absl::Status RunImportOcds(CommandContext& context, const ImportOcdsArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, ReadFile(arguments.file));
  auto plan = PlanOcdsImport(text, {arguments.operation, arguments.contact_points});
  if (!plan.ok()) {
    return absl::Status(plan.status().code(), fmt::format("{}: {}", arguments.file,
                                                          base::FromAbsl(plan.status().message())));
  }
  Done done;
  if (!arguments.dry_run) {
    PRIHVAT_RETURN_IF_ERROR(Send(context, *plan, arguments.file, done));
  }
  PRIHVAT_RETURN_IF_ERROR(PrintReport(context, *plan, done, arguments.dry_run));
  if (!plan->refused.empty()) context.exit_code = kRefused;
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
