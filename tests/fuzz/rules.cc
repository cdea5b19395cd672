#include "tests/fuzz/rules.h"

#include <map>
#include <set>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "libs/base/check.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/es/entities.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/state.pb.h"
#include "prihvat/procurement/v1/payables.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "prihvat/reception/v1/resources.pb.h"
#include "prihvat/reception/v1/state.pb.h"

namespace prihvat::fuzz {
namespace {

using base::Decimal;
using base::Money;

// Stops with the rule, the resource and what it says.
void Hold(bool holds, const std::string& rule, const google::protobuf::Message& resource) {
  if (holds) return;
  base::CheckFailed(__FILE__, __LINE__, rule.c_str(), resource.ShortDebugString());
}

// All entities of a type.
template <class T>
void ForEach(const es::MapRows& rows, absl::FunctionRef<void(const T&)> visit) {
  for (const auto& [name, value] : rows.map()) {
    T entity;
    if (es::EntityType(value) != T::descriptor()->full_name()) continue;
    PRIHVAT_CHECK(es::DecodeEntity(value, entity), name + " cannot be read");
    visit(entity);
  }
}

Decimal Number(const common::v1::Decimal& stored) {
  return stored.value().empty() ? Decimal() : Decimal::Parse(stored.value()).value();
}
Decimal Less(const Decimal& a, const Decimal& b) { return CheckedSub(a, b).value(); }
// In the smallest unit of the currency; 0 where nothing is stored.
int64_t Minor(const google::type::Money& stored) {
  if (stored.currency_code().empty()) return 0;
  return Money::FromUnitsNanos(stored.currency_code(), stored.units(), stored.nanos())
      .value()
      .minor();
}
absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

// ---- Procurement ----------------------------------------------------------------------------

Decimal Kept(const procurement::v1::OrderLine& line) {
  return Less(Number(line.accepted()), Number(line.returned_accepted()));
}

void CheckBudgetLine(const procurement::v1::BudgetLine& line) {
  const int64_t parts[] = {Minor(line.reserved()), Minor(line.committed()), Minor(line.spent())};
  for (const int64_t part : parts) Hold(part >= 0, "INV-03: a part is negative", line);
  Hold(parts[0] + parts[1] + parts[2] <= Minor(line.amount()), "INV-03: more than the line has",
       line);
}

bool HasEnded(procurement::v1::PurchaseOrderState state) {
  return state == procurement::v1::PURCHASE_ORDER_STATE_CLOSED ||
         state == procurement::v1::PURCHASE_ORDER_STATE_CANCELLED ||
         state == procurement::v1::PURCHASE_ORDER_STATE_TERMINATED;
}

void CheckOrder(const procurement::v1::PurchaseOrder& order) {
  if (Minor(order.approved_total()) != 0)
    Hold(Minor(order.total()) <= Minor(order.approved_total()), "INV-05: more than approved",
         order);
  if (order.state() == procurement::v1::PURCHASE_ORDER_STATE_CANCELLED)
    Hold(order.receipts() == 0, "INV-11: cancelled after a receipt", order);
  if (HasEnded(order.state()))
    Hold(Minor(order.committed()) == 0, "an order that is over holds money", order);
  int64_t spent = 0;
  for (const auto& line : order.lines()) {
    const Decimal kept = Kept(line);
    const Decimal quantity = Number(line.quantity());
    Hold(!kept.IsNegative(), "more was returned than came", order);
    // At most the quantity and its tolerance.
    const Decimal share =
        CheckedMul(Number(line.tolerance_percent()), Decimal::Parse("0.01").value()).value();
    Decimal limit = Sum(quantity, CheckedMul(quantity, share).value());
    if (line.has_tolerance_waiver() && Number(line.tolerance_waiver().ceiling()) > limit) {
      limit = Number(line.tolerance_waiver().ceiling());
    }
    Hold(kept <= limit, "INV-07: more than ordered", order);
    if (HasEnded(order.state()))
      Hold(Number(line.outstanding()).IsZero(), "an order that is over waits for goods", order);
    spent += Minor(line.spent());
  }
  Hold(Minor(order.spent()) == spent, "an order's lines are not the order", order);
}

void CheckReceipt(const procurement::v1::GoodsReceipt& receipt) {
  if (receipt.state() != procurement::v1::GOODS_RECEIPT_STATE_POSTED) return;
  for (const auto& line : receipt.lines()) {
    const Decimal parts =
        Sum(Sum(Number(line.accepted()), Number(line.rejected())), Number(line.surplus()));
    Hold(Number(line.delivered()) == parts, "INV-08: delivered is not the parts", receipt);
    Hold(Number(line.rejected()).IsZero() || !line.rejection_reason().empty(),
         "INV-08: rejected without a reason", receipt);
  }
}

void CheckInvoice(const es::MapRows& rows, const procurement::v1::SupplierInvoice& invoice) {
  Hold(Minor(invoice.amounts().open()) <= Minor(invoice.amounts().payable()),
       "INV-09: more is open than payable", invoice);
  if (invoice.state() != procurement::v1::SUPPLIER_INVOICE_STATE_PAYABLE) return;
  const es::View view(rows);
  const auto* order = view.Find<procurement::v1::PurchaseOrder>(invoice.purchase_order());
  PRIHVAT_CHECK(order != nullptr, "an invoice without an order");
  for (const auto& line : invoice.lines()) {
    PRIHVAT_CHECK(line.order_line() >= 1 && line.order_line() <= order->lines_size(), "a line");
    const auto& of = order->lines(line.order_line() - 1);
    Hold(Number(of.invoiced()) <= Kept(of), "INV-09: more is invoiced than was kept", *order);
  }
}

// ---- Handover -------------------------------------------------------------------------------

void CheckPeriods(const google::protobuf::RepeatedPtrField<handover::v1::HoldingPeriod>& periods,
                  const std::string& holder, const handover::v1::Asset& asset) {
  Hold(!periods.empty() && periods.rbegin()->holder() == holder, "INV-14: the last holder", asset);
  for (int i = 0; i < periods.size(); ++i) {
    const auto& period = periods[i];
    const bool last = i + 1 == periods.size();
    Hold(!period.holder().empty(), "INV-14: held by nobody", asset);
    Hold(period.has_end_time() != last, "INV-14: a period has no end, or the last has one", asset);
    if (last) continue;
    Hold(TimeOf(period.start_time()) <= TimeOf(period.end_time()) &&
             TimeOf(period.end_time()) == TimeOf(periods[i + 1].start_time()),
         "INV-14: a gap or an overlap", asset);
  }
}

bool IsLive(handover::v1::AssetState state) {
  return state != handover::v1::ASSET_STATE_DISPOSED &&
         state != handover::v1::ASSET_STATE_RETURNED_TO_SUPPLIER &&
         state != handover::v1::ASSET_STATE_WRITTEN_OFF &&
         state != handover::v1::ASSET_STATE_DESTROYED;
}

void CheckAsset(const handover::v1::Asset& asset, std::set<std::string>& numbers) {
  CheckPeriods(asset.title_periods(), asset.title_holder(), asset);
  CheckPeriods(asset.custody_periods(), asset.custodian(), asset);
  if (!IsLive(asset.state())) return;
  const std::string operation = asset.name().substr(0, asset.name().find('/', 11));
  for (const std::string& number :
       {asset.vin().empty() ? "" : "VIN " + asset.vin(),
        asset.serial().empty() ? "" : asset.manufacturer() + " " + asset.serial()}) {
    Hold(number.empty() || numbers.insert(operation + " " + number).second,
         "INV-12: two live assets with one number", asset);
  }
}

void CheckLot(const handover::v1::AssetLot& lot) {
  Decimal held;
  for (const auto& holding : lot.holdings()) {
    Hold(Number(holding.quantity()) > Decimal(), "a holding of nothing", lot);
    held = Sum(held, Number(holding.quantity()));
  }
  Hold(held == Less(Number(lot.quantity()), Number(lot.returned())),
       "INV-14: the holdings are not the lot", lot);
  Hold(!Number(lot.reserved()).IsNegative() && !Number(lot.uncertified_quantity()).IsNegative() &&
           !Number(lot.missing()).IsNegative(),
       "a part of a lot is negative", lot);
}

void CheckCase(const handover::v1::HandoverCase& of) {
  const bool in_effect =
      of.has_title_time() && of.state() != handover::v1::HANDOVER_CASE_STATE_VOIDED;
  if (in_effect) {
    std::set<std::string> people;
    std::set<int> parties;
    for (const auto& signature : of.signatures()) {
      people.insert(signature.person());
      parties.insert(signature.party());
      Hold(!signature.mandate().empty(), "INV-15: a signature without a mandate", of);
    }
    Hold(people.size() >= 2 && parties.size() >= 2, "INV-15: in effect without two signers", of);
  }
  if (!of.has_count_time()) return;
  for (const auto& item : of.items()) {
    const Decimal parts =
        Sum(Sum(Number(item.accepted()), Number(item.refused())), Number(item.missing()));
    const Decimal listed = item.asset().empty() ? Number(item.quantity()) : Decimal::FromInt(1);
    Hold(parts == listed, "INV-16: the count is not what was listed", of);
  }
}

// ---- Reception ------------------------------------------------------------------------------

// Who contradicts whom, as it is on record, settled or not.
using OnRecord = std::set<std::string>;

void CheckBed(const reception::v1::Bed& bed, const OnRecord& conflicts) {
  for (int i = 0; i < bed.uses_size(); ++i) {
    for (int k = i + 1; k < bed.uses_size(); ++k) {
      const auto& a = bed.uses(i);
      const auto& b = bed.uses(k);
      const absl::Time a_end = a.has_end_time() ? TimeOf(a.end_time()) : absl::InfiniteFuture();
      const absl::Time b_end = b.has_end_time() ? TimeOf(b.end_time()) : absl::InfiniteFuture();
      const bool meet = TimeOf(a.start_time()) < b_end && TimeOf(b.start_time()) < a_end;
      if (!meet || a.person() == b.person()) continue;
      Hold(conflicts.contains(bed.name()), "INV-20: two people in a bed, and no conflict of it",
           bed);
    }
  }
}

void CheckTallies(const es::MapRows& rows, const std::map<std::string, int>& on_the_books,
                  const std::map<std::string, int>& beds) {
  const es::View view(rows);
  ForEach<reception::v1::Centre>(rows, [&](const reception::v1::Centre& centre) {
    const size_t slash = centre.name().rfind('/');
    const std::string operation = centre.name().substr(0, centre.name().find('/', 11));
    const auto* tally = view.Find<reception::v1::CentreTally>(operation + "/centreTallies/" +
                                                              centre.name().substr(slash + 1));
    PRIHVAT_CHECK(tally != nullptr, "a centre without a tally");
    const auto count = [&](const std::map<std::string, int>& of) {
      const auto found = of.find(centre.name());
      return found == of.end() ? 0 : found->second;
    };
    Hold(tally->on_the_books() == count(on_the_books), "INV-21: a centre's stays are not its tally",
         *tally);
    Hold(tally->beds() == count(beds), "INV-21: a centre's beds are not its tally", *tally);
  });
}

}  // namespace

void CheckProcurement(const es::MapRows& rows) {
  ForEach<procurement::v1::BudgetLine>(rows, &CheckBudgetLine);
  ForEach<procurement::v1::PurchaseOrder>(rows, &CheckOrder);
  ForEach<procurement::v1::GoodsReceipt>(rows, &CheckReceipt);
  ForEach<procurement::v1::SupplierInvoice>(
      rows, [&](const procurement::v1::SupplierInvoice& invoice) { CheckInvoice(rows, invoice); });
}

void CheckHandover(const es::MapRows& rows) {
  std::set<std::string> numbers;
  ForEach<handover::v1::Asset>(
      rows, [&](const handover::v1::Asset& asset) { CheckAsset(asset, numbers); });
  ForEach<handover::v1::AssetLot>(rows, &CheckLot);
  ForEach<handover::v1::HandoverCase>(rows, &CheckCase);
}

void CheckReception(const es::MapRows& rows) {
  OnRecord conflicts;
  ForEach<reception::v1::Conflict>(rows, [&](const reception::v1::Conflict& conflict) {
    conflicts.insert({conflict.bed(), conflict.fact(), conflict.other()});
  });
  std::map<std::string, int> beds, on_the_books;
  ForEach<reception::v1::Bed>(rows, [&](const reception::v1::Bed& bed) {
    CheckBed(bed, conflicts);
    ++beds[bed.name().substr(0, bed.name().find("/beds/"))];
  });
  std::map<std::string, std::string> open;  // the stay, by person
  ForEach<reception::v1::Stay>(rows, [&](const reception::v1::Stay& stay) {
    if (stay.state() == reception::v1::STAY_STATE_CHECKED_OUT) return;
    if (stay.state() != reception::v1::STAY_STATE_IN_TRANSIT) ++on_the_books[stay.centre()];
    const auto [other, only] = open.try_emplace(stay.person(), stay.name());
    Hold(only || conflicts.contains(stay.name()) || conflicts.contains(other->second),
         "INV-20: two open stays, and no conflict of them", stay);
  });
  CheckTallies(rows, on_the_books, beds);
}

}  // namespace prihvat::fuzz
