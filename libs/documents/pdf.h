#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/documents/handles.h"
#include "libs/documents/pdf_text.h"

namespace prihvat::documents {

inline constexpr double kA4Width = 595.276;
inline constexpr double kA4Height = 841.890;

struct PdfOptions {
  std::string title;
  std::string author;
  absl::Time created;  // the only time in the file: the same options and body give the same bytes
  std::string footer;  // at the left of every page's foot; the page's number stands at the right
  double margin_left = 57, margin_right = 57, margin_top = 48;
  double margin_bottom = 52;  // the footer stands inside it
};

enum class RuleBelow { kNone, kHair, kStrong };

struct TableCell {
  std::vector<Paragraph> content;
  size_t span = 1;  // columns
};

struct TableRow {
  std::vector<TableCell> cells;  // their spans add up to the columns; first lines share a baseline
  double pad_top = 3, pad_bottom = 3;
  RuleBelow rule = RuleBelow::kNone;
  bool keep_with_next = false;  // stands on one page with the next row, where a page can hold both
};

// A table that runs over pages. The header is repeated on each. With `carried`, a page that ends
// inside the table gets carried(n, true) at its foot and the next one carried(n, false) at its
// head, n being the rows that came before.
struct PdfTable {
  std::vector<double> widths;  // of the columns, in proportion; they fill the page's width
  double gap = 10;             // between columns
  std::optional<TableRow> header;
  std::vector<TableRow> rows;
  std::function<TableRow(size_t rows_before, bool at_foot)> carried;
};

// Lays out one document of A4 pages from top to bottom. Made by RenderPdf, which owns it; used by
// its body only, on the calling thread. What goes wrong is kept and reported by RenderPdf: the body
// needs no checks.
class PdfWriter {
 public:
  PdfWriter(const PdfWriter&) = delete;
  PdfWriter& operator=(const PdfWriter&) = delete;

  // The width between the margins, and where the next thing will stand.
  double width() const;
  double y() const { return y_; }
  double room() const;  // what is left on this page
  Typesetter& typesetter() { return typesetter_; }

  void Space(double height) { y_ += height; }
  void Rule(Rgb color, double thickness);
  // A text across the page, going on on the next page where it must.
  void Text(const std::vector<Paragraph>& paragraphs);
  // InvalidArgument where a row's spans do not add up.
  void Table(const PdfTable& table);
  // Starts a new page unless `height` is free on this one; a height that no page has is an
  // InvalidArgument.
  void EnsureRoom(double height);
  // Reserves `height` across the page and lets `draw` draw into it.
  void Draw(double height, absl::FunctionRef<void(cairo_t*, const Rect&)> draw);
  void NewPage();
  // Makes RenderPdf fail with `status`, unless something failed before.
  void Fail(absl::Status status) { status_.Update(std::move(status)); }

 private:
  class TableRun;  // pdf.cc
  friend absl::StatusOr<std::string> RenderPdf(const PdfOptions& options,
                                               absl::FunctionRef<void(PdfWriter&)> body);

  PdfWriter(const PdfOptions& options, size_t total_pages, Typesetter typesetter, std::string* out);
  absl::StatusOr<size_t> Finish();  // the count of pages
  void DrawFooter();
  double bottom() const { return kA4Height - options_.margin_bottom; }

  const PdfOptions& options_;
  const size_t total_pages_;  // 0 while they are being counted
  absl::Status status_;
  Typesetter typesetter_;
  Handle<cairo_surface_t> surface_;
  Handle<cairo_t> cairo_;
  size_t page_ = 1;
  double y_;
};

// The bytes of the PDF that `body` lays out, a PDF/A-2b. The body runs twice, since "page 1 of 3"
// stands on page 1: first to count the pages, then to draw. It must do the same both times. Errors:
// what the body or Typesetter reports; ResourceExhausted and Internal from Cairo.
absl::StatusOr<std::string> RenderPdf(const PdfOptions& options,
                                      absl::FunctionRef<void(PdfWriter&)> body);

}  // namespace prihvat::documents
