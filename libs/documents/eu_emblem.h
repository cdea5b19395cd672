#pragma once

#include <vector>

#include "libs/documents/certificate_content.h"
#include "libs/documents/certificate_words.h"
#include "libs/documents/pdf_text.h"

namespace prihvat::documents {

// The emblem of the European Union after the Interinstitutional style guide, annex A1: a rectangle
// 3:2; twelve five-pointed stars, one point up, on a circle of a third of the height around the
// centre, at the hours of a clock; each inside a circle of an eighteenth of the height. Reflex Blue
// #003399, yellow #FFCC00.
inline constexpr Rgb kEuBlue = {0x00 / 255.0, 0x33 / 255.0, 0x99 / 255.0};
inline constexpr Rgb kEuYellow = {0xFF / 255.0, 0xCC / 255.0, 0x00 / 255.0};

// Draws the emblem alone. For a funded document use DrawEuVisibility: the emblem never stands
// without the statement.
void DrawEuEmblem(cairo_t* cairo, double x, double y, double height);

// Draws the emblem, `height` high, and to its right, in the emblem's blue and one line for each of
// the one or two languages, the statement "Funded by the European Union"; where others pay too,
// "Co-funded by the European Union". Draws nothing where the Union pays nothing. Returns the width
// of both.
double DrawEuVisibility(cairo_t* cairo, Typesetter& typesetter, double x, double y, double height,
                        const std::vector<Language>& languages,
                        EuFunding funding = EuFunding::kAll);

}  // namespace prihvat::documents
