#include "libs/ocds/changes.h"

#include "gtest/gtest.h"
#include "libs/ocds/merge.h"

namespace prihvat::ocds {
namespace {

Json Parsed(std::string_view text) {
  auto parsed = ParseJson(text);
  EXPECT_TRUE(parsed.ok()) << parsed.status() << "\n" << text;
  return parsed.ok() ? *std::move(parsed) : Json();
}

TEST(OcdsChanges, NothingChangedIsNothingToSay) {
  const Json state = Parsed(R"({"tender": {"id": "A", "items": [{"id": "1", "quantity": 5}]}})");
  EXPECT_EQ(ChangesBetween(state, state), Json::Object());
}

TEST(OcdsChanges, OnlyWhatChangedIsSaidWithWhatItsSchemaRequires) {
  const Json before = Parsed(R"({
    "tender": {"id": "A", "title": "Boots", "status": "active"},
    "parties": [{"id": "iom", "roles": ["buyer"]}, {"id": "eu", "roles": ["funder"]}],
    "contracts": [{"id": "PO-1", "awardID": "1", "status": "pending", "value": {"amount": 5.00}}]})");
  const Json after = Parsed(R"({
    "tender": {"id": "A", "title": "Boots", "status": "complete"},
    "parties": [{"id": "iom", "roles": ["buyer", "payer"]}, {"id": "eu", "roles": ["funder"]}],
    "contracts": [{"id": "PO-1", "awardID": "1", "status": "active", "value": {"amount": 5.00}},
                  {"id": "PO-2", "awardID": "1", "status": "pending"}]})");
  EXPECT_EQ(ChangesBetween(before, after), Parsed(R"({
    "tender": {"id": "A", "status": "complete"},
    "parties": [{"id": "iom", "roles": ["buyer", "payer"]}],
    "contracts": [{"id": "PO-1", "awardID": "1", "status": "active"},
                  {"id": "PO-2", "awardID": "1", "status": "pending"}]})"));
}

TEST(OcdsChanges, E2_WhatIsGoneIsNullLeafByLeaf) {
  const Json before = Parsed(R"({"tender": {"id": "A", "tenderPeriod": {"endDate": "d"}, "items": [
    {"id": "1", "quantity": 5},
    {"id": "2", "quantity": 7, "unit": {"name": "pair", "value": {"amount": 9.00}},
     "additionalClassifications": [{"id": "x"}]}]}})");
  const Json after = Parsed(R"({"tender": {"id": "A", "items": [{"id": "1", "quantity": 5}]}})");
  const Json changes = ChangesBetween(before, after);
  EXPECT_EQ(changes, Parsed(R"({"tender": {"id": "A", "tenderPeriod": {"endDate": null}, "items": [
    {"id": "2", "quantity": null, "unit": {"name": null, "value": {"amount": null}},
     "additionalClassifications": null}]}})"));

  Json first = before;
  Json second = changes;
  first.Set("date", "2024-01-01T00:00:00Z");
  second.Set("date", "2024-01-02T00:00:00Z");
  const auto compiled = CompileReleases({first, second});
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  EXPECT_EQ(*compiled->Find("tender"), Parsed(R"({"id": "A", "tenderPeriod": {}, "items": [
              {"id": "1", "quantity": 5}, {"id": "2", "unit": {"value": {}}}]})"));
}

}  // namespace
}  // namespace prihvat::ocds
