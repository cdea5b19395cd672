#include "services/procurement/domain/policy.h"

#include "gtest/gtest.h"

namespace prihvat::procurement {
namespace {

base::Money Of(std::string_view amount, std::string_view currency) {
  return *base::Money::Parse(amount, currency);
}

TEST(Policy, FourPeopleAbove5000Euros) {
  const Policy& policy = PolicyOn(absl::CivilDay(2023, 7, 13));
  EXPECT_TRUE(policy.TwoPeopleSuffice(Of("5000.00", "EUR")));
  EXPECT_FALSE(policy.TwoPeopleSuffice(Of("5000.01", "EUR")));
  EXPECT_TRUE(policy.TwoPeopleSuffice(Of("9779.15", "BAM")));
  EXPECT_FALSE(policy.TwoPeopleSuffice(Of("9779.16", "BAM")));
}

TEST(Policy, TwoApproversAbove250000Euros) {
  const Policy& policy = PolicyOn(absl::CivilDay(2023, 7, 13));
  EXPECT_EQ(policy.ApproversFor(Of("250000.00", "EUR")), 1);
  EXPECT_EQ(policy.ApproversFor(Of("250000.01", "EUR")), 2);
  EXPECT_EQ(policy.ApproversFor(Of("488957.50", "BAM")), 1);
  EXPECT_EQ(policy.ApproversFor(Of("725000.00", "BAM")), 2);
}

TEST(Policy, ACurrencyWithoutAFixedRateIsTakenForTheLargest) {
  const Policy& policy = PolicyOn(absl::CivilDay(2023, 7, 13));
  EXPECT_EQ(policy.ApproversFor(Of("1.00", "USD")), 2);
  EXPECT_FALSE(policy.TwoPeopleSuffice(Of("1.00", "USD")));
}

TEST(Policy, BeforeTheFirstTheFirst) {
  EXPECT_EQ(&PolicyOn(absl::CivilDay(1990, 1, 1)), &PolicyOn(absl::CivilDay(2018, 1, 1)));
}

}  // namespace
}  // namespace prihvat::procurement
