// The purchase of scenarios/procurement-full.yaml, played against procurement's decider. What it
// must come to was worked out by hand from the file.
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "libs/base/civil.h"
#include "libs/base/money.h"
#include "libs/es/entities.h"
#include "libs/es/values.h"
#include "prihvat/procurement/v1/payables.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "prihvat/procurement/v1/sourcing.pb.h"
#include "services/handover/definition.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/player.h"
#include "services/procurement/definition.h"
#include "tests/scenario/world_api.h"

namespace prihvat::scenario {
namespace {

constexpr char kOperation[] = "operations/ba-purchase";

std::string Text(const google::type::Money& money) {
  const auto parsed = es::CheckedFromProto(money);
  return parsed.ok() ? parsed->Format() : "no amount";
}

// Played once for all tests, which only look.
class Purchase : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto yaml = ctl::ReadFile("scenarios/procurement-full.yaml");
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
  void SetUp() override { ASSERT_NE(played_, nullptr) << "the purchase was not played"; }

  static absl::StatusOr<ctl::PlayResult> Play() {
    ctl::PlayOptions options;
    options.wait = [](absl::Duration) {};
    return ctl::Play(*scenario_, {}, *api_, options);
  }
  template <class T>
  static T Entity(const std::string& name) {
    const auto look = api_->service("procurement").Look();
    es::View view(look->entities());
    const T* found = view.Find<T>(std::string(kOperation) + "/" + name);
    EXPECT_NE(found, nullptr) << name;
    return found == nullptr ? T() : *found;
  }

  static ctl::Scenario* scenario_;
  static WorldApi* api_;
  static ctl::PlayResult* played_;
};

ctl::Scenario* Purchase::scenario_ = nullptr;
WorldApi* Purchase::api_ = nullptr;
ctl::PlayResult* Purchase::played_ = nullptr;

TEST_F(Purchase, EveryStepIsDecidedAsTold) {
  EXPECT_EQ(played_->sent, scenario_->steps.size());
  size_t refused = 0;
  for (const auto& step : scenario_->steps) refused += step.expected_reasons.empty() ? 0 : 1;
  EXPECT_EQ(refused, 15u);
  EXPECT_EQ(played_->refused_as_expected, refused);
}

TEST_F(Purchase, PlayedAgainItChangesNothing) {
  const auto before = api_->service("procurement").Checksum();
  const auto again = Play();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(api_->service("procurement").Checksum().value(), before.value());
}

TEST_F(Purchase, TheBestProposalWinsByPoints) {
  const auto process = Entity<procurement::v1::SourcingProcess>("sourcingProcesses/boots-2023");
  EXPECT_EQ(process.state(), procurement::v1::SOURCING_STATE_AWARDED);
  ASSERT_EQ(process.ranking_size(), 2);
  EXPECT_EQ(process.ranking(0).points().value(), "90.85");
  EXPECT_EQ(Text(process.ranking(0).amount()), "41,500.00 BAM");
  EXPECT_EQ(process.ranking(1).points().value(), "89.85");
  EXPECT_EQ(Text(process.awards(0).amount()), "41,500.00 BAM");
}

TEST_F(Purchase, INV06_TheStandstillIsLongerByTheComplaint) {
  const auto process = Entity<procurement::v1::SourcingProcess>("sourcingProcesses/boots-2023");
  // 7 days and 12 hours were left on 1 March at noon; the complaint was answered on the 11th at
  // noon.
  const absl::Time end =
      absl::FromCivil(absl::CivilSecond(2023, 3, 19, 0, 0, 0), *base::LoadZone("Europe/Sarajevo"));
  EXPECT_EQ(absl::FromUnixSeconds(process.standstill_end_time().seconds()), end);
}

TEST_F(Purchase, INV04_TheBidsWereReadByBothOpeners) {
  for (const char* bid : {"alfa", "beta"}) {
    const auto entity =
        Entity<procurement::v1::Bid>("sourcingProcesses/boots-2023/bids/" + std::string(bid));
    EXPECT_EQ(entity.state(), procurement::v1::BID_STATE_OPENED) << bid;
    EXPECT_EQ(entity.content().offers_size(), 1) << bid;
  }
  const auto gama = Entity<procurement::v1::Bid>("sourcingProcesses/boots-2023/bids/gama");
  EXPECT_EQ(gama.state(), procurement::v1::BID_STATE_DISQUALIFIED);
}

TEST_F(Purchase, INV09_WhatWasAcceptedIsPaidAndNoMore) {
  const auto first = Entity<procurement::v1::SupplierInvoice>("supplierInvoices/boots-1");
  EXPECT_EQ(first.state(), procurement::v1::SUPPLIER_INVOICE_STATE_PAID);
  EXPECT_EQ(Text(first.amounts().total()), "25,000.00 BAM");
  EXPECT_EQ(Text(first.amounts().credited()), "1,000.00 BAM");
  EXPECT_EQ(Text(first.amounts().paid()), "24,000.00 BAM");
  const auto second = Entity<procurement::v1::SupplierInvoice>("supplierInvoices/boots-2");
  EXPECT_EQ(second.state(), procurement::v1::SUPPLIER_INVOICE_STATE_PAID);
  const auto order = Entity<procurement::v1::PurchaseOrder>("purchaseOrders/boots-2023");
  EXPECT_EQ(order.state(), procurement::v1::PURCHASE_ORDER_STATE_CLOSED);
  EXPECT_EQ(order.lines(0).invoiced().value(), "400");
  EXPECT_EQ(order.lines(0).returned_rejected().value(), "10");
}

TEST_F(Purchase, INV10_FourPeopleDidIt) {
  const auto order = Entity<procurement::v1::PurchaseOrder>("purchaseOrders/boots-2023");
  EXPECT_EQ(order.requester(), "organisations/iom/people/jasmin");
  EXPECT_EQ(order.approvals(0).approver(), "organisations/iom/people/lejla");
  EXPECT_EQ(order.receivers(0), "organisations/iom/people/senad");
  ASSERT_EQ(order.payers_size(), 1);
  EXPECT_EQ(order.payers(0), "organisations/iom/people/tarik");
}

TEST_F(Purchase, INV03_TheBudgetLineKnowsWhereTheMoneyIs) {
  const auto line =
      Entity<procurement::v1::BudgetLine>("projects/winter-equipment/budgetLines/footwear");
  EXPECT_EQ(Text(line.reserved()), "0.00 BAM");
  EXPECT_EQ(Text(line.committed()), "0.00 BAM");
  EXPECT_EQ(Text(line.spent()), "41,500.00 BAM");
  EXPECT_EQ(Text(line.paid()), "41,500.00 BAM");
  EXPECT_EQ(Text(line.available()), "18,500.00 BAM");
}

}  // namespace
}  // namespace prihvat::scenario
