#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/documents/table.h"

namespace prihvat::documents {

// Comma-separated values as RFC 4180 writes them: records end in CR LF, and a field is quoted when
// it holds a quote, a line break, a comma, a semicolon, a tab or an outer space.
//
// Spreadsheets run a field that starts with = + - @ TAB or CR as a formula. A Text cell that starts
// so is therefore written with an apostrophe in front, and ParseCsv takes it away again; a text
// that already starts with apostrophes and then one of these characters gets one more, so that
// every text comes back as it was. Number cells are decimals, which cannot run, and are written as
// they are: -42 stays a number.
struct CsvOptions {
  char delimiter = ',';  // ',' or ';' (what Excel expects where the comma is the decimal sign)
  bool byte_order_mark = false;  // Excel on Windows reads č ć š ž đ only behind a UTF-8 BOM
};

// The table as a CSV file. InvalidArgument as Validate() says, or for another delimiter.
absl::StatusOr<std::string> WriteCsv(const Table& table, const CsvOptions& options = {});

struct ParsedCsv {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
};

// Reads what WriteCsv writes, and files of other programs: with or without a BOM, lines ending in
// CR LF or LF, line breaks inside quotes. Neutralised text comes back as it was. Empty lines are
// skipped, except in a table of one column, where they are empty cells. InvalidArgument, with the
// record's number (the header is 1), for text that is not UTF-8 (a Windows-1250 file, say), a quote
// that is never closed or stands inside an unquoted field, text behind a closing quote, a CR on its
// own, or a record whose length differs from the header's.
absl::StatusOr<ParsedCsv> ParseCsv(std::string_view file, char delimiter = ',');

// The two halves of the neutralisation, for other writers of delimited text.
std::string NeutraliseFormula(std::string_view text);
std::string RestoreFormula(std::string_view text);

}  // namespace prihvat::documents
