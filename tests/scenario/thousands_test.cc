// A small part of scenarios/thousands.yaml, as the whole of it is: what it must come to was worked
// out by hand.
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/es/entities.h"
#include "libs/es/values.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/handover/definition.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/player.h"
#include "services/procurement/definition.h"
#include "tests/scenario/world_api.h"

namespace prihvat::scenario {
namespace {

constexpr char kOperation[] = "operations/ba-thousands";

// How many entities of the collection there are in each state.
template <class T>
std::map<int, int> States(WorldApi& api, const std::string& service,
                          const std::string& collection) {
  std::map<int, int> states;
  const auto look = api.service(service).Look();
  look->entities().Scan(absl::StrCat(kOperation, "/", collection, "/"), "",
                        [&](std::string_view, std::string_view row) {
                          T entity;
                          if (es::DecodeEntity(row, entity)) ++states[entity.state()];
                          return true;
                        });
  return states;
}

TEST(Thousands, OneOrderASupplierGivesFortyOfEachAndItsMoneyToTheCent) {
  const auto yaml = ctl::ReadFile("scenarios/thousands.yaml");
  ASSERT_TRUE(yaml.ok()) << yaml.status();
  const auto scenario = ctl::ParseScenario(*yaml, ctl::ApiCatalogue::Compiled(), {{"each", "1"}});
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  WorldApi api({procurement::ProcurementDefinition(), handover::HandoverDefinition()});
  ctl::PlayOptions options;
  options.wait = [](absl::Duration) {};
  const auto played = ctl::Play(*scenario, {}, api, options);
  ASSERT_TRUE(played.ok()) << played.status();
  EXPECT_EQ(played->sent, 2 + 10 + 40 + 2 + 40 * 13u);

  using testing::ElementsAre;
  using testing::Pair;
  EXPECT_THAT(States<procurement::v1::PurchaseOrder>(api, "procurement", "purchaseOrders"),
              ElementsAre(Pair(procurement::v1::PURCHASE_ORDER_STATE_RECEIVED, 40)));
  EXPECT_THAT(States<procurement::v1::GoodsReceipt>(api, "procurement", "goodsReceipts"),
              ElementsAre(Pair(procurement::v1::GOODS_RECEIPT_STATE_POSTED, 80)));
  EXPECT_THAT(States<handover::v1::HandoverCase>(api, "handover", "handoverCases"),
              ElementsAre(Pair(handover::v1::HANDOVER_CASE_STATE_EFFECTIVE, 40)));
  const auto look = api.service("procurement").Look();
  es::View view(look->entities());
  for (int line = 1; line <= 10; ++line) {
    const auto* budget = view.Find<procurement::v1::BudgetLine>(
        absl::StrCat(kOperation, "/projects/measure/budgetLines/line-", line));
    ASSERT_NE(budget, nullptr) << line;
    // Four suppliers, 40 kits of 45.50 each.
    EXPECT_EQ(es::CheckedFromProto(budget->spent())->Format(), "7,280.00 BAM") << line;
  }
}

}  // namespace
}  // namespace prihvat::scenario
