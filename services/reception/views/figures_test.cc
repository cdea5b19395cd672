#include "services/reception/views/figures.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/reception/testing/story.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception {
namespace {

using testing::Story;

std::map<std::string, double> FiguresOf(const Story& story, bool with_view = true) {
  std::map<std::string, double> all;
  const auto view = [&](std::string_view name) -> const es::Rows* {
    return with_view && name == kPresenceView ? &story.presence() : nullptr;
  };
  for (const base::Statistic& figure :
       ReceptionFigures({.entities = story.entities(), .view = view, .now = story.now()})) {
    std::string key = figure.name;
    for (const auto& [name, value] : figure.labels) key += " " + value;
    EXPECT_TRUE(all.emplace(key, figure.value).second) << key;
    EXPECT_THAT(key, ::testing::Not(::testing::HasSubstr("persons"))) << "of no person";
  }
  return all;
}

TEST(ReceptionFigures, AreThoseOfEachCentresOccupancy) {
  Story story;
  story.OpenCentre("usivak", 3);
  story.OpenCentre("blazuj", 1);
  story.Arrive("1", "usivak", "b1");
  story.Arrive("2", "usivak", "b2");
  story.Arrive("3", "blazuj");
  story.Leave("2", true);
  auto figures = FiguresOf(story);
  EXPECT_EQ(figures["prihvat_centre_people_present ba usivak"], 1);
  EXPECT_EQ(figures["prihvat_centre_beds ba usivak free"], 1);
  EXPECT_EQ(figures["prihvat_centre_beds ba usivak occupied"], 1);
  EXPECT_EQ(figures["prihvat_centre_beds ba usivak held"], 1);
  EXPECT_EQ(figures["prihvat_centre_people_present ba blazuj"], 1);
  EXPECT_EQ(figures["prihvat_centre_people_without_bed ba blazuj"], 1);
  EXPECT_EQ(figures["prihvat_centre_beds ba blazuj free"], 1);
}

TEST(ReceptionFigures, AreLeftOutWhileTheViewIsBuilt) {
  Story story;
  story.OpenCentre("usivak", 1);
  EXPECT_TRUE(FiguresOf(story, false).empty());
}

}  // namespace
}  // namespace prihvat::reception
