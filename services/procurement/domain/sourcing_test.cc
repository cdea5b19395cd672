// Sourcing: from the plan to the award, and orders within it.
#include "services/procurement/domain/sourcing.h"
#include "gmock/gmock.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/testing/sourcing_spec.h"

namespace prihvat::procurement {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// As errors tell a time.
std::string Said(const SourcingSpec& spec, absl::Time time) {
  return absl::FormatTime(time, spec.zone());
}

TEST(Sourcing, FromPlanToAwardAndOrder) {
  SourcingSpec spec;
  spec.Awarded();
  const v1::SourcingProcess process = spec.Process();
  EXPECT_EQ(process.document_number(), "SRC-2023-0001");
  EXPECT_EQ(process.state(), v1::SOURCING_STATE_AWARDED);
  ASSERT_EQ(process.awards_size(), 1);
  EXPECT_EQ(process.awards(0).supplier(), SourcingSpec::SupplierName("alfa"));
  EXPECT_EQ(Text(process.awards(0).amount()), "170000.00 BAM");
}

// ---- Plan and publication ----

TEST(PlanSourcing, NamesWhatIsWrong) {
  SourcingSpec spec;
  const auto refused = [&](const char* field, auto edit) {
    auto command = spec.PlanOf();
    edit(*command.mutable_sourcing_process());
    spec.As(kRequester).When(command).ThenRejectedField(std::string("sourcing_process.") + field);
  };
  using P = v1::SourcingProcess;
  refused("method", [](P& p) { p.clear_method(); });
  refused("lots", [](P& p) { p.clear_lots(); });
  refused("lots[1].display_name", [](P& p) { p.mutable_lots(1)->clear_display_name(); });
  refused("criteria[1].criterion", [](P& p) { p.mutable_criteria(1)->set_criterion("quality"); });
  refused("criteria[0].weight_percent", [](P& p) { p.mutable_criteria(0)->set_weight_percent(0); });
  refused("openers[1].person", [](P& p) { p.mutable_openers(1)->set_person(kOpener); });
  refused("openers[1].public_key", [](P& p) { p.mutable_openers(1)->set_public_key("short"); });
  refused("openers[1].public_key",
          [](P& p) { p.mutable_openers(1)->set_public_key(p.openers(0).public_key()); });
  refused("evaluators[0]", [](P& p) { p.set_evaluators(0, "nobody"); });
}

TEST(PlanSourcing, INV04_TheRequesterDoesNotEvaluate) {
  SourcingSpec spec;
  auto command = spec.PlanOf();
  command.mutable_sourcing_process()->add_evaluators(kRequester);
  spec.As(kRequester)
      .When(command)
      .ThenRejected("SOURCING_NOT_INDEPENDENT", {{"duties", "requester, evaluator"}});
}

TEST(PlanSourcing, INV04_WhoRevisedTheRequisitionAskedForTheGoodsToo) {
  const std::string reviser = "organisations/iom/people/reviser";
  const auto named = [](auto command) {
    command.set_name(kRequisition);
    return command;
  };
  SourcingSpec spec;
  v1::CreateRequisitionRequest draft;
  draft.set_parent(kOperation);
  draft.set_requisition_id("pr");
  draft.mutable_requisition()->set_budget_line(kBudgetLine);
  draft.mutable_requisition()->set_purpose("Clothing");
  v1::RequisitionLine& line = *draft.mutable_requisition()->add_lines();
  line.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
  line.set_description("clothing");
  line.set_unit("piece");
  *line.mutable_quantity() = Number("200");
  *line.mutable_estimated_unit_price() = Km("1000.00");
  v1::ReturnRequisitionRequest back = named(v1::ReturnRequisitionRequest());
  back.set_reason("say more");
  spec.As(kRequester).When(draft).When(named(v1::SubmitRequisitionRequest())).ThenAccepted();
  spec.As(kApprover).When(back).ThenAccepted();
  spec.As(reviser).When(named(v1::ReviseRequisitionRequest())).ThenAccepted();
  spec.When(named(v1::SubmitRequisitionRequest())).ThenAccepted();
  spec.As(kApprover).When(named(v1::ApproveRequisitionRequest())).ThenAccepted();
  auto plan = spec.PlanOf();
  plan.mutable_sourcing_process()->set_requisition(kRequisition);
  auto with_reviser = plan;
  with_reviser.mutable_sourcing_process()->add_evaluators(reviser);
  spec.As(kRequester)
      .When(with_reviser)
      .ThenRejected("SOURCING_NOT_INDEPENDENT", {{"duties", "requester, evaluator"}});
  spec.When(plan).ThenAccepted();
  EXPECT_THAT(spec.Process().revisers(), testing::ElementsAre(reviser));
  spec.Do<v1::PublishSourcingProcessRequest>().ThenAccepted();
  spec.BidAndClose().OpenBoth().Evaluate();
  spec.Recommend({"alfa", "alfa"}).ThenAccepted();
  spec.Do<v1::ApproveAwardRequest>(reviser).ThenRejected("SOURCING_NOT_INDEPENDENT",
                                                         {{"duties", "requester, approver"}});
}

TEST(PublishSourcing, INV04_TwoOpenersAtLeast) {
  SourcingSpec spec;
  auto command = spec.PlanOf();
  command.mutable_sourcing_process()->mutable_openers()->RemoveLast();
  spec.As(kRequester).When(command).ThenAccepted();
  spec.Do<v1::PublishSourcingProcessRequest>().ThenRejected(
      "TOO_FEW_OPENERS", {{"openers", "1"}, {"min_openers", "2"}});
}

TEST(PublishSourcing, OnlyWhatIsComplete) {
  SourcingSpec spec;
  auto command = spec.PlanOf();
  command.mutable_sourcing_process()->mutable_criteria(0)->set_weight_percent(59);
  spec.As(kRequester).When(command).ThenAccepted();
  spec.Do<v1::PublishSourcingProcessRequest>().ThenRejectedField("sourcing_process.criteria");
  command = spec.PlanOf();
  command.set_sourcing_process_id("late");
  *command.mutable_sourcing_process()->mutable_bid_deadline() = ToProto(spec.Local(7, 13));
  spec.As(kRequester).When(command).ThenAccepted();
  v1::PublishSourcingProcessRequest publish;
  publish.set_name("operations/ba/sourcingProcesses/late");
  spec.When(publish).ThenRejectedField("sourcing_process.bid_deadline");
}

TEST(PublishSourcing, QuotationsUpToALimitAndFromThoseInvited) {
  SourcingSpec spec;
  auto command = spec.PlanOf(v1::SOURCING_METHOD_REQUEST_FOR_QUOTATIONS);
  *command.mutable_sourcing_process()->mutable_lots(0)->mutable_estimate() = Km("388957.51");
  spec.As(kRequester).When(command).ThenAccepted();
  spec.Do<v1::PublishSourcingProcessRequest>().ThenRejected(
      "METHOD_TOO_LIGHT", {{"estimate", "488,957.51 BAM"}, {"limit", "250,000.00 EUR"}});
  command = spec.PlanOf(v1::SOURCING_METHOD_REQUEST_FOR_QUOTATIONS);
  command.set_sourcing_process_id("rfq");
  command.mutable_sourcing_process()->clear_invited_suppliers();
  spec.When(command).ThenAccepted();
  v1::PublishSourcingProcessRequest publish;
  publish.set_name("operations/ba/sourcingProcesses/rfq");
  spec.When(publish).ThenRejectedField("sourcing_process.invited_suppliers");
}

TEST(ExtendDeadline, BackAndBeforeItHasPassed) {
  SourcingSpec spec;
  spec.Published();
  auto extend = SourcingSpec::Of<v1::ExtendBidDeadlineRequest>();
  extend.set_reason("a holiday");
  *extend.mutable_bid_deadline() = ToProto(spec.Local(7, 20));
  spec.As(kRequester).When(extend).ThenRejectedField("bid_deadline");
  *extend.mutable_bid_deadline() = ToProto(spec.Local(7, 25));
  spec.When(extend).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_PUBLISHED);
  spec.AtLocal(7, 25);
  *extend.mutable_bid_deadline() = ToProto(spec.Local(7, 30));
  spec.When(extend).ThenRejected("BID_DEADLINE_PASSED",
                                 {{"bid_deadline", Said(spec, spec.Local(7, 25))}});
}

// ---- Bids ----

TEST(Bids, INV04_NobodyReadsThemBeforeTheOpening) {
  SourcingSpec spec;
  spec.Published();
  spec.Bid("alfa", spec.Sealed("90000.00", "80000.00")).ThenAccepted();
  const auto has_plaintext = [&] {
    for (const auto& [name, row] : spec.rows().map()) {
      if (row.find("as specified") != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_FALSE(has_plaintext());
  // Nor with what the log tells of them: the event, and the first opener's key.
  EXPECT_THAT(spec.decision().events()[0].message->SerializeAsString(),
              Not(HasSubstr("as specified")));
  EXPECT_FALSE(spec.BidOf("alfa").has_content());
  spec.AtLocal(7, 20).Do<v1::CloseBiddingRequest>().ThenAccepted();
  spec.Open(kOpener, 0).ThenAccepted();
  EXPECT_FALSE(spec.BidOf("alfa").has_content());
  EXPECT_FALSE(has_plaintext());
  EXPECT_FALSE(base::OpenBox(spec.BidOf("alfa").sealed_content(), spec.keys()[0].private_key).ok());
  spec.Open(kSecondOpener, 1).ThenAccepted();
  EXPECT_TRUE(has_plaintext());
  EXPECT_EQ(Text(spec.BidOf("alfa").content().offers(0).amount()), "90000.00 BAM");
}

TEST(Bids, INV04_OpenedAfterTheDeadlineByBothOpeners) {
  SourcingSpec spec;
  spec.Published();
  spec.Bid("alfa", spec.Sealed("1.00", "")).ThenAccepted();
  spec.Open(kOpener, 0).ThenRejected("WRONG_STATE", {{"state", "published"}});
  spec.AtLocal(7, 20, 11).Do<v1::CloseBiddingRequest>().ThenRejected("DEADLINE_NOT_PASSED");
  // The word of the caller that it is later does not make it so.
  spec.Effective(spec.Local(7, 20)).When(SourcingSpec::Of<v1::CloseBiddingRequest>());
  spec.ThenRejected("EFFECTIVE_IN_FUTURE");
  spec.AtLocal(7, 20).Do<v1::CloseBiddingRequest>().ThenAccepted();
  spec.Open(kEvaluator, 0).ThenRejected("SOURCING_NOT_INDEPENDENT", {{"duties", "opener"}});
  spec.Open(kOpener, 1).ThenRejectedField("private_key");
  spec.Open(kOpener, 0).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_BIDS_CLOSED);
  spec.Open(kOpener, 0).ThenRejected("OPENED_ALREADY", {{"opener", kOpener}});
  spec.Open(kSecondOpener, 1).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_OPENED);
}

TEST(Bids, ComeBeforeTheDeadlineByTheServersClock) {
  SourcingSpec spec;
  spec.Published();
  spec.AtLocal(7, 20);
  spec.Bid("alfa", spec.Sealed("1.00", "")).ThenRejected("BID_DEADLINE_PASSED");
  // Saying that it came yesterday does not help ...
  spec.Effective(spec.Local(7, 19));
  spec.Bid("alfa", spec.Sealed("1.00", "")).ThenRejected("BID_DEADLINE_PASSED");
  // ... but in an approved import.
  spec.AsImport("old papers");
  spec.Bid("alfa", spec.Sealed("1.00", "")).ThenAccepted();
}

TEST(Bids, OneASupplierUntilItIsWithdrawn) {
  SourcingSpec spec;
  spec.Published();
  spec.Bid("alfa", spec.Sealed("1.00", "")).ThenAccepted();
  v1::SubmitBidRequest again;
  again.set_parent(kProcess);
  again.mutable_bid()->set_supplier(SourcingSpec::SupplierName("alfa"));
  again.mutable_bid()->set_sealed_content(spec.Sealed("2.00", ""));
  spec.When(again).ThenRejected("BID_IS_THERE", {{"supplier", SourcingSpec::SupplierName("alfa")}});
  v1::WithdrawBidRequest withdraw;
  withdraw.set_name(SourcingSpec::BidName("alfa"));
  spec.When(withdraw).ThenAccepted();
  spec.When(withdraw).ThenRejected("WRONG_STATE", {{"state", "withdrawn"}});
  again.set_bid_id("alfa-2");
  spec.When(again).ThenAccepted();
  spec.AtLocal(7, 20).When(withdraw).ThenRejected("BID_DEADLINE_PASSED");
  spec.Do<v1::CloseBiddingRequest>().ThenAccepted();
  spec.Open(kOpener, 0).ThenAccepted();
  spec.Open(kSecondOpener, 1).ThenAccepted();
  EXPECT_EQ(spec.BidOf("alfa").state(), v1::BID_STATE_WITHDRAWN);
  EXPECT_FALSE(spec.BidOf("alfa").has_content());
  EXPECT_EQ(spec.BidOf("alfa-2").state(), v1::BID_STATE_OPENED);
}

TEST(Bids, QuotationsAreOfThoseInvited) {
  SourcingSpec spec;
  auto plan = spec.PlanOf(v1::SOURCING_METHOD_REQUEST_FOR_QUOTATIONS);
  plan.mutable_sourcing_process()->mutable_invited_suppliers()->RemoveLast();
  spec.As(kRequester).When(plan).ThenAccepted();
  spec.Do<v1::PublishSourcingProcessRequest>().ThenAccepted();
  spec.Bid("gama", spec.Sealed("1.00", ""))
      .ThenRejected("NOT_INVITED", {{"supplier", SourcingSpec::SupplierName("gama")}});
  auto invite = SourcingSpec::Of<v1::InviteSuppliersRequest>();
  invite.add_suppliers(SourcingSpec::SupplierName("gama"));
  spec.As(kRequester).When(invite).ThenAccepted();
  spec.Bid("gama", spec.Sealed("1.00", "")).ThenAccepted();
}

TEST(Bids, WhatCannotBeReadHarmsNoOther) {
  SourcingSpec spec;
  spec.Published();
  spec.Bid("alfa", std::string(200, 'x')).ThenAccepted();  // sealed by nobody
  spec.Bid("beta", spec.Sealed("not a bid at all")).ThenAccepted();
  spec.Bid("gama", spec.Sealed("70000.00", "")).ThenAccepted();
  spec.AtLocal(7, 20).Do<v1::CloseBiddingRequest>().ThenAccepted();
  spec.Open(kOpener, 0).ThenAccepted();
  spec.Open(kSecondOpener, 1).ThenAccepted();
  EXPECT_EQ(spec.BidOf("alfa").state(), v1::BID_STATE_UNREADABLE);
  EXPECT_EQ(spec.BidOf("beta").state(), v1::BID_STATE_UNREADABLE);
  EXPECT_EQ(spec.BidOf("gama").state(), v1::BID_STATE_OPENED);
  SourcingSpec other;
  other.Published();
  other.Bid("alfa", std::string(96, 'x')).ThenRejectedField("bid.sealed_content");
  other.Bid("alfa", std::string(16 * 1024 + 1, 'x')).ThenRejectedField("bid.sealed_content");
}

// ---- Evaluation ----

TEST(Evaluation, INV04_OnlyByEvaluatorsWhoDeclaredAndAreRelatedToNoBidder) {
  SourcingSpec spec;
  spec.Opened();
  spec.Score("alfa", 1, "90", "80", kEvaluator)
      .ThenRejected("CONFLICT_NOT_DECLARED", {{"actor", kEvaluator}});
  spec.Score("alfa", 1, "90", "80", kApprover)
      .ThenRejected("SOURCING_NOT_INDEPENDENT", {{"duties", "evaluator"}});
  spec.Declare(kEvaluator, {"beta"}).ThenAccepted();
  spec.Score("alfa", 1, "90", "80", kEvaluator)
      .ThenRejected("SOURCING_NOT_INDEPENDENT", {{"duties", "evaluator, bidder-related"}});
  spec.Declare(kSecondEvaluator).ThenAccepted();
  spec.Score("alfa", 1, "90", "80", kSecondEvaluator).ThenAccepted();
}

TEST(Evaluation, INV04_OfABidderIsRelatedWhateverIsDeclared) {
  SourcingSpec spec;
  auto plan = spec.PlanOf();
  constexpr char kOfGama[] = "organisations/gama/people/expert";
  plan.mutable_sourcing_process()->add_evaluators(kOfGama);
  spec.As(kRequester).When(plan).ThenAccepted();
  spec.Do<v1::PublishSourcingProcessRequest>().ThenAccepted();
  spec.Bid("gama", spec.Sealed("1.00", "")).ThenAccepted();
  spec.AtLocal(7, 20).Do<v1::CloseBiddingRequest>().ThenAccepted();
  spec.Open(kOpener, 0).ThenAccepted();
  spec.Open(kSecondOpener, 1).ThenAccepted();
  spec.Declare(kOfGama).ThenAccepted();
  spec.Score("gama", 1, "100", "100", kOfGama)
      .ThenRejected("SOURCING_NOT_INDEPENDENT", {{"duties", "evaluator, bidder-related"}});
}

TEST(Evaluation, ScoresAreOneForEachCriterion) {
  SourcingSpec spec;
  spec.Opened();
  spec.Declare(kEvaluator).ThenAccepted();
  spec.Score("alfa", 1, "100.01", "80", kEvaluator).ThenRejectedField("scores[0].score");
  spec.Score("alfa", 1, "99.999", "80", kEvaluator).ThenRejectedField("scores[0].score");
  spec.Score("gama", 2, "90", "80", kEvaluator).ThenRejectedField("lot_number");
  v1::ScoreBidRequest one;
  one.set_name(SourcingSpec::BidName("alfa"));
  one.set_lot_number(1);
  one.add_scores()->set_criterion("quality");
  spec.When(one).ThenRejectedField("scores");
  spec.Score("alfa", 1, "90", "80", kEvaluator).ThenAccepted();
  EXPECT_EQ(Text(spec.BidOf("alfa").scores(0).points()), "86");  // 0.6 x 90 + 0.4 x 80
  spec.Score("alfa", 1, "50", "50", kEvaluator).ThenAccepted();  // thought again
  ASSERT_EQ(spec.BidOf("alfa").scores_size(), 1);
  EXPECT_EQ(Text(spec.BidOf("alfa").scores(0).points()), "50");
}

TEST(Evaluation, IsCompleteWhenAllHaveScoredAll) {
  SourcingSpec spec;
  spec.Opened();
  for (const char* person : {kEvaluator, kSecondEvaluator}) spec.Declare(person).ThenAccepted();
  spec.Disqualify("gama").ThenAccepted();
  spec.Score("alfa", 1, "90", "80", kEvaluator).ThenAccepted();
  spec.Do<v1::CompleteEvaluationRequest>(kEvaluator)
      .ThenRejected("EVALUATION_MISSING", {{"evaluator", kSecondEvaluator}, {"lot", "1"}});
  spec.Disqualify("alfa").ThenAccepted();
  spec.Disqualify("beta").ThenAccepted();
  spec.Do<v1::CompleteEvaluationRequest>(kEvaluator).ThenAccepted();
  EXPECT_EQ(spec.Process().ranking_size(), 0);
  spec.DoWithReason<v1::DeclareSourcingUnsuccessfulRequest>().ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_UNSUCCESSFUL);
}

TEST(Evaluation, ProposalsByPointsAndBidsByPrice) {
  SourcingSpec proposals;
  proposals.Evaluated();
  ASSERT_EQ(proposals.Process().ranking_size(), 4);
  EXPECT_EQ(proposals.Process().ranking(0).bid(), SourcingSpec::BidName("alfa"));
  EXPECT_EQ(Text(proposals.Process().ranking(0).points()), "86");
  EXPECT_EQ(Text(proposals.Process().ranking(1).points()), "76.3");
  SourcingSpec bids;
  bids.Evaluated(v1::SOURCING_METHOD_INVITATION_TO_BID);
  EXPECT_EQ(bids.Process().ranking(0).bid(), SourcingSpec::BidName("beta"));  // 85,000
  EXPECT_EQ(bids.Process().ranking(2).bid(), SourcingSpec::BidName("alfa"));  // 80,000
}

TEST(Recommendation, OfAnotherThanTheFirstIsJustified) {
  SourcingSpec spec;
  spec.Evaluated();
  spec.Recommend({"alfa", "beta"}).ThenRejectedField("justification");
  spec.Recommend({"alfa"}).ThenRejectedField("justification");  // the second lot is left
  spec.Recommend({"alfa", "gama"}).ThenRejectedField("lots[1].bid");
  spec.Recommend({"alfa", "beta"}, "alfa can deliver one lot only").ThenAccepted();
  EXPECT_EQ(spec.Process().recommended_size(), 2);
  EXPECT_EQ(spec.Process().approvals_needed(), 1);
}

TEST(Approval, INV04_ByNobodyWhoHasAnotherPart) {
  SourcingSpec spec;
  spec.Evaluated();
  spec.Recommend({"alfa", "alfa"}).ThenAccepted();
  const std::pair<const char*, const char*> parts[] = {{kRequester, "requester, approver"},
                                                       {kRecommender, "recommender, approver"},
                                                       {kEvaluator, "evaluator, approver"}};
  for (const auto& [person, duties] : parts) {
    spec.Do<v1::ApproveAwardRequest>(person).ThenRejected("SOURCING_NOT_INDEPENDENT",
                                                          {{"duties", duties}});
  }
  spec.Do<v1::ApproveAwardRequest>(kApprover).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_APPROVED);
}

TEST(Approval, ByTheAmountsBandOfThePolicyOfTheDay) {
  SourcingSpec spec;
  v1::AdoptProcurementPolicyRequest adopt;
  adopt.set_parent(kOperation);
  *adopt.mutable_procurement_policy() = BuiltInPolicy();
  *adopt.mutable_procurement_policy()->mutable_valid_from() = ToProto(absl::CivilDay(2023, 7, 14));
  *adopt.mutable_procurement_policy()->mutable_approval_bands(0)->mutable_up_to() =
      ToProto(*base::Money::Parse("50000.00", "EUR"));
  spec.When(adopt).ThenAccepted();
  spec.Evaluated();
  spec.Recommend({"alfa", "alfa"}).ThenAccepted();  // EUR 86,919.62
  EXPECT_EQ(spec.Process().approvals_needed(), 2);
  spec.Do<v1::ApproveAwardRequest>(kApprover).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_RECOMMENDED);
  spec.Do<v1::ApproveAwardRequest>(kApprover).ThenRejected("APPROVAL_ALREADY_GIVEN");
  spec.Do<v1::ApproveAwardRequest>(kSecondApprover).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_APPROVED);
}

TEST(Approval, SentBackItIsRecommendedAnew) {
  SourcingSpec spec;
  spec.Evaluated();
  spec.Recommend({"alfa", "alfa"}).ThenAccepted();
  spec.DoWithReason<v1::SendBackRecommendationRequest>(kApprover).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_EVALUATED);
  // A score may be corrected; the next recommendation ranks anew.
  spec.Score("beta", 1, "100", "100", kEvaluator).ThenAccepted();
  spec.Score("beta", 1, "100", "100", kSecondEvaluator).ThenAccepted();
  spec.Recommend({"alfa", "alfa"}).ThenRejectedField("justification");
  spec.Recommend({"beta", "alfa"}).ThenAccepted();
}

// ---- Standstill ----

TEST(Standstill, INV06_NothingIsAwardedBeforeItsEnd) {
  SourcingSpec spec;
  spec.Standstill();  // told on 20 July: ten whole days, 21 to 30
  EXPECT_EQ(FromProto(spec.Process().standstill_end_time()), spec.Local(7, 31, 0));
  const std::vector<std::pair<std::string, std::string>> end = {
      {"standstill_end_time", Said(spec, spec.Local(7, 31, 0))}};
  spec.Do<v1::AwardSourcingRequest>().ThenRejected("IN_STANDSTILL", end);
  spec.AtLocal(7, 30, 23).Do<v1::AwardSourcingRequest>().ThenRejected("IN_STANDSTILL", end);
  spec.AtLocal(7, 31, 0).Do<v1::AwardSourcingRequest>().ThenAccepted();
}

TEST(Standstill, INV06_TheClockIsTheServersAndNotTheCallers) {
  SourcingSpec spec;
  spec.Evaluated();
  spec.Recommend({"alfa", "alfa"}).ThenAccepted();
  spec.Do<v1::ApproveAwardRequest>(kApprover).ThenAccepted();
  // Told today; that it is said to have been told before makes the standstill no shorter.
  spec.AtLocal(7, 22).Effective(spec.Local(7, 20));
  spec.When(SourcingSpec::Of<v1::StartStandstillRequest>()).ThenAccepted();
  EXPECT_EQ(FromProto(spec.Process().standstill_end_time()), spec.Local(8, 2, 0));
}

TEST(Standstill, INV06_AComplaintStopsTheClock) {
  SourcingSpec spec;
  spec.Standstill();
  spec.AtLocal(7, 25).Complain().ThenAccepted();  // 5 days and 12 hours are left
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_COMPLAINT);
  spec.AtLocal(8, 15).Do<v1::AwardSourcingRequest>().ThenRejected("WRONG_STATE",
                                                                  {{"state", "under complaint"}});
  spec.Resolve(/*upheld=*/false).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_STANDSTILL);
  EXPECT_EQ(FromProto(spec.Process().standstill_end_time()), spec.Local(8, 21, 0));
  spec.AtLocal(8, 20, 23).Do<v1::AwardSourcingRequest>().ThenRejected("IN_STANDSTILL");
  spec.AtLocal(8, 21, 0).Do<v1::AwardSourcingRequest>().ThenAccepted();
}

TEST(Standstill, INV06_EachComplaintIsAnswered) {
  SourcingSpec spec;
  spec.Standstill();
  spec.AtLocal(7, 25).Complain("beta").ThenAccepted();
  spec.AtLocal(7, 28).Complain("gama").ThenAccepted();
  spec.Resolve(false, 1).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_COMPLAINT);
  spec.Resolve(false, 1).ThenRejectedField("complaint_number");
  spec.Resolve(false, 2, kEvaluator).ThenRejected("SOURCING_NOT_INDEPENDENT");
  spec.Resolve(false, 2).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_STANDSTILL);
}

TEST(Standstill, INV06_AnUpheldComplaintOpensTheEvaluationAgain) {
  SourcingSpec spec;
  spec.Standstill();
  spec.AtLocal(7, 25).Complain().ThenAccepted();
  spec.Resolve(/*upheld=*/true).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_EVALUATED);
  EXPECT_EQ(spec.Process().approvals_size(), 0);
  EXPECT_FALSE(spec.Process().has_standstill_end_time());
  spec.Recommend({"beta", "alfa"}, "as the complaint showed").ThenAccepted();
  spec.Do<v1::ApproveAwardRequest>(kApprover).ThenAccepted();
}

TEST(Standstill, ComplaintsAreOfBiddersAndInTime) {
  SourcingSpec spec;
  spec.Standstill();
  auto complaint = SourcingSpec::Of<v1::FileComplaintRequest>();
  complaint.set_supplier(kSupplier);
  complaint.set_text("not asked");
  spec.When(complaint).ThenRejectedField("supplier");
  spec.AtLocal(7, 31, 0).Complain().ThenRejected(
      "STANDSTILL_OVER", {{"standstill_end_time", Said(spec, spec.Local(7, 31, 0))}});
}

// ---- Waived, unsuccessful, cancelled ----

v1::WaiveSourcingRequest Waive(v1::WaiverKind kind, std::string_view amount) {
  auto command = SourcingSpec::Of<v1::WaiveSourcingRequest>();
  command.set_waiver(kind);
  command.set_justification("two were asked by telephone");
  v1::LotAward& award = *command.add_awards();
  award.set_lot_number(1);
  award.set_supplier(SourcingSpec::SupplierName("alfa"));
  *award.mutable_amount() = Km(amount);
  return command;
}

TEST(Waiver, HasAReasonAndAnApprover) {
  SourcingSpec spec;
  spec.Plan().ThenAccepted();
  spec.As(kRecommender)
      .When(Waive(v1::WAIVER_KIND_MICRO_PURCHASE, "9779.16"))
      .ThenRejected("METHOD_TOO_LIGHT", {{"limit", "5,000.00 EUR"}});
  spec.When(Waive(v1::WAIVER_KIND_UNSPECIFIED, "1.00")).ThenRejectedField("waiver");
  spec.When(Waive(v1::WAIVER_KIND_MICRO_PURCHASE, "9779.15")).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_WAIVED);
  spec.Do<v1::AwardSourcingRequest>(kRecommender).ThenRejected("SOURCING_NOT_INDEPENDENT");
  spec.Do<v1::AwardSourcingRequest>(kApprover).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_AWARDED);
  EXPECT_EQ(Text(spec.Process().awards(0).amount()), "9779.15 BAM");
}

TEST(Waiver, OfMuchMoneyIsApprovedByTwo) {
  SourcingSpec spec;
  spec.Plan().ThenAccepted();
  spec.As(kRecommender).When(Waive(v1::WAIVER_KIND_SOLE_SOURCE, "488957.51")).ThenAccepted();
  spec.Do<v1::AwardSourcingRequest>(kApprover).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_WAIVED);
  spec.Do<v1::AwardSourcingRequest>(kSecondApprover).ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_AWARDED);
}

TEST(Cancelled, AtAnyTimeBeforeTheAward) {
  SourcingSpec spec;
  spec.Standstill();
  spec.AtLocal(7, 25).Complain().ThenAccepted();
  spec.DoWithReason<v1::CancelSourcingProcessRequest>().ThenAccepted();
  EXPECT_EQ(spec.Process().state(), v1::SOURCING_STATE_CANCELLED);
  SourcingSpec awarded;
  awarded.Awarded();
  awarded.DoWithReason<v1::CancelSourcingProcessRequest>().ThenRejected("WRONG_STATE",
                                                                        {{"state", "awarded"}});
}

// ---- Orders within the award ----

class Award : public ::testing::Test {
 protected:
  Award() { spec_.Awarded(); }
  SourcingSpec& Draft(std::string_view quantity, std::string_view id = "po",
                      std::string_view supplier = "alfa") {
    auto command = ProcurementSpec::DraftOf({Goods(quantity, "1000.00")}, id);
    command.mutable_purchase_order()->set_supplier(SourcingSpec::SupplierName(supplier));
    command.mutable_purchase_order()->set_sourcing_process(kProcess);
    spec_.As(kRequester).When(command);
    return spec_;
  }
  SourcingSpec spec_;
};

TEST_F(Award, INV05_OrdersStayWithinIt) {
  Draft("100", "one").ThenAccepted();
  Draft("71", "two").ThenAccepted();
  spec_.Approve(kApprover, "one").ThenAccepted();
  spec_.Approve(kApprover, "two")
      .ThenRejected("ABOVE_AWARD", {{"ordered", "171,000.00 BAM"}, {"award", "170,000.00 BAM"}});
  Draft("70", "three").ThenAccepted();
  spec_.Approve(kApprover, "three").ThenAccepted();
}

TEST_F(Award, INV05_WhatIsCancelledMayBeOrderedAnew) {
  Draft("170", "one").ThenAccepted();
  spec_.Approve(kApprover, "one").ThenAccepted();
  Draft("170", "two").ThenAccepted();
  spec_.Approve(kApprover, "two").ThenRejected("ABOVE_AWARD");
  spec_.Cancel("one").ThenAccepted();
  spec_.Approve(kApprover, "two").ThenAccepted();
}

TEST_F(Award, INV05_AnApprovedAmendmentRaisesIt) {
  Draft("170").ThenAccepted();
  spec_.Approve().ThenAccepted();
  v1::AmendPurchaseOrderRequest amend;
  amend.set_name(kOrder);
  amend.set_reason("more people came");
  amend.add_changes()->set_line_number(1);
  *amend.mutable_changes(0)->mutable_quantity() = Number("500");  // EUR 255,646.00
  spec_.As(kRequester).When(amend).ThenAccepted();
  EXPECT_EQ(spec_.Order().pending_amendment().approvals_needed(), 2);
  v1::ApprovePurchaseOrderAmendmentRequest approve;
  approve.set_name(kOrder);
  spec_.As(kApprover).When(approve).ThenAccepted();
  EXPECT_EQ(Text(spec_.Process().awards(0).amount()), "170000.00 BAM");
  spec_.As(kSecondApprover).When(approve).ThenAccepted();
  EXPECT_EQ(Text(spec_.Process().awards(0).amount()), "500000.00 BAM");
  EXPECT_EQ(Text(spec_.Event<v1::AwardRaised>().previous_amount()), "170000.00 BAM");
}

TEST_F(Award, OnlyOfWhoWasChosen) {
  Draft("1", "po", "beta")
      .ThenRejected("NOT_AWARDED", {{"sourcing_process", kProcess},
                                    {"supplier", SourcingSpec::SupplierName("beta")}});
  SourcingSpec spec;
  spec.Standstill();
  auto command = ProcurementSpec::DraftOf({Goods("1", "1.00")});
  command.mutable_purchase_order()->set_supplier(SourcingSpec::SupplierName("alfa"));
  command.mutable_purchase_order()->set_sourcing_process(kProcess);
  spec.As(kRequester)
      .When(command)
      .ThenRejected("WRONG_STATE", {{"state", "in standstill"}});  // INV-06
}

TEST(AwardRequired, WherePolicySaysSo) {
  SourcingSpec spec;
  v1::AdoptProcurementPolicyRequest adopt;
  adopt.set_parent(kOperation);
  v1::ProcurementPolicy& policy = *adopt.mutable_procurement_policy();
  policy = BuiltInPolicy();
  *policy.mutable_valid_from() = ToProto(absl::CivilDay(2023, 7, 13));
  *policy.mutable_award_required_above() = ToProto(*base::Money::Parse("5000.00", "EUR"));
  spec.When(adopt).ThenAccepted();
  spec.Draft({Goods("1", "9779.16")}).ThenAccepted();
  spec.Approve().ThenRejected("AWARD_REQUIRED", {{"limit", "5,000.00 EUR"}});
  spec.Draft({Goods("1", "9779.15")}, "small").ThenAccepted();
  spec.Approve(kApprover, "small").ThenAccepted();
  v1::AmendPurchaseOrderRequest amend;
  amend.set_name(ProcurementSpec::OrderName("small"));
  amend.set_reason("more people came");
  amend.add_changes()->set_line_number(1);
  *amend.mutable_changes(0)->mutable_quantity() = Number("2");
  spec.As(kRequester).When(amend).ThenRejected("AWARD_REQUIRED");
}

TEST(SourcedRequisition, IsFulfilledByAnOrderWithinItsAward) {
  SourcingSpec spec;
  v1::CreateRequisitionRequest draft;
  draft.set_parent(kOperation);
  draft.set_requisition_id("pr");
  draft.mutable_requisition()->set_budget_line(kBudgetLine);
  draft.mutable_requisition()->set_purpose("Clothing");
  v1::RequisitionLine& line = *draft.mutable_requisition()->add_lines();
  line.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
  line.set_description("clothing");
  line.set_unit("piece");
  *line.mutable_quantity() = Number("200");
  *line.mutable_estimated_unit_price() = Km("1000.00");
  v1::SubmitRequisitionRequest submit;
  submit.set_name(kRequisition);
  v1::ApproveRequisitionRequest approve;
  approve.set_name(kRequisition);
  spec.As(kRequester).When(draft).When(submit).As(kApprover).When(approve).ThenAccepted();
  auto plan = spec.PlanOf();
  plan.mutable_sourcing_process()->set_requisition(kRequisition);
  spec.As("organisations/iom/people/buyer").When(plan).ThenAccepted();
  EXPECT_EQ(spec.Process().requester(), kRequester);
  spec.Do<v1::PublishSourcingProcessRequest>().ThenAccepted();
  EXPECT_EQ(spec.Entity<v1::Requisition>(kRequisition).state(), v1::REQUISITION_STATE_SOURCING);
  spec.Draft({Goods("1", "1.00")}, "po", kRequisition)
      .ThenRejected("WRONG_STATE", {{"state", "in sourcing"}});
  spec.DoWithReason<v1::CancelSourcingProcessRequest>().ThenAccepted();
  // A second process for it, this time waived.
  plan.set_sourcing_process_id("second");
  spec.As("organisations/iom/people/buyer").When(plan).ThenAccepted();
  auto waive = Waive(v1::WAIVER_KIND_EMERGENCY, "190000.00");
  waive.set_name("operations/ba/sourcingProcesses/second");
  spec.As(kRecommender).When(waive).ThenAccepted();
  v1::AwardSourcingRequest award;
  award.set_name(waive.name());
  spec.As(kApprover).When(award).ThenAccepted();
  auto order = ProcurementSpec::DraftOf({Goods("190", "1000.00")}, "po", kRequisition);
  order.mutable_purchase_order()->set_supplier(SourcingSpec::SupplierName("alfa"));
  order.mutable_purchase_order()->set_sourcing_process(waive.name());
  spec.As("organisations/iom/people/buyer").When(order).ThenAccepted();
  EXPECT_EQ(spec.Position(), "200000.00/0.00/0.00");
  spec.Approve().ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/190000.00/0.00");
  EXPECT_EQ(spec.Entity<v1::Requisition>(kRequisition).state(), v1::REQUISITION_STATE_FULFILLED);
}

}  // namespace
}  // namespace prihvat::procurement
