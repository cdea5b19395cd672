#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "libs/documents/certificate_content.h"

namespace prihvat::documents {

// A paper of an office: a head with a number, facts, tables with totals, notes, and lines to sign
// on. Plain values; who fills them in answers for them.

struct FormFact {
  Bilingual label;
  Bilingual value;  // .bs may be empty where it is the same in both languages
};

struct FormColumn {
  Bilingual title;
  bool figures = false;  // right-aligned, and as wide as its widest figure; the rest share the room
};

struct FormCell {
  Bilingual text;
  std::string fine;  // below in small print, such as serial numbers
};

struct FormTotal {
  Bilingual label;
  std::string value;
};

struct FormTable {
  Bilingual title;  // may be empty
  std::vector<FormColumn> columns;
  std::vector<std::vector<FormCell>> rows;  // each of as many cells as there are columns
  std::vector<FormTotal> totals;            // under the last column
  bool to_fill_in = false;                  // its rows are high enough to be written in by hand
};

struct FormNote {
  Bilingual label;
  Bilingual text;
};

struct FormSignature {
  Bilingual role;
  std::string person;                       // empty: a line to fill in
  std::optional<absl::CivilDay> signed_on;  // none: a line to fill in
};

struct Form {
  std::string name;    // resource name: at every page's foot
  std::string number;  // as people cite it
  absl::CivilDay date;
  Bilingual title;
  Bilingual state;     // under the title, such as "Draft: not valid"; may be empty
  std::string author;  // the file's
  // The emblem and its statement stand in the head unless the Union pays nothing.
  EuFunding eu_funding = EuFunding::kNone;
  std::vector<FormFact> facts;
  std::vector<FormTable> tables;
  std::vector<FormNote> notes;
  std::vector<FormSignature> signatures;
};

// A PDF in English and, where given, Bosnian: the same bytes for the same form. INVALID_ARGUMENT
// where a row has not as many cells as its table has columns, the title or number is missing, or a
// text cannot be shown; FAILED_PRECONDITION where fonts are missing.
absl::StatusOr<std::string> RenderForm(const Form& form);

}  // namespace prihvat::documents
