#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/access/policy.h"
#include "prihvat/accesstest/v1/record.pb.h"

namespace prihvat::access {
namespace {

using accesstest::v1::Record;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kPolicy[] = R"(name: test
versions:
  - effective_from: 2022-01-01
    roles:
      buyer:
        permissions: [procurement.orders.*, reports.get]
        sees: [public, internal]
      reader:
        permissions: [procurement.*.get]
        sees: [public]
      nurse:
        permissions: ["*"]
        sees: [public, internal, personal, health]
  - effective_from: 2023-01-01
    roles:
      buyer:
        permissions: [procurement.orders.get]
        sees: [public]
)";
constexpr absl::CivilDay kDay(2022, 6, 1);

Principal With(std::vector<std::string> roles) {
  return {.name = "organisations/o/people/p", .roles = std::move(roles), .operations = {"*"}};
}

TEST(Policy, G12_OnlyWhatARoleGrantsIsGranted) {
  const Policy policy = Policy::Parse(kPolicy).value();
  const Principal buyer = With({"buyer"});
  EXPECT_TRUE(policy.Grants(buyer, "procurement.orders.issue", kDay));
  EXPECT_TRUE(policy.Grants(buyer, "procurement.orders.lines.add", kDay));
  EXPECT_TRUE(policy.Grants(buyer, "reports.get", kDay));
  for (const char* denied : {"procurement.orders", "procurement.ordersX.issue", "procurement",
                             "reports.get.more", "reports", "handover.cases.get", "", "*"})
    EXPECT_FALSE(policy.Grants(buyer, denied, kDay)) << denied;
  const Principal reader = With({"reader"});
  EXPECT_TRUE(policy.Grants(reader, "procurement.orders.get", kDay));
  EXPECT_FALSE(policy.Grants(reader, "procurement.orders.issue", kDay));
  EXPECT_FALSE(policy.Grants(reader, "procurement.get", kDay));
  EXPECT_TRUE(policy.Grants(With({"nurse"}), "anything", kDay));
  EXPECT_FALSE(policy.Grants(With({}), "reports.get", kDay));
  EXPECT_FALSE(policy.Grants(With({"unheard_of"}), "reports.get", kDay));
  EXPECT_TRUE(policy.Grants(With({"unheard_of", "reader"}), "procurement.orders.get", kDay));
}

TEST(Policy, TheVersionOfTheDayHolds) {
  const Policy policy = Policy::Parse(kPolicy).value();
  const Principal buyer = With({"buyer"});
  EXPECT_FALSE(policy.Grants(buyer, "reports.get", absl::CivilDay(2021, 12, 31)));
  EXPECT_TRUE(policy.Grants(buyer, "reports.get", absl::CivilDay(2022, 1, 1)));
  EXPECT_TRUE(policy.Grants(buyer, "reports.get", absl::CivilDay(2022, 12, 31)));
  EXPECT_FALSE(policy.Grants(buyer, "reports.get", absl::CivilDay(2023, 1, 1)));
  EXPECT_FALSE(policy.Sees(buyer, common::v1::FIELD_CLASS_INTERNAL, absl::CivilDay(2023, 1, 1)));
}

TEST(Policy, AWrongPolicyIsRefusedWithItsLine) {
  const auto error = [](const std::string& yaml) {
    const auto policy = Policy::Parse(yaml);
    EXPECT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument) << yaml;
    return std::string(policy.status().message());
  };
  const std::string head = "name: x\nversions:\n  - effective_from: 2022-01-01\n    roles:\n";
  EXPECT_THAT(error("name: [x"), HasSubstr("line"));
  EXPECT_THAT(error("versions: []"), HasSubstr("name must be set"));
  EXPECT_THAT(error("name: x\nversions: []"), HasSubstr("not empty"));
  EXPECT_THAT(error("name: x\nverions: []"), HasSubstr("has no 'verions'"));
  EXPECT_THAT(error("name: x\nversions:\n  - effective_from: yesterday\n    roles: {}"),
              HasSubstr("line 3: effective_from"));
  EXPECT_THAT(error(head + "      a:\n        grants: [b]\n"), HasSubstr("line 6: a role has no"));
  EXPECT_THAT(error(head + "      a:\n        permissions: [b..c]\n"), HasSubstr("line 6"));
  // A scalar has no elements: it would grant nothing, and say nothing.
  EXPECT_THAT(error(head + "      a:\n        permissions: \"*\"\n"),
              HasSubstr("line 6: role a: permissions must be a list"));
  EXPECT_THAT(error(head + "      a:\n        permissions: [b]\n        sees: public\n"),
              HasSubstr("line 7: role a: sees must be a list"));
  EXPECT_THAT(error(head + "      a:\n        permissions: [b]\n        sees: [secret]\n"),
              HasSubstr("line 7: a class is"));
  EXPECT_THAT(error(head + "      a: {permissions: [b]}\n      a: {permissions: [c]}\n"),
              HasSubstr("twice"));
}

TEST(Policy, TheDefaultIsSoundAndKeepsDutiesApart) {
  const Policy& policy = Policy::Default();
  const absl::CivilDay day(2026, 1, 1);
  EXPECT_EQ(policy.name(), "default");
  for (const char* role :
       {"operation_manager", "procurement_officer", "approver", "finance_officer",
        "logistics_officer", "handover_officer", "recipient", "camp_manager", "reception_officer",
        "service_provider", "donor", "viewer", "importer", "platform_operator", "report_reader"})
    EXPECT_THAT(policy.RolesOn(day), Contains(role));
  const auto grants = [&](const char* role, const char* permission) {
    return policy.Grants(With({role}), permission, day);
  };
  EXPECT_FALSE(grants("donor", "reception.persons.get"));
  EXPECT_FALSE(grants("donor", "reception.stays.list"));
  EXPECT_FALSE(grants("recipient", "procurement.purchaseOrders.get"));
  EXPECT_FALSE(grants("service_provider", "reception.persons.list"));
  EXPECT_FALSE(grants("platform_operator", "admin.log.tail"));
  EXPECT_FALSE(grants("platform_operator", "procurement.projects.get"));
  EXPECT_FALSE(grants("camp_manager", "operations.import"));
  EXPECT_TRUE(grants("importer", "operations.import"));
  EXPECT_TRUE(grants("log_keeper", "admin.log.export"));
  EXPECT_FALSE(grants("log_keeper", "reception.persons.get"));
  for (const std::string& role : policy.RolesOn(day)) {
    if (role == "log_keeper") continue;  // a whole log holds fields of every class
    const Principal principal = With({role});
    EXPECT_EQ(policy.Sees(principal, common::v1::FIELD_CLASS_HEALTH, day),
              role == "health_provider")
        << role;
    EXPECT_EQ(policy.Sees(principal, common::v1::FIELD_CLASS_PROTECTION, day),
              role == "protection_officer")
        << role;
  }
}

Record Full() {
  Record record;
  record.set_name("n");
  record.mutable_published()->set_text("p");
  record.set_person("Amina");
  auto* inner = record.add_inner();
  inner->set_text("t");
  inner->set_open("o");
  inner->set_birth_year(1990);
  record.mutable_health()->set_text("flu");
  record.mutable_health()->set_open("o");
  (*record.mutable_protection())["a"] = "b";
  return record;
}

TEST(Mask, G12_EachClassIsShownToWhomThePolicyShowsIt) {
  const Policy policy = Policy::Parse(kPolicy).value();
  Record all = Full();
  EXPECT_EQ(Mask(all, policy, With({"nurse"}), kDay), 1);  // protection
  EXPECT_EQ(all.protection_size(), 0);
  EXPECT_EQ(all.person(), "Amina");
  EXPECT_EQ(all.health().text(), "flu");

  Record internal = Full();
  Mask(internal, policy, With({"buyer"}), kDay);
  EXPECT_EQ(internal.name(), "n");
  EXPECT_EQ(internal.person(), "");
  EXPECT_EQ(internal.inner(0).text(), "t");
  EXPECT_EQ(internal.inner(0).birth_year(), 0);
  EXPECT_FALSE(internal.has_health());

  Record open = Full();
  Mask(open, policy, With({"reader"}), kDay);
  EXPECT_EQ(open.name(), "") << "what states no class is internal";
  EXPECT_EQ(open.published().text(), "p") << "what a public field holds is public";
  EXPECT_EQ(open.inner(0).text(), "");
  EXPECT_EQ(open.inner(0).open(), "o");
  EXPECT_FALSE(open.has_health()) << "whatever stands in it";

  Record none = Full();
  Mask(none, policy, With({}), kDay);
  EXPECT_EQ(none.published().ByteSizeLong(), 0u);
  EXPECT_EQ(none.inner(0).ByteSizeLong(), 0u);
}

TEST(Principal, ActsInItsOperationsOnly) {
  Principal principal{.name = "organisations/iom/people/p", .operations = {"operations/ba"}};
  EXPECT_TRUE(principal.MayActIn("operations/ba"));
  EXPECT_FALSE(principal.MayActIn("operations/bax"));
  EXPECT_FALSE(principal.MayActIn(""));
  EXPECT_FALSE(principal.MayActIn("*"));
  EXPECT_EQ(principal.organisation(), "organisations/iom");
}

}  // namespace
}  // namespace prihvat::access
