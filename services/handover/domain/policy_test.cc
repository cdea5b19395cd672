// What is decided about handovers, by date: limits, and the functions of centres.
#include "services/handover/domain/policy.h"

#include "services/handover/domain/functions.h"
#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::Day;
using testing::Story;
using testing::To;

v1::AdoptHandoverPolicyRequest Adopt(int month, int day, std::string_view above = "1000.00") {
  v1::AdoptHandoverPolicyRequest command;
  command.set_parent("operations/ba");
  v1::HandoverPolicy& policy = *command.mutable_handover_policy();
  policy = BuiltInPolicy();
  *policy.mutable_valid_from() = Day(2023, month, day);
  *policy.mutable_proof_required_above() = testing::Eur(above);
  policy.set_proof_days(30);
  policy.set_max_case_items(2);
  policy.set_reason("Instruction 4");
  return command;
}

// A case of the piece of a receipt of its own; whether it needs the proof.
bool NeedsProof(Story& story, const std::string& id) {
  const std::string receipt = "operations/ba/goodsReceipts/" + id;
  story.Do(testing::ReceivedPieces({"S-" + id}, "2000.00", receipt));
  story.Do(testing::Case({testing::Asset(1, receipt)}, id));
  return story.TheCase("operations/ba/handoverCases/" + id).items(0).needs_proof();
}

TEST(HandoverPolicy, INV17_EachCaseIsJudgedByTheThresholdOfItsDay) {
  Story story;  // 1 July 2023; 2,000 KM are EUR 1,022.58
  story.Do(Adopt(7, 10));
  EXPECT_FALSE(NeedsProof(story, "before"));
  story.At(absl::CivilSecond(2023, 7, 10, 9, 0, 0));
  EXPECT_TRUE(NeedsProof(story, "after"));
  // What took effect before is judged by what held then, also when it is entered later.
  story.At(absl::CivilSecond(2023, 7, 9, 9, 0, 0));
  story.Do(testing::ReceivedPieces({"S-late"}, "2000.00", "operations/ba/goodsReceipts/late"));
  story.At(absl::CivilSecond(2023, 7, 12, 9, 0, 0));
  story.Effective(absl::FromCivil(absl::CivilSecond(2023, 7, 9, 10, 0, 0), story.zone()));
  story.Do(testing::Case({testing::Asset(1, "operations/ba/goodsReceipts/late")}, "late"));
  EXPECT_FALSE(story.TheCase("operations/ba/handoverCases/late").items(0).needs_proof());
}

TEST(HandoverPolicy, INV17_TheProofIsDueSoManyDaysAfterTheTitlePassed) {
  Story story;
  story.Do(testing::ReceivedPieces({"A-1"}, "20000.00"));
  story.Do(testing::Case({testing::Asset(1)}));
  story.Do(Adopt(7, 13));
  story.At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
  story.Effective();
  EXPECT_EQ(FromProto(story.TheCase().proof_due_date()), absl::CivilDay(2023, 8, 12));
}

TEST(HandoverPolicy, BuiltInNoDayIsSetForTheProof) {
  Story story;
  story.Do(testing::ReceivedPieces({"A-1"}, "20000.00"));
  story.Do(testing::Case({testing::Asset(1)}));
  story.Effective();
  EXPECT_FALSE(story.TheCase().has_proof_due_date());
}

TEST(HandoverPolicy, ACaseHasNoMoreItemsThanThePolicyOfItsDaySays) {
  Story story;
  story.Do(testing::ReceivedPieces({"A-1", "A-2", "A-3"}, "300.00"));
  story.Do(Adopt(7, 1));
  const std::vector<v1::HandoverItem> three = {testing::Asset(1), testing::Asset(2),
                                               testing::Asset(3)};
  story.When(testing::Case(three)).ThenRejectedField("handover_case.items");
  story.Do(testing::Case({testing::Asset(1), testing::Asset(2)}));
}

TEST(HandoverPolicy, DoesNotReachBack) {
  Story story;
  story.When(Adopt(6, 30))
      .ThenRejected("POLICY_REACHES_BACK",
                    {{"first_day", "2023-06-30"}, {"decided", "2023-07-01"}});
  story.Do(Adopt(7, 1));
  EXPECT_EQ(story.Event<v1::HandoverPolicyAdopted>().handover_policy().adopter(),
            "organisations/iom/people/clerk");
  story.When(Adopt(7, 1)).ThenRejected("ALREADY_EXISTS");
  // An approved import tells what was adopted long ago.
  story.AsImport("old papers").When(Adopt(1, 1)).ThenAccepted();
}

TEST(HandoverPolicy, TheLatestThatBeganHolds) {
  Story story;
  story.Do(Adopt(9, 1, "300.00")).Do(Adopt(8, 1, "200.00"));
  const es::View view(story.rows());
  const auto above = [&](absl::CivilDay day) {
    return PolicyOn(view, "operations/ba", day).proof_above_eur.ToString();
  };
  EXPECT_EQ(PolicyVersionOn(view, "operations/ba", absl::CivilDay(1990, 1, 1)).reason(),
            "built in");
  EXPECT_EQ(above(absl::CivilDay(2023, 7, 31)), above(absl::CivilDay(1990, 1, 1)));
  EXPECT_EQ(PolicyOn(view, "operations/ba", absl::CivilDay(2023, 8, 1)).proof_above_eur,
            base::Decimal::FromInt(200));
  EXPECT_EQ(PolicyOn(view, "operations/ba", absl::CivilDay(2023, 9, 1)).proof_above_eur,
            base::Decimal::FromInt(300));
}

TEST(HandoverPolicy, NamesTheFieldThatIsWrong) {
  Story story;
  const auto refused = [&](const char* field, auto edit) {
    auto command = Adopt(8, 1);
    edit(*command.mutable_handover_policy());
    story.When(command).ThenRejectedField(std::string("handover_policy.") + field);
  };
  using P = v1::HandoverPolicy;
  refused("valid_from", [](P& policy) { policy.clear_valid_from(); });
  refused("proof_required_above", [](P& policy) { policy.clear_proof_required_above(); });
  refused("proof_required_above",
          [](P& policy) { *policy.mutable_proof_required_above() = testing::Km("1.00"); });
  refused("proof_days", [](P& policy) { policy.set_proof_days(-1); });
  refused("max_case_items", [](P& policy) { policy.set_max_case_items(0); });
  refused("max_case_items", [](P& policy) { policy.set_max_case_items(1001); });
  refused("reminder_days", [](P& policy) { policy.set_reminder_days(367); });
  refused("reason", [](P& policy) { policy.clear_reason(); });
}

// ---- Functions ----

v1::AddCentreFunctionRequest Add(const std::string& id, const google::type::Date& from) {
  v1::AddCentreFunctionRequest command;
  command.set_parent("operations/ba");
  command.set_centre_function_id(id);
  command.mutable_display_name()->set_en("Internet access");
  command.mutable_display_name()->set_bs("Pristup internetu");
  *command.mutable_valid_from() = from;
  command.set_reason("Decision 7");
  return command;
}

v1::EndCentreFunctionRequest End(const std::string& id, const google::type::Date& until) {
  auto command = To<v1::EndCentreFunctionRequest>("operations/ba/centreFunctions/" + id);
  *command.mutable_valid_until() = until;
  command.set_reason("Decision 8");
  return command;
}

v1::EstablishResponsibilityRequest Answers(const std::string& function) {
  v1::EstablishResponsibilityRequest command;
  command.set_parent("operations/ba/centres/usivak");
  command.set_function(function);
  command.set_body(testing::kIom);
  return command;
}

TEST(CentreFunctions, INV19_OneThatIsAddedIsAnsweredForFromItsFirstDayOn) {
  Story story;
  story.When(Answers("internet")).ThenRejectedField("function");
  story.Do(Add("internet", Day(2023, 7, 10)));
  story.When(Answers("internet")).ThenRejectedField("function");
  story.At(absl::CivilSecond(2023, 7, 10, 8, 0, 0));
  story.Do(Answers("internet"));
  EXPECT_EQ(FunctionWords(es::View(story.rows()), "operations/ba", "internet").bs(),
            "Pristup internetu");
}

TEST(CentreFunctions, INV19_WhoAnswersForOneThatEndsGoesOnAndNobodyBegins) {
  Story story;
  story.Do(Answers("security"));
  story.Do(End("security", Day(2023, 7, 9)));
  story.At(absl::CivilSecond(2023, 7, 9, 8, 0, 0));
  auto elsewhere = Answers("security");
  elsewhere.set_parent("operations/ba/centres/blazuj");
  story.Do(elsewhere);  // still on the list
  story.At(absl::CivilSecond(2023, 7, 10, 8, 0, 0));
  elsewhere.set_parent("operations/ba/centres/lipa");
  story.When(elsewhere).ThenRejectedField("function");
  v1::CreateResponsibilityTransferRequest plan;
  plan.set_parent("operations/ba");
  plan.set_responsibility_transfer_id("t");
  v1::ResponsibilityTransfer& transfer = *plan.mutable_responsibility_transfer();
  transfer.set_centre("operations/ba/centres/usivak");
  transfer.set_function("security");
  transfer.set_giver(testing::kIom);
  transfer.set_taker(testing::kDcpb);
  *transfer.mutable_planned_date() = Day(2023, 8, 1);
  story.When(plan).ThenRejectedField("responsibility_transfer.function");
  const auto answers =
      story.Entity<v1::Responsibility>("operations/ba/centres/usivak/responsibilities/security");
  EXPECT_FALSE(answers.periods(0).has_end_time());
}

TEST(CentreFunctions, OneThatEndedMayComeBackAndIsNotThereInBetween) {
  Story story;
  story.When(Add("security", Day(2023, 8, 1))).ThenRejected("ALREADY_EXISTS");
  story.Do(End("security", Day(2023, 7, 20)));
  story.When(End("security", Day(2023, 7, 21))).ThenRejected("WRONG_STATE");
  story.When(Add("security", Day(2023, 7, 20))).ThenRejectedField("valid_from");
  story.Do(Add("security", Day(2023, 8, 1)));
  const auto security = FindFunction(es::View(story.rows()), "operations/ba", "security")
                            .value_or(v1::CentreFunction());
  EXPECT_TRUE(IsOnList(security, absl::CivilDay(1999, 1, 1)));
  EXPECT_TRUE(IsOnList(security, absl::CivilDay(2023, 7, 20)));
  EXPECT_FALSE(IsOnList(security, absl::CivilDay(2023, 7, 21)));
  EXPECT_FALSE(IsOnList(security, absl::CivilDay(2023, 7, 31)));
  EXPECT_TRUE(IsOnList(security, absl::CivilDay(2023, 8, 1)));
}

TEST(CentreFunctions, TheListBeginsWithWhatEveryCentreHas) {
  Story story;
  EXPECT_EQ(FunctionsOf(es::View(story.rows()), "operations/ba").size(), 14u);
  story.Do(Add("internet", Day(2023, 7, 10)));
  story.Do(End("water", Day(2023, 7, 10)));
  const auto functions = FunctionsOf(es::View(story.rows()), "operations/ba");
  ASSERT_EQ(functions.size(), 15u);
  EXPECT_EQ(functions.front().name(), "operations/ba/centreFunctions/camp_management");
  EXPECT_EQ(functions[5].name(), "operations/ba/centreFunctions/internet");
  EXPECT_EQ(functions.back().display_name().bs(), "Voda");
}

TEST(CentreFunctions, NameTheFieldThatIsWrong) {
  Story story;
  for (const char* id :
       {"Internet", "2nd", "a-b", "way_too_long_for_a_function_of_a_reception_centre"}) {
    story.When(Add(id, Day(2023, 7, 10))).ThenRejectedField("centre_function_id");
  }
  story.When(Add("internet", Day(2023, 6, 30))).ThenRejected("POLICY_REACHES_BACK");
  story.When(End("security", Day(2023, 6, 30))).ThenRejected("POLICY_REACHES_BACK");
  story.When(End("internet", Day(2023, 7, 10))).ThenRejected("NOT_FOUND");
  story.Do(Add("internet", Day(2023, 7, 10)));
  story.When(End("internet", Day(2023, 7, 9))).ThenRejectedField("valid_until");
  auto nameless = Add("parking", Day(2023, 7, 10));
  nameless.clear_display_name();
  story.When(nameless).ThenRejectedField("display_name.en");
}

}  // namespace
}  // namespace prihvat::handover
