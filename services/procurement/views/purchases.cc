#include "services/procurement/views/purchases.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/months.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "services/procurement/domain/ids.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using es::EventContext;
using es::MutableRows;

template <class T>
std::optional<T> Read(const es::Rows& rows, std::string_view key) {
  const auto value = rows.Get(key);
  T row;
  if (!value || !es::DecodeEntity(*value, row)) return std::nullopt;
  return row;
}

std::string OrderKey(const EventContext& context, std::string_view order) {
  return IssuedOrdersPrefix(context.operation) + IdOf(order);
}

// Rows that the view keeps for itself.
std::string ZoneKey(std::string_view operation) { return fmt::format("{}/zone", operation); }
std::string TenderKey(std::string_view operation, std::string_view process) {
  return fmt::format("{}/tenders/{}", operation, IdOf(process));
}
std::string WarrantyOfKey(std::string_view operation, std::string_view receipt, int line) {
  return fmt::format("{}/warrantyOf/{}/{:04d}", operation, IdOf(receipt), line);
}

absl::TimeZone ZoneOf(const es::Rows& rows, std::string_view operation) {
  const auto zone = base::LoadZone(rows.Get(ZoneKey(operation)).value_or("UTC"));
  return zone.ok() ? *zone : absl::UTCTimeZone();
}

// Instants after 1970 have as many digits as an int64 can have, so that keys sort as they do.
std::string TimeText(absl::Time time) { return fmt::format("{:019d}", absl::ToUnixMicros(time)); }

void PutPrice(MutableRows& rows, v1::PriceRecord price, const EventContext& context) {
  *price.mutable_price_time() = ToProto(context.effective_at);
  // The source's collection is in the key: an order and a process may have the same id. So is the
  // offset: two amendments may be effective at the same instant.
  const std::string& source = price.source();
  rows.Put(fmt::format("{}{}/{}/{:04d}/{:019d}", PricesPrefix(context.operation),
                       TimeText(context.effective_at),
                       source.substr(std::min(source.size(), context.operation.size() + 1)),
                       price.line_number(), context.offset),
           es::EncodeEntity(price));
}

void PutPriceOfLine(MutableRows& rows, const std::string& order, const v1::OrderFacts& facts,
                    const v1::OrderLine& line, v1::PriceOrigin origin,
                    const EventContext& context) {
  v1::PriceRecord price;
  price.set_item(line.description());
  price.set_item_bs(line.description_bs());
  *price.mutable_unit_price() = line.unit_price();
  *price.mutable_quantity() = line.quantity();
  price.set_unit(line.unit());
  price.set_supplier(facts.supplier());
  price.set_origin(origin);
  price.set_source(order);
  price.set_document_number(facts.document_number());
  price.set_line_number(line.line_number());
  price.set_kind(line.kind());
  price.set_project(facts.project());
  PutPrice(rows, std::move(price), context);
}

void Agree(const v1::OrderFacts& facts, v1::IssuedOrder& order) {
  std::set<v1::LineKind> kinds;
  order.clear_agreed_lines();
  for (const v1::OrderLine& line : facts.lines()) {
    v1::OrderLine& agreed = *order.add_agreed_lines();
    agreed.set_line_number(line.line_number());
    *agreed.mutable_quantity() = line.quantity();
    *agreed.mutable_unit_price() = line.unit_price();
    kinds.insert(line.kind());
  }
  order.mutable_lead_time()->clear_kinds();
  for (const v1::LineKind kind : kinds) order.mutable_lead_time()->add_kinds(kind);
}

void Count(bool in, int32_t days, google::protobuf::RepeatedPtrField<v1::DayCount>& counts) {
  auto found = std::lower_bound(
      counts.begin(), counts.end(), days,
      [](const v1::DayCount& count, int32_t wanted) { return count.days() < wanted; });
  if (found == counts.end() || found->days() != days) {
    const auto at = found - counts.begin();
    counts.Add()->set_days(days);
    std::rotate(counts.begin() + at, counts.end() - 1, counts.end());
    found = counts.begin() + at;
  }
  found->set_orders(found->orders() + (in ? 1 : -1));
  if (found->orders() == 0) counts.erase(found);
}

// Counts the order in, or out again, for each kind of things that it is of.
void Tally(MutableRows& rows, const v1::LeadTime& order, bool in, const EventContext& context) {
  const absl::CivilDay issued = es::FromProto(order.issue_date());
  for (const int number : order.kinds()) {
    const auto kind = static_cast<v1::LineKind>(number);
    const std::string key =
        fmt::format("{}{}/{}", LeadTimesOfKind(context.operation, order.supplier(), kind),
                    base::FormatDate(issued), IdOf(order.project()));
    v1::LeadTimeTally tally = Read<v1::LeadTimeTally>(rows, key).value_or(v1::LeadTimeTally());
    tally.set_supplier(order.supplier());
    tally.set_kind(kind);
    tally.set_project(order.project());
    *tally.mutable_issue_date() = order.issue_date();
    tally.set_orders(tally.orders() + (in ? 1 : -1));
    if (order.has_days_to_first_receipt())
      Count(in, order.days_to_first_receipt(), *tally.mutable_to_first_receipt());
    if (order.has_days_to_complete())
      Count(in, order.days_to_complete(), *tally.mutable_to_complete());
    if (tally.orders() == 0) {
      rows.Delete(key);
    } else {
      rows.Put(key, es::EncodeEntity(tally));
    }
  }
}

// What the order was since it was sent, or nothing where it was not.
template <class Edit>
void EditIssued(MutableRows& rows, const std::string& name, const v1::OrderFacts& facts,
                const EventContext& context, Edit edit) {
  const std::string key = OrderKey(context, name);
  std::optional<v1::IssuedOrder> order = Read<v1::IssuedOrder>(rows, key);
  if (!order) return;
  const absl::TimeZone zone = ZoneOf(rows, context.operation);
  const v1::LeadTime before = LeadTimeOf(*order, zone);
  order->mutable_lead_time()->set_state(facts.state());
  edit(*order);
  rows.Put(key, es::EncodeEntity(*order));
  Tally(rows, before, /*in=*/false, context);
  Tally(rows, LeadTimeOf(*order, zone), /*in=*/true, context);
}

void OnIssued(MutableRows& rows, const v1::PurchaseOrderIssued& event,
              const EventContext& context) {
  const v1::OrderFacts& facts = event.order();
  v1::IssuedOrder order;
  v1::LeadTime& lead_time = *order.mutable_lead_time();
  lead_time.set_purchase_order(event.purchase_order());
  lead_time.set_document_number(facts.document_number());
  lead_time.set_supplier(facts.supplier());
  lead_time.set_display_name(facts.display_name());
  lead_time.set_state(facts.state());
  lead_time.set_project(facts.project());
  lead_time.set_budget_line(facts.budget_line());
  *lead_time.mutable_issue_time() = ToProto(context.effective_at);
  Agree(facts, order);
  rows.Put(OrderKey(context, event.purchase_order()), es::EncodeEntity(order));
  Tally(rows, LeadTimeOf(order, ZoneOf(rows, context.operation)), /*in=*/true, context);
  for (const v1::OrderLine& line : facts.lines()) {
    PutPriceOfLine(rows, event.purchase_order(), facts, line, v1::PRICE_ORIGIN_ORDER, context);
  }
}

bool Lacks(const v1::OrderFacts& facts) {
  return std::any_of(facts.lines().begin(), facts.lines().end(), [](const v1::OrderLine& line) {
    return !FromProto(line.outstanding()).IsZero();
  });
}

// An order that lacks something again, or asks for more, is not complete.
void ForgetCompletion(const v1::OrderFacts& facts, v1::IssuedOrder& order) {
  if (Lacks(facts)) order.mutable_lead_time()->clear_complete_time();
}

void OnAmended(MutableRows& rows, const v1::PurchaseOrderAmended& event,
               const EventContext& context) {
  const v1::OrderFacts& facts = event.order();
  EditIssued(rows, event.purchase_order(), facts, context, [&](v1::IssuedOrder& order) {
    for (int i = 0; i < facts.lines_size(); ++i) {
      const v1::OrderLine& line = facts.lines(i);
      if (i < order.agreed_lines_size()) {
        const v1::OrderLine& agreed = order.agreed_lines(i);
        if (FromProto(agreed.quantity()) == FromProto(line.quantity()) &&
            FromProto(agreed.unit_price()) == FromProto(line.unit_price())) {
          continue;
        }
      }
      PutPriceOfLine(rows, event.purchase_order(), facts, line, v1::PRICE_ORIGIN_AMENDMENT,
                     context);
    }
    Agree(facts, order);
    ForgetCompletion(facts, order);
    // What came is all that is still wanted.
    if (!Lacks(facts) && !order.counted_receipts().empty() &&
        !order.lead_time().has_complete_time()) {
      *order.mutable_lead_time()->mutable_complete_time() = ToProto(context.effective_at);
    }
  });
}

void OnReceived(MutableRows& rows, const v1::PurchaseOrderReceived& event,
                const EventContext& context) {
  EditIssued(rows, event.purchase_order(), event.order(), context, [&](v1::IssuedOrder& order) {
    *order.mutable_lead_time()->mutable_complete_time() = ToProto(context.effective_at);
  });
}

template <class Event>
void OnOrderMoved(MutableRows& rows, const Event& event, const EventContext& context) {
  EditIssued(rows, event.purchase_order(), event.order(), context, [](v1::IssuedOrder&) {});
}

// What was accepted by a receipt of a line that is warranted.
void PutWarranty(MutableRows& rows, const v1::GoodsReceiptPosted& event,
                 const v1::PostedLine& posted, const v1::OrderLine& ordered,
                 const EventContext& context) {
  const absl::CivilDay day = base::LocalDay(context.effective_at, ZoneOf(rows, context.operation));
  const absl::CivilDay end = base::AddMonths(day, ordered.warranty_months());
  v1::WarrantyItem item;
  *item.mutable_warranty_end_date() = ToProto(end);
  item.set_description(posted.description());
  item.set_description_bs(posted.description_bs());
  *item.mutable_quantity() = posted.accepted();
  item.set_unit(posted.unit());
  item.set_supplier(event.supplier());
  item.set_purchase_order(event.purchase_order());
  item.set_line_number(posted.line_number());
  item.set_goods_receipt(event.receipt());
  item.set_document_number(event.document_number());
  *item.mutable_receipt_date() = ToProto(day);
  item.set_recipient(posted.recipient());
  item.set_centre(posted.centre());
  *item.mutable_serials() = posted.serials();
  const std::string key = fmt::format("{}{}/{:04d}", WarrantiesFrom(context.operation, end),
                                      IdOf(event.receipt()), posted.line_number());
  rows.Put(key, es::EncodeEntity(item));
  rows.Put(WarrantyOfKey(context.operation, event.receipt(), posted.line_number()), key);
}

void OnPosted(MutableRows& rows, const v1::GoodsReceiptPosted& event, const EventContext& context) {
  bool any = false;
  for (const v1::PostedLine& line : event.lines()) {
    if (FromProto(line.accepted()).IsZero()) continue;
    any = true;
    const int i = line.line_number() - 1;
    if (i >= event.order().lines_size() || event.order().lines(i).warranty_months() == 0) continue;
    PutWarranty(rows, event, line, event.order().lines(i), context);
  }
  EditIssued(rows, event.purchase_order(), event.order(), context, [&](v1::IssuedOrder& order) {
    if (!any) return;
    v1::CountedReceipt& receipt = *order.add_counted_receipts();
    receipt.set_goods_receipt(event.receipt());
    *receipt.mutable_receipt_time() = ToProto(context.effective_at);
  });
}

bool SameItem(const v1::SerialItem& a, const v1::SerialItem& b) {
  return a.serial() == b.serial() && a.vin() == b.vin() && a.manufacturer() == b.manufacturer();
}

// What went back is no longer warranted to us.
void TakeBack(MutableRows& rows, const std::string& receipt, const v1::ReturnedLine& line,
              const EventContext& context) {
  const std::string of = WarrantyOfKey(context.operation, receipt, line.line_number());
  const auto key = rows.Get(of);
  if (!key) return;
  auto item = Read<v1::WarrantyItem>(rows, *key);
  if (!item) return;
  const base::Decimal left = Difference(FromProto(item->quantity()), FromProto(line.accepted()));
  if (left.IsZero() || left.IsNegative()) {
    rows.Delete(*key);
    rows.Delete(of);
    return;
  }
  *item->mutable_quantity() = ToProto(left);
  auto& kept = *item->mutable_serials();
  kept.erase(std::remove_if(kept.begin(), kept.end(),
                            [&](const v1::SerialItem& piece) {
                              return std::any_of(line.serials().begin(), line.serials().end(),
                                                 [&](const v1::SerialItem& gone) {
                                                   return SameItem(piece, gone);
                                                 });
                            }),
             kept.end());
  rows.Put(*key, es::EncodeEntity(*item));
}

void OnReturned(MutableRows& rows, const v1::GoodsReturned& event, const EventContext& context) {
  for (const v1::ReturnedLine& line : event.lines()) TakeBack(rows, event.receipt(), line, context);
  EditIssued(rows, event.purchase_order(), event.order(), context,
             [&](v1::IssuedOrder& order) { ForgetCompletion(event.order(), order); });
}

void OnReversed(MutableRows& rows, const v1::GoodsReceiptReversed& event,
                const EventContext& context) {
  for (const v1::ReturnedLine& line : event.lines()) TakeBack(rows, event.receipt(), line, context);
  EditIssued(rows, event.purchase_order(), event.order(), context, [&](v1::IssuedOrder& order) {
    auto& receipts = *order.mutable_counted_receipts();
    receipts.erase(std::remove_if(receipts.begin(), receipts.end(),
                                  [&](const v1::CountedReceipt& receipt) {
                                    return receipt.goods_receipt() == event.receipt();
                                  }),
                   receipts.end());
    ForgetCompletion(event.order(), order);
  });
}

// The bids' own events, which stand behind it in the commit, do not name their lots.
void OnBidsOpened(MutableRows& rows, const v1::BidsOpened& event, const EventContext& context) {
  const v1::SourcingProcess& process = event.sourcing_process();
  v1::SourcingProcess tender;
  tender.set_document_number(process.document_number());
  tender.set_budget_line(process.budget_line());
  *tender.mutable_lots() = process.lots();
  rows.Put(TenderKey(context.operation, process.name()), es::EncodeEntity(tender));
}

void OnBidOpened(MutableRows& rows, const v1::BidOpened& event, const EventContext& context) {
  const v1::Bid& bid = event.bid();
  const std::string process = bid.name().substr(0, bid.name().find("/bids/"));
  const auto tender = Read<v1::SourcingProcess>(rows, TenderKey(context.operation, process));
  if (!tender || bid.state() != v1::BID_STATE_OPENED) return;
  for (const v1::LotOffer& offer : bid.content().offers()) {
    v1::PriceRecord price;
    const int i = offer.lot_number() - 1;
    if (i >= 0 && i < tender->lots_size()) price.set_item(tender->lots(i).display_name());
    *price.mutable_unit_price() = offer.amount();
    *price.mutable_quantity() = ToProto(base::Decimal::FromInt(1));
    price.set_unit("lot");
    price.set_supplier(bid.supplier());
    price.set_origin(v1::PRICE_ORIGIN_BID);
    price.set_source(bid.name());
    price.set_document_number(tender->document_number());
    price.set_line_number(offer.lot_number());
    const std::string& budget_line = tender->budget_line();
    price.set_project(budget_line.substr(0, budget_line.find("/budgetLines/")));
    PutPrice(rows, std::move(price), context);
  }
}

void OnOperationCreated(MutableRows& rows, const v1::OperationCreated& event, const EventContext&) {
  rows.Put(ZoneKey(event.operation()), event.time_zone());
}

template <class... Events>
void FollowState(es::Projection& view) {
  (view.On<Events>(&OnOrderMoved<Events>), ...);
}

// What is said to have come before the order was sent took no day.
int32_t DaysFrom(absl::CivilDay issued, absl::CivilDay day) {
  return static_cast<int32_t>(std::max<absl::civil_diff_t>(0, day - issued));
}

struct Spread {
  int32_t fewest = 0;
  int32_t median = 0;
  int32_t most = 0;
};

int32_t OrdersIn(const std::map<int32_t, int32_t>& days) {
  int32_t orders = 0;
  for (const auto& [day, count] : days) orders += count;
  return orders;
}

std::optional<Spread> SpreadOf(const std::map<int32_t, int32_t>& days) {
  if (days.empty()) return std::nullopt;
  const int32_t below_median = (OrdersIn(days) - 1) / 2;
  auto median = days.begin();
  for (int32_t seen = median->second; seen <= below_median; seen += (++median)->second) {
  }
  return Spread{days.begin()->first, median->first, days.rbegin()->first};
}

}  // namespace

const es::Projection& PurchasesView() {
  static const es::Projection& view = *[] {
    auto* v = new es::Projection(std::string(kPurchasesView), 2, {"prihvat.procurement"});
    v->On<v1::OperationCreated>(&OnOperationCreated);
    v->On<v1::PurchaseOrderIssued>(&OnIssued);
    v->On<v1::PurchaseOrderAmended>(&OnAmended);
    v->On<v1::PurchaseOrderReceived>(&OnReceived);
    FollowState<v1::PurchaseOrderAcknowledged, v1::PurchaseOrderSuspended, v1::PurchaseOrderResumed,
                v1::PurchaseOrderCancelled, v1::PurchaseOrderClosed, v1::PurchaseOrderTerminated>(
        *v);
    v->On<v1::GoodsReceiptPosted>(&OnPosted);
    v->On<v1::GoodsReturned>(&OnReturned);
    v->On<v1::GoodsReceiptReversed>(&OnReversed);
    v->On<v1::BidsOpened>(&OnBidsOpened);
    v->On<v1::BidOpened>(&OnBidOpened);
    return v;
  }();
  return view;
}

std::string PricesPrefix(std::string_view operation) {
  return fmt::format("{}/prices/", operation);
}
std::string IssuedOrdersPrefix(std::string_view operation) {
  return fmt::format("{}/orders/", operation);
}
std::string WarrantiesPrefix(std::string_view operation) {
  return fmt::format("{}/warranties/", operation);
}

std::string LeadTimesPrefix(std::string_view operation) {
  return fmt::format("{}/leadTimes/", operation);
}
std::string LeadTimesOfSupplier(std::string_view operation, std::string_view supplier) {
  return fmt::format("{}{}/", LeadTimesPrefix(operation), IdOf(supplier));
}
std::string LeadTimesOfKind(std::string_view operation, std::string_view supplier,
                            v1::LineKind kind) {
  return fmt::format("{}{:02d}/", LeadTimesOfSupplier(operation, supplier), static_cast<int>(kind));
}

std::string PricesFrom(std::string_view operation, absl::Time from) {
  return PricesPrefix(operation) + TimeText(from);
}
std::string WarrantiesFrom(std::string_view operation, absl::CivilDay from) {
  return fmt::format("{}{}/", WarrantiesPrefix(operation), base::FormatDate(from));
}

v1::LeadTime LeadTimeOf(const v1::IssuedOrder& order, const absl::TimeZone& zone) {
  v1::LeadTime lead_time = order.lead_time();
  const absl::CivilDay issued = base::LocalDay(FromProto(lead_time.issue_time()), zone);
  *lead_time.mutable_issue_date() = ToProto(issued);
  lead_time.set_receipts(order.counted_receipts_size());
  if (!order.counted_receipts().empty()) {
    absl::Time first = absl::InfiniteFuture();
    for (const v1::CountedReceipt& receipt : order.counted_receipts()) {
      first = std::min(first, FromProto(receipt.receipt_time()));
    }
    const absl::CivilDay day = base::LocalDay(first, zone);
    *lead_time.mutable_first_receipt_time() = ToProto(first);
    *lead_time.mutable_first_receipt_date() = ToProto(day);
    lead_time.set_days_to_first_receipt(DaysFrom(issued, day));
  }
  if (lead_time.has_complete_time()) {
    const absl::CivilDay day = base::LocalDay(FromProto(lead_time.complete_time()), zone);
    *lead_time.mutable_complete_date() = ToProto(day);
    lead_time.set_days_to_complete(DaysFrom(issued, day));
  }
  return lead_time;
}

void LeadTimeSummary::Add(const v1::LeadTimeTally& tally) {
  orders_ += tally.orders();
  for (const v1::DayCount& count : tally.to_first_receipt())
    to_first_[count.days()] += count.orders();
  for (const v1::DayCount& count : tally.to_complete())
    to_complete_[count.days()] += count.orders();
}

void LeadTimeSummary::FillIn(v1::SupplierLeadTime& summary) const {
  summary.set_orders(orders_);
  summary.set_orders_delivered(OrdersIn(to_first_));
  summary.set_orders_complete(OrdersIn(to_complete_));
  if (const auto spread = SpreadOf(to_first_)) {
    summary.set_fewest_days_to_first_receipt(spread->fewest);
    summary.set_median_days_to_first_receipt(spread->median);
    summary.set_most_days_to_first_receipt(spread->most);
  }
  if (const auto spread = SpreadOf(to_complete_)) {
    summary.set_fewest_days_to_complete(spread->fewest);
    summary.set_median_days_to_complete(spread->median);
    summary.set_most_days_to_complete(spread->most);
  }
}

}  // namespace prihvat::procurement
