#include "libs/documents/table.h"

#include <fmt/format.h>

#include "absl/strings/ascii.h"
#include "libs/base/text.h"

namespace prihvat::documents {
namespace {

struct CellToText {
  std::string operator()(Empty) const { return ""; }
  std::string operator()(const Text& text) const { return text.value; }
  std::string operator()(const Number& number) const { return number.decimal; }
  std::string operator()(const Date& date) const { return absl::FormatCivilTime(date.day); }
};

absl::Status ValidateCell(const Cell& cell, size_t row, size_t column) {
  if (const auto* number = std::get_if<Number>(&cell); number && !IsDecimal(number->decimal)) {
    return absl::InvalidArgumentError(
        fmt::format("row {}, column {}: '{}' is not a decimal", row, column, number->decimal));
  }
  if (const auto* text = std::get_if<Text>(&cell); text && !base::IsValidUtf8(text->value)) {
    return absl::InvalidArgumentError(
        fmt::format("row {}, column {}: the text is not UTF-8", row, column));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsDecimal(std::string_view text) {
  size_t at = text.starts_with('-') ? 1 : 0;
  auto skip_digits = [&] {
    const size_t from = at;
    while (at < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[at]))) ++at;
    return at > from;
  };
  if (!skip_digits()) return false;
  if (at == text.size()) return true;
  if (text[at++] != '.') return false;
  return skip_digits() && at == text.size();
}

absl::Status Validate(const Table& table) {
  if (table.header.empty()) return absl::InvalidArgumentError("a table needs a column");
  for (size_t column = 0; column < table.header.size(); ++column) {
    if (!base::IsValidUtf8(table.header[column])) {
      return absl::InvalidArgumentError(
          fmt::format("the name of column {} is not UTF-8", column + 1));
    }
  }
  for (size_t row = 0; row < table.rows.size(); ++row) {
    if (table.rows[row].size() != table.header.size()) {
      return absl::InvalidArgumentError(fmt::format("row {} has {} cells, the header {}", row + 1,
                                                    table.rows[row].size(), table.header.size()));
    }
    for (size_t column = 0; column < table.header.size(); ++column) {
      absl::Status status = ValidateCell(table.rows[row][column], row + 1, column + 1);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

std::string ToText(const Cell& cell) { return std::visit(CellToText{}, cell); }

}  // namespace prihvat::documents
