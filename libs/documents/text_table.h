#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libs/documents/table.h"

namespace prihvat::documents {

struct TextTableOptions {
  // Columns of the terminal; 0 is no limit. A wider table has its widest text columns cut, with '…'
  // at the cut; numbers and dates are never cut, so that a table of these may stay wider.
  size_t max_width = 0;
  // Text columns are not cut below this.
  size_t min_text_width = 8;
};

// The table for a terminal: two spaces between columns, a rule under the header, numbers to the
// right, no wrapping. Control characters, line breaks among them, become spaces. No line ends in
// spaces; each ends in LF. InvalidArgument as Validate() says.
absl::StatusOr<std::string> FormatTextTable(const Table& table,
                                            const TextTableOptions& options = {});

// Terminal columns that `text` takes: 2 for East Asian wide, 0 for combining marks, 1 for other
// characters.
size_t DisplayWidth(std::string_view text);

}  // namespace prihvat::documents
