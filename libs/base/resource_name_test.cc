#include "libs/base/resource_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/hash/hash_testing.h"
#include "libs/base/status_testing.h"

namespace prihvat::base {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kOrder = "operations/ba/purchaseOrders/PO-2023-0001";

ResourceName Name(std::string_view text) { return ResourceName::Parse(text).value(); }

TEST(ResourceName, TakesANameApart) {
  const ResourceName order = Name(kOrder);
  EXPECT_EQ(order.ToString(), kOrder);
  EXPECT_EQ(order.Operation(), "operations/ba");
  EXPECT_EQ(order.Parent(), "operations/ba");
  EXPECT_EQ(order.Collection(), "purchaseOrders");
  EXPECT_EQ(order.Id(), "PO-2023-0001");

  const ResourceName line = order.Child("lines", "1").value();
  EXPECT_EQ(line.ToString(), "operations/ba/purchaseOrders/PO-2023-0001/lines/1");
  EXPECT_EQ(line.Parent(), kOrder);
  EXPECT_EQ(line.Operation(), "operations/ba");
  EXPECT_EQ(line.Collection(), "lines");
  EXPECT_EQ(line.Id(), "1");
}

TEST(ResourceName, AtTheTopHasNoParent) {
  const ResourceName operation = Name("operations/ba");
  EXPECT_EQ(operation.Operation(), "operations/ba");
  EXPECT_EQ(operation.Parent(), "");
  EXPECT_EQ(operation.Collection(), "operations");
  EXPECT_EQ(operation.Id(), "ba");
}

TEST(ResourceName, OutsideAnyOperationHasNone) {
  EXPECT_EQ(Name("organisations/iom").Operation(), "");
  EXPECT_EQ(Name("operationsLike/iom/x/y").Operation(), "");
  EXPECT_EQ(Name("organisations/iom/operations/ba").Operation(), "");
}

TEST(ResourceName, MatchesSegmentBySegment) {
  const ResourceName order = Name(kOrder);
  EXPECT_TRUE(order.Matches("operations/*/purchaseOrders/*"));
  EXPECT_TRUE(order.Matches("operations/ba/purchaseOrders/*"));
  EXPECT_TRUE(order.Matches(kOrder));
  EXPECT_FALSE(order.Matches("operations/*/suppliers/*"));
  EXPECT_FALSE(order.Matches("operations/rs/purchaseOrders/*"));
  EXPECT_FALSE(order.Matches("operations/*"));
  EXPECT_FALSE(order.Matches("operations/*/purchaseOrders/*/lines/*"));
  EXPECT_FALSE(order.Matches("operations/*/purchase*/*"));  // '*' is a whole segment or nothing
  EXPECT_FALSE(order.Matches(""));
}

TEST(ResourceName, IdsMayHaveAllUnreservedCharacters) {
  EXPECT_TRUE(ResourceName::Parse("items/a.B_c~d-9").ok());
  EXPECT_TRUE(ResourceName::Parse("items/0").ok());
}

struct Refusal {
  std::string_view text;
  std::string_view says;
};

TEST(ResourceName, ARefusalNamesFieldSegmentAndRule) {
  const Refusal refusals[] = {
      {"", "must not be empty"},
      {"operations", "segment 1 is the collection \"operations\" without an id"},
      {"operations/", "segment 2 is \"\": an id"},
      {"/operations/ba", "segment 1 is \"\": a collection"},
      {"operations/ba/", "segment 3 is \"\": a collection"},
      {"operations//ba", "segment 2 is \"\": an id"},
      {"Operations/ba", "segment 1 is \"Operations\": a collection"},
      {"oper-ations/ba", "segment 1 is \"oper-ations\": a collection"},
      {"operations/ba/1orders/x", "segment 3 is \"1orders\": a collection"},
      {"operations/-ba", "segment 2 is \"-ba\": an id"},
      {"operations/.", "segment 2 is \".\": an id"},
      {"operations/b a", "segment 2 is \"b a\": an id"},
      {"operations/b%41", "segment 2 is \"b%41\": an id"},
      {"operations/Ušivak", "segment 2 is \"Ušivak\": an id"},
      {"operations/*", "segment 2 is \"*\": an id"},
      {std::string_view("operations/a\0b", 14), "segment 2 is \"a\\x00b\": an id"},
  };
  for (const Refusal& refusal : refusals) {
    const auto result = ResourceName::Parse(refusal.text);
    EXPECT_EQ(CodeOf(result), absl::StatusCode::kInvalidArgument) << refusal.text;
    EXPECT_THAT(MessageOf(result), HasSubstr(refusal.says));
  }
}

TEST(ResourceName, BoundsAreExact) {
  const std::string longest_id(ResourceName::kMaxIdLength, 'a');
  EXPECT_TRUE(ResourceName::Parse("items/" + longest_id).ok());
  EXPECT_THAT(MessageOf(ResourceName::Parse("items/" + longest_id + "a")),
              HasSubstr("1 to 63 characters"));

  std::string eight = "a/1";
  for (int i = 1; i < 8; ++i) eight += "/a/1";
  EXPECT_TRUE(ResourceName::Parse(eight).ok());
  EXPECT_THAT(MessageOf(ResourceName::Parse(eight + "/a/1")), HasSubstr("this one has 9"));

  // 8 pairs of a 63-byte id leave no room for 513 bytes but through a long collection.
  const std::string collection(512 - 2, 'c');
  EXPECT_TRUE(ResourceName::Parse(collection + "/1").ok());
  EXPECT_THAT(MessageOf(ResourceName::Parse(collection + "c/1")), HasSubstr("this one has 513"));
}

TEST(ResourceName, ChildIsCheckedToo) {
  EXPECT_THAT(MessageOf(Name("operations/ba").Child("centres", "")), HasSubstr("segment 4"));
  EXPECT_FALSE(Name("operations/ba").Child("centres", "a/b").ok());
  EXPECT_FALSE(Name("operations/ba").Child("centres", "a/rooms/b").ok());
}

TEST(ResourceName, OrdersAndHashesByItsText) {
  EXPECT_LT(Name("a/1"), Name("a/2"));
  EXPECT_EQ(Name("a/1"), Name("a/1"));
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly({Name("a/1"), Name("a/2"), Name("b/1")}));
}

TEST(CheckName, SaysWhatWasExpected) {
  EXPECT_TRUE(CheckName(kOrder, "operations/*/purchaseOrders/*").ok());
  EXPECT_EQ(MessageOf(CheckName(kOrder, "operations/*")),
            "\"operations/ba/purchaseOrders/PO-2023-0001\" does not have the form "
            "operations/*");
  EXPECT_THAT(MessageOf(CheckName("x", "operations/*")), StartsWith("segment 1"));
}

TEST(CheckId, HoldsIdsThatClientsChoose) {
  EXPECT_TRUE(CheckId("PO-2023-0001").ok());
  EXPECT_THAT(MessageOf(CheckId("PO/1")), StartsWith("\"PO/1\" is not an id"));
}

}  // namespace
}  // namespace prihvat::base
