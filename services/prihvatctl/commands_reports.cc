// report, export, paper.
#include <utility>

#include "absl/strings/match.h"
#include "fmt/format.h"
#include "libs/base/resource_name.h"
#include "libs/base/status_macros.h"
#include "prihvat/handover/v1/service.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/reporting/v1/service.pb.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/report_text.h"
#include "services/prihvatctl/scenario_yaml.h"

namespace prihvat::ctl {
namespace {

// The typed message that "field=value" entries fill.
template <class T>
absl::StatusOr<T> Filled(const std::vector<std::string>& entries) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto message, FilledMessage(*T::descriptor(), entries));
  T typed;
  typed.CopyFrom(*message);
  return typed;
}

// "as_of_time=..." where a time was given.
std::vector<std::string> AsOf(const std::string& as_of) {
  if (as_of.empty()) return {};
  return {"as_of_time=" + as_of};
}

// Rows of all pages in one report; its totals are over all pages anyway.
absl::StatusOr<reporting::v1::LineOfSight> ReadLineOfSight(
    CommandContext& context, reporting::v1::GetLineOfSightRequest request) {
  reporting::v1::LineOfSight all;
  while (true) {
    PRIHVAT_ASSIGN_OR_RETURN(
        reporting::v1::LineOfSight page,
        CallTyped<reporting::v1::LineOfSight>(context, "reporting.GetLineOfSight", request));
    request.set_page_token(page.next_page_token());
    if (all.rows_size() == 0) {
      all.Swap(&page);
      all.clear_next_page_token();
    } else {
      all.mutable_rows()->MergeFrom(page.rows());
    }
    if (request.page_token().empty()) return all;
  }
}

struct PaperKind {
  std::string_view kind;
  std::string_view collection;
  std::string_view method;
};
// The first of a collection is the one that is meant where no kind is given.
constexpr PaperKind kPapers[] = {
    {"requisition", "requisitions", "procurement.RenderRequisition"},
    {"order", "purchaseOrders", "procurement.RenderPurchaseOrder"},
    {"vat-exemption", "purchaseOrders", "procurement.RenderVatExemption"},
    {"receiving-report", "goodsReceipts", "procurement.RenderReceivingReport"},
    {"rejection-note", "goodsReceipts", "procurement.RenderRejectionNote"},
    {"tender-pack", "sourcingProcesses", "procurement.RenderTenderPack"},
    {"bid-analysis", "sourcingProcesses", "procurement.RenderBidAnalysis"},
    {"award-memo", "sourcingProcesses", "procurement.RenderAwardMemo"},
    {"delivery-note", "handoverCases", "handover.RenderDeliveryNote"},
    {"discrepancy-note", "handoverCases", "handover.RenderDiscrepancyNote"},
    {"asset-tag", "assets", "handover.RenderAssetTag"},
    {"responsibility-protocol", "responsibilityTransfers", "handover.RenderResponsibilityProtocol"},
};

absl::StatusOr<const PaperKind*> PaperOf(const PaperArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto name, base::ResourceName::Parse(arguments.name));
  std::string of_it;
  for (const PaperKind& paper : kPapers) {
    if (paper.collection != name.Collection()) continue;
    if (arguments.kind.empty() || arguments.kind == paper.kind) return &paper;
    of_it += fmt::format("{}{}", of_it.empty() ? "" : ", ", paper.kind);
  }
  return absl::InvalidArgumentError(
      of_it.empty()
          ? fmt::format("there are no papers of {}", name.Collection())
          : fmt::format("{} have no paper {}, but {}", name.Collection(), arguments.kind, of_it));
}

absl::StatusOr<reporting::v1::ExportFormat> FormatOf(const std::string& file) {
  if (absl::EndsWith(file, ".csv")) return reporting::v1::EXPORT_FORMAT_CSV;
  if (absl::EndsWith(file, ".xlsx")) return reporting::v1::EXPORT_FORMAT_XLSX;
  return absl::InvalidArgumentError(
      fmt::format("{}: a line of sight is written to a file named .csv or .xlsx", file));
}

}  // namespace

absl::Status RunLineOfSight(CommandContext& context, const LineOfSightArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(auto request,
                           Filled<reporting::v1::GetLineOfSightRequest>(AsOf(arguments.as_of)));
  PRIHVAT_ASSIGN_OR_RETURN(*request.mutable_filter(),
                           Filled<reporting::v1::LineOfSightFilter>(arguments.where));
  request.set_parent(arguments.operation);
  PRIHVAT_ASSIGN_OR_RETURN(const auto report, ReadLineOfSight(context, std::move(request)));
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, LineOfSightText(report, context.width));
  return PrintMessage(context, report, text);
}

absl::Status RunExportLineOfSight(CommandContext& context, const LineOfSightArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(auto request,
                           Filled<reporting::v1::ExportLineOfSightRequest>(AsOf(arguments.as_of)));
  PRIHVAT_ASSIGN_OR_RETURN(*request.mutable_filter(),
                           Filled<reporting::v1::LineOfSightFilter>(arguments.where));
  PRIHVAT_ASSIGN_OR_RETURN(const auto format, FormatOf(arguments.output));
  request.set_parent(arguments.operation);
  request.set_format(format);
  PRIHVAT_ASSIGN_OR_RETURN(const auto file, CallTyped<reporting::v1::ExportLineOfSightResponse>(
                                                context, "reporting.ExportLineOfSight", request));
  PRIHVAT_RETURN_IF_ERROR(ReplaceFile(arguments.output, file.content()));
  context.err << fmt::format("wrote {}: {} rows\n", arguments.output, file.row_count());
  return absl::OkStatus();
}

absl::Status RunDonorSummary(CommandContext& context, const DonorArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(auto request,
                           Filled<reporting::v1::GetDonorSummaryRequest>(AsOf(arguments.as_of)));
  request.set_parent(arguments.operation);
  request.set_project(arguments.project);
  request.set_donor(arguments.donor);
  PRIHVAT_ASSIGN_OR_RETURN(const auto report, CallTyped<reporting::v1::DonorSummary>(
                                                  context, "reporting.GetDonorSummary", request));
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, DonorSummaryText(report, context.width));
  return PrintMessage(context, report, text);
}

absl::Status RunCentreSummary(CommandContext& context, const CentreArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(auto request,
                           Filled<reporting::v1::GetCentreSummaryRequest>(
                               {"start_date=" + arguments.from, "end_date=" + arguments.to}));
  request.set_name(arguments.centre);
  PRIHVAT_ASSIGN_OR_RETURN(const auto report, CallTyped<reporting::v1::CentreSummary>(
                                                  context, "reporting.GetCentreSummary", request));
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, CentreSummaryText(report, context.width));
  return PrintMessage(context, report, text);
}

absl::Status RunFundingSplit(CommandContext& context, const std::string& name) {
  procurement::v1::GetFundingSplitRequest request;
  request.set_name(name);
  PRIHVAT_ASSIGN_OR_RETURN(const auto split, CallTyped<procurement::v1::FundingSplit>(
                                                 context, "procurement.GetFundingSplit", request));
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, FundingSplitText(split, context.width));
  return PrintMessage(context, split, text);
}

std::vector<std::string> PaperKinds() {
  std::vector<std::string> kinds;
  for (const PaperKind& paper : kPapers) kinds.emplace_back(paper.kind);
  return kinds;
}

namespace {

template <class Paper>
absl::Status WritePaper(CommandContext& context, std::string_view method,
                        const google::protobuf::Message& request, const std::string& output) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto document, CallTyped<Paper>(context, method, request));
  const std::string file = output.empty() ? document.file_name() : output;
  PRIHVAT_RETURN_IF_ERROR(ReplaceFile(file, document.content()));
  context.err << fmt::format("wrote {}\n", file);
  return absl::OkStatus();
}

absl::StatusOr<handover::v1::RegisterFormat> RegisterFormatOf(const std::string& file) {
  if (absl::EndsWith(file, ".pdf")) return handover::v1::REGISTER_FORMAT_PDF;
  if (absl::EndsWith(file, ".xlsx")) return handover::v1::REGISTER_FORMAT_XLSX;
  if (absl::EndsWith(file, ".csv")) return handover::v1::REGISTER_FORMAT_CSV;
  return absl::InvalidArgumentError(
      fmt::format("{}: a register is written to a file named .pdf, .xlsx or .csv", file));
}

}  // namespace

absl::Status RunExportAssetRegister(CommandContext& context,
                                    const AssetRegisterArguments& arguments) {
  std::vector<std::string> entries = AsOf(arguments.as_of);
  entries.insert(entries.end(), arguments.where.begin(), arguments.where.end());
  PRIHVAT_ASSIGN_OR_RETURN(auto request, Filled<handover::v1::ExportAssetRegisterRequest>(entries));
  PRIHVAT_ASSIGN_OR_RETURN(const auto format, RegisterFormatOf(arguments.output));
  request.set_parent(arguments.operation);
  request.set_format(format);
  PRIHVAT_ASSIGN_OR_RETURN(const auto file, CallTyped<handover::v1::ExportAssetRegisterResponse>(
                                                context, "handover.ExportAssetRegister", request));
  PRIHVAT_RETURN_IF_ERROR(ReplaceFile(arguments.output, file.content()));
  context.err << fmt::format("wrote {}: {} lines\n", arguments.output, file.line_count());
  return absl::OkStatus();
}

absl::Status RunPaper(CommandContext& context, const PaperArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const PaperKind* paper, PaperOf(arguments));
  PRIHVAT_ASSIGN_OR_RETURN(const auto* method, context.catalogue.FindMethod(paper->method));
  PRIHVAT_ASSIGN_OR_RETURN(const auto request,
                           FilledMessage(*method->input_type(), {"name=" + arguments.name}));
  if (method->output_type() == handover::v1::PaperResponse::descriptor()) {
    return WritePaper<handover::v1::PaperResponse>(context, paper->method, *request,
                                                   arguments.output);
  }
  return WritePaper<procurement::v1::PaperResponse>(context, paper->method, *request,
                                                    arguments.output);
}

}  // namespace prihvat::ctl
