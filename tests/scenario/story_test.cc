// The story of scenarios/bih-2023.yaml, played against the services' deciders, processes and views.
// What it must come to was worked out by hand from the file and its sources.
#include <map>
#include <memory>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/civil.h"
#include "libs/base/money.h"
#include "libs/es/entities.h"
#include "libs/es/values.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "prihvat/reception/v1/resources.pb.h"
#include "services/handover/definition.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/player.h"
#include "services/procurement/definition.h"
#include "services/reception/definition.h"
#include "services/reporting/definition.h"
#include "services/reporting/views/centre_summary.h"
#include "services/reporting/views/donor_summary.h"
#include "services/reporting/views/journals.h"
#include "services/reporting/views/line_of_sight.h"
#include "tests/scenario/world_api.h"

namespace prihvat::scenario {
namespace {

using testing::ElementsAre;

constexpr char kProject[] = "operations/ba/projects/migration-response";

ctl::Scenario ReadStory() {
  const auto yaml = ctl::ReadFile("scenarios/bih-2023.yaml");
  EXPECT_TRUE(yaml.ok()) << yaml.status();
  auto scenario = ctl::ParseScenario(*yaml, ctl::ApiCatalogue::Compiled());
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return *std::move(scenario);
}

std::string Text(const google::type::Money& money) {
  const auto parsed = es::CheckedFromProto(money);
  return parsed.ok() ? parsed->Format() : "no amount";
}

absl::Time At(int year, int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute),
                         *base::LoadZone("Europe/Sarajevo"));
}

// The story, played once for all tests that only look.
class Story : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    scenario_ = new ctl::Scenario(ReadStory());
    api_ = new WorldApi({procurement::ProcurementDefinition(), handover::HandoverDefinition(),
                         reception::ReceptionDefinition(), reporting::ReportingDefinition()});
    const auto played = Play();
    ASSERT_TRUE(played.ok()) << played.status();
    played_ = new ctl::PlayResult(*played);
  }
  static void TearDownTestSuite() {
    delete played_;
    delete api_;
    delete scenario_;
  }
  void SetUp() override { ASSERT_NE(played_, nullptr) << "the story was not played"; }

  static absl::StatusOr<ctl::PlayResult> Play() {
    ctl::PlayOptions options;
    options.wait = [](absl::Duration) {};
    return ctl::Play(*scenario_, {}, *api_, options);
  }

  template <class T>
  static T Entity(const std::string& service, const std::string& name) {
    const auto look = api_->service(service).Look();
    es::View view(look->entities());
    const T* found = view.Find<T>(name);
    EXPECT_NE(found, nullptr) << name;
    return found == nullptr ? T() : *found;
  }
  template <class T>
  static std::vector<T> All(const std::string& service, const std::string& collection) {
    const auto look = api_->service(service).Look();
    es::View view(look->entities());
    std::vector<T> all;
    view.ForEach<T>(collection, [&](std::string_view, const T& entity) {
      all.push_back(entity);
      return true;
    });
    return all;
  }

  static std::map<std::string, std::string> Checksums() {
    std::map<std::string, std::string> checksums;
    for (const char* service : {"procurement", "handover", "reception", "reporting"}) {
      const auto checksum = api_->service(service).Checksum();
      EXPECT_TRUE(checksum.ok()) << checksum.status();
      checksums[service] = checksum.value_or("");
    }
    return checksums;
  }

  // A report over the reporting service's views.
  template <class Report>
  static auto WithJournals(Report report) {
    const auto look = api_->service("reporting").Look();
    const auto money = look->view(reporting::kMoneyView);
    const auto handovers = look->view(reporting::kHandoversView);
    const auto centres = look->view(reporting::kCentresView);
    EXPECT_TRUE(money.ok() && handovers.ok() && centres.ok());
    return report(reporting::Journals{**money, **handovers, **centres},
                  reporting::ReportScope{"operations/ba", *base::LoadZone("Europe/Sarajevo"), {}});
  }
  static absl::StatusOr<reporting::Sight> See(const reporting::v1::LineOfSightFilter& filter) {
    return WithJournals([&](const auto& journals, const auto& scope) {
      return reporting::SeeLineOfSight(journals, scope, filter);
    });
  }
  static absl::StatusOr<reporting::v1::CentreSummary> Centre(const std::string& id) {
    return WithJournals([&](const auto& journals, const auto& scope) {
      return reporting::SummariseCentre(journals.centres, {.centre = "operations/ba/centres/" + id,
                                                           .first = absl::CivilDay(2022, 2, 1),
                                                           .last = absl::CivilDay(2022, 2, 5),
                                                           .zone = scope.zone});
    });
  }
  static std::vector<int64_t> PresentEachDay(const std::string& centre) {
    std::vector<int64_t> present;
    const auto summary = Centre(centre);
    EXPECT_TRUE(summary.ok()) << summary.status();
    for (const auto& day : summary->days()) present.push_back(day.closing());
    return present;
  }

  static ctl::Scenario* scenario_;
  static WorldApi* api_;
  static ctl::PlayResult* played_;
};

ctl::Scenario* Story::scenario_ = nullptr;
WorldApi* Story::api_ = nullptr;
ctl::PlayResult* Story::played_ = nullptr;

TEST_F(Story, EveryStepIsDecidedAsToldAndFiveAreRefused) {
  EXPECT_EQ(played_->sent, scenario_->steps.size());
  // A bed that is taken; approval by the buyer; closing without proof; too many boots; the director
  // of March.
  EXPECT_EQ(played_->refused_as_expected, 5u);
}

TEST_F(Story, PlayedAgainItChangesNothing) {
  const auto before = Checksums();
  const auto again = Play();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(Checksums(), before);
}

TEST_F(Story, NoReactionIsLeftForPeopleToSettle) {
  for (const char* service : {"handover", "reception", "reporting"}) {
    EXPECT_EQ(api_->service(service).counters().reaction_rejections, 0) << service;
    EXPECT_GT(api_->service(service).counters().reactions, 0) << service;
  }
}

TEST_F(Story, WorkedCase_TheCertificatesAre725000KmAnd170900Km) {
  const auto certificates =
      All<handover::v1::Certificate>("handover", "operations/ba/certificates");
  ASSERT_EQ(certificates.size(), 2u);
  EXPECT_EQ(Text(certificates[0].total_km()), "725,000.00 BAM");
  EXPECT_EQ(Text(certificates[0].total_eur()), "370,686.61 EUR");
  EXPECT_EQ(Text(certificates[1].total_km()), "170,900.00 BAM");
  EXPECT_EQ(Text(certificates[1].total_eur()), "87,379.78 EUR");
  EXPECT_EQ(certificates[1].place(), "Sarajevo");
  EXPECT_EQ(certificates[1].handover_date().month(), 7);
  EXPECT_EQ(certificates[1].handover_date().day(), 13);
}

TEST_F(Story, INV15_TwoDirectorsSignEachUnderAMandateOfItsTime) {
  const auto certificates =
      All<handover::v1::Certificate>("handover", "operations/ba/certificates");
  ASSERT_EQ(certificates.size(), 2u);
  std::set<std::string> directors;
  for (const auto& certificate : certificates) {
    ASSERT_EQ(certificate.signatures_size(), 2);
    EXPECT_EQ(certificate.signatures(0).person(), "organisations/eu/people/head-of-section");
    directors.insert(certificate.signatures(1).person());
  }
  EXPECT_THAT(directors, ElementsAre("organisations/dcpb/people/director-july",
                                     "organisations/dcpb/people/director-march"));
}

TEST_F(Story, TheVehiclesAreInUseWithTheDirectorate) {
  int vehicles = 0;
  for (const auto& asset : All<handover::v1::Asset>("handover", "operations/ba/assets")) {
    if (asset.vin().empty()) continue;
    ++vehicles;
    EXPECT_EQ(asset.state(), handover::v1::ASSET_STATE_IN_USE) << asset.name();
    EXPECT_EQ(asset.title_holder(), "organisations/dcpb") << asset.name();
    EXPECT_EQ(asset.vin_warning(), "") << asset.name();
    EXPECT_EQ(Text(asset.value()), "72,500.00 BAM") << asset.name();
  }
  EXPECT_EQ(vehicles, 10);
}

TEST_F(Story, WorkedCase_LineOfSightIs895900KmAnd458066_40Eur) {
  reporting::v1::LineOfSightFilter filter;
  filter.set_project(kProject);
  const auto sight = See(filter);
  ASSERT_TRUE(sight.ok()) << sight.status();
  // Ten vehicles, twenty vests, six lots: the boots came in two deliveries.
  EXPECT_EQ(sight->rows.size(), 36u);
  for (const auto& row : sight->rows) {
    EXPECT_EQ(row.row.recipient(), "organisations/dcpb") << row.key;
    EXPECT_FALSE(row.row.has_people_served()) << row.key;
  }
  const auto totals = reporting::TotalsOf(*sight);
  ASSERT_TRUE(totals.ok()) << totals.status();
  ASSERT_EQ(totals->values_size(), 1);
  EXPECT_EQ(Text(totals->values(0).value()), "895,900.00 BAM");
  EXPECT_EQ(Text(totals->eur().total()), "458,066.40 EUR");
  EXPECT_EQ(Text(totals->eur().sum_of_documents()), "458,066.39 EUR");
  EXPECT_EQ(Text(totals->eur().rounding_difference()), "0.01 EUR");
}

TEST_F(Story, TheDonorSeesWhereEveryMarkIs) {
  const auto summary = WithJournals([](const auto& journals, const auto& scope) {
    return reporting::SummariseDonor(journals, scope, {.project = kProject, .donor = ""});
  });
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->donor(), "organisations/eu");
  ASSERT_EQ(summary->totals_size(), 1);
  const auto& total = summary->totals(0);
  EXPECT_EQ(Text(total.budget()), "930,000.00 BAM");
  EXPECT_EQ(Text(total.reserved()), "0.00 BAM");
  EXPECT_EQ(Text(total.committed()), "0.00 BAM");
  EXPECT_EQ(Text(total.spent()), "895,900.00 BAM");
  EXPECT_EQ(Text(total.available()), "34,100.00 BAM");
  EXPECT_EQ(Text(total.handed_over()), "895,900.00 BAM");
  EXPECT_EQ(summary->certificates_size(), 2);
}

TEST_F(Story, PeopleAreServedByWhatIsInUseWhereTheyStay) {
  const auto served = [](const std::string& centre) {
    reporting::v1::LineOfSightFilter filter;
    filter.set_centre("operations/ba/centres/" + centre);
    const auto sight = See(filter);
    EXPECT_TRUE(sight.ok()) << sight.status();
    return std::pair(sight->rows.size(), sight->people_served);
  };
  EXPECT_EQ(served("usivak"), std::pair(size_t{2}, int64_t{50}));  // 40 came, 10 were moved there
  EXPECT_EQ(served("borici"), std::pair(size_t{2}, int64_t{21}));  // 20 came, 1 was born
  EXPECT_EQ(served("lipa"), std::pair(size_t{0}, int64_t{0}));
}

TEST_F(Story, INV19_SecurityPassesToTheDirectorateAtMidnight) {
  const std::map<std::string, absl::Time> passed = {{"usivak", At(2022, 2, 1, 0, 0)},
                                                    {"blazuj", At(2022, 2, 1, 0, 0)},
                                                    {"borici", At(2022, 2, 15, 0, 0)},
                                                    {"lipa", At(2022, 2, 15, 0, 0)}};
  for (const auto& [centre, time] : passed) {
    const auto security = Entity<reception::v1::Responsibility>(
        "reception", "operations/ba/centres/" + centre + "/responsibilities/security");
    ASSERT_EQ(security.bodies_size(), 2) << centre;
    EXPECT_EQ(security.bodies(0).body(), "organisations/iom");
    EXPECT_EQ(security.bodies(1).body(), "organisations/dcpb");
    EXPECT_EQ(absl::FromUnixSeconds(security.bodies(1).start_time().seconds()), time) << centre;
    EXPECT_EQ(security.bodies(0).end_time().seconds(), security.bodies(1).start_time().seconds());
    EXPECT_FALSE(security.bodies(1).has_end_time());
  }
}

TEST_F(Story, TheBedsAreAsManyAsArePublished) {
  const std::map<std::string, size_t> published = {
      {"usivak", 800}, {"blazuj", 1300}, {"borici", 430}, {"lipa", 1500}};
  for (const auto& [centre, beds] : published) {
    const std::string name = "operations/ba/centres/" + centre;
    EXPECT_EQ(All<reception::v1::Bed>("reception", name + "/beds").size(), beds) << centre;
    const auto entity = Entity<reception::v1::Centre>("reception", name);
    ASSERT_GT(entity.capacities_size(), 0);
    EXPECT_EQ(entity.capacities(entity.capacities_size() - 1).places(), static_cast<int>(beds));
  }
}

TEST_F(Story, INV22_TheCensusOfEachDay) {
  // The tenth who is moved leaves Blažuj on the 3rd at 23:30 and is counted nowhere that midnight.
  EXPECT_THAT(PresentEachDay("usivak"), ElementsAre(30, 40, 49, 50, 46));
  EXPECT_THAT(PresentEachDay("blazuj"), ElementsAre(45, 45, 35, 35, 33));
  // Two are on leave from the 2nd to the 4th; a child is born on the 4th.
  EXPECT_THAT(PresentEachDay("borici"), ElementsAre(20, 18, 18, 21, 21));
  EXPECT_THAT(PresentEachDay("lipa"), ElementsAre(40, 51, 51, 51, 48));
}

TEST_F(Story, NightsAndPersonsOfUsivak) {
  const auto summary = Centre("usivak");
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->nights(), 30 + 40 + 49 + 50 + 46);
  EXPECT_EQ(summary->persons(), 50);
  EXPECT_EQ(summary->movements().arrivals(), 40);
  EXPECT_EQ(summary->movements().transfers_in(), 10);
  EXPECT_EQ(summary->movements().exits(), 4);
}

TEST_F(Story, AFactThatBreaksARuleIsAnOpenConflict) {
  const auto conflicts = All<reception::v1::Conflict>("reception", "operations/ba/conflicts");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].kind(), reception::v1::CONFLICT_KIND_BED_TAKEN);
  EXPECT_EQ(conflicts[0].state(), reception::v1::CONFLICT_STATE_OPEN);
  EXPECT_EQ(conflicts[0].fact(), "operations/ba/stays/LI-0051");
}

}  // namespace
}  // namespace prihvat::scenario
