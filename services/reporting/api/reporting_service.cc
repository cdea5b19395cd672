#include "services/reporting/api/reporting_service.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/resource_name.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/documents/csv.h"
#include "libs/documents/xlsx.h"
#include "libs/rpc/errors.h"
#include "prihvat/reporting/v1/state.pb.h"
#include "services/reporting/api/ocds_page.h"
#include "services/reporting/api/report_errors.h"
#include "services/reporting/documents/line_of_sight_table.h"
#include "services/reporting/documents/ocds_package.h"
#include "services/reporting/domain/reasons.h"
#include "services/reporting/views/centre_summary.h"
#include "services/reporting/views/contracting.h"
#include "services/reporting/views/donor_summary.h"
#include "services/reporting/views/journals.h"
#include "services/reporting/views/line_of_sight.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

constexpr int kMaxPeriodDays = 367;

absl::Status BadField(std::string_view field, const absl::Status& why) {
  return rpc::Reject(es::InvalidField(field, base::FromAbsl(why.message())));
}

// That the operation is known here: its zone tells which day it was.
absl::Status CheckOperation(const rpc::ReadContext& reads) {
  if (reads.entities().Exists(reads.operation())) return absl::OkStatus();
  return rpc::Reject(es::Rejected(es::kOperationUnknown)
                         .Saying(fmt::format("{} has not been heard of here", reads.operation()))
                         .With("operation", reads.operation()));
}

// Of any request that has parent, as_of_time and known_at_time.
template <class Request>
absl::StatusOr<ReportScope> ScopeOf(const rpc::ReadContext& reads, const Request& request) {
  if (absl::Status name = base::CheckName(request.parent(), "operations/*"); !name.ok()) {
    return BadField("parent", name);
  }
  PRIHVAT_RETURN_IF_ERROR(CheckOperation(reads));
  ReportScope scope{request.parent(), reads.zone(), {}};
  if (request.has_as_of_time()) scope.cut.as_of = FromProto(request.as_of_time());
  if (request.has_known_at_time()) scope.cut.known_at = FromProto(request.known_at_time());
  return scope;
}

template <class Request>
v1::Cutoff CutoffOf(const rpc::ReadContext& reads, const Request& request) {
  v1::Cutoff cutoff;
  *cutoff.mutable_positions() = reads.token();
  if constexpr (requires { request.as_of_time(); }) {
    if (request.has_as_of_time()) *cutoff.mutable_as_of_time() = request.as_of_time();
  }
  if (request.has_known_at_time()) *cutoff.mutable_known_at_time() = request.known_at_time();
  return cutoff;
}

absl::StatusOr<Journals> JournalsOf(const rpc::ReadContext& reads) {
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* money, reads.view(kMoneyView));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* handovers, reads.view(kHandoversView));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* centres, reads.view(kCentresView));
  return Journals{.money = *money, .handovers = *handovers, .centres = *centres};
}

template <class Request>
absl::StatusOr<Sight> SightOf(const rpc::ReadContext& reads, const Request& request) {
  PRIHVAT_ASSIGN_OR_RETURN(const ReportScope scope, ScopeOf(reads, request));
  PRIHVAT_ASSIGN_OR_RETURN(const Journals journals, JournalsOf(reads));
  absl::StatusOr<Sight> sight = SeeLineOfSight(journals, scope, request.filter());
  if (!sight.ok()) return Explain(sight.status(), request.filter().project());
  return sight;
}

absl::Status FillLineOfSight(const rpc::ReadContext& reads,
                             const v1::GetLineOfSightRequest& request, v1::LineOfSight& response) {
  PRIHVAT_ASSIGN_OR_RETURN(Sight sight, SightOf(reads, request));
  absl::StatusOr<v1::LineOfSight> totals = TotalsOf(sight);
  if (!totals.ok()) return Explain(totals.status(), request.parent());
  response = *std::move(totals);
  auto row = std::upper_bound(
      sight.rows.begin(), sight.rows.end(), reads.page_after(),
      [](const std::string& after, const SightRow& candidate) { return after < candidate.key; });
  if (reads.page_after().empty()) row = sight.rows.begin();
  for (; row != sight.rows.end() && response.rows_size() < reads.page_size(); ++row) {
    *response.add_rows() = std::move(row->row);
  }
  if (row != sight.rows.end() && response.rows_size() > 0) reads.NextPage(std::prev(row)->key);
  *response.mutable_cutoff() = CutoffOf(reads, request);
  return absl::OkStatus();
}

absl::Status FillExport(const rpc::ReadContext& reads, const v1::ExportLineOfSightRequest& request,
                        v1::ExportLineOfSightResponse& response) {
  const bool csv = request.format() == v1::EXPORT_FORMAT_CSV;
  if (!csv && request.format() != v1::EXPORT_FORMAT_XLSX) {
    return rpc::Reject(
        es::InvalidField("format", "must be EXPORT_FORMAT_CSV or EXPORT_FORMAT_XLSX"));
  }
  PRIHVAT_ASSIGN_OR_RETURN(const Sight sight, SightOf(reads, request));
  absl::StatusOr<documents::Table> table = LineOfSightTable(sight);
  if (!table.ok()) return Explain(table.status(), request.parent());
  // The same question, cut at the same moment, gives the same bytes.
  absl::Time made = reads.now();
  if (request.has_as_of_time()) made = FromProto(request.as_of_time());
  if (request.has_known_at_time()) made = FromProto(request.known_at_time());
  if (csv) {
    PRIHVAT_ASSIGN_OR_RETURN(*response.mutable_content(),
                             documents::WriteCsv(*table, {.byte_order_mark = true}));
    response.set_media_type("text/csv; charset=utf-8");
  } else {
    documents::XlsxOptions options;
    options.sheet_name = "Line of sight";
    options.title = "Line of sight";
    options.author = "Prihvat";
    options.created = made;
    PRIHVAT_ASSIGN_OR_RETURN(*response.mutable_content(), documents::WriteXlsx(*table, options));
    response.set_media_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  }
  response.set_file_name(fmt::format("line-of-sight-{}.{}",
                                     base::FormatDate(base::LocalDay(made, reads.zone())),
                                     csv ? "csv" : "xlsx"));
  response.set_row_count(static_cast<int32_t>(sight.rows.size()));
  *response.mutable_cutoff() = CutoffOf(reads, request);
  return absl::OkStatus();
}

absl::Status FillDonorSummary(const rpc::ReadContext& reads,
                              const v1::GetDonorSummaryRequest& request,
                              v1::DonorSummary& response) {
  PRIHVAT_ASSIGN_OR_RETURN(const ReportScope scope, ScopeOf(reads, request));
  PRIHVAT_ASSIGN_OR_RETURN(const Journals journals, JournalsOf(reads));
  absl::StatusOr<v1::DonorSummary> summary = SummariseDonor(
      journals, scope, Payer{.project = request.project(), .donor = request.donor()});
  if (!summary.ok()) return Explain(summary.status(), request.project());
  response = *std::move(summary);
  *response.mutable_cutoff() = CutoffOf(reads, request);
  return absl::OkStatus();
}

absl::StatusOr<CentrePeriod> PeriodOf(const rpc::ReadContext& reads,
                                      const v1::GetCentreSummaryRequest& request) {
  CentrePeriod period;
  period.centre = request.name();
  if (absl::Status name = base::CheckName(request.name(), "operations/*/centres/*"); !name.ok()) {
    return BadField("name", name);
  }
  const absl::StatusOr<absl::CivilDay> first = CheckedFromProto(request.start_date());
  if (!first.ok()) return BadField("start_date", first.status());
  const absl::StatusOr<absl::CivilDay> last = CheckedFromProto(request.end_date());
  if (!last.ok()) return BadField("end_date", last.status());
  if (*last < *first || *last - *first >= kMaxPeriodDays) {
    return rpc::Reject(es::InvalidField(
        "end_date",
        fmt::format("must be 0 to {} days after start_date {}, is {}", kMaxPeriodDays - 1,
                    base::FormatDate(*first), base::FormatDate(*last))));
  }
  period.first = *first;
  period.last = *last;
  period.zone = reads.zone();
  if (request.has_known_at_time()) period.known_at = FromProto(request.known_at_time());
  return period;
}

absl::Status FillCentreSummary(const rpc::ReadContext& reads,
                               const v1::GetCentreSummaryRequest& request,
                               v1::CentreSummary& response) {
  PRIHVAT_ASSIGN_OR_RETURN(const CentrePeriod period, PeriodOf(reads, request));
  PRIHVAT_RETURN_IF_ERROR(CheckOperation(reads));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* centres, reads.view(kCentresView));
  absl::StatusOr<v1::CentreSummary> summary = SummariseCentre(*centres, period);
  if (!summary.ok()) return Explain(summary.status(), request.name());
  response = *std::move(summary);
  *response.mutable_cutoff()->mutable_positions() = reads.token();
  if (request.has_known_at_time()) {
    *response.mutable_cutoff()->mutable_known_at_time() = request.known_at_time();
  }
  return absl::OkStatus();
}

absl::StatusOr<OcdsScope> OcdsScopeOf(const rpc::ReadContext& reads,
                                      const v1::ExportOcdsRequest& request) {
  if (absl::Status name = base::CheckName(request.parent(), "operations/*"); !name.ok()) {
    return BadField("parent", name);
  }
  PRIHVAT_RETURN_IF_ERROR(CheckOperation(reads));
  if (request.content() != v1::OCDS_CONTENT_RELEASES &&
      request.content() != v1::OCDS_CONTENT_RECORDS) {
    return rpc::Reject(
        es::InvalidField("content", "must be OCDS_CONTENT_RELEASES or OCDS_CONTENT_RECORDS"));
  }
  if (const std::string problem = PublisherProblem(request.publisher()); !problem.empty()) {
    const size_t colon = problem.find(": ");
    return rpc::Reject(
        es::InvalidField("publisher." + problem.substr(0, colon), problem.substr(colon + 2)));
  }
  OcdsScope scope{.operation = request.parent(), .zone = reads.zone()};
  if (request.has_known_at_time()) scope.known_at = FromProto(request.known_at_time());
  return scope;
}

// The items of one page, and what they come to.
// As many processes after the last page's as a page takes.
absl::StatusOr<OcdsPage> ReadOcdsPage(const rpc::ReadContext& reads, const es::Rows& rows,
                                      const OcdsScope& scope,
                                      const v1::ExportOcdsRequest& request) {
  OcdsPage page;
  std::string last;
  PRIHVAT_RETURN_IF_ERROR(VisitContractingProcesses(
      rows, request.parent(), reads.page_after(),
      [&](const std::string& key, const v1::ContractingProcess& process) -> absl::StatusOr<bool> {
        bool fits = page.processes < reads.page_size();
        if (fits) {
          PRIHVAT_ASSIGN_OR_RETURN(
              fits, AddOcdsProcess(rows, scope, request, key, process, OcdsLimits(), page));
        }
        if (!fits) reads.NextPage(last);
        last = key;
        return fits;
      }));
  return page;
}

// The one process that the request names.
absl::StatusOr<OcdsPage> ReadOcdsProcess(const es::Rows& rows, const OcdsScope& scope,
                                         const v1::ExportOcdsRequest& request) {
  const std::optional<std::string> key =
      ContractingProcessOf(rows, request.parent(), request.process());
  if (!key) return rpc::Reject(es::NotFound(request.process()));
  PRIHVAT_ASSIGN_OR_RETURN(const v1::ContractingProcess process,
                           ReadContractingProcess(rows, request.parent(), *key));
  OcdsPage page;
  PRIHVAT_RETURN_IF_ERROR(
      AddOcdsProcess(rows, scope, request, *key, process, OcdsLimits(), page).status());
  return page;
}

absl::Status FillOcds(const rpc::ReadContext& reads, const v1::ExportOcdsRequest& request,
                      v1::ExportOcdsResponse& response) {
  PRIHVAT_ASSIGN_OR_RETURN(const OcdsScope scope, OcdsScopeOf(reads, request));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, reads.view(kContractingView));
  absl::StatusOr<OcdsPage> page = request.process().empty()
                                      ? ReadOcdsPage(reads, *rows, scope, request)
                                      : ReadOcdsProcess(*rows, scope, request);
  if (!page.ok()) return page.status();
  response.set_process_count(page->processes);
  response.set_release_count(page->releases);
  response.set_package(ocds::WriteJson(OcdsPackage(
      scope, request.publisher(), request.content() == v1::OCDS_CONTENT_RECORDS,
      std::move(page->items), request.has_known_at_time() ? scope.known_at : reads.now())));
  *response.mutable_cutoff() = CutoffOf(reads, request);
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* ReportingServiceImpl::GetLineOfSight(
    grpc::CallbackServerContext* context, const v1::GetLineOfSightRequest* request,
    v1::LineOfSight* response) {
  return calls_.Read(context, request, response, [request, response](const auto& reads) {
    return FillLineOfSight(reads, *request, *response);
  });
}

grpc::ServerUnaryReactor* ReportingServiceImpl::ExportLineOfSight(
    grpc::CallbackServerContext* context, const v1::ExportLineOfSightRequest* request,
    v1::ExportLineOfSightResponse* response) {
  return calls_.Read(context, request, response, [request, response](const auto& reads) {
    return FillExport(reads, *request, *response);
  });
}

grpc::ServerUnaryReactor* ReportingServiceImpl::GetDonorSummary(
    grpc::CallbackServerContext* context, const v1::GetDonorSummaryRequest* request,
    v1::DonorSummary* response) {
  return calls_.Read(context, request, response, [request, response](const auto& reads) {
    return FillDonorSummary(reads, *request, *response);
  });
}

grpc::ServerUnaryReactor* ReportingServiceImpl::GetCentreSummary(
    grpc::CallbackServerContext* context, const v1::GetCentreSummaryRequest* request,
    v1::CentreSummary* response) {
  return calls_.Read(context, request, response, [request, response](const auto& reads) {
    return FillCentreSummary(reads, *request, *response);
  });
}

grpc::ServerUnaryReactor* ReportingServiceImpl::ExportOcds(grpc::CallbackServerContext* context,
                                                           const v1::ExportOcdsRequest* request,
                                                           v1::ExportOcdsResponse* response) {
  return calls_.Read(context, request, response, [request, response](const auto& reads) {
    return FillOcds(reads, *request, *response);
  });
}

}  // namespace prihvat::reporting
