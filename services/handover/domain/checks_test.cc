// Checks after a handover, upkeep, and whether the donor is seen.
#include "services/handover/domain/checks.h"

#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::AssetOf;
using testing::Day;
using testing::Story;
using testing::To;

constexpr char kCheck[] = "operations/ba/postDonationChecks/service";

v1::PlanPostDonationCheckRequest Planned(int every_months = 0) {
  v1::PlanPostDonationCheckRequest command;
  command.set_parent("operations/ba");
  command.set_post_donation_check_id("service");
  v1::PostDonationCheck& check = *command.mutable_post_donation_check();
  check.set_item(AssetOf(1));
  check.set_kind(v1::CHECK_KIND_MAINTENANCE);
  *check.mutable_due_date() = Day(2023, 8, 31);
  check.set_assignee("organisations/iom/people/mechanic");
  check.set_instructions("oil and brakes");
  check.set_every_months(every_months);
  return command;
}

v1::CompletePostDonationCheckRequest Done() {
  auto command = To<v1::CompletePostDonationCheckRequest>(kCheck);
  command.set_findings("all in order");
  return command;
}

class Received : public Story {
 public:
  Received() { Do(testing::ReceivedPieces({"A-1"}, "100.00")); }
  v1::PostDonationCheck check(const std::string& name = kCheck) const {
    return Entity<v1::PostDonationCheck>(name);
  }
};

TEST(PostDonationCheck, IsOverdueFromTheDayAfterItsDayUntilItIsMade) {
  Received story;
  story.Do(Planned());
  EXPECT_FALSE(IsDueBefore(story.check(), absl::CivilDay(2023, 8, 31)));
  EXPECT_TRUE(IsDueBefore(story.check(), absl::CivilDay(2023, 9, 1)));
  auto later = To<v1::ReschedulePostDonationCheckRequest>(kCheck);
  *later.mutable_due_date() = Day(2023, 9, 10);
  later.set_reason("no lift free");
  story.Do(later);
  EXPECT_FALSE(IsDueBefore(story.check(), absl::CivilDay(2023, 9, 1)));
  EXPECT_EQ(story.check().state_note(), "no lift free");
  story.At(absl::CivilSecond(2023, 9, 20, 9, 0, 0));
  story.As("organisations/iom/people/mechanic").When(Done()).ThenAccepted();
  EXPECT_FALSE(IsDueBefore(story.check(), absl::CivilDay(2024, 1, 1)));
  EXPECT_EQ(story.check().checker(), "organisations/iom/people/mechanic");
  EXPECT_EQ(absl::ToCivilDay(FromProto(story.check().check_time()), story.zone()),
            absl::CivilDay(2023, 9, 20));
  EXPECT_EQ(story.check().next_check(), "");
}

TEST(PostDonationCheck, OneThatIsMadeAgainPlansTheNextFromItsOwnDay) {
  Received story;
  story.Do(Planned(6));
  story.At(absl::CivilSecond(2023, 8, 20, 9, 0, 0));
  story.Do(Done());
  const v1::PostDonationCheck next = story.check(story.check().next_check());
  EXPECT_EQ(next.state(), v1::CHECK_STATE_PLANNED);
  EXPECT_EQ(FromProto(next.due_date()), absl::CivilDay(2024, 2, 29));  // no 31 February
  EXPECT_EQ(next.every_months(), 6);
  EXPECT_EQ(next.assignee(), "organisations/iom/people/mechanic");
}

TEST(PostDonationCheck, IsDueAtMostFiftyYearsAhead) {
  Received story;
  auto planned = Planned(120);
  *planned.mutable_post_donation_check()->mutable_due_date() = Day(2073, 7, 2);
  story.When(planned).ThenRejectedField("post_donation_check.due_date");
  EXPECT_THAT(story.decision().rejection().message(),
              ::testing::HasSubstr("is 2073-07-02; should be 2023-07-01 to 2073-07-01"));
  auto later = To<v1::ReschedulePostDonationCheckRequest>(kCheck);
  *planned.mutable_post_donation_check()->mutable_due_date() = Day(2073, 7, 1);
  story.Do(planned);
  *later.mutable_due_date() = Day(9999, 12, 31);
  later.set_reason("no lift free");
  story.When(later).ThenRejectedField("due_date");
  // Nor is one that comes again.
  story.Do(Done());
  EXPECT_EQ(FromProto(story.check(story.check().next_check()).due_date()),
            absl::CivilDay(2073, 7, 1));
}

TEST(PostDonationCheck, OneMadeLongAfterItsDayPlansTheNextFromToday) {
  Received story;
  story.Do(Planned(1));
  story.At(absl::CivilSecond(2023, 11, 15, 9, 0, 0));
  story.Do(Done());
  EXPECT_EQ(FromProto(story.check(story.check().next_check()).due_date()),
            absl::CivilDay(2023, 12, 15));
}

TEST(PostDonationCheck, WhatIsGoneIsFoundSoAndNotCheckedAgain) {
  Received story;
  story.Do(Planned(6));
  auto gone = To<v1::RecordAssetChangeRequest>(AssetOf(1));
  gone.set_change(v1::ASSET_CHANGE_DESTROYED);
  gone.set_reason("fire");
  story.Do(gone);
  auto done = Done();
  done.set_condition(v1::ASSET_CONDITION_DEFECTIVE);
  story.Do(done);
  EXPECT_EQ(story.check().state(), v1::CHECK_STATE_DONE);
  EXPECT_EQ(story.check().next_check(), "");
  EXPECT_EQ(story.decision().events().size(), 1u);
}

TEST(PostDonationCheck, TheConditionThatItFindsIsTheAssets) {
  Received story;
  story.Do(Planned());
  auto done = Done();
  done.set_condition(v1::ASSET_CONDITION_WORN);
  done.set_follow_up(true);
  story.Do(done);
  EXPECT_TRUE(story.check().follow_up());
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).condition(), v1::ASSET_CONDITION_WORN);
}

TEST(PostDonationCheck, OfALotNoConditionIsSaid) {
  Received story;
  story.Do(testing::ReceivedLot("10", "100.00", "10.00"));
  auto plan = Planned();
  plan.mutable_post_donation_check()->set_item(testing::LotOf());
  story.Do(plan);
  auto done = Done();
  done.set_condition(v1::ASSET_CONDITION_WORN);
  story.When(done).ThenRejectedField("condition");
  story.Do(Done());
}

TEST(PostDonationCheck, ACaseIsCheckedOnceItTookEffect) {
  Received story;
  story.Do(testing::Case({testing::Asset(1)}));
  auto plan = Planned();
  plan.mutable_post_donation_check()->set_item(testing::kCase);
  story.When(plan).ThenRejected("WRONG_STATE", {{"state", "DRAFTED"}});
  story.Effective();
  story.Do(plan);
}

TEST(PostDonationCheck, NamesTheFieldThatIsWrong) {
  Received story;
  const auto refused = [&](const char* field, auto edit) {
    auto command = Planned();
    edit(*command.mutable_post_donation_check());
    story.When(command).ThenRejectedField(std::string("post_donation_check.") + field);
  };
  using C = v1::PostDonationCheck;
  refused("item", [](C& check) { check.set_item("operations/ba/mandates/eu"); });
  refused("kind", [](C& check) { check.clear_kind(); });
  refused("due_date", [](C& check) { check.clear_due_date(); });
  refused("due_date", [](C& check) { *check.mutable_due_date() = Day(2023, 6, 30); });
  refused("assignee", [](C& check) { check.set_assignee("somebody"); });
  refused("every_months", [](C& check) { check.set_every_months(121); });
}

// ---- Visibility ----

v1::RecordVisibilityCheckRequest Seen(const std::string& id, bool emblem, bool statement) {
  v1::RecordVisibilityCheckRequest command;
  command.set_parent("operations/ba");
  command.set_visibility_check_id(id);
  v1::VisibilityCheck& seen = *command.mutable_visibility_check();
  seen.set_item(AssetOf(1));
  seen.set_donor(testing::kEu);
  seen.set_emblem_seen(emblem);
  seen.set_statement_seen(statement);
  seen.set_note("on the left door");
  seen.mutable_evidence()->set_kind(v1::EVIDENCE_KIND_PHOTOGRAPH);
  seen.mutable_evidence()->set_reference("photo 14");
  return command;
}

TEST(Visibility, EmblemAndStatementStandTogetherAndAlone) {
  Received story;
  const auto conforms = [&](const v1::RecordVisibilityCheckRequest& command) {
    story.Do(command);
    return story.Event<v1::VisibilityChecked>().visibility_check().conforms();
  };
  EXPECT_TRUE(conforms(Seen("both", true, true)));
  EXPECT_FALSE(conforms(Seen("emblem", true, false)));
  EXPECT_FALSE(conforms(Seen("statement", false, true)));
  auto logo = Seen("logo", true, true);
  logo.mutable_visibility_check()->set_other_logo_seen(true);
  EXPECT_FALSE(conforms(logo));
  auto consent = Seen("consent", false, false);
  consent.mutable_visibility_check()->set_derogation("letter Ares(2023) 12");
  EXPECT_TRUE(conforms(consent));
}

TEST(Visibility, ItSaysWhoLookedAndWhen) {
  Received story;
  story.At(absl::CivilSecond(2023, 7, 20, 9, 0, 0));
  story.As("organisations/iom/people/monitor").When(Seen("door", true, true)).ThenAccepted();
  const auto seen = story.Entity<v1::VisibilityCheck>("operations/ba/visibilityChecks/door");
  EXPECT_EQ(seen.checker(), "organisations/iom/people/monitor");
  EXPECT_EQ(absl::ToCivilDay(FromProto(seen.check_time()), story.zone()),
            absl::CivilDay(2023, 7, 20));
  EXPECT_EQ(seen.evidence().reference(), "photo 14");
  story.When(Seen("door", true, true)).ThenRejected("ALREADY_EXISTS");
}

TEST(Visibility, WhatIsNotAsItShouldBeIsExplained) {
  Received story;
  auto silent = Seen("door", false, false);
  silent.mutable_visibility_check()->clear_note();
  story.When(silent).ThenRejectedField("visibility_check.note");
  auto nothing = Seen("door", true, true);
  nothing.mutable_visibility_check()->set_item("operations/ba/assets/none");
  story.When(nothing).ThenRejected("NOT_FOUND");
  nothing.mutable_visibility_check()->set_item("a door");
  story.When(nothing).ThenRejectedField("visibility_check.item");
  auto centre = Seen("gate", true, true);
  centre.mutable_visibility_check()->set_item("operations/ba/centres/usivak");
  story.Do(centre);
}

}  // namespace
}  // namespace prihvat::handover
