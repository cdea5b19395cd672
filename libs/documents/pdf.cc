#include "libs/documents/pdf.h"

#include <cairo-pdf.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "libs/documents/pdf_a.h"

namespace prihvat::documents {
namespace {

constexpr double kSlack = 0.01;
constexpr size_t kMaxPages = 2'000;
constexpr double kFooterGap = 16;  // from the text's lower edge to the footer
constexpr double kHairRule = 0.4;
constexpr double kStrongRule = 0.9;

cairo_status_t Append(void* out, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

void DrawLine(cairo_t* cairo, double x, double y, double width, Rgb color, double thickness) {
  cairo_set_source_rgb(cairo, color.red, color.green, color.blue);
  cairo_set_line_width(cairo, thickness);
  cairo_move_to(cairo, x, y);
  cairo_line_to(cairo, x + width, y);
  cairo_stroke(cairo);
}

// A row set in type: its cells' blocks and where they stand.
struct SetRow {
  struct SetCell {
    Block block;
    double x;
    double drop = 0;       // what brings its first baseline to the row's
    size_t next_line = 0;  // the first that is not drawn yet
  };
  std::vector<SetCell> cells;
  double pad_top, pad_bottom;
  RuleBelow rule;
  double height;
  bool keep_with_next;
};

}  // namespace

// One table being laid out: places rows, breaks pages. Lives inside PdfWriter::Table.
class PdfWriter::TableRun {
 public:
  TableRun(PdfWriter& writer, const PdfTable& table) : writer_(writer), table_(table) {
    const size_t columns = table.widths.size();
    double shares = 0;
    for (double width : table.widths) shares += width;
    const double usable = writer.width() - table.gap * static_cast<double>(columns - 1);
    double x = writer.options_.margin_left;
    for (double width : table.widths) {
      lefts_.push_back(x);
      widths_.push_back(usable * width / shares);
      x += widths_.back() + table.gap;
    }
  }

  void Run() {
    std::vector<SetRow> rows;
    for (const TableRow& row : table_.rows) rows.push_back(Set(row));
    if (table_.header) header_ = Set(*table_.header);
    if (!writer_.status_.ok()) return;

    // A header must not stand alone at a page's foot.
    double head = header_ ? header_->height : 0;
    if (!rows.empty()) head += std::min(ChainHeight(rows, 0), PageHeight() - head);
    if (head > writer_.room() + kSlack && head <= PageHeight() + kSlack) writer_.NewPage();
    if (header_) Place(*header_);
    for (size_t i = 0; i < rows.size() && writer_.status_.ok(); ++i) {
      if (ChainHeight(rows, i) > writer_.room() + kSlack && !fresh_page_) Break(i);
      if (rows[i].height + FootHeight(i + 1, rows.size()) <= writer_.room() + kSlack) {
        Place(rows[i]);
      } else {
        PlaceInParts(rows[i], i, FootHeight(i + 1, rows.size()));
      }
      fresh_page_ = false;
    }
  }

 private:
  SetRow Set(const TableRow& row) {
    SetRow set = {.cells = {},
                  .pad_top = row.pad_top,
                  .pad_bottom = row.pad_bottom,
                  .rule = row.rule,
                  .height = 0,
                  .keep_with_next = row.keep_with_next};
    size_t column = 0;
    for (const TableCell& cell : row.cells) {
      if (cell.span == 0 || column + cell.span > widths_.size()) break;
      const size_t last = column + cell.span - 1;
      const double width = lefts_[last] + widths_[last] - lefts_[column];
      set.cells.push_back({Block(writer_.typesetter_, cell.content, width), lefts_[column]});
      column += cell.span;
    }
    double baseline = 0;
    for (const SetRow::SetCell& cell : set.cells) {
      baseline = std::max(baseline, cell.block.first_baseline());
    }
    for (SetRow::SetCell& cell : set.cells) {
      cell.drop = baseline - cell.block.first_baseline();
      set.height = std::max(set.height, cell.drop + cell.block.height());
    }
    if (column != widths_.size() || set.cells.size() != row.cells.size()) {
      writer_.Fail(absl::InvalidArgumentError(
          fmt::format("a row of {} cells does not fill the table's {} columns", row.cells.size(),
                      widths_.size())));
    }
    set.height += row.pad_top + row.pad_bottom;
    return set;
  }

  double PageHeight() const { return writer_.bottom() - writer_.options_.margin_top; }

  // What the carried row takes at the foot if the page ends before row `next`.
  double FootHeight(size_t next, size_t count) {
    if (!table_.carried || next >= count) return 0;
    return Set(table_.carried(next, /*at_foot=*/true)).height;
  }

  // What must be free for row `first`: itself and what it is kept with, as long as a page can hold
  // that.
  double ChainHeight(const std::vector<SetRow>& rows, size_t first) {
    const double limit = PageHeight() - (header_ ? header_->height : 0);
    double height = rows[first].height + FootHeight(first + 1, rows.size());
    double chain = rows[first].height;
    for (size_t i = first; rows[i].keep_with_next && i + 1 < rows.size(); ++i) {
      chain += rows[i + 1].height;
      const double all = chain + FootHeight(i + 2, rows.size());
      if (all > limit) break;
      height = all;
    }
    return height;
  }

  void Break(size_t rows_before) {
    if (table_.carried && rows_before > 0) Place(Set(table_.carried(rows_before, true)));
    writer_.NewPage();
    if (header_) Place(*header_);
    if (table_.carried && rows_before > 0) Place(Set(table_.carried(rows_before, false)));
    fresh_page_ = true;
  }

  void Place(const SetRow& row) {
    cairo_t* cairo = writer_.cairo_.get();
    for (const SetRow::SetCell& cell : row.cells) {
      cell.block.Draw(cairo, cell.x, writer_.y_ + row.pad_top + cell.drop);
    }
    writer_.y_ += row.height;
    DrawRule(row.rule);
  }

  // A row higher than a page: as many lines of each cell as fit, then the next page.
  void PlaceInParts(SetRow& row, size_t index, double foot) {
    while (writer_.status_.ok()) {
      const double space = writer_.room() - row.pad_top - row.pad_bottom - foot;
      double used = 0;
      bool moved = false, more = false;
      for (SetRow::SetCell& cell : row.cells) {
        const size_t from = cell.next_line;
        const size_t end = from + cell.block.CountFitting(from, space);
        cell.block.Draw(writer_.cairo_.get(), cell.x, writer_.y_ + row.pad_top, from, end);
        used = std::max(used, cell.block.HeightOf(from, end));
        cell.next_line = end;
        moved |= end > from;
        more |= end < cell.block.lines();
      }
      writer_.y_ += row.pad_top + used + row.pad_bottom;
      if (!more) break;
      if (!moved && fresh_page_) {
        writer_.Fail(absl::InvalidArgumentError("a line is higher than a page"));
        return;
      }
      Break(index);
    }
    DrawRule(row.rule);
  }

  void DrawRule(RuleBelow rule) {
    if (rule == RuleBelow::kNone) return;
    const bool strong = rule == RuleBelow::kStrong;
    DrawLine(writer_.cairo_.get(), writer_.options_.margin_left, writer_.y_, writer_.width(),
             strong ? kInk : kLightGrey, strong ? kStrongRule : kHairRule);
  }

  PdfWriter& writer_;
  const PdfTable& table_;
  std::vector<double> lefts_, widths_;  // by column
  std::optional<SetRow> header_;
  bool fresh_page_ = false;  // nothing but the header and the carried row stands on this page
};

PdfWriter::PdfWriter(const PdfOptions& options, size_t total_pages, Typesetter typesetter,
                     std::string* out)
    : options_(options),
      total_pages_(total_pages),
      typesetter_(std::move(typesetter)),
      surface_(cairo_pdf_surface_create_for_stream(&Append, out, kA4Width, kA4Height)),
      y_(options.margin_top) {
  cairo_surface_t* surface = surface_.get();
  cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
  const std::string created =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", options.created, absl::UTCTimeZone());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, options.title.c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, options.author.c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, created.c_str());
  cairo_.reset(cairo_create(surface));
}

double PdfWriter::width() const { return kA4Width - options_.margin_left - options_.margin_right; }

double PdfWriter::room() const { return bottom() - y_; }

void PdfWriter::Rule(Rgb color, double thickness) {
  DrawLine(cairo_.get(), options_.margin_left, y_, width(), color, thickness);
}

void PdfWriter::Text(const std::vector<Paragraph>& paragraphs) {
  PdfTable table = {.widths = {1}};
  table.rows.push_back({.cells = {{.content = paragraphs}}, .pad_top = 0, .pad_bottom = 0});
  const Block block(typesetter_, paragraphs, width());
  if (block.lines() > 1 && block.height() > room() && block.CountFitting(0, room()) > 1) {
    // Two lines or more fit: go on on the next page rather than leave a gap here.
    size_t line = 0;
    while (line < block.lines() && status_.ok()) {
      const size_t end = line + block.CountFitting(line, room());
      block.Draw(cairo_.get(), options_.margin_left, y_, line, end);
      y_ += block.HeightOf(line, end);
      line = end;
      if (line < block.lines()) NewPage();
    }
    return;
  }
  Table(table);
}

void PdfWriter::Table(const PdfTable& table) {
  if (table.widths.empty()) {
    Fail(absl::InvalidArgumentError("a table needs a column"));
    return;
  }
  TableRun(*this, table).Run();
}

void PdfWriter::EnsureRoom(double height) {
  if (height <= room() + kSlack) return;
  if (height > bottom() - options_.margin_top) {
    Fail(absl::InvalidArgumentError("something is higher than a page"));
    return;
  }
  NewPage();
}

void PdfWriter::Draw(double height, absl::FunctionRef<void(cairo_t*, const Rect&)> draw) {
  EnsureRoom(height);
  cairo_save(cairo_.get());
  draw(cairo_.get(), {options_.margin_left, y_, width(), height});
  cairo_restore(cairo_.get());
  y_ += height;
}

void PdfWriter::NewPage() {
  DrawFooter();
  cairo_show_page(cairo_.get());
  y_ = options_.margin_top;
  if (++page_ > kMaxPages) {
    Fail(absl::InvalidArgumentError(fmt::format("more than {} pages", kMaxPages)));
  }
}

void PdfWriter::DrawFooter() {
  const TextStyle style = {.size = 6.5, .color = kGrey};
  TextStyle right = style;
  right.align = Align::kRight;
  const double top = bottom() + kFooterGap;
  DrawLine(cairo_.get(), options_.margin_left, top - 5, width(), kLightGrey, kHairRule);
  Block(typesetter_, {{.text = options_.footer, .style = style}}, width() * 0.75)
      .Draw(cairo_.get(), options_.margin_left, top);
  const std::string number = fmt::format("{} / {}", page_, total_pages_);
  Block(typesetter_, {{.text = number, .style = right}}, width())
      .Draw(cairo_.get(), options_.margin_left, top);
}

absl::StatusOr<size_t> PdfWriter::Finish() {
  DrawFooter();
  cairo_show_page(cairo_.get());
  Fail(typesetter_.status());
  if (!status_.ok()) return status_;
  for (cairo_status_t status : {cairo_status(cairo_.get()), [this] {
                                  cairo_surface_finish(surface_.get());
                                  return cairo_surface_status(surface_.get());
                                }()}) {
    if (status == CAIRO_STATUS_NO_MEMORY) return absl::ResourceExhaustedError("no memory for PDF");
    if (status != CAIRO_STATUS_SUCCESS) {
      return absl::InternalError(fmt::format("PDF: {}", cairo_status_to_string(status)));
    }
  }
  return page_;
}

absl::StatusOr<std::string> RenderPdf(const PdfOptions& options,
                                      absl::FunctionRef<void(PdfWriter&)> body) {
  size_t total_pages = 0;
  std::string bytes;
  for (int pass = 0; pass < 2; ++pass) {
    absl::StatusOr<Typesetter> typesetter = Typesetter::Create();
    if (!typesetter.ok()) return typesetter.status();
    bytes.clear();
    PdfWriter writer(options, total_pages, *std::move(typesetter), &bytes);
    body(writer);
    absl::StatusOr<size_t> pages = writer.Finish();
    if (!pages.ok()) return pages.status();
    if (pass == 1 && *pages != total_pages) {
      return absl::InternalError("the document's body did not do the same twice");
    }
    total_pages = *pages;
  }
  return ToPdfA(bytes, options);
}

}  // namespace prihvat::documents
