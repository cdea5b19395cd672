#include "libs/documents/form.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "libs/documents/eu_emblem.h"
#include "libs/documents/paper_dates.h"
#include "libs/documents/pdf.h"

namespace prihvat::documents {
namespace {

const TextStyle kBody = {.size = 8.5, .line_height = 1.08};
const TextStyle kBold = {.size = 8.5, .bold = true};
const TextStyle kSecond = {.size = 7.5, .color = kGrey, .line_height = 1.08};
const TextStyle kLabel = {.size = 6.5, .color = kGrey, .letter_spacing = 0.2};
const TextStyle kFine = {.family = FontFamily::kMono, .size = 7};

constexpr double kGap = 9;              // between columns
constexpr double kMinTextColumn = 60;   // narrower, words would be cut
constexpr double kSignatureGap = 40;    // between two signatures
constexpr double kSignatureRoom = 34;   // for the hand
constexpr double kRowRoom = 18;         // likewise, above each row that is filled in
constexpr double kTableAndHeader = 90;  // what stands on one page at least
constexpr double kSignatures = 110;     // likewise: what is signed, and one row of signatures

TextStyle Right(TextStyle style) {
  style.align = Align::kRight;
  style.wrap = false;
  return style;
}

std::vector<Paragraph> InBoth(const Bilingual& text, const TextStyle& first,
                              const TextStyle& second) {
  std::vector<Paragraph> paragraphs;
  if (!text.en.empty()) paragraphs.push_back({text.en, first, text.bs.empty() ? 0.0 : 1.0});
  if (!text.bs.empty()) paragraphs.push_back({text.bs, text.en.empty() ? first : second});
  return paragraphs;
}

std::string OnOneLine(const Bilingual& text) {
  if (text.en.empty() || text.bs.empty()) return text.en + text.bs;
  return fmt::format("{}  ·  {}", text.en, text.bs);
}

absl::Status CheckForm(const Form& form) {
  if (form.title.en.empty() || form.number.empty() || form.name.empty()) {
    return absl::InvalidArgumentError("a form has a name, a number and a title");
  }
  for (const FormTable& table : form.tables) {
    for (const auto& row : table.rows) {
      if (row.size() == table.columns.size()) continue;
      return absl::InvalidArgumentError(fmt::format("{}: a row of \"{}\" has {} cells, not {}",
                                                    form.number, table.title.en, row.size(),
                                                    table.columns.size()));
    }
    if (table.columns.empty()) return absl::InvalidArgumentError("a table without columns");
  }
  return absl::OkStatus();
}

void DrawHead(const Form& form, PdfWriter& writer) {
  writer.Draw(38, [&](cairo_t* cairo, const Rect& box) {
    DrawEuVisibility(cairo, writer.typesetter(), box.x, box.y, 36,
                     {Language::kEnglish, Language::kBosnian}, form.eu_funding);
    const Block number(writer.typesetter(),
                       {{"Number  ·  Broj", Right(kLabel), 1},
                        {form.number, Right(kBold), 4},
                        {BothDates(form.date), Right(kSecond)}},
                       box.width);
    number.Draw(cairo, box.x, box.y + (36 - number.height()) / 2);
  });
  writer.Space(12);
  writer.Rule(form.eu_funding == EuFunding::kNone ? kInk : kEuBlue, 1.2);
  writer.Space(14);
  const TextStyle title = {.family = FontFamily::kSerif, .size = 20};
  const TextStyle second = {.family = FontFamily::kSerif, .size = 12, .color = kGrey};
  writer.Text(InBoth(form.title, title, second));
  if (!form.state.en.empty()) {
    writer.Space(5);
    writer.Text({{OnOneLine(form.state), kBold}});
  }
  writer.Space(12);
}

void DrawFacts(const Form& form, PdfWriter& writer) {
  PdfTable facts = {.widths = {130, 351}, .gap = 12};
  for (const FormFact& fact : form.facts) {
    facts.rows.push_back({.cells = {{.content = {{OnOneLine(fact.label), kLabel}}},
                                    {.content = InBoth(fact.value, kBody, kSecond)}},
                          .pad_top = 3.5,
                          .pad_bottom = 3.5});
  }
  if (!facts.rows.empty()) writer.Table(facts);
  writer.Space(12);
}

// Figures have the room that they need, the other columns what is left.
std::vector<double> WidthsOf(const FormTable& table, PdfWriter& writer) {
  std::vector<double> widths(table.columns.size(), 0);
  const TextStyle header = {.size = 7, .bold = true};
  double left = writer.width() - kGap * static_cast<double>(table.columns.size() - 1);
  size_t texts = 0;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const FormColumn& column = table.columns[i];
    if (!column.figures) {
      ++texts;
      continue;
    }
    widths[i] = std::max(writer.typesetter().Width(column.title.en, header),
                         writer.typesetter().Width(column.title.bs, header));
    for (const auto& row : table.rows) {
      widths[i] = std::max(widths[i], writer.typesetter().Width(row[i].text.en, kBody));
    }
    if (i + 1 == table.columns.size()) {
      for (const FormTotal& total : table.totals) {
        widths[i] = std::max(widths[i], writer.typesetter().Width(total.value, kBold));
      }
    }
    left -= widths[i];
  }
  if (left < kMinTextColumn * static_cast<double>(texts)) {
    writer.Fail(absl::InvalidArgumentError(
        fmt::format("the figures of \"{}\" are too long to be printed", table.title.en)));
    left = kMinTextColumn * static_cast<double>(texts);
  }
  for (size_t i = 0; i < widths.size(); ++i) {
    if (!table.columns[i].figures) widths[i] = left / static_cast<double>(texts);
  }
  return widths;
}

TableRow HeaderOf(const FormTable& table) {
  const TextStyle first = {.size = 7, .bold = true};
  const TextStyle second = {.size = 6.5, .color = kGrey};
  TableRow header = {.pad_top = 4, .pad_bottom = 4, .rule = RuleBelow::kStrong};
  for (const FormColumn& column : table.columns) {
    header.cells.push_back({.content = InBoth(column.title, column.figures ? Right(first) : first,
                                              column.figures ? Right(second) : second)});
  }
  return header;
}

void DrawTable(const FormTable& table, PdfWriter& writer) {
  writer.EnsureRoom(kTableAndHeader);
  if (!table.title.en.empty()) {
    writer.Text({{OnOneLine(table.title), kBold}});
    writer.Space(4);
  }
  PdfTable out = {.widths = WidthsOf(table, writer), .gap = kGap, .header = HeaderOf(table)};
  for (const auto& cells : table.rows) {
    TableRow& row = out.rows.emplace_back();
    row.pad_top = row.pad_bottom = 4.5;
    if (table.to_fill_in) row.pad_top = kRowRoom;
    row.rule = RuleBelow::kHair;
    for (size_t i = 0; i < cells.size(); ++i) {
      const bool figures = table.columns[i].figures;
      TableCell& cell = row.cells.emplace_back();
      cell.content =
          InBoth(cells[i].text, figures ? Right(kBody) : kBody, figures ? Right(kSecond) : kSecond);
      if (!cells[i].fine.empty()) cell.content.push_back({cells[i].fine, kFine});
    }
  }
  if (!out.rows.empty()) out.rows.back().rule = RuleBelow::kStrong;
  for (const FormTotal& total : table.totals) {
    if (!out.rows.empty()) out.rows.back().keep_with_next = true;
    TableRow& row = out.rows.emplace_back();
    row.pad_top = row.pad_bottom = 4;
    if (table.to_fill_in) row.pad_top = kRowRoom;
    if (table.columns.size() > 1) {
      row.cells.push_back(
          {.content = {{OnOneLine(total.label), kBold}}, .span = table.columns.size() - 1});
    }
    row.cells.push_back({.content = {{total.value, Right(kBold)}}});
    row.rule = RuleBelow::kStrong;
  }
  writer.Table(out);
  writer.Space(14);
}

void DrawNotes(const Form& form, PdfWriter& writer) {
  for (const FormNote& note : form.notes) {
    writer.EnsureRoom(40);  // the label never stands alone
    writer.Text({{OnOneLine(note.label), kLabel}});
    writer.Space(3);
    writer.Text(InBoth(note.text, kBody, kSecond));
    writer.Space(10);
  }
}

// Two beside each other: role, room for the hand, a line, who, when.
void DrawSignatures(const Form& form, PdfWriter& writer) {
  const double width = (writer.width() - kSignatureGap) / 2;
  if (!form.signatures.empty()) {
    // On a page of their own, too, signatures say what they are under.
    writer.EnsureRoom(kSignatures);
    writer.Text({{fmt::format("Signatures  ·  Potpisi:  {} {}", OnOneLine(form.title), form.number),
                  kLabel}});
    writer.Space(6);
  }
  for (size_t first = 0; first < form.signatures.size(); first += 2) {
    const size_t end = std::min(first + 2, form.signatures.size());
    double head = 0;
    double foot = 0;
    std::vector<Block> heads;
    std::vector<Block> feet;
    for (size_t i = first; i < end; ++i) {
      const FormSignature& signature = form.signatures[i];
      const std::string date = signature.signed_on ? BothDates(*signature.signed_on)
                                                   : std::string("______________________");
      heads.emplace_back(writer.typesetter(), InBoth(signature.role, kBody, kSecond), width);
      feet.emplace_back(writer.typesetter(),
                        std::vector<Paragraph>{{signature.person, kBold, 2},
                                               {fmt::format("Date  ·  Datum:  {}", date), kSecond}},
                        width);
      head = std::max(head, heads.back().height());
      foot = std::max(foot, feet.back().height());
    }
    const double line = head + kSignatureRoom;
    writer.Draw(line + 5 + foot, [&](cairo_t* cairo, const Rect& box) {
      for (size_t i = 0; i < heads.size(); ++i) {
        const double x = box.x + static_cast<double>(i) * (width + kSignatureGap);
        heads[i].Draw(cairo, x, box.y);
        cairo_set_source_rgb(cairo, kInk.red, kInk.green, kInk.blue);
        cairo_set_line_width(cairo, 0.6);
        cairo_move_to(cairo, x, box.y + line);
        cairo_line_to(cairo, x + width, box.y + line);
        cairo_stroke(cairo);
        feet[i].Draw(cairo, x, box.y + line + 5);
      }
    });
    writer.Space(10);
  }
}

}  // namespace

absl::StatusOr<std::string> RenderForm(const Form& form) {
  if (absl::Status status = CheckForm(form); !status.ok()) return status;
  const PdfOptions options = {.title = fmt::format("{} {}", form.title.en, form.number),
                              .author = form.author,
                              .created = absl::FromCivil(form.date, absl::UTCTimeZone()),
                              .footer = fmt::format("{}  ·  {}", form.number, form.name)};
  return RenderPdf(options, [&](PdfWriter& writer) {
    DrawHead(form, writer);
    DrawFacts(form, writer);
    for (const FormTable& table : form.tables) DrawTable(table, writer);
    DrawNotes(form, writer);
    writer.Space(6);
    DrawSignatures(form, writer);
  });
}

}  // namespace prihvat::documents
