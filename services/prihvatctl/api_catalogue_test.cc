#include "services/prihvatctl/api_catalogue.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_testing.h"

namespace prihvat::ctl {
namespace {

using base::CodeOf;
using base::MessageOf;
using testing::HasSubstr;

const ApiCatalogue& Api() { return ApiCatalogue::Compiled(); }

TEST(ApiCatalogue, FindsAMethodByEachOfItsNames) {
  for (const char* name :
       {"reception.CheckIn", "CheckIn", "prihvat.reception.v1.ReceptionService/CheckIn",
        "/prihvat.reception.v1.ReceptionService/CheckIn"}) {
    const auto method = Api().FindMethod(name);
    ASSERT_TRUE(method.ok()) << name;
    EXPECT_EQ((*method)->full_name(), "prihvat.reception.v1.ReceptionService.CheckIn");
  }
}

TEST(ApiCatalogue, NamesTheNearestMethod) {
  const auto method = Api().FindMethod("reception.ChekIn");
  EXPECT_EQ(CodeOf(method), absl::StatusCode::kNotFound);
  EXPECT_THAT(MessageOf(method), HasSubstr("did you mean reception.CheckIn?"));
}

TEST(ApiCatalogue, NamesNothingWhereNothingIsNear) {
  EXPECT_EQ(MessageOf(Api().FindMethod("zzzzzzzzzzzz.qqqqqqqqqqqqqqqqqqq")),
            "no method zzzzzzzzzzzz.qqqqqqqqqqqqqqqqqqq");
}

TEST(ApiCatalogue, KnowsACollectionByItsListAndGetMethods) {
  const auto centres = Api().FindResource("centres", "");
  ASSERT_TRUE(centres.ok()) << centres.status();
  EXPECT_EQ((*centres)->service, "reception");
  EXPECT_EQ((*centres)->type->name(), "Centre");
  ASSERT_NE((*centres)->get, nullptr);
  EXPECT_EQ((*centres)->get->name(), "GetCentre");
  EXPECT_EQ((*centres)->list->name(), "ListCentres");
}

TEST(ApiCatalogue, EveryListedResourceHasItsCollectionInLowerCamel) {
  ASSERT_FALSE(Api().resources().empty());
  for (const Resource& resource : Api().resources()) {
    EXPECT_TRUE(std::islower(static_cast<unsigned char>(resource.collection[0])) != 0)
        << resource.collection;
    EXPECT_EQ(resource.collection.find('_'), std::string::npos) << resource.collection;
  }
}

// Whatever a method answers with and has a name. tests/e2e/resources_test.cc does it to each.
TEST(ApiCatalogue, WhatHasANameIsGotAndListed) {
  for (const auto* method : Api().methods()) {
    const auto* type = method->output_type();
    if (type->FindFieldByName("name") == nullptr) continue;
    const auto& all = Api().resources();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.type == type; });
    ASSERT_NE(found, all.end()) << type->full_name();
    EXPECT_NE(found->get, nullptr) << type->full_name();
    EXPECT_NE(found->list, nullptr) << type->full_name();
  }
}

TEST(ApiCatalogue, NamesTheNearestCollection) {
  EXPECT_THAT(MessageOf(Api().FindResource("serviceDelivery", "")),
              HasSubstr("did you mean serviceDeliveries?"));
}

}  // namespace
}  // namespace prihvat::ctl
