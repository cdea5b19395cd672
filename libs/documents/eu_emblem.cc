#include "libs/documents/eu_emblem.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace prihvat::documents {
namespace {

constexpr int kStars = 12;
constexpr int kPoints = 5;
// The inner corners of a pentagram whose points lie on a circle of radius 1.
constexpr double kInnerRadius = 0.381966011250105;  // (3 - sqrt 5) / 2

void AddStar(cairo_t* cairo, double center_x, double center_y, double radius) {
  for (int corner = 0; corner < 2 * kPoints; ++corner) {
    const double angle = std::numbers::pi * (corner / static_cast<double>(kPoints) - 0.5);
    const double r = corner % 2 == 0 ? radius : radius * kInnerRadius;
    cairo_line_to(cairo, center_x + r * std::cos(angle), center_y + r * std::sin(angle));
  }
  cairo_close_path(cairo);
}

}  // namespace

void DrawEuEmblem(cairo_t* cairo, double x, double y, double height) {
  const double width = height * 3 / 2;
  cairo_save(cairo);
  cairo_set_source_rgb(cairo, kEuBlue.red, kEuBlue.green, kEuBlue.blue);
  cairo_rectangle(cairo, x, y, width, height);
  cairo_fill(cairo);

  cairo_set_source_rgb(cairo, kEuYellow.red, kEuYellow.green, kEuYellow.blue);
  for (int star = 0; star < kStars; ++star) {
    const double angle = 2 * std::numbers::pi * star / kStars;
    cairo_new_sub_path(cairo);
    AddStar(cairo, x + width / 2 + height / 3 * std::cos(angle),
            y + height / 2 + height / 3 * std::sin(angle), height / 18);
  }
  cairo_fill(cairo);
  cairo_restore(cairo);
}

double DrawEuVisibility(cairo_t* cairo, Typesetter& typesetter, double x, double y, double height,
                        const std::vector<Language>& languages, EuFunding funding) {
  if (funding == EuFunding::kNone) return 0;
  const TextStyle style = {.size = height * (languages.size() > 1 ? 0.31 : 0.40),
                           .bold = true,
                           .color = kEuBlue,
                           .wrap = false};
  std::vector<Paragraph> statement;
  for (const Language language : languages) {
    const CertificateWords& words = WordsOf(language);
    const Word& text = funding == EuFunding::kAll ? words.eu_funded : words.eu_cofunded;
    statement.push_back({.text = text.str(), .style = style});
  }
  double text_width = 0;
  for (const Paragraph& line : statement) {
    text_width = std::max(text_width, typesetter.Width(line.text, style));
  }

  DrawEuEmblem(cairo, x, y, height);
  const double text_x = x + height * 1.5 + height * 0.28;
  const Block block(typesetter, statement, text_width);
  block.Draw(cairo, text_x, y + (height - block.height()) / 2);
  return text_x + text_width - x;
}

}  // namespace prihvat::documents
