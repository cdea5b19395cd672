#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

using Amend = v1::AmendPurchaseOrderRequest;
using ApproveAmendment = v1::ApprovePurchaseOrderAmendmentRequest;
using Drop = v1::DropPurchaseOrderAmendmentRequest;

Amend Amending(int line, std::string_view quantity, std::string_view price = "") {
  Amend command;
  command.set_name(kOrder);
  command.set_reason("needs changed");
  v1::OrderLineChange& change = *command.add_changes();
  change.set_line_number(line);
  if (!quantity.empty()) *change.mutable_quantity() = Number(quantity);
  if (!price.empty()) *change.mutable_unit_price() = Km(price);
  return command;
}

ApproveAmendment Approving() {
  ApproveAmendment command;
  command.set_name(kOrder);
  return command;
}

using Acknowledge = v1::AcknowledgePurchaseOrderRequest;

Acknowledge Acknowledging(int version = 0) {
  Acknowledge command;
  command.set_name(kOrder);
  command.set_version(version);
  return command;
}

TEST(AmendOrder, WhatChangedIsAcceptedOnceTheSupplierAgreedToIt) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00"), Goods("10", "5.00")});
  spec.When(Acknowledging()).ThenAccepted();
  EXPECT_EQ(spec.Order().acknowledged_version(), 1);
  spec.When(Amending(1, "8")).ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED);
  EXPECT_EQ(spec.Order().version(), 2);
  EXPECT_EQ(spec.Order().acknowledged_version(), 1);
  EXPECT_EQ(spec.OrderLine(1).changed_in_version(), 2);
  EXPECT_EQ(spec.OrderLine(2).changed_in_version(), 0);
  spec.Receive({{.accepted = "1"}})
      .ThenRejected("CHANGE_NOT_ACKNOWLEDGED",
                    {{"line", "1"}, {"changed_in_version", "2"}, {"acknowledged_version", "1"}});
  // The line that is as it was is received; of the other what comes is counted, rejected and held.
  spec.Receive({{.accepted = "1", .line = 2}}, "one").ThenAccepted();
  spec.Receive({{.rejected = "1", .surplus = "1", .reason = "wet"}}, "two").ThenAccepted();
  spec.CountGoods({{1, "2"}}, "three").ThenAccepted();
  spec.Inspect({{.accepted = "2"}}, "three").ThenRejected("CHANGE_NOT_ACKNOWLEDGED");
  auto agreed = Acknowledging(2);
  agreed.set_supplier_reference("AK-77/2");
  spec.As(kRequester).When(agreed).ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
  EXPECT_EQ(spec.Order().acknowledged_version(), 2);
  EXPECT_EQ(spec.Order().supplier_reference(), "AK-77/2");
  spec.Inspect({{.accepted = "2"}}, "three").ThenAccepted();
  spec.Post("three").ThenAccepted();
  spec.As(kRequester).When(Acknowledging()).ThenRejected("WRONG_STATE");
}

TEST(AmendOrder, TheSupplierAgreesToAVersion) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00"), Goods("10", "5.00")});
  spec.When(Acknowledging()).ThenAccepted();
  spec.When(Amending(1, "8")).When(Amending(2, "9")).ThenAccepted();  // 2 and 3
  spec.When(Acknowledging(1)).ThenRejectedField("version");
  spec.When(Acknowledging(4)).ThenRejectedField("version");
  spec.When(Acknowledging(2)).ThenAccepted();
  spec.Receive({{.accepted = "1"}}, "one").ThenAccepted();
  spec.Receive({{.accepted = "1", .line = 2}}, "two").ThenRejected("CHANGE_NOT_ACKNOWLEDGED");
  spec.As(kRequester).When(Acknowledging()).ThenAccepted();
  EXPECT_EQ(spec.Order().acknowledged_version(), 3);
  spec.Receive({{.accepted = "1", .line = 2}}, "two").ThenAccepted();
}

// Goods may come before an acknowledgement, also where the order was amended.
TEST(AmendOrder, WhoAgreedToNothingIsWaitedForByNothing) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  spec.When(Amending(1, "8")).ThenAccepted();
  spec.Receive({{.accepted = "1"}}).ThenAccepted();
  EXPECT_EQ(spec.Order().acknowledged_version(), 0);
}

TEST(AmendOrder, AnAddedLineIsAChangeToo) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  spec.When(Acknowledging()).ThenAccepted();
  auto adding = Amending(1, "9");
  *adding.add_added_lines() = Goods("1", "5.00");
  spec.When(adding).ThenAccepted();
  spec.Receive({{.accepted = "1", .line = 2}}).ThenRejected("CHANGE_NOT_ACKNOWLEDGED");
  // An order that is over waits for nobody's word.
  spec.Cancel().ThenAccepted();
  spec.When(Acknowledging()).ThenRejected("WRONG_STATE", {{"state", "cancelled"}});
}

// What an acknowledgement of before there were versions says is the version of its day.
TEST(AmendOrder, AnEarlierAcknowledgementIsOfTheVersionOfItsDay) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  v1::PurchaseOrderAcknowledged event;
  event.set_purchase_order(kOrder);
  *event.mutable_order() = spec.Event<v1::PurchaseOrderIssued>().order();
  event.mutable_order()->set_state(v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED);
  spec.Given(event);
  EXPECT_EQ(spec.Order().acknowledged_version(), 1);
}

TEST(AmendOrder, OfABlockedSupplierNoMoreIsBought) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  spec.When(Amending(1, "8")).ThenAccepted();
  spec.When(Amending(1, "12")).ThenAccepted();  // to be approved
  v1::BlockSupplierRequest block;
  block.set_name(kSupplier);
  block.set_reason("False documents");
  spec.As(kApprover).When(block).ThenAccepted();
  spec.When(Approving()).ThenRejected("SUPPLIER_BLOCKED", {{"supplier", kSupplier}});
  Drop drop;
  drop.set_name(kOrder);
  drop.set_reason("blocked");
  spec.When(drop).ThenAccepted();
  spec.As(kRequester).When(Amending(1, "9")).ThenRejected("SUPPLIER_BLOCKED");
  spec.When(Amending(1, "9", "4.00")).ThenRejected("SUPPLIER_BLOCKED");
  spec.When(Amending(1, "7")).ThenAccepted();
  v1::SuspendPurchaseOrderRequest suspend;
  suspend.set_name(kOrder);
  suspend.set_reason("blocked");
  spec.When(suspend).ThenAccepted();
  v1::ResumePurchaseOrderRequest resume;
  resume.set_name(kOrder);
  spec.When(resume).ThenRejected("SUPPLIER_BLOCKED");
}

TEST(AmendOrder, ToLessTakesEffectAtOnceAndFreesMoney) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  spec.When(Amending(1, "8")).ThenAccepted();
  EXPECT_EQ(spec.Order().version(), 2);
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_ISSUED);
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "8");
  EXPECT_EQ(Text(spec.Event<v1::PurchaseOrderAmended>().previous_total()), "50.00 BAM");
  EXPECT_EQ(spec.Event<v1::BudgetMoved>().kind(), v1::BUDGET_MOVE_KIND_RELEASED);
  EXPECT_EQ(spec.Position(), "0.00/40.00/0.00");
  // And back up to what was approved, without another approval.
  spec.When(Amending(1, "10")).ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/50.00/0.00");
  EXPECT_EQ(spec.Order().version(), 3);
}

TEST(AmendOrder, INV05_ToMoreWaitsForApproval) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  spec.As(kReceiver).When(Amending(1, "10", "5.01")).ThenAccepted();
  EXPECT_EQ(Text(spec.Order().total()), "50.00 BAM");
  EXPECT_EQ(spec.Order().version(), 1);
  EXPECT_EQ(spec.Position(), "0.00/50.00/0.00");
  spec.When(Amending(1, "9")).ThenRejected("AMENDMENT_PENDING", {{"proposer", kReceiver}});
  spec.When(Approving()).ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "proposer, approver"}});
  spec.As(kRequester).When(Approving()).ThenRejected("DUTIES_NOT_SEPARATE");
  spec.As(kSecondApprover).When(Approving()).ThenAccepted();
  EXPECT_EQ(Text(spec.Order().total()), "50.10 BAM");
  EXPECT_EQ(Text(spec.Order().approved_total()), "50.10 BAM");
  EXPECT_EQ(spec.Order().version(), 2);
  EXPECT_FALSE(spec.Order().has_pending_amendment());
  EXPECT_EQ(spec.Order().approvals_size(), 2);
  EXPECT_EQ(spec.Position(), "0.00/50.10/0.00");
  spec.When(Approving()).ThenRejected("NO_AMENDMENT_PENDING", {{"name", kOrder}});
}

TEST(AmendOrder, INV05_ApprovalIsAtTheNewTotalsBand) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "40000.00")});  // EUR 204,516.75: one approver
  EXPECT_EQ(spec.Order().approvals_size(), 1);
  spec.When(Amending(1, "15")).ThenAccepted();  // EUR 306,775.13: two
  EXPECT_EQ(spec.Order().pending_amendment().approvals_needed(), 2);
  spec.As(kApprover).When(Approving()).ThenAccepted();
  EXPECT_EQ(Text(spec.Order().total()), "400000.00 BAM");
  spec.When(Approving()).ThenRejected("APPROVAL_ALREADY_GIVEN");
  spec.As(kSecondApprover).When(Approving()).ThenAccepted();
  EXPECT_EQ(Text(spec.Order().total()), "600000.00 BAM");
}

TEST(AmendOrder, INV10_WhoReceivedDoesNotApproveMore) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "40000.00")});
  spec.Receive({{.accepted = "1"}}).ThenAccepted();
  spec.As(kRequester).When(Amending(1, "15")).ThenAccepted();
  spec.As(kReceiver)
      .When(Approving())
      .ThenRejected("DUTIES_NOT_SEPARATE",
                    {{"actor", kReceiver}, {"duties", "receiver, approver"}});
  spec.As(kApprover).When(Approving()).ThenAccepted();
  spec.As(kSecondApprover).When(Approving()).ThenAccepted();
  EXPECT_THAT(spec.Order().receivers(), testing::ElementsAre(kReceiver));
}

TEST(AmendOrder, INV10_WhoApprovedAnAmendmentThatWaitsDoesNotReceive) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "40000.00")});
  spec.As(kRequester).When(Amending(1, "15")).ThenAccepted();
  spec.As(kSecondApprover).When(Approving()).ThenAccepted();  // the first of two
  spec.When(ProcurementSpec::ReceiptOf({{.accepted = "1"}}))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "approver, receiver"}});
}

TEST(AmendOrder, INV10_WhoAmendsAsksForTheGoodsToo) {
  const std::string amender = "organisations/iom/people/amender";
  const auto receive = ProcurementSpec::ReceiptOf({{.accepted = "1"}});
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "40000.00")});
  // While it waits, once it took effect, and not where it was dropped.
  spec.As(amender).When(Amending(1, "11")).ThenAccepted();
  spec.When(receive).ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, receiver"}});
  Drop drop;
  drop.set_name(kOrder);
  drop.set_reason("not needed");
  spec.When(drop).ThenAccepted();
  EXPECT_EQ(spec.Order().revisers_size(), 0);
  spec.When(Amending(1, "9")).ThenAccepted();
  EXPECT_EQ(spec.Event<v1::PurchaseOrderAmended>().amender(), amender);
  EXPECT_THAT(spec.Order().revisers(), testing::ElementsAre(amender));
  spec.When(receive).ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, receiver"}});
  spec.When(Amending(1, "10")).ThenAccepted();
  EXPECT_EQ(spec.Order().revisers_size(), 1);
  // Nor does who amended before approve what another asks for.
  spec.As(kRequester).When(Amending(1, "11")).ThenAccepted();
  spec.As(amender)
      .When(Approving())
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, approver"}});
  spec.As(kSecondApprover).When(Approving()).ThenAccepted();
  EXPECT_EQ(spec.Order().revisers_size(), 1);  // the requester is that already
}

TEST(AmendOrder, INV10_WhoHasAnotherDutyDoesNotAmendAboveTheAmount) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "40000.00")});
  spec.Receive({{.accepted = "1"}}).ThenAccepted();
  spec.As(kReceiver)
      .When(Amending(1, "9"))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "receiver, requester"}});
  spec.As(kApprover)
      .When(Amending(1, "9"))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "approver, requester"}});
  // What raises a small order above the amount is judged at what it would be.
  ProcurementSpec small;
  small.Ordered({Goods("10", "10.00")});
  small.As(kApprover).When(Amending(1, "10", "40000.00")).ThenRejected("DUTIES_NOT_SEPARATE");
  small.As(kApprover).When(Amending(1, "9")).ThenAccepted();
}

TEST(AmendOrder, INV10_TwoPeopleSufficeForASmallAmendmentToo) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "10.00")});
  spec.Receive({{.accepted = "1"}}).ThenAccepted();
  spec.As(kRequester).When(Amending(1, "15")).ThenAccepted();
  spec.As(kReceiver).When(Approving()).ThenAccepted();
}

TEST(AmendOrder, INV03_MoreThanTheBudgetLineHas) {
  ProcurementSpec spec("60.00");
  spec.Ordered({Goods("10", "5.00")});
  spec.When(Amending(1, "13")).ThenAccepted();
  spec.As(kApprover)
      .When(Approving())
      .ThenRejected("OVER_BUDGET", {{"available", "10.00 BAM"}, {"wanted", "15.00 BAM"}});
  EXPECT_TRUE(spec.Order().has_pending_amendment());
  EXPECT_EQ(spec.Position(), "0.00/50.00/0.00");
}

TEST(AmendOrder, ADroppedAmendmentChangesNothing) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  spec.When(Amending(1, "13")).ThenAccepted();
  Drop drop;
  drop.set_name(kOrder);
  spec.When(drop).ThenRejectedField("reason");
  drop.set_reason("too dear");
  spec.When(drop).ThenAccepted();
  EXPECT_FALSE(spec.Order().has_pending_amendment());
  EXPECT_EQ(Text(spec.Order().total()), "50.00 BAM");
  spec.When(drop).ThenRejected("NO_AMENDMENT_PENDING", {{"name", kOrder}});
}

TEST(AmendOrder, NotBelowWhatIsKept) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")}).Receive({{.accepted = "6"}}).ThenAccepted();
  spec.When(Amending(1, "5")).ThenRejected("BELOW_RECEIVED", {{"kept", "6"}, {"quantity", "5"}});
  spec.When(Amending(1, "6")).ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
  EXPECT_EQ(spec.Position(), "0.00/0.00/30.00");
}

TEST(AmendOrder, ThePriceOfWhatWasAcceptedStays) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00"), Goods("10", "5.00")})
      .Receive({{.accepted = "6"}})
      .ThenAccepted();
  spec.When(Amending(1, "", "4.00"))
      .ThenRejected("PRICE_IS_FIXED", {{"accepted", "6"}, {"unit_price", "5.00 BAM"}});
  spec.When(Amending(2, "", "4.00")).ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/60.00/30.00");
}

TEST(AmendOrder, AnApprovedAmendmentIsJudgedByWhatHasComeSince) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00"), Goods("10", "5.00")});
  Amend amend = Amending(1, "2");
  *amend.add_changes() = Amending(2, "20").changes(0);
  spec.When(amend).ThenAccepted();
  spec.Receive({{.accepted = "3"}}).ThenAccepted();
  spec.As(kApprover).When(Approving()).ThenRejected("BELOW_RECEIVED", {{"kept", "3"}});
}

TEST(AmendOrder, AddsLines) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  Amend amend = Amending(1, "5");
  *amend.add_added_lines() = Pieces("2", "12.50");
  spec.When(amend).ThenAccepted();
  EXPECT_EQ(spec.Order().lines_size(), 2);
  EXPECT_EQ(spec.OrderLine(2).line_number(), 2);
  EXPECT_EQ(Text(spec.Order().total()), "50.00 BAM");
  spec.Receive({{.accepted = "1", .serials = {"A1"}, .line = 2}}).ThenAccepted();
}

TEST(AmendOrder, NamesWhatIsWrong) {
  ProcurementSpec spec;
  spec.Draft({Goods("10", "5.00")}).ThenAccepted();
  spec.When(Amending(1, "5")).ThenRejected("WRONG_STATE", {{"open_moves", "approve, cancel"}});
  spec.Approve().ThenAccepted();
  spec.When(Amending(2, "5")).ThenRejectedField("changes[0].line_number");
  spec.When(Amending(1, "0")).ThenRejectedField("changes[0].quantity");
  spec.When(Amending(1, "x")).ThenRejectedField("changes[0].quantity");
  spec.When(Amending(1, "10")).ThenRejected("NOTHING_TO_CHANGE");
  Amend amend = Amending(1, "5");
  *amend.add_added_lines() = Pieces("1.5", "1.00");
  spec.When(amend).ThenRejectedField("added_lines[0].quantity");
  amend = Amending(1, "5");
  amend.clear_reason();
  spec.When(amend).ThenRejectedField("reason");
}

TEST(AmendOrder, AnOrderThatEndsDropsWhatWaits) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  spec.When(Amending(1, "13")).ThenAccepted();
  spec.Cancel().ThenAccepted();
  EXPECT_FALSE(spec.Order().has_pending_amendment());
}

}  // namespace
}  // namespace prihvat::procurement
