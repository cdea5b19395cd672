#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

using Acknowledge = v1::AcknowledgePurchaseOrderRequest;
using Suspend = v1::SuspendPurchaseOrderRequest;
using Resume = v1::ResumePurchaseOrderRequest;
using Terminate = v1::TerminatePurchaseOrderRequest;

TEST(OrderMoves, FromDraftToClosed) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")}).Move<Acknowledge>().ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED);
  spec.Receive({{.accepted = "10"}}).ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_RECEIVED);
  v1::ClosePurchaseOrderRequest close;  // nothing is outstanding, so no reason is needed
  close.set_name(kOrder);
  spec.When(close).ThenAccepted();
  EXPECT_FALSE(spec.Event<v1::PurchaseOrderClosed>().short_delivered());
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_CLOSED);
  EXPECT_EQ(spec.Position(), "0.00/0.00/50.00");
}

TEST(OrderMoves, IssuingMovesNoMoney) {
  ProcurementSpec spec;
  spec.Draft({Goods("10", "5.00")}).Approve().Issue();
  v1::PurchaseOrderIssued issued;
  issued.set_purchase_order(kOrder);
  *issued.mutable_order() = spec.Event<v1::PurchaseOrderIssued>().order();
  spec.Then(issued);
  EXPECT_EQ(issued.order().state(), v1::PURCHASE_ORDER_STATE_ISSUED);
}

TEST(OrderMoves, P7_CloseShort) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")}).Receive({{.accepted = "6"}}).ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/20.00/30.00");
  v1::ClosePurchaseOrderRequest without_reason;
  without_reason.set_name(kOrder);
  spec.When(without_reason).ThenRejectedField("reason");
  spec.Close().ThenAccepted();
  EXPECT_TRUE(spec.Event<v1::PurchaseOrderClosed>().short_delivered());
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "0");
  EXPECT_EQ(Text(spec.OrderLine().accepted()), "6");
  EXPECT_EQ(Text(spec.OrderLine().cancelled()), "4");
  EXPECT_EQ(spec.Position(), "0.00/0.00/30.00");
  const auto moved = spec.Event<v1::BudgetMoved>();
  EXPECT_EQ(moved.kind(), v1::BUDGET_MOVE_KIND_RELEASED);
  EXPECT_EQ(Text(moved.committed_change()), "-20.00 BAM");
  spec.Receive({{.accepted = "4"}}, "late").ThenRejected("WRONG_STATE", {{"state", "closed"}});
}

TEST(OrderMoves, INV11_NotCancelledAfterAReceipt) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")}).Receive({{.accepted = "1"}}).ThenAccepted();
  spec.Cancel().ThenRejected("ORDER_HAS_RECEIPTS",
                             {{"receipts", "1"}, {"state", "partially received"}});
  EXPECT_EQ(spec.Position(), "0.00/45.00/5.00");
}

TEST(OrderMoves, INV11_NotEvenAfterOneThatWasAllRejected) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")})
      .Receive({{.rejected = "10", .reason = "mouldy"}})
      .ThenAccepted();
  spec.Cancel().ThenRejected("ORDER_HAS_RECEIPTS", {{"receipts", "1"}});
  spec.Close().ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/0.00");
}

TEST(OrderMoves, INV11_NorWhileADeliveryIsBeingCountedOrInspected) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  spec.CountGoods({{1, "4"}}).ThenAccepted();
  spec.Cancel().ThenRejected("RECEIPT_OPEN",
                             {{"goods_receipt", kReceipt}, {"receipt_state", "counted"}});
  spec.Inspect({{.accepted = "4"}}).ThenAccepted();
  spec.Cancel().ThenRejected("RECEIPT_OPEN",
                             {{"goods_receipt", kReceipt}, {"receipt_state", "inspected"}});
  spec.Abandon().ThenAccepted();
  spec.Cancel().ThenAccepted();
}

TEST(OrderMoves, NoOrderIsClosedOrTerminatedBeforeADeliveryIsBookedOrGivenUp) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")}).Receive({{.accepted = "1"}}, "first").ThenAccepted();
  spec.CountGoods({{1, "4"}}).ThenAccepted();
  spec.Close().ThenRejected("RECEIPT_OPEN", {{"goods_receipt", kReceipt}});
  spec.MoveWithReason<Terminate>().ThenRejected("RECEIPT_OPEN", {{"goods_receipt", kReceipt}});
  spec.Inspect({{.accepted = "4"}}).ThenAccepted();
  spec.Post().ThenAccepted();
  spec.Close().ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/25.00");
}

TEST(OrderMoves, CancelledInEveryStateBeforeAReceipt) {
  for (int moves = 0; moves <= 3; ++moves) {
    ProcurementSpec spec;
    spec.Draft({Goods("10", "5.00")}).ThenAccepted();
    if (moves >= 1) spec.Approve().ThenAccepted();
    if (moves >= 2) spec.Issue().ThenAccepted();
    if (moves >= 3) spec.Move<Acknowledge>().ThenAccepted();
    spec.Cancel().ThenAccepted();
    EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_CANCELLED);
    EXPECT_EQ(Text(spec.OrderLine().cancelled()), "10");
    EXPECT_EQ(spec.Position(), "0.00/0.00/0.00");
    spec.Cancel().ThenRejected("WRONG_STATE", {{"open_moves", "none"}});
  }
}

TEST(OrderMoves, ASuspendedOrderTakesNothingAndGoesOnWhereItWas) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")}).Receive({{.accepted = "1"}}, "first").ThenAccepted();
  spec.MoveWithReason<Suspend>().ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/45.00/5.00");  // still promised
  spec.Receive({{.accepted = "1"}}, "second")
      .ThenRejected("WRONG_STATE", {{"open_moves", "resume, return, terminate"}});
  spec.MoveWithReason<Suspend>().ThenRejected("WRONG_STATE");
  spec.Move<Resume>().ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
  spec.Receive({{.accepted = "1"}}, "second").ThenAccepted();
  spec.Move<Resume>().ThenRejected("WRONG_STATE");
}

TEST(OrderMoves, TerminatedFreesTheRest) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  spec.MoveWithReason<Terminate>().ThenRejected("WRONG_STATE", {{"state", "issued"}});
  spec.Receive({{.accepted = "1"}}).ThenAccepted();
  spec.MoveWithReason<Suspend>().ThenAccepted();
  spec.MoveWithReason<Terminate>().ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_TERMINATED);
  EXPECT_EQ(spec.Position(), "0.00/0.00/5.00");
}

TEST(OrderMoves, AMoveThatEndsSomethingNeedsAReason) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  v1::CancelPurchaseOrderRequest cancel;
  cancel.set_name(kOrder);
  cancel.set_reason(" \n ");
  spec.When(cancel).ThenRejectedField("reason");
  Suspend suspend;
  suspend.set_name(kOrder);
  spec.When(suspend).ThenRejectedField("reason");
}

}  // namespace
}  // namespace prihvat::procurement
