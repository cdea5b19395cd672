#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/testing/payables_spec.h"

namespace prihvat::procurement {
namespace {

using ::testing::ElementsAre;

v1::WaiveToleranceRequest Waiving(std::string_view ceiling, int line = 1) {
  v1::WaiveToleranceRequest command;
  command.set_name(kOrder);
  command.set_line_number(line);
  *command.mutable_ceiling() = Number(ceiling);
  command.set_reason("the maker packs by the dozen");
  return command;
}

TEST(WaiveTolerance, INV07_P1_WithinTheWaiverMoreIsAcceptedAndBeyondItNot) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "5.00"), Goods("100", "5.00")});
  spec.Receive({{.accepted = "100.002"}})
      .ThenRejected("OVER_RECEIPT", {{"accepted", "100.002"}, {"limit", "100"}});
  spec.As(kApprover).When(Waiving("108")).ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().tolerance_waiver().ceiling()), "108");
  EXPECT_EQ(spec.OrderLine().tolerance_waiver().waiver(), kApprover);
  EXPECT_THAT(spec.Order().tolerance_waivers(), ElementsAre(kApprover));
  spec.Receive({{.accepted = "100"}}, "one").ThenAccepted();
  spec.Receive({{.accepted = "8.001"}}, "two")
      .ThenRejected("OVER_RECEIPT",
                    {{"ordered", "100"}, {"accepted", "108.001"}, {"limit", "108"}});
  spec.Receive({{.accepted = "8"}}, "two").ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "0");
  EXPECT_EQ(Text(spec.Order().spent()), "540.00 BAM");
  // Of one line only.
  spec.Receive({{.accepted = "100.001", .line = 2}}, "three")
      .ThenRejected("OVER_RECEIPT", {{"limit", "100"}});
}

TEST(WaiveTolerance, INV08_WhatIsBeyondTheWaiverIsHeldOrRejected) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "5.00")});
  spec.As(kApprover).When(Waiving("108")).ThenAccepted();
  spec.Receive({{.accepted = "108", .rejected = "1", .surplus = "2"}})
      .ThenRejected("REJECTION_REASON_MISSING");
  spec.Receive({{.accepted = "108", .rejected = "1", .surplus = "2", .reason = "wet"}})
      .ThenAccepted();
  const v1::ReceiptLine line = spec.Entity<v1::GoodsReceipt>(kReceipt).lines(0);
  EXPECT_EQ(Text(line.delivered()), "111");
  EXPECT_EQ(Text(spec.OrderLine().surplus()), "2");
}

TEST(WaiveTolerance, HasACeilingAboveTheToleranceAndWithinPolicy) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "5.00", "2"), Pieces("10", "5.00")});
  spec.As(kApprover).When(Waiving("102")).ThenRejectedField("ceiling");
  spec.When(Waiving("125.001"))
      .ThenRejected("TOLERANCE_TOO_HIGH",
                    {{"limit", "125"}, {"max_waived_tolerance_percent", "25"}});
  spec.When(Waiving("12.5", 2)).ThenRejectedField("ceiling");  // no half pieces
  spec.When(Waiving("12", 3)).ThenRejectedField("line_number");
  auto silent = Waiving("110");
  silent.clear_reason();
  spec.When(silent).ThenRejectedField("reason");
  spec.When(Waiving("125")).ThenAccepted();
  spec.Receive({{.accepted = "120"}}).ThenAccepted();
  spec.As(kApprover).When(Waiving("119")).ThenRejectedField("ceiling");  // less than is kept
  spec.When(Waiving("121")).ThenAccepted();
  spec.Receive({{.accepted = "2"}}, "more").ThenRejected("OVER_RECEIPT", {{"limit", "121"}});
}

TEST(WaiveTolerance, IsOfOrdersThatGoodsMayComeFor) {
  ProcurementSpec spec;
  spec.Draft({Goods("100", "5.00")}).ThenAccepted();
  spec.As(kApprover).When(Waiving("101")).ThenRejected("WRONG_STATE", {{"state", "a draft"}});
  spec.Approve().ThenAccepted();
  spec.When(Waiving("101")).ThenRejected("WRONG_STATE", {{"state", "approved"}});
}

TEST(WaiveTolerance, INV10_WhoWaivesHasAnApproversDuty) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "500.00")});  // four people
  spec.As(kRequester)
      .When(Waiving("101"))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, approver"}});
  spec.Receive({{.accepted = "1"}}).ThenAccepted();
  spec.As(kReceiver)
      .When(Waiving("101"))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "receiver, approver"}});
  spec.As(kSecondApprover).When(Waiving("101")).ThenAccepted();
  spec.As(kSecondApprover)
      .When(ProcurementSpec::ReceiptOf({{.accepted = "1"}}, "second"))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "approver, receiver"}});
  spec.Receive({{.accepted = "100"}}, "third").ThenAccepted();
}

v1::AmendPurchaseOrderRequest Amending(std::string_view quantity) {
  v1::AmendPurchaseOrderRequest command;
  command.set_name(kOrder);
  command.set_reason("more people came");
  command.add_changes()->set_line_number(1);
  *command.mutable_changes(0)->mutable_quantity() = Number(quantity);
  return command;
}
v1::ApprovePurchaseOrderAmendmentRequest Approving() {
  v1::ApprovePurchaseOrderAmendmentRequest command;
  command.set_name(kOrder);
  return command;
}

// Whatever the amount: here two people suffice.
TEST(WaiveTolerance, INV10_WhoAskedForMoreDoesNotWaive) {
  const std::string amender = "organisations/iom/people/amender";
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "5.00")});
  spec.As(amender).When(Amending("120")).ThenAccepted();
  EXPECT_TRUE(spec.Order().has_pending_amendment());
  spec.When(Waiving("101"))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"actor", amender}, {"duties", "requester, approver"}});
  spec.As(kSecondApprover).When(Waiving("101")).ThenAccepted();
  // What was dropped asks for nothing.
  v1::DropPurchaseOrderAmendmentRequest drop;
  drop.set_name(kOrder);
  drop.set_reason("not needed");
  spec.As(amender).When(drop).ThenAccepted();
  spec.When(Waiving("102")).ThenAccepted();
  // What took effect does.
  const std::string other = "organisations/iom/people/other";
  spec.As(other).When(Amending("110")).ThenAccepted();
  spec.As(kApprover).When(Approving()).ThenAccepted();
  spec.As(other).When(Waiving("111")).ThenRejected("DUTIES_NOT_SEPARATE", {{"actor", other}});
}

// While an order is small one may waive and then ask for more: that keeps it small.
TEST(WaiveTolerance, INV10_WhoWaivedAndAskedForMoreKeepsASmallOrderSmall) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "970.00")});  // 9,700.00 KM, of at most 9,779.15
  spec.As(kSecondApprover).When(Waiving("10.02")).ThenAccepted();
  spec.When(Amending("10.05")).ThenAccepted();
  spec.As(kApprover).When(Approving()).ThenAccepted();
  spec.As(kRequester).When(Amending("11")).ThenAccepted();
  spec.As(kApprover)
      .When(Approving())
      .ThenRejected("DUTIES_NOT_SEPARATE",
                    {{"actor", kSecondApprover}, {"duties", "requester, approver"}});
}

// What a waiver could bring an order to is judged as if it were its total: here from below the
// amount up to which two people suffice to above it.
TEST(WaiveTolerance, INV10_TheCeilingCountsForTheDuties) {
  PayablesSpec spec;
  spec.Ordered({Goods("10", "970.00")});  // 9,700.00 KM
  spec.As(kApprover).When(ProcurementSpec::ReceiptOf({{.accepted = "9"}})).ThenAccepted();
  spec.As(kSecondApprover)
      .When(Waiving("11"))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"actor", kApprover}});
  spec.When(Waiving("10.08")).ThenAccepted();  // 9,777.60 KM
}

TEST(WaiveTolerance, INV05_MoreThanItsApproversMayApproveIsNotWaived) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "4800.00")});  // EUR 245,419.28: one approver
  spec.As(kApprover)
      .When(Waiving("102"))  // EUR 250,327.67
      .ThenRejected("WAIVER_TOO_LARGE", {{"approvals_needed", "2"}, {"approvals", "1"}});
  spec.As(kSecondApprover).When(Waiving("102")).ThenAccepted();
}

TEST(WaiveTolerance, EndsWhereTheLineIsAmended) {
  ProcurementSpec spec;
  spec.Ordered({Goods("100", "5.00"), Goods("100", "5.00")});
  spec.As(kApprover).When(Waiving("110")).ThenAccepted();
  spec.When(Waiving("110", 2)).ThenAccepted();
  EXPECT_TRUE(spec.OrderLine(1).has_tolerance_waiver());
  EXPECT_TRUE(spec.OrderLine(2).has_tolerance_waiver());
  v1::AmendPurchaseOrderRequest amend;
  amend.set_name(kOrder);
  amend.set_reason("fewer people");
  amend.add_changes()->set_line_number(1);
  *amend.mutable_changes(0)->mutable_quantity() = Number("90");
  spec.As(kRequester).When(amend).ThenAccepted();
  EXPECT_FALSE(spec.OrderLine(1).has_tolerance_waiver());
  EXPECT_TRUE(spec.OrderLine(2).has_tolerance_waiver());
  spec.Receive({{.accepted = "90.1"}}).ThenRejected("OVER_RECEIPT", {{"limit", "90"}});
  // Who waived keeps the duty.
  EXPECT_THAT(spec.Order().tolerance_waivers(), ElementsAre(kApprover));
}

TEST(WaiveTolerance, IsJudgedByThePolicyOfItsDay) {
  ProcurementSpec spec;
  v1::AdoptProcurementPolicyRequest adopt;
  adopt.set_parent(kOperation);
  *adopt.mutable_procurement_policy() = BuiltInPolicy();
  *adopt.mutable_procurement_policy()->mutable_valid_from() = ToProto(absl::CivilDay(2023, 8, 1));
  adopt.mutable_procurement_policy()->clear_max_waived_tolerance_percent();
  spec.When(adopt).ThenAccepted();
  spec.Ordered({Goods("100", "5.00")});
  spec.As(kApprover).When(Waiving("101")).ThenAccepted();
  spec.At(absl::CivilSecond(2023, 8, 1, 9, 0, 0));
  spec.When(Waiving("102")).ThenRejected("TOLERANCE_TOO_HIGH", {{"limit", "100"}});
}

}  // namespace
}  // namespace prihvat::procurement
