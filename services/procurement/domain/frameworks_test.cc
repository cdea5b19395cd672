#include "services/procurement/domain/frameworks.h"

#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/testing/framework_spec.h"

namespace prihvat::procurement {
namespace {

using ::testing::ElementsAre;

v1::AmendPurchaseOrderRequest Amending(std::string_view quantity, std::string_view price = "") {
  v1::AmendPurchaseOrderRequest command;
  command.set_name(kOrder);
  command.set_reason("needs changed");
  v1::OrderLineChange& change = *command.add_changes();
  change.set_line_number(1);
  if (!quantity.empty()) *change.mutable_quantity() = Number(quantity);
  if (!price.empty()) *change.mutable_unit_price() = Km(price);
  return command;
}

v1::ApprovePurchaseOrderAmendmentRequest Approving() {
  v1::ApprovePurchaseOrderAmendmentRequest command;
  command.set_name(kOrder);
  return command;
}

TEST(FrameworkAgreement, IsEffectiveWithTheLastApprovalThatItsCeilingNeeds) {
  FrameworkSpec spec;
  spec.Agree().ThenAccepted();
  EXPECT_EQ(spec.Agreement().state(), v1::FRAMEWORK_AGREEMENT_STATE_DRAFT);
  EXPECT_EQ(spec.Agreement().document_number(), "FA-2023-0001");
  EXPECT_EQ(spec.Agreement().approvals_needed(), 1);
  spec.ApproveAgreement(kRequester)
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "drafter, approver"}});
  spec.CallOff("1").ThenRejected("WRONG_STATE", {{"state", "a draft"}});
  spec.ApproveAgreement().ThenAccepted();
  EXPECT_EQ(spec.Agreement().state(), v1::FRAMEWORK_AGREEMENT_STATE_EFFECTIVE);
  EXPECT_EQ(spec.Drawn(), "0.00/100000.00");
  EXPECT_THAT(spec.Process().framework_agreements(), ElementsAre(kAgreement));
  spec.ApproveAgreement().ThenRejected("WRONG_STATE", {{"state", "effective"}});
}

TEST(FrameworkAgreement, ALargeOneIsApprovedByTwo) {
  FrameworkSpec spec;
  v1::AdoptProcurementPolicyRequest adopt;
  adopt.set_parent(kOperation);
  *adopt.mutable_procurement_policy() = BuiltInPolicy();
  *adopt.mutable_procurement_policy()->mutable_valid_from() = ToProto(absl::CivilDay(2023, 7, 31));
  *adopt.mutable_procurement_policy()->mutable_approval_bands(0)->mutable_up_to() =
      ToProto(*base::Money::Parse("50000.00", "EUR"));
  spec.When(adopt).ThenAccepted();
  spec.Agree("97791.51").ThenAccepted();  // EUR 50,000.01
  spec.ApproveAgreement().ThenAccepted();
  EXPECT_EQ(spec.Agreement().state(), v1::FRAMEWORK_AGREEMENT_STATE_DRAFT);
  spec.ApproveAgreement().ThenRejected("APPROVAL_ALREADY_GIVEN");
  spec.ApproveAgreement(kSecondApprover).ThenAccepted();
  EXPECT_EQ(spec.Agreement().state(), v1::FRAMEWORK_AGREEMENT_STATE_EFFECTIVE);
}

TEST(FrameworkAgreement, IsMadeWithWhoWasChosen) {
  FrameworkSpec spec;
  auto command = FrameworkSpec::AgreementOf();
  command.mutable_framework_agreement()->set_supplier(SourcingSpec::SupplierName("beta"));
  spec.As(kRequester).When(command).ThenRejected("NOT_AWARDED");
  command = FrameworkSpec::AgreementOf();
  command.mutable_framework_agreement()->clear_sourcing_process();
  spec.When(command).ThenRejectedField("framework_agreement.sourcing_process");
  // Not before the award (INV-06).
  SourcingSpec standstill;
  standstill.Standstill();
  standstill.As(kRequester)
      .When(FrameworkSpec::AgreementOf())
      .ThenRejected("WRONG_STATE", {{"state", "in standstill"}});
}

TEST(FrameworkAgreement, NamesTheFieldThatIsWrong) {
  FrameworkSpec spec;
  const auto refused = [&](const char* field, auto edit) {
    auto command = FrameworkSpec::AgreementOf();
    edit(*command.mutable_framework_agreement());
    spec.As(kRequester)
        .When(command)
        .ThenRejectedField(std::string("framework_agreement.") + field);
  };
  using A = v1::FrameworkAgreement;
  refused("display_name", [](A& a) { a.clear_display_name(); });
  refused("start_date", [](A& a) { a.clear_start_date(); });
  refused("end_date", [](A& a) { a.mutable_end_date()->set_year(2022); });
  refused("end_date", [](A& a) { a.mutable_end_date()->set_year(2034); });
  refused("ceiling", [](A& a) { *a.mutable_ceiling() = Km("0.00"); });
  refused("ceiling",
          [](A& a) { *a.mutable_ceiling() = ToProto(*base::Money::Parse("1.00", "EUR")); });
  refused("lines", [](A& a) { a.clear_lines(); });
  refused("lines[1].unit", [](A& a) { a.mutable_lines(1)->clear_unit(); });
  refused("lines[0].kind", [](A& a) { a.mutable_lines(0)->clear_kind(); });
  refused("lines[0].unit_price",
          [](A& a) { *a.mutable_lines(0)->mutable_unit_price() = Km("-1.00"); });
}

TEST(FrameworkAgreement, INV05_StaysWithinTheAwardWithAllThatIsOrderedBesideIt) {
  FrameworkSpec spec;  // 170,000.00 KM
  spec.Agree("170000.01")
      .ThenRejected("ABOVE_AWARD", {{"ordered", "170,000.01 BAM"}, {"award", "170,000.00 BAM"}});
  spec.Agreed("100000.00");
  const auto direct = [&](std::string_view quantity, std::string_view id) {
    auto command = ProcurementSpec::DraftOf({Goods(quantity, "1000.00")}, id);
    command.mutable_purchase_order()->set_supplier(SourcingSpec::SupplierName("alfa"));
    command.mutable_purchase_order()->set_sourcing_process(kProcess);
    spec.As(kRequester).When(command).ThenAccepted();
    spec.Approve(kApprover, id);
  };
  direct("71", "too-much");
  spec.ThenRejected("ABOVE_AWARD", {{"ordered", "171,000.00 BAM"}});
  direct("70", "fits");
  spec.ThenAccepted();
  spec.Agree("0.01", "second").ThenRejected("ABOVE_AWARD");
  // An agreement that ended takes what was called off of it.
  spec.CalledOff("10");
  spec.MoveAgreement<v1::TerminateFrameworkAgreementRequest>().ThenAccepted();
  spec.Agree("90000.01", "third").ThenRejected("ABOVE_AWARD");
  spec.Agreed("90000.00", "second");
}

TEST(CallOff, INV05_AllTogetherNeverExceedTheCeiling) {
  FrameworkSpec spec;
  spec.Agreed();
  spec.CalledOff("60", "one");
  EXPECT_EQ(spec.Drawn(), "60000.00/40000.00");
  EXPECT_EQ(Text(spec.Event<v1::CallOffMoved>().called_off_change()), "60000.00 BAM");
  // Two that each fit: the second finds no room.
  spec.CallOff("40", "two").ThenAccepted();
  spec.CallOff("0.001", "three").ThenAccepted();
  spec.Approve(kApprover, "two").ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "100000.00/0.00");
  spec.Approve(kApprover, "three")
      .ThenRejected("ABOVE_CEILING", {{"ceiling", "100,000.00 BAM"},
                                      {"called_off", "100,000.00 BAM"},
                                      {"available", "0.00 BAM"},
                                      {"wanted", "1.00 BAM"}});
  spec.Cancel("two").ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "60000.00/40000.00");
  spec.Approve(kApprover, "three").ThenAccepted();
}

TEST(CallOff, TakesItsTermsFromTheAgreement) {
  FrameworkSpec spec;
  spec.Agreed();
  spec.CallOff("2").ThenAccepted();
  const v1::OrderLine line = spec.OrderLine();
  EXPECT_EQ(line.description(), "boots");
  EXPECT_EQ(line.description_bs(), "čizme");
  EXPECT_EQ(line.unit(), "pair");
  EXPECT_EQ(line.warranty_months(), 12);
  EXPECT_EQ(Text(line.unit_price()), "1000.00 BAM");
  EXPECT_EQ(spec.Order().framework_agreement(), kAgreement);
  auto command = FrameworkSpec::CallOffOf("1", "other");
  v1::OrderLine& wanted = *command.mutable_purchase_order()->mutable_lines(0);
  *wanted.mutable_unit_price() = Km("1000.01");
  spec.When(command)
      .ThenRejected(
          "ABOVE_AGREED_PRICE",
          {{"unit_price", "1,000.01 BAM"}, {"agreed_price", "1,000.00 BAM"}, {"line", "1"}})
      .ThenRejectedField("purchase_order.lines[0].unit_price");
  *wanted.mutable_unit_price() = Km("999.00");
  spec.When(command).ThenAccepted();  // a discount
  command.set_purchase_order_id("third");
  wanted.set_unit("piece");
  spec.When(command)
      .ThenRejected("NOT_AGREED", {{"agreed", "by the pair"}, {"line", "1"}})
      .ThenRejectedField("purchase_order.lines[0].unit");
  wanted.clear_unit();
  wanted.set_kind(v1::LINE_KIND_SERVICE);
  spec.When(command)
      .ThenRejected("NOT_AGREED", {{"agreed", "LINE_KIND_GOODS_QUANTITY"}, {"line", "1"}})
      .ThenRejectedField("purchase_order.lines[0].kind");
  wanted = Goods("1", "1.00");
  wanted.set_framework_line(3);
  spec.When(command).ThenRejectedField("purchase_order.lines[0].framework_line");
  wanted = Goods("1", "1.00");
  wanted.set_framework_line(1);
  command.mutable_purchase_order()->clear_framework_agreement();
  spec.When(command).ThenRejectedField("purchase_order.lines[0].framework_line");
  command = FrameworkSpec::CallOffOf("1", "third");
  command.mutable_purchase_order()->set_supplier(SourcingSpec::SupplierName("beta"));
  spec.When(command)
      .ThenRejected("NOT_AGREED", {{"agreed", SourcingSpec::SupplierName("alfa")}})
      .ThenRejectedField("purchase_order.supplier");
}

TEST(CallOff, AnAmendmentIsToldWhichOfItsChangesIsNotAsAgreed) {
  FrameworkSpec spec;
  spec.Agreed();
  auto command = FrameworkSpec::CallOffOf("2");
  v1::OrderLine& repairs = *command.mutable_purchase_order()->add_lines();
  repairs.set_framework_line(2);
  *repairs.mutable_quantity() = Number("3");
  spec.As(kRequester).When(command).ThenAccepted();
  spec.Approve().ThenAccepted();
  auto amend = Amending("", "50.01");
  amend.mutable_changes(0)->set_line_number(2);
  spec.As(kRequester)
      .When(amend)
      .ThenRejected("ABOVE_AGREED_PRICE", {{"line", "2"}, {"agreed_price", "50.00 BAM"}})
      .ThenRejectedField("changes[0].unit_price");
}

TEST(CallOff, AnAmendmentStaysWithinPricesAndCeiling) {
  FrameworkSpec spec;
  spec.Agreed();
  spec.CalledOff("90");
  spec.As(kRequester).When(Amending("", "1000.01")).ThenRejected("ABOVE_AGREED_PRICE");
  auto adding = Amending("90");
  *adding.add_added_lines() = Goods("1", "1.00");
  spec.When(adding).ThenRejectedField("added_lines[0].framework_line");
  spec.When(Amending("101")).ThenAccepted();
  spec.As(kSecondApprover)
      .When(Approving())
      .ThenRejected("ABOVE_CEILING", {{"wanted", "11,000.00 BAM"}});
  v1::DropPurchaseOrderAmendmentRequest drop;
  drop.set_name(kOrder);
  drop.set_reason("no room");
  spec.As(kRequester).When(drop).ThenAccepted();
  spec.When(Amending("100")).ThenAccepted();
  spec.As(kSecondApprover).When(Approving()).ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "100000.00/0.00");
  // What was approved stays called off, so that it may be raised to it again.
  spec.As(kRequester).When(Amending("50")).ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "100000.00/0.00");
}

TEST(CallOff, INV07_WhatIsAcceptedAboveTheQuantityStaysWithinTheCeilingToo) {
  FrameworkSpec spec;
  spec.Agreed();
  auto command = FrameworkSpec::CallOffOf("99");
  *command.mutable_purchase_order()->mutable_lines(0)->mutable_tolerance_percent() = Number("10");
  spec.As(kRequester).When(command).ThenAccepted();
  spec.Approve().ThenAccepted();
  spec.Issue().ThenAccepted();
  spec.Receive({{.accepted = "101"}})
      .ThenRejected("ABOVE_CEILING", {{"available", "1,000.00 BAM"}, {"wanted", "2,000.00 BAM"}});
  spec.Receive({{.accepted = "100", .surplus = "1"}}).ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "100000.00/0.00");
  spec.Return({.accepted = "40"}).ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "99000.00/1000.00");
  // Closed short, what is kept stays called off.
  spec.Close().ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "60000.00/40000.00");
  spec.Return({.accepted = "10"}).ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "50000.00/50000.00");
}

TEST(CallOff, INV05_GrowsNoMoreAfterTheAgreementsEnd) {
  FrameworkSpec spec;  // 170,000.00 KM are awarded
  spec.Agreed();
  auto command = FrameworkSpec::CallOffOf("80");
  *command.mutable_purchase_order()->mutable_lines(0)->mutable_tolerance_percent() = Number("10");
  spec.As(kRequester).When(command).ThenAccepted();
  spec.Approve().ThenAccepted();
  spec.Issue().ThenAccepted();
  spec.Receive({{.accepted = "50"}}, "one").ThenAccepted();
  spec.MoveAgreement<v1::TerminateFrameworkAgreementRequest>().ThenAccepted();
  spec.Agreed("90000.00", "second");  // the rest of the award
  spec.Receive({{.accepted = "31"}}, "two")
      .ThenRejected("AGREEMENT_ENDED", {{"called_off", "80,000.00 BAM"},
                                        {"wanted", "1,000.00 BAM"},
                                        {"framework_agreement", kAgreement}});
  v1::WaiveToleranceRequest waive;
  waive.set_name(kOrder);
  waive.set_line_number(1);
  *waive.mutable_ceiling() = Number("90");
  waive.set_reason("the maker packs by the dozen");
  spec.As(kSecondApprover).When(waive).ThenAccepted();
  spec.Receive({{.accepted = "40"}}, "two").ThenRejected("AGREEMENT_ENDED");
  // What was ordered comes, and what goes back is free.
  spec.Receive({{.accepted = "30", .surplus = "1"}}, "two").ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "80000.00/20000.00");
  spec.Close().ThenAccepted();
  spec.Return({.accepted = "10"}, "two").ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "70000.00/30000.00");
}

TEST(CallOff, IsMadeAndSentOnADayOfThePeriod) {
  FrameworkSpec spec;
  auto later = FrameworkSpec::AgreementOf();
  *later.mutable_framework_agreement()->mutable_start_date() = ToProto(absl::CivilDay(2023, 8, 1));
  *later.mutable_framework_agreement()->mutable_end_date() = ToProto(absl::CivilDay(2023, 8, 31));
  spec.As(kRequester).When(later).ThenAccepted();
  spec.ApproveAgreement().ThenAccepted();
  spec.CallOff("1").ThenRejected("OUTSIDE_PERIOD",
                                 {{"date", "2023-07-31"}, {"start_date", "2023-08-01"}});
  spec.AtLocal(8, 31, 12);
  spec.CallOff("1", "one").ThenAccepted();
  spec.CalledOff("2", "two");
  spec.AtLocal(9, 1, 0);
  spec.Approve(kApprover, "one").ThenRejected("OUTSIDE_PERIOD", {{"end_date", "2023-08-31"}});
  spec.Issue("two").ThenRejected("OUTSIDE_PERIOD");
  spec.CallOff("1", "three").ThenRejected("OUTSIDE_PERIOD");
}

TEST(CallOff, OfASuspendedAgreementIsNotMadeButGoesOn) {
  FrameworkSpec spec;
  spec.Agreed();
  spec.CalledOff("10");
  spec.Issue().ThenAccepted();
  spec.CallOff("1", "drafted").ThenAccepted();
  spec.MoveAgreement<v1::SuspendFrameworkAgreementRequest>().ThenAccepted();
  spec.CallOff("1", "other").ThenRejected("WRONG_STATE", {{"state", "suspended"}});
  spec.Approve(kApprover, "drafted").ThenRejected("WRONG_STATE");
  spec.As(kRequester).When(Amending("11")).ThenRejected("WRONG_STATE");
  spec.Receive({{.accepted = "10"}}).ThenAccepted();
  spec.MoveAgreement<v1::ResumeFrameworkAgreementRequest>().ThenAccepted();
  spec.Approve(kApprover, "drafted").ThenAccepted();
}

TEST(FrameworkAgreement, ExpiresAfterItsLastDay) {
  FrameworkSpec spec;
  spec.Agreed();
  spec.At(absl::CivilSecond(2024, 7, 30, 23, 59, 59));
  spec.MoveAgreement<v1::ExpireFrameworkAgreementRequest>().ThenRejected(
      "PERIOD_NOT_OVER", {{"end_date", "2024-07-30"}});
  spec.At(absl::CivilSecond(2024, 7, 31, 0, 0, 0));
  spec.MoveAgreement<v1::ExpireFrameworkAgreementRequest>().ThenAccepted();
  EXPECT_EQ(spec.Agreement().state(), v1::FRAMEWORK_AGREEMENT_STATE_EXPIRED);
}

v1::WaiveSourcingRequest Waiving(std::string_view amount) {
  auto command = SourcingSpec::Of<v1::WaiveSourcingRequest>();
  command.set_name("operations/ba/sourcingProcesses/call-off");
  command.set_waiver(v1::WAIVER_KIND_CALL_OFF);
  command.set_justification("agreed on in July");
  command.set_framework_agreement(kAgreement);
  v1::LotAward& award = *command.add_awards();
  award.set_lot_number(1);
  award.set_supplier(SourcingSpec::SupplierName("alfa"));
  *award.mutable_amount() = Km(amount);
  return command;
}

TEST(CallOff, AWaiverForItNamesTheAgreement) {
  FrameworkSpec spec;
  spec.Agreed();
  auto plan = spec.PlanOf();
  plan.set_sourcing_process_id("call-off");
  spec.As(kRequester).When(plan).ThenAccepted();
  auto waive = Waiving("30000.00");
  waive.clear_framework_agreement();
  spec.As(kRecommender).When(waive).ThenRejectedField("framework_agreement");
  waive = Waiving("30000.00");
  waive.set_waiver(v1::WAIVER_KIND_EMERGENCY);
  spec.When(waive).ThenRejectedField("framework_agreement");
  waive = Waiving("30000.00");
  waive.mutable_awards(0)->set_supplier(SourcingSpec::SupplierName("beta"));
  spec.When(waive).ThenRejectedField("awards[0].supplier");
  spec.When(Waiving("100000.01")).ThenRejected("ABOVE_CEILING");
  spec.When(Waiving("30000.00")).ThenAccepted();
  v1::AwardSourcingRequest award;
  award.set_name(waive.name());
  spec.As(kApprover).When(award).ThenAccepted();
  // An order within that process calls the agreement off, whether or not it says so.
  auto order = FrameworkSpec::CallOffOf("31", "po");
  order.mutable_purchase_order()->set_sourcing_process(waive.name());
  order.mutable_purchase_order()->clear_framework_agreement();
  spec.As(kRequester).When(order).ThenAccepted();
  EXPECT_EQ(spec.Order().framework_agreement(), kAgreement);
  spec.Approve().ThenRejected("ABOVE_AWARD", {{"award", "30,000.00 BAM"}});
  order.set_purchase_order_id("fits");
  *order.mutable_purchase_order()->mutable_lines(0)->mutable_quantity() = Number("30");
  spec.As(kRequester).When(order).ThenAccepted();
  spec.Approve(kApprover, "fits").ThenAccepted();
  EXPECT_EQ(spec.Drawn(), "30000.00/70000.00");
  // And none of the first process does.
  order.set_purchase_order_id("twice");
  order.mutable_purchase_order()->set_sourcing_process(kProcess);
  order.mutable_purchase_order()->set_framework_agreement(kAgreement);
  spec.As(kRequester).When(order).ThenRejected("NOT_AWARDED");
}

TEST(CallOff, StandsOnAnAwardWherePolicyAsksForOne) {
  FrameworkSpec spec;
  v1::AdoptProcurementPolicyRequest adopt;
  adopt.set_parent(kOperation);
  *adopt.mutable_procurement_policy() = BuiltInPolicy();
  *adopt.mutable_procurement_policy()->mutable_valid_from() = ToProto(absl::CivilDay(2023, 7, 31));
  *adopt.mutable_procurement_policy()->mutable_award_required_above() =
      ToProto(*base::Money::Parse("5000.00", "EUR"));
  spec.When(adopt).ThenAccepted();
  spec.Agreed();
  spec.CalledOff("10");
  spec.As(kRequester).When(ProcurementSpec::DraftOf({Goods("10", "1000.00")}, "bare"));
  spec.Approve(kApprover, "bare").ThenRejected("AWARD_REQUIRED");
}

}  // namespace
}  // namespace prihvat::procurement
