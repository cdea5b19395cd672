#include "libs/ocds/json.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::ocds {
namespace {

using ::testing::HasSubstr;

std::string ProblemOf(std::string_view text, const JsonLimits& limits = {}) {
  const auto parsed = ParseJson(text, limits);
  return parsed.ok() ? "none" : std::string(parsed.status().message());
}

// 196000.006 and 0.1 have no double that is equal to them; 9007199254740993 has none either.
TEST(OcdsJson, AmountsAreKeptAsTheTextThatStoodThere) {
  const auto parsed =
      ParseJson(R"({"amounts": [196000.006, 0.10, 43900.00, 9007199254740993, -7, 1E3,
                                123456789012345678901234567890]})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  std::vector<std::string> texts;
  for (const Json& amount : parsed->Find("amounts")->items()) texts.push_back(amount.text());
  EXPECT_THAT(texts, ::testing::ElementsAre("196000.006", "0.10", "43900.00", "9007199254740993",
                                            "-7", "1E3", "123456789012345678901234567890"));
  EXPECT_THAT(WriteJson(*parsed), HasSubstr("196000.006,\n    0.10,\n    43900.00,\n"));
}

TEST(OcdsJson, WhatIsWrittenIsReadAgainAlike) {
  const std::string text = R"({"b": ["č \" \\ \n \u0001", true, null, [], {}], "a": {"x": 1}})";
  const auto once = ParseJson(text);
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(once->members()[0].first, "b");  // the order of the document
  EXPECT_EQ(once->Find("b")->items()[0].text(), "č \" \\ \n \x01");
  const auto again = ParseJson(WriteJson(*once));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *once);
  EXPECT_EQ(WriteJson(*again), WriteJson(*once));
}

TEST(OcdsJson, MembersAreEqualInAnyOrderAndItemsAreNot) {
  EXPECT_EQ(*ParseJson(R"({"a": 1, "b": 2})"), *ParseJson(R"({"b": 2, "a": 1})"));
  EXPECT_FALSE(*ParseJson("[1, 2]") == *ParseJson("[2, 1]"));
  EXPECT_FALSE(*ParseJson("1") == *ParseJson("\"1\""));
}

TEST(OcdsJson, WhatIsNoJsonIsRefusedWithItsPlace) {
  EXPECT_THAT(ProblemOf(R"({"a": 1,})"), HasSubstr("byte 9"));
  EXPECT_THAT(ProblemOf(R"({"a": 1, "a": 2})"), HasSubstr("\"a\" is twice"));
  EXPECT_THAT(ProblemOf("{} {}"), HasSubstr("byte"));
  EXPECT_THAT(ProblemOf("\"\xe8\""), HasSubstr("byte"));  // ISO 8859-1
  EXPECT_THAT(ProblemOf("[[[1]]]", {.depth = 2}), HasSubstr("deeper than 2"));
  EXPECT_THAT(ProblemOf(R"({"a": 1, "b": 2})", {.members = 1}), HasSubstr("more than 1 members"));
  EXPECT_THAT(ProblemOf("[1, 2]", {.bytes = 3}), HasSubstr("6 bytes are too many: at most 3"));
}

}  // namespace
}  // namespace prihvat::ocds
