#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

TEST(ReceiveGoods, SaysAllThatAssetsAreMadeOf) {
  ProcurementSpec spec;
  auto line = Pieces("2", "72500.00");
  line.set_centre("operations/ba/centres/usivak");
  spec.Ordered({line})
      .Receive({{.accepted = "1", .rejected = "1", .serials = {" a1 "}, .reason = "scratched"}})
      .ThenAccepted();
  const auto event = spec.Event<v1::GoodsReceiptPosted>();
  EXPECT_EQ(event.receipt(), kReceipt);
  EXPECT_EQ(event.purchase_order(), kOrder);
  EXPECT_EQ(event.document_number(), "GRN-2023-0001");
  EXPECT_EQ(event.project(), kProject);
  EXPECT_EQ(event.budget_line(), kBudgetLine);
  EXPECT_EQ(event.supplier(), kSupplier);
  EXPECT_EQ(event.supplier_display_name(), "Autokuća d.o.o.");
  EXPECT_EQ(event.currency(), "BAM");
  EXPECT_EQ(event.receiver(), kReceiver);
  EXPECT_EQ(Text(event.value()), "72500.00 BAM");
  ASSERT_EQ(event.lines_size(), 1);
  const v1::PostedLine& posted = event.lines(0);
  EXPECT_EQ(posted.line_number(), 1);
  EXPECT_EQ(posted.description(), "protective footwear");
  EXPECT_EQ(posted.description_bs(), "zaštitna obuća");
  EXPECT_EQ(posted.kind(), v1::LINE_KIND_GOODS_SERIAL);
  EXPECT_EQ(posted.unit(), "piece");
  EXPECT_EQ(Text(posted.accepted()), "1");
  EXPECT_EQ(Text(posted.rejected()), "1");
  EXPECT_EQ(Text(posted.surplus()), "0");
  ASSERT_EQ(posted.serials_size(), 1);
  EXPECT_EQ(posted.serials(0).serial(), "a1");
  EXPECT_EQ(Text(posted.unit_price()), "72500.00 BAM");
  EXPECT_EQ(Text(posted.value()), "72500.00 BAM");
  EXPECT_EQ(posted.donor(), "organisations/eu");
  EXPECT_EQ(posted.recipient(), "organisations/dcpb");
  EXPECT_EQ(posted.centre(), "operations/ba/centres/usivak");
  EXPECT_EQ(event.order().state(), v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
  EXPECT_EQ(spec.Position(), "0.00/72500.00/72500.00");
  const auto receipt = spec.Entity<v1::GoodsReceipt>(kReceipt);
  EXPECT_EQ(receipt.state(), v1::GOODS_RECEIPT_STATE_POSTED);
  EXPECT_EQ(Text(receipt.lines(0).delivered()), "2");
  EXPECT_EQ(spec.Order().receipts(), 1);
}

TEST(ReceiveGoods, WhatIsCountedOverAllDeliveriesStaysWithinWhatCanBeHeld) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "1.00")}).Receive({{.accepted = "1"}}, "first").ThenAccepted();
  // As after very many deliveries that were rejected.
  v1::PurchaseOrderIssued much;
  const v1::PurchaseOrder order = spec.Order();
  much.set_purchase_order(order.name());
  v1::OrderFacts& facts = *much.mutable_order();
  ASSERT_TRUE(
      facts.ParseFromString(spec.Event<v1::GoodsReceiptPosted>().order().SerializeAsString()));
  *facts.mutable_lines(0)->mutable_rejected() = Number("999999999999999998");
  spec.Given(much);
  const auto reject = [&](const std::string& quantity, std::string_view id) -> ProcurementSpec& {
    return spec.Receive({{.rejected = quantity, .reason = "torn"}}, id);
  };
  reject("1", "second").ThenAccepted();
  reject("1", "third").ThenRejectedField("goods_receipt.lines[0].rejected");
  EXPECT_THAT(spec.decision().rejection().message(),
              testing::HasSubstr("1 more would be counted to 999999999999999999"));
}

TEST(ReceiveGoods, INV07_P1_ToleranceHoldsOverAllReceipts) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "1.00")}).Receive({{.accepted = "60"}}, "first").ThenAccepted();
  spec.Receive({{.accepted = "40.002"}}, "second")
      .ThenRejected("OVER_RECEIPT",
                    {{"line", "1"}, {"ordered", "100"}, {"accepted", "100.002"}, {"limit", "100"}});
  EXPECT_EQ(Text(spec.OrderLine().accepted()), "60");
  spec.Receive({{.accepted = "40"}}, "second").ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_RECEIVED);
}

TEST(ReceiveGoods, WorkedCase_Ordered100mReceived100_002Refused) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "1.00")});
  spec.Receive({{.accepted = "100.002"}})
      .ThenRejected("OVER_RECEIPT", {{"ordered", "100"}, {"accepted", "100.002"}});
  EXPECT_THAT(spec.decision().rejection().message(),
              ::testing::AllOf(::testing::HasSubstr("100.002"), ::testing::HasSubstr("100 piece")));
  spec.Receive({{.accepted = "100", .surplus = "0.002"}}).ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().surplus()), "0.002");
}

TEST(ReceiveGoods, ExactlyTheOrderedQuantityCompletesIt) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "1.00")}).Receive({{.accepted = "100.000"}}).ThenAccepted();
  EXPECT_EQ(spec.Event<v1::PurchaseOrderReceived>().purchase_order(), kOrder);
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_RECEIVED);
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "0");
}

TEST(ReceiveGoods, INV07_P2_WorkedCase_10000WithTwoPercentOverManyTrucks) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10000", "1.00", "2")});
  for (int truck = 0; truck < 20; ++truck) {
    spec.Receive({{.accepted = "500"}}, "truck" + std::to_string(truck)).ThenAccepted();
  }
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_RECEIVED);
  spec.Receive({{.accepted = "150"}}, "more").ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().accepted()), "10150");
  spec.Receive({{.accepted = "60"}}, "too-much")
      .ThenRejected("OVER_RECEIPT",
                    {{"ordered", "10000"}, {"accepted", "10210"}, {"limit", "10200"}});
  spec.Receive({{.accepted = "50"}}, "last").ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().accepted()), "10200");
  EXPECT_EQ(spec.Position(), "0.00/0.00/10200.00");
}

TEST(ReceiveGoods, INV03_WhatIsToleratedMustFitTheBudgetToo) {
  ProcurementSpec spec("10100.00");
  spec.Ordered({Goods("10000", "1.00", "2")});
  spec.Receive({{.accepted = "10150"}})
      .ThenRejected("OVER_BUDGET", {{"available", "100.00 BAM"}, {"wanted", "150.00 BAM"}});
  spec.Receive({{.accepted = "10100", .surplus = "50"}}).ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/10100.00");
}

TEST(ReceiveGoods, P3_CompleteByQuantityNotByPercentage) {
  ProcurementSpec spec;
  spec.Ordered({Goods("3000", "1.00")}).Receive({{.accepted = "2999.99"}}, "most").ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
  EXPECT_EQ(Text(spec.OrderLine().received_percent()), "99.99");
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "0.01");
  spec.Receive({{.accepted = "0.01"}}, "rest").ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_RECEIVED);
  EXPECT_EQ(Text(spec.OrderLine().received_percent()), "100");
}

TEST(ReceiveGoods, P6_TheRestStaysOpenAndNothingIsCancelled) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "1.00")}).Receive({{.accepted = "50"}}).ThenAccepted();
  ASSERT_EQ(spec.decision().events().size(), 2u);  // the receipt and the money, nothing else
  EXPECT_EQ(Text(spec.OrderLine().accepted()), "50");
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "50");
  EXPECT_EQ(Text(spec.OrderLine().cancelled()), "0");
  EXPECT_EQ(spec.Order().receipts(), 1);
}

TEST(ReceiveGoods, INV08_DeliveredIsAcceptedRejectedAndHeld) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "1.00")});
  auto command = ProcurementSpec::ReceiptOf(
      {{.accepted = "60", .rejected = "20", .surplus = "5", .reason = "wet"}});
  auto& line = *command.mutable_goods_receipt()->mutable_lines(0);
  *line.mutable_delivered() = Number("86");
  spec.As(kReceiver).When(command).ThenRejected("DELIVERY_DOES_NOT_ADD_UP",
                                                {{"delivered", "86"}, {"accounted_for", "85"}});
  *line.mutable_delivered() = Number("85");
  line.clear_rejection_reason();
  spec.When(command).ThenRejected("REJECTION_REASON_MISSING", {{"line", "1"}, {"rejected", "20"}});
  line.set_rejection_reason("wet");
  spec.When(command).ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "40");
}

TEST(ReceiveGoods, INV10_TheApproverDoesNotReceiveAboveTheAmount) {
  ProcurementSpec spec;
  spec.Ordered({Goods("1", "9779.16")});  // EUR 5,000.01
  const auto receipt = ProcurementSpec::ReceiptOf({{.accepted = "1"}});
  spec.As(kApprover).When(receipt).ThenRejected(
      "DUTIES_NOT_SEPARATE", {{"actor", kApprover}, {"duties", "approver, receiver"}});
  spec.As(kRequester)
      .When(receipt)
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, receiver"}});
  spec.As(kReceiver).When(receipt).ThenAccepted();
}

TEST(ReceiveGoods, INV10_TwoPeopleSufficeUpToTheAmount) {
  ProcurementSpec spec;
  spec.Ordered({Goods("1", "9779.15")});  // EUR 5,000.00
  spec.As(kRequester).When(ProcurementSpec::ReceiptOf({{.accepted = "1"}})).ThenAccepted();
}

TEST(ReceiveGoods, INV12_ASerialIsReceivedOnce) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("5", "1.00")}, "a").Ordered({Pieces("5", "1.00")}, "b");
  spec.Receive({{.accepted = "2", .serials = {"S1", "S1"}}}, "twice", "a")
      .ThenRejected("SERIAL_TAKEN", {{"received_in", "this receipt"}});
  spec.Receive({{.accepted = "2", .serials = {"S1", "S2"}}}, "first", "a").ThenAccepted();
  spec.Receive({{.accepted = "1", .serials = {"s2"}}}, "again", "b")
      .ThenRejected("SERIAL_TAKEN", {{"serial", "s2"},
                                     {"manufacturer", "Haix"},
                                     {"received_in", "operations/ba/goodsReceipts/first"}});
  // Spelling of the maker makes no other maker, as in the handover service.
  auto spelled = ProcurementSpec::ReceiptOf({{.accepted = "1", .serials = {"S1"}}}, "spelled", "b");
  spelled.mutable_goods_receipt()->mutable_lines(0)->mutable_serials(0)->set_manufacturer("Háix");
  spec.When(spelled).ThenRejected("SERIAL_TAKEN");
  // The same number of another maker is another piece.
  auto other = ProcurementSpec::ReceiptOf({{.accepted = "1", .serials = {"S2"}}}, "other", "b");
  other.mutable_goods_receipt()->mutable_lines(0)->mutable_serials(0)->set_manufacturer("Meindl");
  spec.When(other).ThenAccepted();
}

TEST(ReceiveGoods, INV12_TheSerialOfAPieceThatIsNoLongerLiveMayComeAgain) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("3", "10.00")});
  spec.Receive({{.accepted = "1", .serials = {"a1"}}}, "first").ThenAccepted();
  v1::ReleaseSerialRequest release;
  release.set_operation(kOperation);
  release.set_receipt("operations/ba/goodsReceipts/other");
  release.set_line_number(1);
  *release.mutable_item() = Serial("a1");
  spec.When(release).ThenNothing();  // of another receipt
  spec.Receive({{.accepted = "1", .serials = {"a1"}}}, "second").ThenRejected("SERIAL_TAKEN");
  release.set_receipt("operations/ba/goodsReceipts/first");
  spec.When(release).ThenAccepted();
  EXPECT_EQ(spec.Event<v1::SerialReleased>().item().serial(), "a1");
  spec.Receive({{.accepted = "1", .serials = {"a1"}}}, "second").ThenAccepted();
  // Told again, the second piece keeps its number.
  spec.When(release).ThenNothing();
  spec.Receive({{.accepted = "1", .serials = {"a1"}}}, "third").ThenRejected("SERIAL_TAKEN");
}

TEST(ReceiveGoods, INV12_AVinIsReceivedOnce) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("5", "1.00")});
  auto command = ProcurementSpec::ReceiptOf({{.accepted = "1"}}, "first");
  *command.mutable_goods_receipt()->mutable_lines(0)->add_serials() = Vehicle("XTA213100N0000001");
  spec.As(kReceiver).When(command).ThenAccepted();
  command.set_goods_receipt_id("second");
  command.mutable_goods_receipt()->mutable_lines(0)->mutable_serials(0)->set_vin(
      "xta213100n0000001");
  spec.When(command).ThenRejected("SERIAL_TAKEN", {{"vin", "XTA213100N0000001"}});
}

TEST(ReceiveGoods, INV13_AVinIsWellFormed) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("5", "1.00")});
  auto command = ProcurementSpec::ReceiptOf({{.accepted = "1"}});
  v1::SerialItem& vehicle = *command.mutable_goods_receipt()->mutable_lines(0)->add_serials();
  vehicle = Vehicle("XTA213100O0000001");  // the letter O
  spec.As(kReceiver).When(command).ThenRejected("VIN_NOT_VALID", {{"vin", "XTA213100O0000001"}});
  vehicle.set_vin("1M8GDM9A_KP042788");
  spec.When(command).ThenRejected("VIN_NOT_VALID");
  vehicle.set_vin("1M8GDM9A1KP042788");  // North America: check digit should be X
  spec.When(command).ThenRejected("VIN_NOT_VALID");
  vehicle.set_vin("1M8GDM9AXKP042788");
  spec.When(command).ThenAccepted();
  EXPECT_EQ(spec.Event<v1::GoodsReceiptPosted>().warnings_size(), 0);
}

TEST(ReceiveGoods, INV13_ACheckDigitIsAWarningElsewhere) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("5", "1.00")});
  auto command = ProcurementSpec::ReceiptOf({{.accepted = "1"}});
  *command.mutable_goods_receipt()->mutable_lines(0)->add_serials() = Vehicle("XTA213100N0000001");
  spec.As(kReceiver).When(command).ThenAccepted();
  const auto event = spec.Event<v1::GoodsReceiptPosted>();
  ASSERT_EQ(event.warnings_size(), 1);
  EXPECT_THAT(event.warnings(0), ::testing::HasSubstr("XTA213100N0000001"));
}

TEST(ReceiveGoods, SerialsAreAsManyAsThePieces) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("5", "1.00"), Goods("5", "1.00")});
  spec.Receive({{.accepted = "2", .serials = {"S1"}}})
      .ThenRejected("SERIALS_DO_NOT_MATCH", {{"listed", "1"}, {"expected", "2"}});
  spec.Receive({{.accepted = "1", .serials = {"S1"}, .line = 2}})
      .ThenRejected("SERIALS_DO_NOT_MATCH", {{"listed", "1"}, {"expected", "0"}});
  spec.Receive({{.accepted = "1.5", .serials = {"S1"}}}).ThenRejected("SERIALS_DO_NOT_MATCH");
  spec.Receive({{.rejected = "0.5", .reason = "half"}})
      .ThenRejectedField("goods_receipt.lines[0].rejected");
  spec.Receive({{.rejected = "1", .rejected_serials = {"S1", "S2"}, .reason = "dented"}})
      .ThenRejected("SERIALS_DO_NOT_MATCH", {{"listed", "2"}, {"rejected", "1"}});
  auto nameless = ProcurementSpec::ReceiptOf({{.accepted = "1", .serials = {"S1"}}});
  nameless.mutable_goods_receipt()->mutable_lines(0)->mutable_serials(0)->clear_manufacturer();
  spec.When(nameless).ThenRejectedField("goods_receipt.lines[0].serials[0].manufacturer");
  nameless.mutable_goods_receipt()->mutable_lines(0)->mutable_serials(0)->clear_serial();
  spec.When(nameless).ThenRejectedField("goods_receipt.lines[0].serials[0].serial");
}

TEST(ReceiveGoods, OnlyAgainstAnIssuedOrder) {
  ProcurementSpec spec;
  spec.Draft({Goods("1", "1.00")});
  spec.Receive({{.accepted = "1"}}).ThenRejected("WRONG_STATE", {{"state", "a draft"}});
  spec.Approve();
  spec.Receive({{.accepted = "1"}})
      .ThenRejected("WRONG_STATE", {{"open_moves", "issue, amend, cancel"}});
}

TEST(ReceiveGoods, NamesTheFieldThatIsWrong) {
  ProcurementSpec spec;
  spec.Ordered({Goods("1", "1.00")});
  spec.Receive({}).ThenRejectedField("goods_receipt.lines");
  spec.Receive({{.accepted = "1", .line = 2}})
      .ThenRejectedField("goods_receipt.lines[0].line_number");
  spec.Receive({{.accepted = "0.5"}, {.accepted = "0.5"}})
      .ThenRejectedField("goods_receipt.lines[1].line_number");
  spec.Receive({{.accepted = "-1"}}).ThenRejectedField("goods_receipt.lines[0].accepted");
  spec.Receive({{.accepted = "0"}}).ThenRejectedField("goods_receipt.lines[0].accepted");
  spec.Receive({{.surplus = "999999999999999999"}})
      .ThenRejectedField("goods_receipt.lines[0].surplus");
  spec.Receive({{.accepted = "1"}}, "grn", "none").ThenRejected("NOT_FOUND");
  auto wrong = ProcurementSpec::ReceiptOf({{.accepted = "1"}});
  wrong.mutable_goods_receipt()->set_purchase_order(kSupplier);
  spec.When(wrong).ThenRejectedField("goods_receipt.purchase_order");
}

TEST(ReceiveGoods, RoundedValuesAddUpToTheWhole) {
  ProcurementSpec spec;
  spec.Ordered({Goods("1", "0.10")});
  // Three parts of 0.3333 each round to 0.03, four fenings are the last one's.
  spec.Receive({{.accepted = "0.3333"}}, "a").ThenAccepted();
  EXPECT_EQ(Text(spec.Event<v1::GoodsReceiptPosted>().value()), "0.03 BAM");
  spec.Receive({{.accepted = "0.3333"}}, "b").ThenAccepted();
  EXPECT_EQ(Text(spec.Event<v1::GoodsReceiptPosted>().value()), "0.04 BAM");
  spec.Receive({{.accepted = "0.3334"}}, "c").ThenAccepted();
  EXPECT_EQ(Text(spec.Event<v1::GoodsReceiptPosted>().value()), "0.03 BAM");
  EXPECT_EQ(spec.Position(), "0.00/0.00/0.10");
}

TEST(ReceiveGoods, ServicesAreReceivedToo) {
  ProcurementSpec spec;
  spec.Ordered({Line(v1::LINE_KIND_SERVICE, "12", "1500.00")})
      .Receive({{.accepted = "0.5"}})
      .ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/17250.00/750.00");
}

TEST(ReceiveGoods, WorkedCase_TheTwoDonationsOf2023) {
  ProcurementSpec spec("895900.00");
  spec.Ordered({Pieces("10", "72500.00")}, "vehicles")
      .Ordered({Goods("1709", "100.00")}, "clothing");
  EXPECT_EQ(spec.Position(), "0.00/895900.00/0.00");
  Delivered vehicles{.accepted = "10"};
  for (int i = 0; i < 10; ++i) vehicles.serials.push_back("V" + std::to_string(i));
  spec.Receive({vehicles}, "v", "vehicles").ThenAccepted();
  EXPECT_EQ(Text(spec.Event<v1::GoodsReceiptPosted>().value()), "725000.00 BAM");
  spec.Receive({{.accepted = "1709"}}, "c", "clothing").ThenAccepted();
  EXPECT_EQ(Text(spec.Event<v1::GoodsReceiptPosted>().value()), "170900.00 BAM");
  EXPECT_EQ(spec.Position(), "0.00/0.00/895900.00");
}

}  // namespace
}  // namespace prihvat::procurement
