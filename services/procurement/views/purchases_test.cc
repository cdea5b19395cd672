#include "services/procurement/views/purchases.h"

#include <string>
#include <vector>

#include "fmt/format.h"
#include "services/procurement/domain/testing/sourcing_spec.h"

namespace prihvat::procurement {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::CivilSecond OnDay(int month, int day, int hour = 12) {
  return absl::CivilSecond(2023, month, day, hour, 0, 0);
}

v1::OrderLine Warranted(v1::OrderLine line, int months) {
  line.set_warranty_months(months);
  return line;
}

template <class Row>
std::vector<Row> RowsUnder(const ProcurementSpec& spec, const std::string& prefix) {
  std::vector<Row> found;
  spec.Projected(PurchasesView()).Scan(prefix, "", [&](std::string_view, std::string_view value) {
    EXPECT_TRUE(es::DecodeEntity(value, found.emplace_back()));
    return true;
  });
  return found;
}

// "order 1: 5 x 100.00 BAM"
std::vector<std::string> Prices(const ProcurementSpec& spec) {
  std::vector<std::string> said;
  for (const auto& price : RowsUnder<v1::PriceRecord>(spec, PricesPrefix(kOperation))) {
    std::string origin = v1::PriceOrigin_Name(price.origin()).substr(13);
    said.push_back(fmt::format("{} {}: {} x {}", origin, price.line_number(),
                               Text(price.quantity()), Text(price.unit_price())));
  }
  return said;
}

v1::LeadTime TimeOf(const ProcurementSpec& spec) {
  const auto orders = RowsUnder<v1::IssuedOrder>(spec, IssuedOrdersPrefix(kOperation));
  EXPECT_EQ(orders.size(), 1u);
  return orders.empty() ? v1::LeadTime() : LeadTimeOf(orders.front(), spec.zone());
}

// "2025-07-13: 3 of A-1 A-2"
std::vector<std::string> Warranties(const ProcurementSpec& spec) {
  std::vector<std::string> said;
  for (const auto& item : RowsUnder<v1::WarrantyItem>(spec, WarrantiesPrefix(kOperation))) {
    std::string text = fmt::format("{}: {}", base::FormatDate(FromProto(item.warranty_end_date())),
                                   Text(item.quantity()));
    for (const v1::SerialItem& piece : item.serials()) text += " " + piece.serial();
    said.push_back(text);
  }
  return said;
}

TEST(Purchases, APriceIsKeptFromWhenTheOrderIsIssued) {
  ProcurementSpec spec;
  spec.Draft({Goods("5", "100.00"), Pieces("2", "7.50")}).ThenAccepted();
  spec.Approve().ThenAccepted();
  EXPECT_THAT(Prices(spec), IsEmpty());
  spec.At(OnDay(8, 1));
  spec.Issue().ThenAccepted();
  EXPECT_THAT(Prices(spec), ElementsAre("ORDER 1: 5 x 100.00 BAM", "ORDER 2: 2 x 7.50 BAM"));
  const auto first = RowsUnder<v1::PriceRecord>(spec, PricesPrefix(kOperation)).front();
  EXPECT_EQ(first.item(), "protective footwear");
  EXPECT_EQ(first.item_bs(), "zaštitna obuća");
  EXPECT_EQ(first.supplier(), kSupplier);
  EXPECT_EQ(first.source(), kOrder);
  EXPECT_EQ(first.project(), kProject);
  EXPECT_EQ(first.document_number(), "PO-2023-0001");
  EXPECT_EQ(FromProto(first.price_time()), absl::FromCivil(OnDay(8, 1), spec.zone()));
}

TEST(Purchases, AnAmendmentTellsOfTheLinesThatItChanged) {
  ProcurementSpec spec;
  spec.Ordered({Goods("5", "100.00"), Goods("2", "7.50")});
  v1::AmendPurchaseOrderRequest amend;
  amend.set_name(kOrder);
  amend.set_reason("cheaper");
  v1::OrderLineChange& change = *amend.add_changes();
  change.set_line_number(2);
  *change.mutable_unit_price() = Km("7.00");
  spec.At(OnDay(8, 1)).As(kRequester).When(amend).ThenAccepted();
  EXPECT_THAT(Prices(spec), ElementsAre("ORDER 1: 5 x 100.00 BAM", "ORDER 2: 2 x 7.50 BAM",
                                        "AMENDMENT 2: 2 x 7.00 BAM"));
}

TEST(Purchases, TwoAmendmentsOfOneInstantAreTwoPrices) {
  ProcurementSpec spec;
  spec.Ordered({Goods("5", "100.00")});
  spec.At(OnDay(8, 1));
  for (const char* price : {"90.00", "80.00"}) {
    v1::AmendPurchaseOrderRequest amend;
    amend.set_name(kOrder);
    amend.set_reason("cheaper");
    v1::OrderLineChange& change = *amend.add_changes();
    change.set_line_number(1);
    *change.mutable_unit_price() = Km(price);
    spec.As(kRequester).When(amend).ThenAccepted();
  }
  EXPECT_THAT(Prices(spec), ElementsAre("ORDER 1: 5 x 100.00 BAM", "AMENDMENT 1: 5 x 90.00 BAM",
                                        "AMENDMENT 1: 5 x 80.00 BAM"));
}

TEST(Purchases, AnOrderThatIsAmendedToWhatCameIsComplete) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "1.00")});
  spec.At(OnDay(7, 15));
  spec.Receive({{.accepted = "4"}}).ThenAccepted();
  EXPECT_FALSE(TimeOf(spec).has_days_to_complete());
  v1::AmendPurchaseOrderRequest amend;
  amend.set_name(kOrder);
  amend.set_reason("no more is needed");
  v1::OrderLineChange& change = *amend.add_changes();
  change.set_line_number(1);
  change.mutable_quantity()->set_value("4");
  spec.At(OnDay(7, 20));
  spec.As(kRequester).When(amend).ThenAccepted();
  EXPECT_EQ(TimeOf(spec).days_to_complete(), 7);
}

TEST(Purchases, INV04_BidsHaveNoPricesBeforeTheyAreOpened) {
  SourcingSpec spec;
  spec.BidsClosed();
  EXPECT_THAT(Prices(spec), IsEmpty());
  SourcingSpec opened;
  opened.Evaluated();
  const auto prices = RowsUnder<v1::PriceRecord>(opened, PricesPrefix(kOperation));
  ASSERT_FALSE(prices.empty());
  for (const v1::PriceRecord& price : prices) {
    EXPECT_EQ(price.origin(), v1::PRICE_ORIGIN_BID);
    EXPECT_EQ(price.item(), price.line_number() == 1 ? "Clothing" : "Footwear");
    EXPECT_EQ(price.project(), kProject);
  }
}

TEST(Purchases, LeadTimesAreLocalDaysFromTheIssue) {
  ProcurementSpec spec;
  spec.Draft({Goods("10", "1.00")}).ThenAccepted();
  spec.Approve().ThenAccepted();
  // 23:30 in Sarajevo is 21:30 in UTC; the first receipt at 00:30 local is a day later.
  spec.At(absl::CivilSecond(2023, 7, 13, 23, 30, 0));
  spec.Issue().ThenAccepted();
  EXPECT_FALSE(TimeOf(spec).has_days_to_first_receipt());
  spec.At(absl::CivilSecond(2023, 7, 14, 0, 30, 0));
  spec.Receive({{.accepted = "4"}}).ThenAccepted();
  EXPECT_EQ(TimeOf(spec).days_to_first_receipt(), 1);
  EXPECT_FALSE(TimeOf(spec).has_days_to_complete());
  spec.At(OnDay(7, 23));
  spec.Receive({{.accepted = "6"}}, "grn2").ThenAccepted();
  const v1::LeadTime time = TimeOf(spec);
  EXPECT_EQ(time.days_to_first_receipt(), 1);
  EXPECT_EQ(time.days_to_complete(), 10);
  EXPECT_EQ(time.receipts(), 2);
  EXPECT_EQ(time.state(), v1::PURCHASE_ORDER_STATE_RECEIVED);
  EXPECT_THAT(time.kinds(), ElementsAre(v1::LINE_KIND_GOODS_QUANTITY));
}

TEST(Purchases, WhatGoesBackOrIsReversedIsNotComplete) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "1.00")});
  spec.At(OnDay(7, 15));
  spec.Receive({{.rejected = "10", .reason = "wet"}}, "bad").ThenAccepted();
  EXPECT_FALSE(TimeOf(spec).has_days_to_first_receipt());  // nothing of it was accepted
  spec.At(OnDay(7, 16));
  spec.Receive({{.accepted = "10"}}).ThenAccepted();
  EXPECT_EQ(TimeOf(spec).days_to_complete(), 3);
  spec.At(OnDay(7, 17));
  spec.Return({.accepted = "1"}).ThenAccepted();
  EXPECT_FALSE(TimeOf(spec).has_days_to_complete());
  EXPECT_EQ(TimeOf(spec).days_to_first_receipt(), 3);
  spec.At(OnDay(7, 20));
  spec.Receive({{.accepted = "1"}}, "again").ThenAccepted();
  EXPECT_EQ(TimeOf(spec).days_to_complete(), 7);
  v1::ReverseGoodsReceiptRequest reverse;
  reverse.set_name(ProcurementSpec::ReceiptName("again"));
  reverse.set_reason("another order's");
  spec.As(kReceiver).When(reverse).ThenAccepted();
  EXPECT_FALSE(TimeOf(spec).has_days_to_complete());
  EXPECT_EQ(TimeOf(spec).receipts(), 1);
}

// What is counted by supplier, kind, day and project, as the orders themselves have it.
TEST(Purchases, ATallyFollowsItsOrdersThroughReceiptsReturnsAndReversals) {
  ProcurementSpec spec;
  const auto tallies = [&] {
    std::vector<std::string> said;
    for (const auto& tally : RowsUnder<v1::LeadTimeTally>(spec, LeadTimesPrefix(kOperation))) {
      std::string text =
          fmt::format("{} {}: {} of", base::FormatDate(FromProto(tally.issue_date())),
                      static_cast<int>(tally.kind()), tally.orders());
      for (const v1::DayCount& days : tally.to_first_receipt())
        text += fmt::format(" {}x{}", days.orders(), days.days());
      text += ";";
      for (const v1::DayCount& days : tally.to_complete())
        text += fmt::format(" {}x{}", days.orders(), days.days());
      said.push_back(text);
    }
    return said;
  };
  for (const char* id : {"a", "b", "c"}) {
    spec.As(kRequester).When(ProcurementSpec::DraftOf({Goods("10", "1.00")}, id)).ThenAccepted();
    spec.Approve(kApprover, id).ThenAccepted();
    spec.At(OnDay(7, id[0] == 'c' ? 14 : 13));
    spec.Issue(id).ThenAccepted();
  }
  EXPECT_THAT(tallies(), ElementsAre("2023-07-13 2: 2 of;", "2023-07-14 2: 1 of;"));
  spec.At(OnDay(7, 20));
  spec.Receive({{.accepted = "10"}}, "ga", "a").ThenAccepted();
  spec.Receive({{.accepted = "4"}}, "gb", "b").ThenAccepted();
  spec.Receive({{.accepted = "10"}}, "gc", "c").ThenAccepted();
  EXPECT_THAT(tallies(), ElementsAre("2023-07-13 2: 2 of 2x7; 1x7", "2023-07-14 2: 1 of 1x6; 1x6"));
  spec.At(OnDay(7, 25));
  spec.Receive({{.accepted = "6"}}, "gb2", "b").ThenAccepted();
  EXPECT_THAT(tallies(),
              ElementsAre("2023-07-13 2: 2 of 2x7; 1x7 1x12", "2023-07-14 2: 1 of 1x6; 1x6"));
  v1::ReverseGoodsReceiptRequest reverse;
  reverse.set_name(ProcurementSpec::ReceiptName("gc"));
  reverse.set_reason("another order's");
  spec.As(kReceiver).When(reverse).ThenAccepted();
  EXPECT_THAT(tallies(), ElementsAre("2023-07-13 2: 2 of 2x7; 1x7 1x12", "2023-07-14 2: 1 of;"));
}

TEST(Purchases, AMedianIsADayThatSomeOrderTook) {
  LeadTimeSummary summary;
  for (const int days : {9, 2, 4, 3}) {
    v1::LeadTimeTally tally;
    tally.set_orders(1);
    const auto count = [](int of, v1::DayCount& counted) {
      counted.set_days(of);
      counted.set_orders(1);
    };
    count(days, *tally.add_to_first_receipt());
    if (days < 4) count(days * 10, *tally.add_to_complete());
    summary.Add(tally);
  }
  v1::LeadTimeTally nothing_came;
  nothing_came.set_orders(1);
  summary.Add(nothing_came);
  v1::SupplierLeadTime told;
  summary.FillIn(told);
  EXPECT_EQ(told.orders(), 5);
  EXPECT_EQ(told.orders_delivered(), 4);
  EXPECT_EQ(told.fewest_days_to_first_receipt(), 2);
  EXPECT_EQ(told.median_days_to_first_receipt(), 3);
  EXPECT_EQ(told.most_days_to_first_receipt(), 9);
  EXPECT_EQ(told.orders_complete(), 2);
  EXPECT_EQ(told.median_days_to_complete(), 20);
}

TEST(Purchases, WhatIsKeptIsWarrantedFromItsReceipt) {
  ProcurementSpec spec;
  spec.Ordered(
      {Warranted(Pieces("3", "10.00"), 24), Warranted(Goods("10", "1.00"), 6), Goods("5", "1.00")});
  // 01:30 on the 14th in Sarajevo is the 13th in UTC.
  spec.At(absl::CivilSecond(2023, 7, 14, 1, 30, 0));
  spec.Receive({{.accepted = "3", .serials = {"A-1", "A-2", "A-3"}},
                {.accepted = "8", .line = 2},
                {.accepted = "5", .line = 3}})
      .ThenAccepted();
  EXPECT_THAT(Warranties(spec), ElementsAre("2024-01-14: 8", "2025-07-14: 3 A-1 A-2 A-3"));
  spec.Return({.accepted = "1", .serials = {"A-2"}}).ThenAccepted();
  EXPECT_THAT(Warranties(spec), ElementsAre("2024-01-14: 8", "2025-07-14: 2 A-1 A-3"));
  v1::ReverseGoodsReceiptRequest reverse;
  spec.Receive({{.accepted = "2", .line = 2}}, "second").ThenAccepted();
  EXPECT_EQ(Warranties(spec).size(), 3u);
  reverse.set_name(ProcurementSpec::ReceiptName("second"));
  reverse.set_reason("another order's");
  spec.As(kReceiver).When(reverse).ThenAccepted();
  EXPECT_THAT(Warranties(spec), ElementsAre("2024-01-14: 8", "2025-07-14: 2 A-1 A-3"));
}

TEST(Purchases, AWarrantyIsOfABoundedTerm) {
  ProcurementSpec spec;
  spec.Draft({Warranted(Goods("1", "1.00"), 241)})
      .ThenRejectedField("purchase_order.lines[0].warranty_months");
  spec.Draft({Warranted(Goods("1", "1.00"), -1)})
      .ThenRejectedField("purchase_order.lines[0].warranty_months");
  spec.Draft({Warranted(Goods("1", "1.00"), 240)}).ThenAccepted();
}

}  // namespace
}  // namespace prihvat::procurement
