#include "tests/error_catalogue/catalogue.h"

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "libs/es/decision.h"
#include "libs/rpc/reasons.h"
#include "services/handover/domain/reasons.h"
#include "services/procurement/domain/reasons.h"
#include "services/reception/domain/reasons.h"
#include "services/reporting/domain/reasons.h"

namespace prihvat::error_catalogue {
namespace {

using Reasons = std::span<const es::Reason* const>;

constexpr std::string_view kIntroduction = R"(# Error catalogue

Made from the code: `build/PRESET/bin/error_catalogue > docs/error-catalogue.md`. A test fails while this page is stale.

An error has a canonical gRPC code, a sentence with the numbers in it, and as `google.rpc.ErrorInfo` of the domain `prihvat`
a `reason` from the tables below, with the numbers and the remedy as metadata. Bad fields stand in `google.rpc.BadRequest`,
the state that is in the way in `google.rpc.PreconditionFailure`, and how long to wait in `google.rpc.RetryInfo`. Reasons
are part of the API: they are added to, and never change their meaning. Programs look at the reason, people read the
sentence.
)";

// A '|' would end the cell.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c;
  }
  return cell;
}

std::string Section(std::string_view title, std::string_view text, Reasons reasons) {
  std::string section =
      fmt::format("\n## {}\n\n{}\n\n| reason | code | meaning | what to do |\n|---|---|---|---|\n",
                  title, text);
  for (const es::Reason* reason : reasons) {
    section +=
        fmt::format("| `{}` | {} | {} | {} |\n", reason->id, absl::StatusCodeToString(reason->code),
                    Cell(reason->meaning), Cell(reason->remedy));
  }
  return section;
}

}  // namespace

std::string Catalogue() {
  std::string page(kIntroduction);
  page += Section("All services",
                  "Given by the call chain, the runtime, and every decider. UNAVAILABLE and "
                  "RESOURCE_EXHAUSTED may be retried\nwith the same request id.",
                  rpc::RpcReasons());
  page += Section("Procurement", "`prihvat.procurement.v1.ProcurementService`.",
                  procurement::ProcurementReasons());
  page +=
      Section("Handover", "`prihvat.handover.v1.HandoverService`.", handover::HandoverReasons());
  page += Section("Reception", "`prihvat.reception.v1.ReceptionService`.",
                  reception::ReceptionReasons());
  page += Section("Reporting", "`prihvat.reporting.v1.ReportingService`.",
                  reporting::ReportingReasons());
  return page;
}

}  // namespace prihvat::error_catalogue
