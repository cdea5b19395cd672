// The hand-over of scenarios/handover-full.yaml, played against the deciders of procurement and
// handover. What it must come to was worked out by hand from the file.
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/es/entities.h"
#include "libs/es/values.h"
#include "prihvat/handover/v1/checks.pb.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "services/handover/definition.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/player.h"
#include "services/procurement/definition.h"
#include "tests/scenario/world_api.h"

namespace prihvat::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kOperation[] = "operations/ba-handover";

std::string Text(const google::type::Money& money) {
  const auto parsed = es::CheckedFromProto(money);
  return parsed.ok() ? parsed->Format() : "no amount";
}

// Played once for all tests, which only look.
class Handover : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto yaml = ctl::ReadFile("scenarios/handover-full.yaml");
    ASSERT_TRUE(yaml.ok()) << yaml.status();
    auto scenario = ctl::ParseScenario(*yaml, ctl::ApiCatalogue::Compiled());
    ASSERT_TRUE(scenario.ok()) << scenario.status();
    scenario_ = new ctl::Scenario(*std::move(scenario));
    api_ = new WorldApi({procurement::ProcurementDefinition(), handover::HandoverDefinition()});
    const auto played = Play();
    ASSERT_TRUE(played.ok()) << played.status();
    played_ = new ctl::PlayResult(*played);
  }
  static void TearDownTestSuite() {
    delete played_;
    delete api_;
    delete scenario_;
  }
  void SetUp() override { ASSERT_NE(played_, nullptr) << "the hand-over was not played"; }

  static absl::StatusOr<ctl::PlayResult> Play() {
    ctl::PlayOptions options;
    options.wait = [](absl::Duration) {};
    return ctl::Play(*scenario_, {}, *api_, options);
  }
  template <class T>
  static T Entity(const std::string& name) {
    const auto look = api_->service("handover").Look();
    es::View view(look->entities());
    const T* found = view.Find<T>(name);
    EXPECT_NE(found, nullptr) << name;
    return found == nullptr ? T() : *found;
  }
  template <class T>
  static T Of(const std::string& name) {
    return Entity<T>(std::string(kOperation) + "/" + name);
  }
  static handover::v1::HandoverCase TheCase() {
    return Of<handover::v1::HandoverCase>("handoverCases/winter-2023");
  }

  static ctl::Scenario* scenario_;
  static WorldApi* api_;
  static ctl::PlayResult* played_;
};

ctl::Scenario* Handover::scenario_ = nullptr;
WorldApi* Handover::api_ = nullptr;
ctl::PlayResult* Handover::played_ = nullptr;

TEST_F(Handover, EveryStepIsDecidedAsTold) {
  EXPECT_EQ(played_->sent, scenario_->steps.size());
  size_t refused = 0;
  for (const auto& step : scenario_->steps) refused += step.expected_reasons.empty() ? 0 : 1;
  EXPECT_EQ(refused, 10u);
  EXPECT_EQ(played_->refused_as_expected, refused);
}

TEST_F(Handover, PlayedAgainItChangesNothing) {
  const auto before = api_->service("handover").Checksum();
  const auto again = Play();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(api_->service("handover").Checksum().value(), before.value());
}

TEST_F(Handover, INV16_WhatWasAcceptedAfterTheDisputeIsCertified) {
  const auto certificate = Entity<handover::v1::Certificate>(TheCase().certificate());
  // Two generators at 12,000.00 and 495 blankets at 18.00; converted once.
  EXPECT_EQ(Text(certificate.total_km()), "32,910.00 BAM");
  EXPECT_EQ(Text(certificate.total_eur()), "16,826.62 EUR");
  ASSERT_EQ(certificate.items_size(), 2);
  EXPECT_THAT(certificate.items(0).serials(), ElementsAre("G10-0771", "G10-0773"));
  EXPECT_EQ(certificate.items(1).quantity().value(), "495");
  EXPECT_THAT(certificate.donors(), ElementsAre("organisations/ch", "organisations/eu"));
  EXPECT_THAT(certificate.funding_source(),
              AllOf(HasSubstr("Individual measure 2021 (European Union) 80 %"),
                    HasSubstr("Contribution 2023 (Switzerland) 20 %")));
}

TEST_F(Handover, INV15_TheDirectorSignsSinceTheDeputysMandateRanOut) {
  const auto of = TheCase();
  ASSERT_EQ(of.signatures_size(), 2);
  EXPECT_EQ(of.signatures(0).person(), "organisations/eu/people/head-of-section");
  EXPECT_EQ(of.signatures(1).person(), "organisations/sfa/people/director");
  EXPECT_EQ(of.dispute_notes_size(), 2);
}

TEST_F(Handover, INV18_TheCorrectionIsAnotherCertificateThatCitesTheFirst) {
  const auto of = TheCase();
  EXPECT_EQ(of.state(), handover::v1::HANDOVER_CASE_STATE_CORRECTED);
  const auto first = Entity<handover::v1::Certificate>(of.certificate());
  const auto second = Entity<handover::v1::Certificate>(of.corrective_certificate());
  EXPECT_EQ(first.corrected_by(), second.name());
  EXPECT_EQ(first.items(1).description().en(), "Blanket");
  EXPECT_EQ(second.corrects_sha256(), first.canonical_sha256());
  EXPECT_EQ(second.items(1).description().bs(), "Vunena deka");
  EXPECT_EQ(second.signatures_size(), 2);
}

TEST_F(Handover, WhatDidNotPassIsWhereItWasLeft) {
  const auto refused = Of<handover::v1::Asset>("assets/winter-1-1-2");
  EXPECT_EQ(refused.state(), handover::v1::ASSET_STATE_UNDER_REPAIR);
  EXPECT_EQ(refused.custodian(), "organisations/iom");
  EXPECT_EQ(refused.title_holder(), "organisations/iom");
  const auto passed = Of<handover::v1::Asset>("assets/winter-1-1-3");
  EXPECT_EQ(passed.state(), handover::v1::ASSET_STATE_IN_USE);
  EXPECT_EQ(passed.title_holder(), "organisations/sfa");
  const auto blankets = Of<handover::v1::AssetLot>("assetLots/winter-1-2");
  ASSERT_EQ(blankets.holdings_size(), 2);
  for (const auto& holding : blankets.holdings()) {
    EXPECT_EQ(holding.quantity().value(),
              holding.title_holder() == "organisations/sfa" ? "495" : "5");
  }
  EXPECT_EQ(blankets.missing().value(), "0");
}

TEST_F(Handover, WhatWasStolenIsWrittenOffOnceThePoliceReportIsFiled) {
  const auto stolen = Of<handover::v1::Asset>("assets/winter-1-1-1");
  EXPECT_EQ(stolen.state(), handover::v1::ASSET_STATE_WRITTEN_OFF);
  ASSERT_EQ(stolen.evidence_size(), 2);
  EXPECT_EQ(stolen.evidence(0).evidence().reference(), "Police report 02/3-1234/23");
  EXPECT_EQ(stolen.lacks_evidence_of_size(), 0);
}

TEST_F(Handover, ChecksAreMadeAndUpkeepIsPlannedAgain) {
  const auto end_use = Of<handover::v1::PostDonationCheck>("postDonationChecks/end-use");
  EXPECT_EQ(end_use.state(), handover::v1::CHECK_STATE_DONE);
  EXPECT_TRUE(end_use.follow_up());
  EXPECT_EQ(end_use.next_check(), "");
  const auto oil = Of<handover::v1::PostDonationCheck>("postDonationChecks/oil-3");
  const auto next = Entity<handover::v1::PostDonationCheck>(oil.next_check());
  EXPECT_EQ(next.state(), handover::v1::CHECK_STATE_PLANNED);
  EXPECT_EQ(next.due_date().year(), 2024);
  EXPECT_EQ(next.due_date().month(), 6);
  EXPECT_EQ(Of<handover::v1::Asset>("assets/winter-1-1-3").condition(),
            handover::v1::ASSET_CONDITION_GOOD);
  EXPECT_TRUE(Of<handover::v1::VisibilityCheck>("visibilityChecks/generator-1").conforms());
}

}  // namespace
}  // namespace prihvat::scenario
