#include "services/procurement/views/performance.h"

#include "libs/es/entities.h"
#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

// All that is counted of the supplier, over all days and projects.
v1::SupplierPerformance Counted(const ProcurementSpec& spec) {
  v1::SupplierPerformance sum;
  spec.Projected(PerformanceView())
      .Scan(PerformancesOfSupplier(kOperation, kSupplier), "",
            [&](std::string_view, std::string_view value) {
              v1::PerformanceTally tally;
              EXPECT_TRUE(es::DecodeEntity(value, tally));
              AddNumbers(tally.numbers(), sum);
              return true;
            });
  return sum;
}

TEST(Performance, CountsWhatWasRejectedHeldAndSentBack) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "1.00"), Goods("10", "1.00")});
  spec.Receive({{.accepted = "4", .rejected = "1", .reason = "wet"},
                {.accepted = "10", .surplus = "2", .line = 2}},
               "one")
      .ThenAccepted();
  spec.Receive({{.accepted = "1"}}, "two").ThenAccepted();
  v1::SupplierPerformance counted = Counted(spec);
  EXPECT_EQ(counted.receipts(), 2);
  EXPECT_EQ(counted.receipt_lines(), 3);
  EXPECT_EQ(counted.lines_with_rejections(), 1);
  EXPECT_EQ(counted.lines_with_surplus(), 1);
  EXPECT_EQ(counted.returns(), 0);
  spec.Return({.rejected = "1"}, "one").ThenAccepted();
  spec.Return({.accepted = "1"}, "one").ThenAccepted();
  counted = Counted(spec);
  EXPECT_EQ(counted.returns(), 2);
  EXPECT_EQ(counted.lines_returned(), 1);  // what was rejected had never been taken
}

TEST(Performance, WhatAReversedReceiptSaidCountsNoMore) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "1.00")});
  spec.Receive({{.accepted = "4"}}, "one").ThenAccepted();
  spec.At(absl::CivilSecond(2023, 7, 20, 9, 0, 0));
  spec.Receive({{.rejected = "1", .reason = "wet"}}, "two").ThenAccepted();
  v1::ReverseGoodsReceiptRequest reverse;
  reverse.set_name(ProcurementSpec::ReceiptName("two"));
  reverse.set_reason("entered twice");
  spec.As(kReceiver).When(reverse).ThenAccepted();
  const v1::SupplierPerformance counted = Counted(spec);
  EXPECT_EQ(counted.receipts(), 1);
  EXPECT_EQ(counted.lines_with_rejections(), 0);
  // Nothing is left of the day of the second.
  int tallies = 0;
  spec.Projected(PerformanceView())
      .Scan(PerformancesPrefix(kOperation), "", [&](std::string_view key, std::string_view) {
        EXPECT_NE(key.find("2023-07-13"), std::string_view::npos) << key;
        ++tallies;
        return true;
      });
  EXPECT_EQ(tallies, 1);
}

TEST(Performance, AnOrderThatEndsWithSomethingMissingIsShort) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "1.00")}, "short");
  spec.Receive({{.accepted = "6"}}, "one", "short").ThenAccepted();
  spec.Close("short").ThenAccepted();
  spec.Ordered({Goods("10", "1.00")}, "whole");
  spec.Receive({{.accepted = "10"}}, "two", "whole").ThenAccepted();
  spec.Close("whole").ThenAccepted();
  spec.Ordered({Goods("10", "1.00")}, "terminated");
  spec.MoveWithReason<v1::SuspendPurchaseOrderRequest>("terminated").ThenAccepted();
  spec.MoveWithReason<v1::TerminatePurchaseOrderRequest>("terminated").ThenAccepted();
  spec.Ordered({Goods("10", "1.00")}, "cancelled");
  spec.Cancel("cancelled").ThenAccepted();
  const v1::SupplierPerformance counted = Counted(spec);
  EXPECT_EQ(counted.orders_ended(), 2);
  EXPECT_EQ(counted.orders_short(), 1);
  EXPECT_EQ(counted.orders_terminated(), 1);
}

}  // namespace
}  // namespace prihvat::procurement
