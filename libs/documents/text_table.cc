#include "libs/documents/text_table.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"

namespace prihvat::documents {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kRule = "─";

size_t PointWidth(UChar32 point) {
  switch (u_charType(point)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
      return 0;
    default:
      break;
  }
  const int width = u_getIntPropertyValue(point, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

// Calls visit(bytes of one character, its width) until it returns false.
template <typename Visit>
void ForEachPoint(std::string_view text, Visit visit) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto length = static_cast<int64_t>(text.size());
  for (int64_t at = 0; at < length;) {
    const int64_t from = at;
    UChar32 point;
    U8_NEXT_OR_FFFD(bytes, at, length, point);
    if (!visit(text.substr(from, at - from), PointWidth(point))) return;
  }
}

std::string Printable(std::string_view text) {
  std::string out;
  ForEachPoint(text, [&](std::string_view bytes, size_t) {
    const auto lead = static_cast<unsigned char>(bytes[0]);
    const bool c1 =
        bytes.size() == 2 && lead == 0xC2 && static_cast<unsigned char>(bytes[1]) < 0xA0;
    out += lead < 0x20 || lead == 0x7F || c1 ? " " : bytes;
    return true;
  });
  return out;
}

std::string Cut(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string out;
  size_t used = 0;
  ForEachPoint(text, [&](std::string_view bytes, size_t point_width) {
    if (used + point_width + 1 > width) return false;
    used += point_width;
    out += bytes;
    return true;
  });
  out += kEllipsis;
  return out;
}

struct Column {
  size_t width = 0;
  bool right = false;    // holds numbers and nothing else but empty cells
  bool may_cut = false;  // holds text
};

std::vector<Column> Measure(const Table& table) {
  std::vector<Column> columns(table.header.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].width = DisplayWidth(Printable(table.header[i]));
    bool numbers = false;
    for (const std::vector<Cell>& row : table.rows) {
      columns[i].width = std::max(columns[i].width, DisplayWidth(Printable(ToText(row[i]))));
      numbers |= std::holds_alternative<Number>(row[i]);
      columns[i].may_cut |= std::holds_alternative<Text>(row[i]);
    }
    columns[i].right = numbers && !columns[i].may_cut;
  }
  return columns;
}

size_t TotalWidth(const std::vector<Column>& columns) {
  return std::accumulate(columns.begin(), columns.end(), kGap.size() * (columns.size() - 1),
                         [](size_t sum, const Column& column) { return sum + column.width; });
}

// Narrows the widest text column, one place at a time, until the table fits or nothing may be cut.
void Fit(std::vector<Column>& columns, const TextTableOptions& options) {
  if (options.max_width == 0) return;
  const size_t least = std::max<size_t>(options.min_text_width, 1);
  for (size_t total = TotalWidth(columns); total > options.max_width; --total) {
    Column* widest = nullptr;
    for (Column& column : columns) {
      if (!column.may_cut || column.width <= least) continue;
      if (widest == nullptr || column.width > widest->width) widest = &column;
    }
    if (widest == nullptr) return;
    --widest->width;
  }
}

void AppendLine(std::string& out, const std::vector<Column>& columns,
                const std::vector<std::string>& cells, const std::vector<bool>& right) {
  std::string line;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) line += kGap;
    const std::string text = columns[i].may_cut ? Cut(cells[i], columns[i].width) : cells[i];
    const size_t width = DisplayWidth(text);
    const std::string pad(columns[i].width > width ? columns[i].width - width : 0, ' ');
    line += right[i] ? pad + text : text + pad;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  absl::StrAppend(&out, line, "\n");
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  ForEachPoint(text, [&](std::string_view, size_t point_width) {
    width += point_width;
    return true;
  });
  return width;
}

absl::StatusOr<std::string> FormatTextTable(const Table& table, const TextTableOptions& options) {
  if (absl::Status status = Validate(table); !status.ok()) return status;
  std::vector<Column> columns = Measure(table);
  Fit(columns, options);

  std::string out;
  std::vector<std::string> cells;
  std::vector<bool> right;
  for (size_t i = 0; i < columns.size(); ++i) {
    cells.push_back(Printable(table.header[i]));
    right.push_back(columns[i].right);
  }
  AppendLine(out, columns, cells, right);
  for (size_t i = 0; i < TotalWidth(columns); ++i) out += kRule;
  out += "\n";
  for (const std::vector<Cell>& row : table.rows) {
    for (size_t i = 0; i < columns.size(); ++i) {
      cells[i] = Printable(ToText(row[i]));
      right[i] = std::holds_alternative<Number>(row[i]);
    }
    AppendLine(out, columns, cells, right);
  }
  return out;
}

}  // namespace prihvat::documents
