#include "libs/documents/pdf_text.h"

#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <string_view>
#include <utility>

#include "libs/base/text.h"

// Fontconfig keeps a pattern for the life of the process and never frees it, which is no leak of
// ours.
#if defined(__SANITIZE_ADDRESS__)
extern "C" __attribute__((weak)) const char* __lsan_default_suppressions() {
  return "leak:libfontconfig";
}
#endif

namespace prihvat::documents {
namespace {

// Breaks of a point's fraction must not decide whether a line fits.
constexpr double kSlack = 0.01;

const char* FamilyName(FontFamily family) {
  switch (family) {
    case FontFamily::kSerif:
      return "DejaVu Serif";
    case FontFamily::kMono:
      return "DejaVu Sans Mono";
    case FontFamily::kSans:
      break;
  }
  return "DejaVu Sans";
}

Handle<PangoFontDescription> Describe(const TextStyle& style) {
  Handle<PangoFontDescription> font(pango_font_description_new());
  pango_font_description_set_family(font.get(), FamilyName(style.family));
  pango_font_description_set_weight(font.get(),
                                    style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
  return font;
}

PangoAlignment ToPango(Align align) {
  switch (align) {
    case Align::kCenter:
      return PANGO_ALIGN_CENTER;
    case Align::kRight:
      return PANGO_ALIGN_RIGHT;
    case Align::kLeft:
      break;
  }
  return PANGO_ALIGN_LEFT;
}

absl::Status CheckInstalled(PangoFontMap* fonts, PangoContext* context, FontFamily family) {
  const TextStyle style = {.family = family};
  const Handle<PangoFont> font(pango_font_map_load_font(fonts, context, Describe(style).get()));
  if (font != nullptr) {
    const Handle<PangoFontDescription> found(pango_font_describe(font.get()));
    if (std::string_view(pango_font_description_get_family(found.get())) == FamilyName(family)) {
      return absl::OkStatus();
    }
  }
  return absl::FailedPreconditionError(
      fmt::format("the font {} is not installed (fonts-dejavu-core)", FamilyName(family)));
}

}  // namespace

Typesetter::Typesetter(Handle<PangoFontMap> fonts, Handle<PangoContext> context)
    : fonts_(std::move(fonts)), context_(std::move(context)) {}

absl::StatusOr<Typesetter> Typesetter::Create() {
  Handle<PangoFontMap> fonts(pango_cairo_font_map_new());
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts.get()), 72);
  Handle<PangoContext> context(pango_font_map_create_context(fonts.get()));
  pango_context_set_language(context.get(), pango_language_from_string("bs"));
  pango_context_set_round_glyph_positions(context.get(), FALSE);

  // Shapes must not depend on the machine's screen settings.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context.get(), options);
  cairo_font_options_destroy(options);

  for (FontFamily family : {FontFamily::kSans, FontFamily::kSerif, FontFamily::kMono}) {
    absl::Status status = CheckInstalled(fonts.get(), context.get(), family);
    if (!status.ok()) return status;
  }
  return Typesetter(std::move(fonts), std::move(context));
}

Handle<PangoLayout> Typesetter::Layout(const Paragraph& paragraph, double width) {
  const TextStyle& style = paragraph.style;
  Handle<PangoLayout> layout(pango_layout_new(context_.get()));
  if (!base::IsValidUtf8(paragraph.text)) {
    status_.Update(absl::InvalidArgumentError("a text is not UTF-8"));
    return layout;
  }
  pango_layout_set_font_description(layout.get(), Describe(style).get());
  if (style.wrap) {
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  }
  pango_layout_set_alignment(layout.get(), ToPango(style.align));
  pango_layout_set_line_spacing(layout.get(), static_cast<float>(style.line_height));

  // Without ligatures every character of the text is one glyph, which any extractor reads back.
  const Handle<PangoAttrList> attributes(pango_attr_list_new());
  pango_attr_list_insert(attributes.get(), pango_attr_font_features_new("liga=0, clig=0, dlig=0"));
  pango_attr_list_insert(attributes.get(), pango_attr_insert_hyphens_new(FALSE));
  if (style.letter_spacing != 0) {
    pango_attr_list_insert(
        attributes.get(),
        pango_attr_letter_spacing_new(static_cast<int>(style.letter_spacing * PANGO_SCALE)));
  }
  pango_layout_set_attributes(layout.get(), attributes.get());
  pango_layout_set_text(layout.get(), paragraph.text.data(),
                        static_cast<int>(paragraph.text.size()));
  if (pango_layout_get_unknown_glyphs_count(layout.get()) > 0) {
    status_.Update(absl::InvalidArgumentError(
        fmt::format("no font here shows every character of '{}'", paragraph.text)));
  }
  return layout;
}

double Typesetter::Width(const std::string& text, const TextStyle& style) {
  TextStyle one_line = style;
  one_line.wrap = false;
  const Handle<PangoLayout> layout = Layout({.text = text, .style = one_line}, 0);
  int width = 0;
  pango_layout_get_size(layout.get(), &width, nullptr);
  return static_cast<double>(width) / PANGO_SCALE;
}

Block::Block(Typesetter& typesetter, const std::vector<Paragraph>& paragraphs, double width) {
  for (const Paragraph& paragraph : paragraphs) {
    Handle<PangoLayout> layout = typesetter.Layout(paragraph, width);
    const Handle<PangoLayoutIter> iter(pango_layout_get_iter(layout.get()));
    double bottom = height_;
    do {
      PangoRectangle logical;
      pango_layout_iter_get_line_extents(iter.get(), nullptr, &logical);
      const double baseline = static_cast<double>(pango_layout_iter_get_baseline(iter.get()));
      double x = static_cast<double>(logical.x) / PANGO_SCALE;
      if (!paragraph.style.wrap) {  // without a width Pango cannot align
        const double spare = width - static_cast<double>(logical.width) / PANGO_SCALE;
        if (paragraph.style.align == Align::kRight) x = spare;
        if (paragraph.style.align == Align::kCenter) x = spare / 2;
      }
      const double line_bottom =
          height_ + static_cast<double>(logical.y + logical.height) / PANGO_SCALE;
      lines_.push_back({.line = pango_layout_iter_get_line_readonly(iter.get()),
                        .color = paragraph.style.color,
                        .x = x,
                        .baseline = height_ + baseline / PANGO_SCALE,
                        .top = bottom,
                        .bottom = line_bottom});
      bottom = line_bottom;
    } while (pango_layout_iter_next_line(iter.get()));
    height_ = bottom + paragraph.space_after;
    layouts_.push_back(std::move(layout));
  }
}

size_t Block::CountFitting(size_t first, double height) const {
  size_t count = 0;
  while (first + count < lines_.size() &&
         lines_[first + count].bottom - lines_[first].top <= height + kSlack) {
    ++count;
  }
  return count;
}

double Block::HeightOf(size_t first, size_t end) const {
  return first >= end ? 0 : lines_[end - 1].bottom - lines_[first].top;
}

void Block::Draw(cairo_t* cairo, double x, double y, size_t first, size_t end) const {
  for (size_t i = first; i < end; ++i) {
    const Line& line = lines_[i];
    cairo_set_source_rgb(cairo, line.color.red, line.color.green, line.color.blue);
    cairo_move_to(cairo, x + line.x, y + line.baseline - lines_[first].top);
    pango_cairo_show_layout_line(cairo, line.line);
  }
}

}  // namespace prihvat::documents
