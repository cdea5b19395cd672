#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/documents/handles.h"

namespace prihvat::documents {

// Lengths are PDF points (1/72 inch), y grows downwards.

struct Rect {
  double x = 0, y = 0, width = 0, height = 0;
};

struct Rgb {
  double red = 0, green = 0, blue = 0;  // 0 to 1
};

inline constexpr Rgb kInk = {0.10, 0.11, 0.13};
inline constexpr Rgb kGrey = {0.40, 0.42, 0.45};
inline constexpr Rgb kLightGrey = {0.78, 0.79, 0.81};

// The DejaVu families of Debian's fonts-dejavu-core: all of Bosnian in Latin and Cyrillic.
enum class FontFamily { kSans, kSerif, kMono };
enum class Align { kLeft, kCenter, kRight };

struct TextStyle {
  FontFamily family = FontFamily::kSans;
  double size = 8.5;
  bool bold = false;
  Rgb color = kInk;
  Align align = Align::kLeft;
  double letter_spacing = 0;
  double line_height = 1.0;  // times the font's own
  bool wrap = true;  // false: one line, whatever the width, so that no identifier is cut in two
};

struct Paragraph {
  std::string text;  // UTF-8; LF starts a new line
  TextStyle style;
  double space_after = 0;
};

// Sets text with Pango. Holds its own font map, so that what was set before has no influence on the
// bytes of a PDF. One thread; outlives the Blocks it made.
//
// Text that is not UTF-8 or has a character that no font here can show is remembered and reported
// by status(): a paper that people sign must not show boxes in place of a name.
class Typesetter {
 public:
  // FailedPrecondition where the DejaVu fonts are not installed.
  static absl::StatusOr<Typesetter> Create();

  // The width of `text` on one line.
  double Width(const std::string& text, const TextStyle& style);

  absl::Status status() const { return status_; }

 private:
  friend class Block;
  Typesetter(Handle<PangoFontMap> fonts, Handle<PangoContext> context);
  Handle<PangoLayout> Layout(const Paragraph& paragraph, double width);

  Handle<PangoFontMap> fonts_;
  Handle<PangoContext> context_;
  absl::Status status_;
};

// Paragraphs set below each other in a given width: a sequence of lines that can be drawn in parts.
// A value that can be moved; one thread.
class Block {
 public:
  Block(Typesetter& typesetter, const std::vector<Paragraph>& paragraphs, double width);

  double height() const { return height_; }
  size_t lines() const { return lines_.size(); }
  // Of the first line, from the top; 0 without lines.
  double first_baseline() const { return lines_.empty() ? 0 : lines_.front().baseline; }
  // The lines that fit into `height` when line `first` stands at the top.
  size_t CountFitting(size_t first, double height) const;
  // The height of the lines [first, end).
  double HeightOf(size_t first, size_t end) const;
  // Draws lines [first, end) with the top of `first` at (x, y).
  void Draw(cairo_t* cairo, double x, double y, size_t first, size_t end) const;
  void Draw(cairo_t* cairo, double x, double y) const { Draw(cairo, x, y, 0, lines_.size()); }

 private:
  struct Line {
    PangoLayoutLine* line;  // owned by its layout
    Rgb color;
    double x, baseline, top, bottom;  // from the block's corner
  };

  std::vector<Handle<PangoLayout>> layouts_;
  std::vector<Line> lines_;
  double height_ = 0;
};

}  // namespace prihvat::documents
