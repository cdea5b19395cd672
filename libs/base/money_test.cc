#include "libs/base/money.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

#include "absl/hash/hash_testing.h"
#include "libs/base/random.h"
#include "libs/base/status_testing.h"

namespace prihvat::base {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Money Bam(std::string_view amount) { return Money::Parse(amount, "BAM").value(); }
Money Eur(std::string_view amount) { return Money::Parse(amount, "EUR").value(); }
Money Of(std::string_view amount, std::string_view code) {
  return Money::Parse(amount, code).value();
}
Decimal D(std::string_view text) { return Decimal::Parse(text).value(); }

ExactRate BamToEur() { return ExactRate::Peg(Currency::Bam(), Currency::Eur()).value(); }
Money InEur(const Money& bam) { return Convert(bam, BamToEur(), Currency::Eur()).value(); }
Money InBam(const Money& eur) {
  return Convert(eur, BamToEur().Inverse(), Currency::Bam()).value();
}

TEST(Money, ReadsAndFormats) {
  EXPECT_EQ(Bam("170900.00").Format(), "170,900.00 BAM");
  EXPECT_EQ(Bam("170900").AmountText(), "170900.00");
  EXPECT_EQ(Bam("170900.00").minor(), 17'090'000);
  EXPECT_EQ(Bam("-1234567.8").Format(), "-1,234,567.80 BAM");
  EXPECT_EQ(Bam("-999.99").Format(), "-999.99 BAM");
  EXPECT_EQ(Bam("0").Format(), "0.00 BAM");
  EXPECT_EQ(Of("1000", "JPY").Format(), "1,000 JPY");
  EXPECT_EQ(Of("1000.125", "BHD").Format(), "1,000.125 BHD");
  EXPECT_EQ(Money().Format(), "0 XXX");
}

TEST(Money, RefusesPartsOfAMinorUnit) {
  EXPECT_EQ(MessageOf(Money::Parse("1.005", "EUR")), "1.005 EUR has 3 decimals, and EUR has 2");
  EXPECT_EQ(CodeOf(Money::Parse("0.5", "JPY")), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Money::Parse("1.500", "EUR").ok());
  EXPECT_THAT(MessageOf(Money::Parse("1", "KM")), HasSubstr("use BAM"));
  EXPECT_THAT(MessageOf(Money::Parse("1,5", "EUR")), HasSubstr("',' at position 2"));
}

TEST(Money, BoundsAreExact) {
  EXPECT_EQ(Eur("9999999999999999.99").minor(), Money::kMaxMinor);
  EXPECT_EQ(CodeOf(Money::Parse("10000000000000000", "EUR")), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(CodeOf(Money::FromMinor(INT64_MIN, Currency::Eur())), absl::StatusCode::kOutOfRange);
  const auto sum = CheckedAdd(Eur("9999999999999999.99"), Eur("0.01"));
  EXPECT_EQ(CodeOf(sum), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(MessageOf(sum), HasSubstr("9,999,999,999,999,999.99 EUR + 0.01 EUR"));
  EXPECT_FALSE(CheckedSub(Eur("-9999999999999999.99"), Eur("0.01")).ok());
}

TEST(Money, ReadsUnitsAndNanosAsGoogleTypeMoneyHasThem) {
  EXPECT_EQ(Money::FromUnitsNanos("BAM", 170'900, 0).value(), Bam("170900.00"));
  EXPECT_EQ(Money::FromUnitsNanos("EUR", -1, -750'000'000).value(), Eur("-1.75"));
  EXPECT_EQ(Money::FromUnitsNanos("EUR", 0, -10'000'000).value(), Eur("-0.01"));
  EXPECT_EQ(Money::FromUnitsNanos("BHD", 1, 1'000'000).value(), Of("1.001", "BHD"));

  EXPECT_EQ(MessageOf(Money::FromUnitsNanos("EUR", 1, -1)),
            "units 1 and nanos -1 have different signs");
  EXPECT_EQ(MessageOf(Money::FromUnitsNanos("EUR", 0, 5'000'000)),
            "nanos 5000000 is not a multiple of 10000000: EUR has 2 decimals");
  EXPECT_THAT(MessageOf(Money::FromUnitsNanos("JPY", 0, 500'000'000)),
              HasSubstr("nanos 500000000 is not a multiple of 1000000000"));
  EXPECT_THAT(MessageOf(Money::FromUnitsNanos("EUR", 0, 1'000'000'000)),
              HasSubstr("nanos 1000000000 is not between"));
  EXPECT_EQ(CodeOf(Money::FromUnitsNanos("EUR", INT64_MAX, 0)), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(CodeOf(Money::FromUnitsNanos("EUR", INT64_MIN, INT32_MIN)),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(Money::FromUnitsNanos("KM", 1, 0)), absl::StatusCode::kInvalidArgument);
}

TEST(Money, F4_CurrenciesAreNeverMixed) {
  const Money usd = Of("10.00", "USD");
  const Money gbp = Of("10.00", "GBP");
  EXPECT_NE(usd, gbp);
  EXPECT_THAT(MessageOf(CheckedAdd(usd, gbp)),
              AllOf(HasSubstr("10.00 USD"), HasSubstr("10.00 GBP")));
  EXPECT_FALSE(CheckedSub(usd, gbp).ok());
  EXPECT_EQ(CodeOf(Compare(usd, gbp)), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(CheckedSum({usd, gbp}, usd.currency()).ok());
  EXPECT_FALSE(CheckedAdd(Money(), usd).ok());
}

TEST(Money, F4_NothingBelowTheMinorUnitIsCarriedOver) {
  EXPECT_FALSE(Money::Parse("0.0024", "USD").ok());
  // What could be carried is converted, not copied: 0.24 USD at 0.79 is 0.19 GBP.
  const ExactRate rate = ExactRate::MultiplyBy(D("0.79")).value();
  EXPECT_EQ(Convert(Of("0.24", "USD"), rate, Currency::Parse("GBP").value()).value(),
            Of("0.19", "GBP"));
}

TEST(Money, ComparesWithinACurrency) {
  EXPECT_EQ(Compare(Bam("9779.15"), Bam("9779.16")).value(), std::strong_ordering::less);
  EXPECT_EQ(Compare(Bam("1"), Bam("1.00")).value(), std::strong_ordering::equal);
  EXPECT_EQ(Compare(Bam("-1"), Bam("-2")).value(), std::strong_ordering::greater);
}

TEST(Money, AddsNegatesAndSums) {
  EXPECT_EQ(CheckedAdd(Bam("725000"), Bam("170900")).value(), Bam("895900"));
  EXPECT_EQ(CheckedSub(Bam("1"), Bam("2")).value(), Bam("1").Negated());
  EXPECT_EQ(CheckedSum({}, Currency::Eur()).value(), Money::Zero(Currency::Eur()));
  EXPECT_EQ(CheckedSum({Eur("0.10"), Eur("0.20")}, Currency::Eur()).value(), Eur("0.30"));
}

TEST(Money, MultipliesByQuantitiesWithTiesAwayFromZero) {
  EXPECT_EQ(CheckedMul(Bam("72500"), Decimal::FromInt(10)).value(), Bam("725000"));
  EXPECT_EQ(CheckedMul(Bam("0.25"), D("0.5")).value(), Bam("0.13"));
  EXPECT_EQ(CheckedMul(Bam("-0.25"), D("0.5")).value(), Bam("-0.13"));
  EXPECT_EQ(CheckedMul(Bam("0.24"), D("0.52")).value(), Bam("0.12"));
  const auto large = CheckedMul(Eur("9999999999999999.99"), D("999999999999999999.999999999"));
  EXPECT_EQ(CodeOf(large), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(MessageOf(large), HasSubstr("* 999999999999999999.999999999"));
  EXPECT_EQ(CheckedMul(Eur("9999999999999999.99"), D("1.000000000")).value().minor(),
            Money::kMaxMinor);
}

TEST(Money, INV01_WorkedCase_170900KmIs87379_78Eur) {
  EXPECT_EQ(InEur(Bam("170900.00")), Eur("87379.78"));
  // The printed inverse would give 87,379.46 (rounded from 87,379.461): why the division matters.
  const ExactRate printed = ExactRate::MultiplyBy(D("0.51129")).value();
  EXPECT_EQ(Convert(Bam("170900.00"), printed, Currency::Eur()).value(), Eur("87379.46"));
}

TEST(Money, INV01_F6_WorkedCase_725000KmIs370686_61EurAndNotBack) {
  EXPECT_EQ(InEur(Bam("725000.00")), Eur("370686.61"));
  // Why the original is stored: the way back does not find it.
  EXPECT_EQ(InBam(Eur("370686.61")), Bam("724999.99"));
  EXPECT_EQ(InBam(Eur("124000")), Bam("242522.92"));
}

TEST(Money, INV01_F6_SmallAmountsDoNotSurviveTheRoundTrip) {
  EXPECT_EQ(InEur(Bam("0.01")), Eur("0.01"));
  EXPECT_EQ(InBam(Eur("0.01")), Bam("0.02"));
  int lost = 0;
  for (int64_t minor = 1; minor <= 1999; ++minor) {
    const Money original = Money::FromMinor(minor, Currency::Bam()).value();
    if (InBam(InEur(original)) != original) ++lost;
  }
  EXPECT_EQ(lost, 977);
}

TEST(Money, INV17_TheProofThresholdInKm) {
  EXPECT_EQ(InBam(Eur("5000.00")), Bam("9779.15"));
  EXPECT_EQ(InEur(Bam("9779.15")), Eur("5000.00"));
}

TEST(Money, INV02_WorkedCase_BothDonationsShowARoundingDifference) {
  const Money originals[] = {Bam("725000.00"), Bam("170900.00")};
  const Money converted[] = {Eur("370686.61"), Eur("87379.78")};
  const CrossDocumentTotal total = TotalAcrossDocuments(originals, converted, BamToEur()).value();
  EXPECT_EQ(total.original, Bam("895900.00"));
  EXPECT_EQ(total.converted, Eur("458066.40"));
  EXPECT_EQ(total.sum_of_documents, Eur("458066.39"));
  EXPECT_EQ(total.rounding_difference, Eur("0.01"));
  EXPECT_FALSE(TotalAcrossDocuments(originals, absl::MakeSpan(converted, 1), BamToEur()).ok());
  EXPECT_FALSE(TotalAcrossDocuments({}, {}, BamToEur()).ok());
}

TEST(Money, INV02_WorkedCase_LinesAt1_35) {
  const Money lines[] = {Eur("1357.13"), Eur("1357.13"), Eur("2714.25")};
  const ExactRate rate = ExactRate::MultiplyBy(D("1.35")).value();
  const ConvertedDocument document =
      ConvertDocument(lines, rate, Currency::Parse("USD").value()).value();
  EXPECT_EQ(document.total, Of("7328.49", "USD"));
  EXPECT_THAT(document.lines,
              ElementsAre(Of("1832.13", "USD"), Of("1832.12", "USD"), Of("3664.24", "USD")));
}

TEST(Money, INV02_F6_ThirdsOfTheDonation) {
  const int64_t equal[] = {1, 1, 1};
  EXPECT_THAT(Allocate(Eur("87379.78"), equal).value(),
              ElementsAre(Eur("29126.60"), Eur("29126.59"), Eur("29126.59")));
}

TEST(Money, INV02_AllocationGoesByRemainderThenByOrder) {
  const int64_t weights[] = {1, 2,
                             3};  // of 1.00: 16.67, 33.33, 50 -> the first has the largest rest
  EXPECT_THAT(Allocate(Eur("1.00"), weights).value(),
              ElementsAre(Eur("0.17"), Eur("0.33"), Eur("0.50")));
  EXPECT_THAT(Allocate(Eur("-1.00"), weights).value(),
              ElementsAre(Eur("-0.17"), Eur("-0.33"), Eur("-0.50")));
  const int64_t with_zero[] = {0, 1, 1};
  EXPECT_THAT(Allocate(Eur("0.01"), with_zero).value(),
              ElementsAre(Eur("0"), Eur("0.01"), Eur("0")));
  const Decimal quantities[] = {D("0.5"), D("1.25"), D("0.25")};
  EXPECT_THAT(Allocate(Eur("100"), quantities).value(),
              ElementsAre(Eur("25"), Eur("62.50"), Eur("12.50")));
}

TEST(Money, AllocationRefusesWeightsThatShareNothing) {
  const int64_t zero[] = {0, 0};
  const int64_t negative[] = {2, -1};
  EXPECT_THAT(MessageOf(Allocate(Eur("1"), zero)), HasSubstr("no weight is positive"));
  EXPECT_EQ(CodeOf(Allocate(Eur("1"), absl::Span<const int64_t>())),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(Allocate(Eur("1"), negative)), HasSubstr("negative"));
  const Decimal long_ones[] = {D("999999999999999999.999999999"), D("1")};
  EXPECT_EQ(CodeOf(Allocate(Eur("9999999999999999.99"), long_ones)), absl::StatusCode::kOutOfRange);
}

TEST(Money, DiscountLinesAreConvertedToo) {
  const Money lines[] = {Bam("100.01"), Bam("-100.01"), Bam("0.01")};
  const ConvertedDocument document = ConvertDocument(lines, BamToEur(), Currency::Eur()).value();
  EXPECT_EQ(document.total, Eur("0.01"));
  EXPECT_EQ(CheckedSum(document.lines, Currency::Eur()).value(), document.total);
}

TEST(Money, ConversionRefusesWhatIsNone) {
  EXPECT_FALSE(Convert(Eur("1"), BamToEur(), Currency::Eur()).ok());
  EXPECT_FALSE(Convert(Money(), BamToEur(), Currency::Eur()).ok());
  EXPECT_FALSE(Convert(Eur("1"), BamToEur(), Currency()).ok());
  EXPECT_FALSE(ExactRate::MultiplyBy(Decimal()).ok());
  EXPECT_FALSE(ExactRate::DivideBy(D("-1")).ok());
  EXPECT_FALSE(ExactRate::Peg(Currency::Bam(), Currency::Parse("USD").value()).ok());
  EXPECT_FALSE(ConvertDocument({}, BamToEur(), Currency::Eur()).ok());
  const Money mixed[] = {Bam("1"), Eur("1")};
  EXPECT_FALSE(ConvertDocument(mixed, BamToEur(), Currency::Eur()).ok());
  const ExactRate steep = ExactRate::MultiplyBy(D("999999999999999999")).value();
  const auto large = Convert(Eur("9999999999999999.99"), steep, Currency::Bam());
  EXPECT_EQ(CodeOf(large), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(MessageOf(large), HasSubstr("* 999999999999999999"));
}

TEST(Money, ConvertsBetweenDifferentMinorUnits) {
  const Currency jpy = Currency::Parse("JPY").value();
  const Currency bhd = Currency::Parse("BHD").value();
  const ExactRate yen = ExactRate::MultiplyBy(D("160.5")).value();
  EXPECT_EQ(Convert(Eur("1.00"), yen, jpy).value(), Of("161", "JPY"));  // 160.5, a tie
  EXPECT_EQ(Convert(Eur("-1.00"), yen, jpy).value(), Of("-161", "JPY"));
  EXPECT_EQ(Convert(Of("161", "JPY"), yen.Inverse(), Currency::Eur()).value(), Eur("1.00"));
  const ExactRate dinar = ExactRate::MultiplyBy(D("0.4105")).value();
  EXPECT_EQ(Convert(Eur("1.00"), dinar, bhd).value(), Of("0.411", "BHD"));
}

TEST(Money, HashesAsItCompares) {
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {Bam("1"), Bam("1.00"), Eur("1"), Eur("-1"), Money()}));
}

Money Any(Random& random, Currency currency, bool negative_too) {
  // Of all sizes: a uniform draw would nearly always be huge.
  const uint64_t bound = uint64_t{1} << (1 + random.Uniform(45));
  const auto minor = static_cast<int64_t>(random.Uniform(bound));
  return Money::FromMinor(negative_too && random.Uniform(2) == 0 ? -minor : minor, currency)
      .value();
}

TEST(Money, TextAndUnitsNanosRoundTripForRandomAmounts) {
  constexpr uint64_t kSeed = 170900;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  SeededRandom random(kSeed);
  // Of each number of minor units.
  const auto codes = std::to_array<std::string_view>({"BAM", "EUR", "JPY", "TND", "CLF"});
  for (int i = 0; i < 20'000; ++i) {
    const std::string_view code = codes[random.Uniform(codes.size())];
    const Money money = Any(random, Currency::Parse(code).value(), true);
    ASSERT_EQ(Money::Parse(money.AmountText(), code).value(), money) << money;
    ASSERT_EQ(Money::FromUnitsNanos(code, money.units(), money.nanos()).value(), money) << money;
    ASSERT_EQ(Money::FromDecimal(money.ToDecimal(), money.currency()).value(), money) << money;
    std::string plain = money.Format().substr(0, money.Format().find(' '));
    std::erase(plain, ',');
    ASSERT_EQ(plain, money.AmountText());
  }
}

TEST(Money, INV02_RandomAllocationsAlwaysSumToTheTotal) {
  constexpr uint64_t kSeed = 725000;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  SeededRandom random(kSeed);
  for (int i = 0; i < 5'000; ++i) {
    const Money total = Any(random, Currency::Eur(), true);
    std::vector<int64_t> weights(1 + random.Uniform(12));
    for (int64_t& weight : weights) weight = static_cast<int64_t>(random.Uniform(1'000'000));
    weights.back() += 1;
    const std::vector<Money> shares = Allocate(total, weights).value();
    ASSERT_EQ(CheckedSum(shares, Currency::Eur()).value(), total);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (size_t k = 0; k < shares.size(); ++k) {
      const double exact =
          static_cast<double>(total.minor()) * static_cast<double>(weights[k]) / sum;
      ASSERT_LE(std::abs(static_cast<double>(shares[k].minor()) - exact), 1.01) << total;
      ASSERT_FALSE(shares[k].minor() != 0 && shares[k].IsNegative() != total.IsNegative());
    }
  }
}

TEST(Money, INV02_RandomDocumentsAlwaysSumToTheTotalConvertedOnce) {
  constexpr uint64_t kSeed = 895900;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  SeededRandom random(kSeed);
  for (int i = 0; i < 5'000; ++i) {
    std::vector<Money> lines;
    for (uint64_t n = 1 + random.Uniform(12); n > 0; --n) {
      lines.push_back(Any(random, Currency::Bam(), i % 2 == 0));
    }
    const ConvertedDocument document = ConvertDocument(lines, BamToEur(), Currency::Eur()).value();
    const Money original = CheckedSum(lines, Currency::Bam()).value();
    ASSERT_EQ(document.total, InEur(original));
    ASSERT_EQ(CheckedSum(document.lines, Currency::Eur()).value(), document.total);
    for (size_t k = 0; k < lines.size(); ++k) {
      // No line is further than a minor unit from its own conversion.
      ASSERT_LE(std::abs(document.lines[k].minor() - InEur(lines[k]).minor()), 1) << lines[k];
    }
  }
}

}  // namespace
}  // namespace prihvat::base
