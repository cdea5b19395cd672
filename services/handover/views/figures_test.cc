#include "services/handover/views/figures.h"

#include <map>

#include "gtest/gtest.h"
#include "libs/base/civil.h"
#include "services/handover/domain/policy.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::Story;

std::map<std::string, double> FiguresOf(const Story& story, absl::CivilSecond local) {
  std::map<std::string, double> all;
  const auto no_view = [](std::string_view) -> const es::Rows* { return nullptr; };
  const absl::Time now = absl::FromCivil(local, *base::LoadZone("Europe/Sarajevo"));
  for (const base::Statistic& figure :
       HandoverFigures({.entities = story.rows(), .view = no_view, .now = now})) {
    std::string key = figure.name;
    for (const auto& [name, value] : figure.labels) key += " " + value;
    EXPECT_TRUE(all.emplace(key, figure.value).second) << key;
  }
  return all;
}

TEST(HandoverFigures, ACaseIsOverdueOnceItsDayHasPassedWhereItIsToTakePlace) {
  Story story;
  story.Do(testing::ReceivedPieces({"s1", "s2"}, "100.00"));
  story.Do(testing::Case({testing::Asset(1)}));
  const absl::CivilSecond noon(2023, 7, 13, 12, 0, 0);
  EXPECT_EQ(FiguresOf(story, noon)["prihvat_handovers_under_way ba drafted"], 1);
  EXPECT_EQ(FiguresOf(story, noon)["prihvat_handovers_overdue ba"], 0);

  auto authorise = testing::To<v1::AuthoriseHandoverCaseRequest>();
  authorise.set_authorised_by("Head of Cooperation");
  authorise.set_authorisation_reference("letter 12");
  story.Do(authorise);
  auto schedule = testing::To<v1::ScheduleHandoverCaseRequest>();
  schedule.set_place("Sarajevo");
  *schedule.mutable_scheduled_date() = testing::Day(2023, 7, 20);
  story.Do(schedule);
  const auto overdue = [&story](absl::CivilSecond local) {
    return FiguresOf(story, local)["prihvat_handovers_overdue ba"];
  };
  EXPECT_EQ(overdue(absl::CivilSecond(2023, 7, 20, 23, 59, 59)), 0);
  EXPECT_EQ(overdue(absl::CivilSecond(2023, 7, 21, 0, 0, 0)), 1);
  EXPECT_EQ(FiguresOf(story, noon)["prihvat_handovers_under_way ba scheduled"], 1);
  EXPECT_EQ(FiguresOf(story, noon)["prihvat_handovers_under_way ba drafted"], 0);
}

TEST(HandoverFigures, WhatWasBroughtIsNotOverdueAndWhatIsClosedIsNotUnderWay) {
  Story story;
  story.Do(testing::ReceivedPieces({"s1"}, "100.00"));
  story.Do(testing::Case({testing::Asset(1)}));
  story.Brought();
  auto figures = FiguresOf(story, absl::CivilSecond(2024, 7, 13, 12, 0, 0));
  EXPECT_EQ(figures["prihvat_handovers_overdue ba"], 0);
  EXPECT_EQ(figures["prihvat_handovers_under_way ba delivered"], 1);
  auto voided = testing::To<v1::VoidHandoverCaseRequest>();
  voided.set_reason("cancelled");
  story.Do(voided);
  figures = FiguresOf(story, absl::CivilSecond(2024, 7, 13, 12, 0, 0));
  EXPECT_EQ(figures["prihvat_handovers_under_way ba delivered"], 0);
  EXPECT_EQ(figures.count("prihvat_handovers_under_way ba voided"), 0u);
  EXPECT_EQ(figures.size(), 16u);
  // Eleven states under way, what is overdue, and proofs and checks that are overdue or due soon.
}

TEST(HandoverFigures, ChecksAreDueSoonThenOverdueUntilTheyAreMade) {
  Story story;
  story.Do(testing::ReceivedPieces({"s1"}, "100.00"));
  v1::PlanPostDonationCheckRequest plan;
  plan.set_parent("operations/ba");
  plan.set_post_donation_check_id("c");
  plan.mutable_post_donation_check()->set_item(testing::AssetOf(1));
  plan.mutable_post_donation_check()->set_kind(v1::CHECK_KIND_END_USE);
  *plan.mutable_post_donation_check()->mutable_due_date() = testing::Day(2023, 8, 15);
  story.Do(plan);
  const auto due = [&](absl::CivilDay day, const std::string& when) {
    return FiguresOf(story, absl::CivilSecond(day))["prihvat_post_donation_checks_due ba " + when];
  };
  EXPECT_EQ(due(absl::CivilDay(2023, 7, 31), "soon"), 0);
  EXPECT_EQ(due(absl::CivilDay(2023, 8, 1), "soon"), 1);
  EXPECT_EQ(due(absl::CivilDay(2023, 8, 15), "soon"), 1);
  EXPECT_EQ(due(absl::CivilDay(2023, 8, 15), "overdue"), 0);
  EXPECT_EQ(due(absl::CivilDay(2023, 8, 16), "overdue"), 1);
  EXPECT_EQ(due(absl::CivilDay(2023, 8, 16), "soon"), 0);
  auto done =
      testing::To<v1::CompletePostDonationCheckRequest>("operations/ba/postDonationChecks/c");
  done.set_findings("in use");
  story.Do(done);
  EXPECT_EQ(due(absl::CivilDay(2023, 8, 16), "overdue"), 0);
}

TEST(HandoverFigures, INV17_AProofIsOverdueAfterItsDayUntilItIsFiled) {
  Story story;
  v1::AdoptHandoverPolicyRequest adopt;
  adopt.set_parent("operations/ba");
  *adopt.mutable_handover_policy() = BuiltInPolicy();
  *adopt.mutable_handover_policy()->mutable_valid_from() = testing::Day(2023, 7, 1);
  adopt.mutable_handover_policy()->set_proof_days(10);
  story.Do(adopt);
  story.Do(testing::ReceivedPieces({"s1"}, "20000.00"));
  story.Do(testing::Case({testing::Asset(1)}));
  story.Effective();  // on 1 July
  const auto overdue = [&](absl::CivilDay day) {
    return FiguresOf(story, absl::CivilSecond(day))["prihvat_handover_proofs_due ba overdue"];
  };
  EXPECT_EQ(overdue(absl::CivilDay(2023, 7, 11)), 0);
  EXPECT_EQ(overdue(absl::CivilDay(2023, 7, 12)), 1);
  auto proof = testing::To<v1::FileProofRequest>();
  proof.mutable_proof()->set_reference("folder 1");
  story.Do(proof);
  EXPECT_EQ(overdue(absl::CivilDay(2023, 7, 12)), 0);
}

}  // namespace
}  // namespace prihvat::handover
