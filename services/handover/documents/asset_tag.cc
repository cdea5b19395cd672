#include "services/handover/documents/asset_tag.h"

#include <cairo-pdf.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/documents/eu_emblem.h"
#include "libs/documents/funding_words.h"
#include "libs/documents/handles.h"
#include "libs/documents/pdf_text.h"
#include "libs/documents/qr.h"
#include "services/handover/documents/paper_words.h"
#include "services/handover/domain/funding.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

using documents::Block;
using documents::Handle;
using documents::Paragraph;
using documents::TextStyle;

constexpr double kMillimetre = 72 / 25.4;
constexpr double kWidth = 85.60 * kMillimetre;
constexpr double kHeight = 53.98 * kMillimetre;
constexpr double kMargin = 9;
constexpr double kGap = 8;
constexpr double kCodeSide = 78;  // modules of 0.5 mm and more: read by a telephone
constexpr double kEmblemHeight = 20;
constexpr size_t kDescriptionLines = 3;

cairo_status_t Append(void* out, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

// Draws at most so many lines, and answers where the next thing stands.
double DrawLines(cairo_t* cairo, documents::Typesetter& typesetter, const std::string& text,
                 const TextStyle& style, double y, double width, size_t most) {
  if (text.empty()) return y;
  const Block block(typesetter, {{.text = text, .style = style}}, width);
  const size_t lines = std::min(block.lines(), most);
  block.Draw(cairo, kMargin, y, 0, lines);
  return y + block.HeightOf(0, lines) + 2;
}

void DrawTag(cairo_t* cairo, documents::Typesetter& typesetter, const v1::Asset& asset,
             const documents::QrMatrix& code) {
  const double beside_code = kWidth - 2 * kMargin - kGap - kCodeSide;
  const documents::Bilingual description = ToText(asset.description());
  double y = kMargin;
  y = DrawLines(cairo, typesetter, description.en, {.size = 9, .bold = true}, y, beside_code,
                kDescriptionLines);
  y = DrawLines(cairo, typesetter, description.bs, {.size = 7, .color = documents::kGrey}, y,
                beside_code, 2);
  DrawLines(cairo, typesetter,
            fmt::format("{} · {}", IdOf(asset.provenance().agency()),
                        asset.provenance().receipt_number()),
            {.size = 6.5, .color = documents::kGrey}, y + 1, beside_code, 2);
  documents::DrawQr(cairo, code, kWidth - kMargin - kCodeSide, kMargin, kCodeSide);
  // Numbers are never cut: they have the whole width.
  const double numbers_y =
      DrawLines(cairo, typesetter, NumbersText(asset), {.size = 7.5, .bold = true},
                kMargin + kCodeSide + 5, kWidth - 2 * kMargin, 2);
  DrawLines(cairo, typesetter, std::string(IdOf(asset.name())),
            {.family = documents::FontFamily::kMono, .size = 6.5}, numbers_y, kWidth - 2 * kMargin,
            1);
  documents::DrawEuVisibility(cairo, typesetter, kMargin, kHeight - kMargin - kEmblemHeight,
                              kEmblemHeight,
                              {documents::Language::kEnglish, documents::Language::kBosnian},
                              documents::EuFundingOf(DonorsOf(asset.provenance())));
}

}  // namespace

std::string AssetTagCode(const v1::Asset& asset) {
  std::string code = "prihvat:asset:" + asset.name();
  if (!asset.vin().empty()) return code + ";VIN=" + asset.vin();
  return code + ";SN=" + asset.serial();
}

absl::StatusOr<std::string> RenderAssetTag(const v1::Asset& asset) {
  PRIHVAT_ASSIGN_OR_RETURN(auto typesetter, documents::Typesetter::Create());
  PRIHVAT_ASSIGN_OR_RETURN(const auto code,
                           documents::EncodeQr(AssetTagCode(asset), documents::QrLevel::kMedium));
  std::string pdf;
  const Handle<cairo_surface_t> surface(
      cairo_pdf_surface_create_for_stream(&Append, &pdf, kWidth, kHeight));
  const std::string created =
      absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ", FromProto(asset.create_time()), absl::UTCTimeZone());
  cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_5);
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, asset.name().c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, created.c_str());
  const Handle<cairo_t> cairo(cairo_create(surface.get()));
  DrawTag(cairo.get(), typesetter, asset, code);
  cairo_surface_finish(surface.get());
  PRIHVAT_RETURN_IF_ERROR(typesetter.status());
  const cairo_status_t status = cairo_surface_status(surface.get());
  if (status == CAIRO_STATUS_SUCCESS) return pdf;
  return absl::InternalError(cairo_status_to_string(status));
}

}  // namespace prihvat::handover
