// What procurement's journal says: projects, budget lines and where their money stands, and what
// was received.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/es/rows.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "services/reporting/views/facts.h"
#include "services/reporting/views/funding.h"

namespace prihvat::reporting {

struct BudgetLine {
  std::string project;
  std::string display_name;
  Funding funding;
  base::Money budget;
  base::Money reserved;
  base::Money committed;
  base::Money spent;
  base::Money passed_on;          // to partner agencies; a disbursement, no part of `spent` (INV37)
  base::Money spent_by_agencies;  // a part of `spent`
};

// One line of a posted receipt, as it stands after what went back to the supplier.
struct ReceivedLine {
  std::string receipt;
  std::string receipt_number;
  std::string purchase_order;
  std::string order_number;
  std::string project;
  std::string budget_line;
  Funding funding;
  procurement::v1::PostedLine line;
  base::Decimal kept;                                // accepted and not returned
  base::Money value;                                 // of what is kept
  std::vector<procurement::v1::SerialItem> serials;  // kept ones
};

// A receipt and the order's line: what handover's provenance names too.
using ReceivedLineKey = std::pair<std::string, int>;

struct Purchases {
  std::map<std::string, std::string> donor_of_project;
  std::map<std::string, BudgetLine> budget_lines;  // by name
  std::map<ReceivedLineKey, ReceivedLine> received;
};

absl::StatusOr<Purchases> ReadPurchases(const es::Rows& money, const std::string& operation,
                                        const TimeCut& cut);

}  // namespace prihvat::reporting
