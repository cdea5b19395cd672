// From the donor's euro to budget line, order, item, certificate, institution or centre and the
// people served there; and back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/money.h"
#include "libs/es/rows.h"
#include "prihvat/reporting/v1/resources.pb.h"
#include "prihvat/reporting/v1/service.pb.h"
#include "services/reporting/views/facts.h"
#include "services/reporting/views/funding.h"

namespace prihvat::reporting {

// The journals (journals.h). All outlive what is made from them.
struct Journals {
  const es::Rows& money;
  const es::Rows& handovers;
  const es::Rows& centres;
};

struct ReportScope {
  std::string operation;
  absl::TimeZone zone;
  TimeCut cut;
};

// A row, and what its totals need of it.
struct SightRow {
  v1::LineOfSightRow row;
  std::string key;       // unique; rows are sorted by it
  std::string document;  // the certificate, else the receipt
  // As told: all of it, or what the donor paid that was asked for.
  base::Money value;
  std::optional<base::Money> value_eur;
  // Who paid, and of all of it one part for each source (base/funding.h); in EUR where it has such
  // a value.
  Funding funding;
  base::Money whole;
  std::vector<base::Money> parts;
  std::vector<base::Money> parts_eur;
};

struct Sight {
  std::string donor;           // that was asked for; "" for all
  std::vector<SightRow> rows;  // sorted by key
  int64_t people_served = 0;   // distinct, by any of the rows
};

// All rows that `filter` lets through; NOT_FOUND where it names a project that procurement has not
// created (as it was, as known then). The values of a project's rows sum to what it has spent,
// always: what was bought is in exactly one row, or in parts in several.
//
// In EUR (invariants 1 and 2): a certificate keeps the values that it was signed with; what no
// certificate names yet of a receipt is converted as one document, whatever the filter.
//
// What several donors paid is shared out row by row, in KM and in EUR alike, so that the parts add
// up to the row. Of a donor that `filter` names, rows have the part only.
//
// Used at a centre: from the passing of the title, or from being put into use, until it is put to
// use elsewhere; a person is served who was there at some instant of that.
absl::StatusOr<Sight> SeeLineOfSight(const Journals& journals, const ReportScope& scope,
                                     const v1::LineOfSightFilter& filter);

// The answer without rows: count, totals and people.
absl::StatusOr<v1::LineOfSight> TotalsOf(const Sight& sight);

// A value in a document.
struct DocumentValue {
  std::string document;
  base::Money value;
  std::optional<base::Money> value_eur;
};

// Over several documents, with the rounding difference as a line of its own.
absl::StatusOr<v1::EuroTotal> TotalInEuro(const std::vector<DocumentValue>& values);

}  // namespace prihvat::reporting
