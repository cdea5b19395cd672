#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/documents/table.h"

namespace prihvat::documents {

struct XlsxOptions {
  std::string sheet_name = "Data";  // at most 31 characters, none of []:*?/ and backslash
  std::string title;                // document properties
  std::string author;
  absl::Time created;  // the only time in the file: the same table and options give the same bytes
};

// The table as one worksheet. Text is written as a text cell with the text format, so that '004'
// and serials of 19 digits stay as they are, also after an edit in the spreadsheet, and text that
// starts with = is no formula. A Number is a numeric cell with the table's own count of decimals;
// one that a spreadsheet cannot hold exactly (more than 15 significant digits) is written as text,
// to the right, rather than rounded. Dates are date cells; a date before 1900, which XLSX does not
// know, is text. The header is bold and frozen, columns are as wide as their content, within
// limits.
//
// InvalidArgument as Validate() says, for a bad sheet name, or for what a worksheet cannot hold
// (32,767 characters in a cell, 1,048,576 rows, 16,384 columns). Internal where the file cannot be
// written in memory.
absl::StatusOr<std::string> WriteXlsx(const Table& table, const XlsxOptions& options);

}  // namespace prihvat::documents
