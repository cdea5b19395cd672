#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

TEST(ReturnGoods, P4_ReturnedRejectsDoNotLowerWhatIsKept) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "1.00")})
      .Receive({{.accepted = "60", .rejected = "20", .reason = "wet"}})
      .ThenAccepted();
  spec.Return({.rejected = "20"}).ThenAccepted();
  const v1::OrderLine line = spec.OrderLine();
  EXPECT_EQ(Text(line.accepted()), "60");
  EXPECT_EQ(Text(line.returned_accepted()), "0");
  EXPECT_EQ(Text(line.returned_rejected()), "20");
  EXPECT_EQ(Text(line.outstanding()), "40");
  EXPECT_EQ(spec.Position(), "0.00/40.00/60.00");
  ASSERT_EQ(spec.decision().events().size(), 1u);  // no money moved
}

TEST(ReturnGoods, NothingGoesBackBeforeItCame) {
  ProcurementSpec spec;
  spec.Ordered({Goods("25", "10.00")}).Receive({{.accepted = "25"}}).ThenAccepted();
  const absl::Time came = absl::FromCivil(absl::CivilSecond(2023, 7, 13, 12, 0, 0), spec.zone());
  spec.Effective(came - absl::Seconds(1));
  spec.Return({.accepted = "5"}).ThenRejectedField("effective_time");
  spec.Effective(came);
  spec.Return({.accepted = "5"}).ThenAccepted();
}

v1::RecordReturnedPieceRequest Told(std::string_view serial, std::string_view receipt = "grn") {
  v1::RecordReturnedPieceRequest command;
  command.set_operation(kOperation);
  command.set_receipt(std::string(kOperation) + "/goodsReceipts/" + std::string(receipt));
  command.set_line_number(1);
  *command.mutable_item() = Serial(serial);
  command.set_reason("faulty");
  return command;
}

TEST(ReturnGoods, INV12_WhatHandoverWasToldGoesBackOnceAndItsSerialMayComeAgain) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("2", "10.00")});
  spec.Receive({{.accepted = "2", .serials = {"a1", "a2"}}}).ThenAccepted();
  spec.When(Told("a1")).ThenAccepted();
  EXPECT_EQ(spec.Event<v1::GoodsReturned>().lines(0).serials(0).serial(), "a1");
  EXPECT_EQ(Text(spec.OrderLine().returned_accepted()), "1");
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "1");
  EXPECT_EQ(spec.Position(), "0.00/10.00/10.00");
  spec.When(Told("a1")).ThenNothing();
  spec.Receive({{.accepted = "1", .serials = {"a1"}}}, "again").ThenAccepted();
  spec.When(Told("a1")).ThenNothing();  // least of all to the new piece
  // What was told here first is not told twice.
  spec.Return({.accepted = "1", .serials = {"a2"}}).ThenAccepted();
  spec.When(Told("a2")).ThenNothing();
  EXPECT_EQ(Text(spec.OrderLine().returned_accepted()), "2");
}

TEST(ReturnGoods, WhatHandoverWasToldAndCannotBeIsRefusedForPeopleToSettle) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("2", "10.00")});
  spec.Receive({{.accepted = "1", .serials = {"a1"}}}).ThenAccepted();
  spec.When(Told("b1")).ThenRejected("NOT_FOUND");
  spec.When(Told("a1", "other")).ThenRejected("NOT_FOUND");
  v1::ReverseGoodsReceiptRequest reverse;
  reverse.set_name(kReceipt);
  reverse.set_reason("never came");
  spec.As(kReceiver).When(reverse).ThenAccepted();
  spec.When(Told("a1")).ThenRejected("WRONG_STATE", {{"state", "reversed"}});
}

TEST(ReturnGoods, P5_WhatHandoverSentBackOfALotIsOutstandingAgain) {
  ProcurementSpec spec;
  spec.Ordered({Goods("25", "10.00")}).Receive({{.accepted = "25"}}).ThenAccepted();
  v1::RecordReturnedLotRequest told;
  told.set_operation(kOperation);
  told.set_receipt(kReceipt);
  told.set_line_number(1);
  *told.mutable_quantity() = Number("5");
  told.set_reason("wrong size");
  spec.When(told).ThenAccepted();
  EXPECT_TRUE(spec.Event<v1::GoodsReturned>().told_by_handover());
  EXPECT_EQ(Text(spec.OrderLine().accepted()), "25");
  EXPECT_EQ(Text(spec.OrderLine().returned_accepted()), "5");
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "5");
  EXPECT_EQ(spec.Position(), "0.00/50.00/200.00");
  *told.mutable_quantity() = Number("20.5");
  spec.When(told).ThenRejected("RETURN_TOO_MUCH", {{"returned", "20.5"}, {"left", "20"}});
  spec.Return({.accepted = "5"}).ThenAccepted();
  EXPECT_FALSE(spec.Event<v1::GoodsReturned>().told_by_handover());
}

TEST(ReturnGoods, A1_AReplacementComesForWhatWentBackAndNoMore) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("10", "10.00")});
  Delivered ten{.accepted = "10"};
  for (int i = 1; i <= 10; ++i) ten.serials.push_back("a" + std::to_string(i));
  spec.Receive({ten}).ThenAccepted();
  spec.Receive({{.accepted = "1", .serials = {"a11"}}}, "eleventh")
      .ThenRejected("OVER_RECEIPT", {{"accepted", "11"}, {"limit", "10"}});
  spec.Return({.accepted = "1", .serials = {"a3"}}).ThenAccepted();
  spec.Receive({{.accepted = "1", .serials = {"a11"}}}, "replacement").ThenAccepted();
  spec.Receive({{.accepted = "1", .serials = {"a12"}}}, "another")
      .ThenRejected("OVER_RECEIPT", {{"accepted", "11"}, {"limit", "10"}});
  EXPECT_EQ(spec.Position(), "0.00/0.00/100.00");
}

TEST(ReturnGoods, P5_GrossAndNetStayApart) {
  ProcurementSpec spec;
  spec.Ordered({Goods("25", "10.00")}).Receive({{.accepted = "25"}}).ThenAccepted();
  spec.Return({.accepted = "5"}).ThenAccepted();
  const v1::OrderLine line = spec.OrderLine();
  EXPECT_EQ(Text(line.accepted()), "25");
  EXPECT_EQ(Text(line.returned_accepted()), "5");
  EXPECT_EQ(Text(line.spent()), "200.00 BAM");  // of the net 20
  EXPECT_EQ(Text(line.outstanding()), "5");
  EXPECT_EQ(Text(spec.Event<v1::GoodsReturned>().lines(0).value()), "50.00 BAM");
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
  EXPECT_EQ(spec.Position(), "0.00/50.00/200.00");
  EXPECT_EQ(spec.Event<v1::BudgetMoved>().kind(), v1::BUDGET_MOVE_KIND_RETURNED);
  spec.Receive({{.accepted = "5"}}, "again").ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().accepted()), "30");
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_RECEIVED);
  EXPECT_EQ(spec.Position(), "0.00/0.00/250.00");
}

TEST(ReturnGoods, INV12_WorkedCase_RejectedSerialsReturnedAndReceivedAgain) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("5", "1.00")})
      .Receive({{.accepted = "3",
                 .rejected = "2",
                 .serials = {"S1", "S2", "S3"},
                 .rejected_serials = {"S4", "S5"},
                 .reason = "dead on arrival"}},
               "first")
      .ThenAccepted();
  spec.Return({.rejected = "2"}, "first").ThenAccepted();
  spec.Receive({{.accepted = "2", .serials = {"S4", "S5"}}}, "second").ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().accepted()), "5");
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_RECEIVED);
}

TEST(ReturnGoods, INV12_AReturnedSerialMayComeAgain) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("2", "1.00")})
      .Receive({{.accepted = "2", .serials = {"S1", "S2"}}}, "first")
      .ThenAccepted();
  spec.Return({.accepted = "1"}, "first")
      .ThenRejected("SERIALS_DO_NOT_MATCH", {{"listed", "0"}, {"expected", "1"}});
  spec.Return({.accepted = "1", .serials = {"S3"}}, "first")
      .ThenRejectedField("lines[0].serials[0]");
  spec.Return({.accepted = "2", .serials = {"S2", "s2"}}, "first")
      .ThenRejectedField("lines[0].serials[1]");
  spec.Return({.accepted = "1", .serials = {"s2"}}, "first").ThenAccepted();
  EXPECT_EQ(spec.Event<v1::GoodsReturned>().lines(0).serials(0).serial(), "S2");
  spec.Receive({{.accepted = "1", .serials = {"S2"}}}, "second").ThenAccepted();
  // S2 is of the second receipt now.
  spec.Return({.accepted = "1", .serials = {"S2"}}, "first")
      .ThenRejectedField("lines[0].serials[0]");
  spec.Return({.accepted = "1", .serials = {"S2"}}, "second").ThenAccepted();
}

TEST(ReturnGoods, NotMoreThanIsLeft) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "1.00")})
      .Receive({{.accepted = "5", .rejected = "2", .surplus = "1", .reason = "wet"}})
      .ThenAccepted();
  spec.Return({.accepted = "5.1"})
      .ThenRejected("RETURN_TOO_MUCH", {{"what", "accepted"}, {"returned", "5.1"}, {"left", "5"}});
  spec.Return({.rejected = "1"}).ThenAccepted();
  spec.Return({.rejected = "2"})
      .ThenRejected("RETURN_TOO_MUCH", {{"what", "rejected"}, {"left", "1"}});
  spec.Return({.surplus = "2"}).ThenRejected("RETURN_TOO_MUCH", {{"what", "surplus"}});
  spec.Return({.surplus = "1"}).ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().returned_surplus()), "1");
  spec.Return({}).ThenRejectedField("lines[0].accepted");
  spec.Return({.accepted = "1", .line = 2}).ThenRejectedField("lines[0].line_number");
}

TEST(ReturnGoods, AfterTheEndNothingIsToComeAgain) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "1.00")}).Receive({{.accepted = "6"}}).ThenAccepted();
  spec.Close().ThenAccepted();
  spec.Return({.accepted = "2"}).ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_CLOSED);
  EXPECT_EQ(Text(spec.OrderLine().cancelled()), "6");
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "0");
  EXPECT_EQ(spec.Position(), "0.00/0.00/4.00");
}

TEST(ReturnGoods, A3_AStaleEtagIsRefused) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "1.00")}).Receive({{.accepted = "6"}}).ThenAccepted();
  v1::ReturnGoodsRequest command;
  command.set_name(kReceipt);
  command.set_reason("faulty");
  command.set_etag(es::EtagOf(spec.Entity<v1::GoodsReceipt>(kReceipt)));
  command.add_lines()->set_line_number(1);
  *command.mutable_lines(0)->mutable_accepted() = Number("1");
  spec.When(command).ThenAccepted();
  spec.When(command).ThenRejected("STALE_ETAG", {{"name", kReceipt}});
}

}  // namespace
}  // namespace prihvat::procurement
