#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

namespace prihvat::documents {

// One table of values, written by csv.h, xlsx.h and text_table.h alike. A cell says what it is, so
// that no writer has to guess: an identifier such as '004' is Text and stays text in every format.
struct Empty {
  friend bool operator==(Empty, Empty) { return true; }
};

struct Text {
  std::string value;  // UTF-8
  friend bool operator==(const Text& a, const Text& b) { return a.value == b.value; }
};

// A decimal as exact text: an optional '-', digits, optionally '.' and digits ("-5.00"). The scale
// is kept: "5.00" is not printed as "5".
struct Number {
  std::string decimal;
  friend bool operator==(const Number& a, const Number& b) { return a.decimal == b.decimal; }
};

struct Date {
  absl::CivilDay day;
  friend bool operator==(const Date& a, const Date& b) { return a.day == b.day; }
};

using Cell = std::variant<Empty, Text, Number, Date>;

struct Table {
  std::vector<std::string> header;      // UTF-8, one name a column
  std::vector<std::vector<Cell>> rows;  // each as long as the header
};

// True for text of the form that Number documents.
bool IsDecimal(std::string_view text);

// InvalidArgument, with the row (the first data row is 1) and the column, for a table that no
// writer accepts: no columns, a row of another length than the header, a Number that is no decimal,
// text that is not UTF-8.
absl::Status Validate(const Table& table);

// What a person reads in the cell: text as it is, a number as its exact text, a date as 2023-07-13,
// nothing for Empty.
std::string ToText(const Cell& cell);

}  // namespace prihvat::documents
