#include "services/handover/views/figures.h"

#include <map>

#include "gtest/gtest.h"
#include "libs/base/civil.h"
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
  EXPECT_EQ(figures.size(), 12u);  // eleven states under way, and what is overdue
}

}  // namespace
}  // namespace prihvat::handover
