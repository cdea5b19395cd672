// What was agreed on in issued orders and opened bids, and what came of it: prices by time, how
// long orders took to come, and warranties by their end.
//
// The view keeps, of each operation: a price by its instant, source and line; an issued order by
// its id, and how many of them took how long by supplier, kind, day and project; what is warranted
// by its last day, receipt and line. Pure functions; all rows of an
// operation come from the one partition that it lives in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/es/projection.h"
#include "libs/es/rows.h"
#include "prihvat/procurement/v1/queries.pb.h"
#include "prihvat/procurement/v1/state.pb.h"

namespace prihvat::procurement {

inline constexpr std::string_view kPurchasesView = "purchases";

const es::Projection& PurchasesView();

// Where rows of an operation stand; each ends with '/'. Rows are entities of these types:
std::string PricesPrefix(std::string_view operation);        // v1::PriceRecord, without dates
std::string IssuedOrdersPrefix(std::string_view operation);  // v1::IssuedOrder
std::string WarrantiesPrefix(std::string_view operation);    // v1::WarrantyItem
std::string LeadTimesPrefix(std::string_view operation);     // v1::LeadTimeTally
// Below it: of one supplier, and of one kind of things of that supplier's.
std::string LeadTimesOfSupplier(std::string_view operation, std::string_view supplier);
std::string LeadTimesOfKind(std::string_view operation, std::string_view supplier,
                            v1::LineKind kind);

// Bounds for scans: keys of that instant or day and later are above the bound.
std::string PricesFrom(std::string_view operation, absl::Time from);
std::string WarrantiesFrom(std::string_view operation, absl::CivilDay from);

// The order's times as people ask for them: local days of `zone` and the days between them.
v1::LeadTime LeadTimeOf(const v1::IssuedOrder& order, const absl::TimeZone& zone);

// The times of orders of one supplier with lines of one kind.
class LeadTimeSummary {
 public:
  void Add(const v1::LeadTimeTally& tally);
  void FillIn(v1::SupplierLeadTime& summary) const;

 private:
  using Days = std::map<int32_t, int32_t>;  // orders by days
  int orders_ = 0;
  Days to_first_;
  Days to_complete_;
};

}  // namespace prihvat::procurement
