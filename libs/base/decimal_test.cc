#include "libs/base/decimal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/hash/hash_testing.h"
#include "libs/base/random.h"
#include "libs/base/status_testing.h"

namespace prihvat::base {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Decimal D(std::string_view text) { return Decimal::Parse(text).value(); }

TEST(Decimal, ReadsAndWritesCanonically) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"0.000", "0"},
      {"100", "100"},
      {"100.000", "100"},
      {"+5.10", "5.1"},
      {"100.002", "100.002"},
      {"-0.5", "-0.5"},
      {"007.250", "7.25"},
      {"0.000000001", "0.000000001"},
      {"-999999999999999999.999999999", "-999999999999999999.999999999"},
  };
  for (const auto& [text, canonical] : cases) EXPECT_EQ(D(text).ToString(), canonical) << text;
}

TEST(Decimal, FillsUpWithZerosOnRequest) {
  EXPECT_EQ(D("100").ToString(2), "100.00");
  EXPECT_EQ(D("-0.5").ToString(2), "-0.50");
  EXPECT_EQ(D("1.23456").ToString(2), "1.23456");
  EXPECT_EQ(D("999999999999999999").ToString(9), "999999999999999999.000000000");
}

TEST(Decimal, RefusesBadTextAndSaysWhere) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "it is empty"},
      {"-", "no digit follows the sign"},
      {"12,5", "',' at position 3"},
      {"1 000", "' ' at position 2"},
      {" 1", "' ' at position 1"},
      {"1e3", "'e' at position 2"},
      {".5", "'.' at position 1"},
      {"5.", "no digit follows '.' at position 2"},
      {"1.2.3", "'.' at position 4"},
      {"--1", "'-' at position 2"},
      {"NaN", "'N' at position 1"},
      {"0x10", "'x' at position 2"},
      {"1\n", "byte 0x0a at position 2"},
      {"١", "byte 0xd9 at position 1"},
  };
  for (const auto& [text, says] : cases) {
    const auto result = Decimal::Parse(text);
    EXPECT_EQ(CodeOf(result), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(MessageOf(result), HasSubstr(says));
  }
}

TEST(Decimal, BoundsAreExact) {
  EXPECT_TRUE(Decimal::Parse("999999999999999999").ok());
  EXPECT_EQ(CodeOf(Decimal::Parse("1000000000000000000")), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(MessageOf(Decimal::Parse("1000000000000000000")), HasSubstr("18 digits before"));
  EXPECT_EQ(CodeOf(Decimal::Parse("0.0000000001")), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(MessageOf(Decimal::Parse("0.0000000001")), HasSubstr("9 digits after"));
  EXPECT_TRUE(Decimal::FromInt64(999'999'999'999'999'999).ok());
  EXPECT_EQ(CodeOf(Decimal::FromInt64(INT64_MAX)), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(CodeOf(Decimal::FromInt64(INT64_MIN)), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(CodeOf(Decimal::FromMantissa(1, 10)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Decimal::FromInt(INT32_MIN).ToString(), "-2147483648");
  EXPECT_EQ((Decimal::Exactly<195583, 5>()), D("1.95583"));
}

TEST(Decimal, INV07_P1_ComparesExactlyAcrossScales) {
  EXPECT_GT(D("100.002"), D("100"));
  EXPECT_EQ(D("100.000"), D("100"));
  EXPECT_LE(D("100.000"), D("100"));
  EXPECT_LT(D("-0.000000001"), Decimal());
  EXPECT_LT(D("-2"), D("-1.999999999"));
  EXPECT_GT(D("999999999999999999"), D("999999999999999998.999999999"));
  EXPECT_EQ(D("60").Abs(), D("-60").Abs());
}

TEST(Decimal, INV07_P1_ReceiptsAddUpExactly) {
  const Decimal accepted = CheckedAdd(D("60"), D("40.002")).value();
  EXPECT_EQ(accepted.ToString(), "100.002");
  // 10,000 with a tolerance of 2 % allow 10,200 and no more.
  const Decimal limit =
      CheckedMul(D("10000"), CheckedAdd(Decimal::FromInt(1), D("0.02")).value()).value();
  EXPECT_EQ(limit, D("10200"));
  EXPECT_GT(D("10200.000000001"), limit);
}

TEST(Decimal, ArithmeticIsExactOrAnErrorThatNamesBothOperands) {
  EXPECT_EQ(CheckedSub(D("0.3"), D("0.1")).value(), D("0.2"));
  EXPECT_EQ(CheckedMul(D("-1.5"), D("0.000000002")).value(), D("-0.000000003"));

  const auto sum = CheckedAdd(D("999999999999999999"), D("1.5"));
  EXPECT_EQ(CodeOf(sum), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(MessageOf(sum), HasSubstr("999999999999999999 + 1.5"));
  const auto difference = CheckedSub(D("-999999999999999999"), D("1"));
  EXPECT_THAT(MessageOf(difference), HasSubstr("-999999999999999999 - 1 "));
  const auto product = CheckedMul(D("1000000000"), D("1000000000"));
  EXPECT_EQ(CodeOf(product), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(MessageOf(product), HasSubstr("1000000000 * 1000000000"));
  const auto huge =
      CheckedMul(D("999999999999999999.999999999"), D("999999999999999999.999999999"));
  EXPECT_EQ(CodeOf(huge), absl::StatusCode::kOutOfRange);
  const auto fine = CheckedMul(D("0.00001"), D("0.00001"));
  EXPECT_THAT(MessageOf(fine), AllOf(HasSubstr("0.00001 * 0.00001"), HasSubstr("10 digits after")));
}

TEST(Decimal, RoundsTiesAwayFromZero) {
  EXPECT_EQ(D("2.5").Rounded(0).value(), D("3"));
  EXPECT_EQ(D("-2.5").Rounded(0).value(), D("-3"));
  EXPECT_EQ(D("2.499999999").Rounded(0).value(), D("2"));
  EXPECT_EQ(D("1.005").Rounded(2).value(), D("1.01"));
  EXPECT_EQ(D("1.995").Rounded(2).value().ToString(), "2");
  EXPECT_EQ(D("1.2").Rounded(9).value(), D("1.2"));
  EXPECT_EQ(CodeOf(D("999999999999999999.5").Rounded(0)), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(CodeOf(D("1").Rounded(-1)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(D("1").Rounded(10)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckedMulRounded(D("0.00005"), D("0.00001"), 9).value(), D("0.000000001"));
  EXPECT_EQ(CheckedMulRounded(D("5428.51"), D("1.35"), 2).value(), D("7328.49"));
}

TEST(Decimal, HashesAsItCompares) {
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {D("0"), D("-0"), D("1"), D("1.0"), D("0.1"), D("10"), D("-1")}));
}

// A number with up to `whole` digits before the point.
Decimal Any(Random& random, int whole) {
  const int scale = static_cast<int>(random.Uniform(Decimal::kMaxScale + 1));
  absl::int128 mantissa = 0;
  const int digits =
      1 +
      static_cast<int>(random.Uniform(static_cast<uint64_t>(whole) + static_cast<uint64_t>(scale)));
  for (int i = 0; i < digits; ++i) mantissa = mantissa * 10 + static_cast<int>(random.Uniform(10));
  if (random.Uniform(2) == 0) mantissa = -mantissa;
  return Decimal::FromMantissa(mantissa, scale).value();
}

TEST(Decimal, PropertiesHoldForRandomNumbers) {
  constexpr uint64_t kSeed = 20230713;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  SeededRandom random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    const Decimal a = Any(random, 17);
    const Decimal b = Any(random, 17);
    ASSERT_EQ(D(a.ToString()), a);
    ASSERT_EQ(D(a.ToString(9)), a);
    const Decimal sum = CheckedAdd(a, b).value();
    ASSERT_EQ(CheckedSub(sum, b).value(), a) << a << " " << b;
    ASSERT_EQ(sum, CheckedAdd(b, a).value());
    ASSERT_EQ(a < b, CheckedSub(a, b).value().IsNegative()) << a << " " << b;
    // Rounding moves by at most half a unit of the last place.
    const Decimal moved = CheckedSub(a.Rounded(2).value(), a).value().Abs();
    ASSERT_LE(moved, D("0.005")) << a;
  }
}

}  // namespace
}  // namespace prihvat::base
