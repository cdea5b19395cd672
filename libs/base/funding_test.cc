#include "libs/base/funding.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::base {
namespace {

using ::testing::ElementsAre;

Money Km(std::string_view amount) { return Money::Parse(amount, "BAM").value(); }

std::vector<Decimal> Percents(const std::vector<const char*>& texts) {
  std::vector<Decimal> percents;
  for (const char* text : texts) percents.push_back(Decimal::Parse(text).value());
  return percents;
}

std::vector<std::string> Texts(const std::vector<Money>& parts) {
  std::vector<std::string> texts;
  for (const Money& part : parts) texts.push_back(part.AmountText());
  return texts;
}

TEST(Funding, INV02_TheCentThatIsOverGoesToTheLargestRemainderThenToTheEarlier) {
  const auto thirds = Percents({"33.3333", "33.3334", "33.3333"});
  EXPECT_THAT(Texts(*ShareOut(Km("100.00"), thirds)), ElementsAre("33.33", "33.34", "33.33"));
  EXPECT_THAT(Texts(*ShareOut(Km("0.01"), Percents({"50", "50"}))), ElementsAre("0.01", "0.00"));
  EXPECT_THAT(Texts(*ShareOut(Km("-0.01"), Percents({"50", "50"}))), ElementsAre("-0.01", "0.00"));
  EXPECT_THAT(Texts(*ShareOut(Km("12.34"), Percents({"100"}))), ElementsAre("12.34"));
}

TEST(Funding, INV02_WhatWasPlacedIsToldOfEachPart) {
  const auto halves = Percents({"50", "50"});
  EXPECT_EQ(RoundingDifference(Km("0.02"), Km("0.03"), halves[0])->AmountText(), "0.00");
  EXPECT_EQ(RoundingDifference(Km("0.01"), Km("0.03"), halves[1])->AmountText(), "-0.01");
}

TEST(Funding, INV02_PartsAddUpBothWays) {
  SharedSum sum(Currency::Bam(), Percents({"60", "40"}));
  for (const char* amount : {"0.01", "0.01", "10.03"}) ASSERT_TRUE(sum.Add(Km(amount)).ok());
  EXPECT_THAT(Texts(sum.parts()), ElementsAre("6.04", "4.01"));
  EXPECT_EQ(sum.total().AmountText(), "10.05");
  // Shared out once, the same is 6.03 and 4.02: the difference is shown where both are told.
  EXPECT_THAT(Texts(*ShareOut(sum.total(), Percents({"60", "40"}))), ElementsAre("6.03", "4.02"));
}

TEST(Funding, SourcesThatAreNoneCannotPay) {
  EXPECT_EQ(ShareOut(Km("1.00"), {}).status().code(), absl::StatusCode::kInvalidArgument);
  SharedSum sum(Currency::Bam(), Percents({"100"}));
  EXPECT_FALSE(sum.Add(Money::Parse("1.00", "EUR").value()).ok()) << "of another currency";
}

}  // namespace
}  // namespace prihvat::base
