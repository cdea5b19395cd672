#include "services/handover/api/paper_queries.h"

#include <utility>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/resource_name.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/documents/csv.h"
#include "libs/documents/xlsx.h"
#include "libs/rpc/errors.h"
#include "services/handover/api/queries.h"
#include "services/handover/documents/asset_register.h"
#include "services/handover/documents/asset_tag.h"
#include "services/handover/documents/papers.h"
#include "services/handover/domain/functions.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

constexpr size_t kLinesOfPaper = 5'000;  // some 200 pages
constexpr size_t kLinesOfTable = 50'000;
constexpr size_t kMostBytes = 7 << 20;  // of a file: an answer has 8 MiB (libs/rpc/server.h)

absl::Status Fill(absl::StatusOr<std::string> pdf, const std::string& file_name,
                  v1::PaperResponse& response) {
  if (!pdf.ok()) return pdf.status();
  response.set_content(*std::move(pdf));
  response.set_content_type("application/pdf");
  response.set_file_name(file_name + ".pdf");
  return absl::OkStatus();
}

// The case's items as they are.
PaperContext ContextOf(const rpc::ReadContext& reads, const v1::HandoverCase& of,
                       const OrganisationNames& names) {
  PaperContext context = {.zone = reads.zone(), .names = &names, .assets = {}, .lots = {}};
  for (const v1::HandoverItem& item : of.items()) {
    if (const auto* asset = reads.entities().Find<v1::Asset>(item.asset())) {
      context.assets[item.asset()] = asset;
    }
    if (const auto* lot = reads.entities().Find<v1::AssetLot>(item.asset_lot())) {
      context.lots[item.asset_lot()] = lot;
    }
  }
  return context;
}

struct Format {
  v1::RegisterFormat format;
  const char* extension;
  const char* content_type;
  size_t lines;
};

constexpr Format kFormats[] = {
    {v1::REGISTER_FORMAT_PDF, "pdf", "application/pdf", kLinesOfPaper},
    {v1::REGISTER_FORMAT_XLSX, "xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", kLinesOfTable},
    {v1::REGISTER_FORMAT_CSV, "csv", "text/csv; charset=utf-8", kLinesOfTable}};

// The same question as of the same time gives the same bytes, while nothing was recorded since.
absl::StatusOr<std::string> Written(v1::RegisterFormat format, const AssetRegister& assets,
                                    const OrganisationNames& names) {
  if (format == v1::REGISTER_FORMAT_PDF) return RenderRegister(assets, names);
  const documents::Table table = RegisterTable(assets, names);
  if (format == v1::REGISTER_FORMAT_CSV) {
    return documents::WriteCsv(table, {.byte_order_mark = true});
  }
  documents::XlsxOptions options;
  options.sheet_name = "Asset register";
  options.title = "Asset register";
  options.author = "Prihvat";
  options.created = assets.as_of;
  return documents::WriteXlsx(table, options);
}

}  // namespace

absl::Status AnswerDeliveryNote(const rpc::ReadContext& reads, const std::string& name,
                                v1::PaperResponse& response) {
  v1::HandoverCase of;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, of));
  const OrganisationNames names(reads.entities(), reads.operation());
  return Fill(RenderDeliveryNote(of, ContextOf(reads, of, names)),
              fmt::format("{}-delivery-note", IdOf(name)), response);
}

absl::Status AnswerDiscrepancyNote(const rpc::ReadContext& reads, const std::string& name,
                                   v1::PaperResponse& response) {
  v1::HandoverCase of;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, of));
  const OrganisationNames names(reads.entities(), reads.operation());
  return Fill(RenderDiscrepancyNote(of, ContextOf(reads, of, names)),
              fmt::format("{}-discrepancy-note", IdOf(name)), response);
}

absl::Status AnswerResponsibilityProtocol(const rpc::ReadContext& reads, const std::string& name,
                                          v1::PaperResponse& response) {
  v1::ResponsibilityTransfer transfer;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, transfer));
  const OrganisationNames names(reads.entities(), reads.operation());
  return Fill(RenderResponsibilityProtocol(
                  transfer, {.zone = reads.zone(),
                             .names = &names,
                             .assets = {},
                             .lots = {},
                             .function = FunctionWords(reads.entities(), reads.operation(),
                                                       transfer.function())}),
              transfer.protocol_number(), response);
}

absl::Status AnswerAssetTag(const rpc::ReadContext& reads, const std::string& name,
                            v1::PaperResponse& response) {
  v1::Asset asset;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, asset));
  return Fill(RenderAssetTag(asset), fmt::format("{}-tag", IdOf(name)), response);
}

absl::Status AnswerAssetRegister(const rpc::ReadContext& reads,
                                 const v1::ExportAssetRegisterRequest& request,
                                 v1::ExportAssetRegisterResponse& response) {
  if (absl::Status name = base::CheckName(request.parent(), "operations/*"); !name.ok()) {
    return rpc::Reject(es::InvalidField("parent", base::FromAbsl(name.message())));
  }
  const Format* format = nullptr;
  for (const Format& known : kFormats) {
    if (known.format == request.format()) format = &known;
  }
  if (format == nullptr) {
    return rpc::Reject(es::InvalidField("format", "must be given"));
  }
  PRIHVAT_ASSIGN_OR_RETURN(const absl::Time as_of,
                           AsOf(reads, request.has_as_of_time(), request.as_of_time()));
  const auto assets =
      AssetRegisterAt(reads.entities(), request, as_of, reads.zone(), format->lines);
  if (absl::IsOutOfRange(assets.status())) {
    return rpc::Reject(es::Rejected(kRegisterTooLarge)
                           .Saying(base::FromAbsl(assets.status().message()))
                           .With("limit", format->lines));
  }
  if (!assets.ok()) return assets.status();
  const OrganisationNames names(reads.entities(), request.parent());
  PRIHVAT_ASSIGN_OR_RETURN(*response.mutable_content(), Written(format->format, *assets, names));
  if (response.content().size() > kMostBytes) {
    const es::Rejection too_large =
        es::Rejected(kRegisterTooLarge)
            .Saying(fmt::format("the {} lines take {} bytes; a file may have {}",
                                assets->lines.size(), response.content().size(), kMostBytes))
            .With("limit_bytes", kMostBytes);
    response.Clear();
    return rpc::Reject(too_large);
  }
  response.set_content_type(format->content_type);
  response.set_file_name(fmt::format("asset-register-{}.{}",
                                     base::FormatDate(base::LocalDay(as_of, reads.zone())),
                                     format->extension));
  response.set_line_count(static_cast<int32_t>(assets->lines.size()));
  return absl::OkStatus();
}

}  // namespace prihvat::handover
