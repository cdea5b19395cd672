#include "libs/base/currency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unicode/ucurr.h>
#include <unicode/uenum.h>

#include <set>
#include <string>
#include <vector>

#include "libs/base/status_testing.h"

namespace prihvat::base {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsSubsetOf;

TEST(Currency, HasTheMinorUnitsOfIso4217) {
  const std::pair<std::string_view, int> cases[] = {
      {"BAM", 2}, {"EUR", 2}, {"USD", 2}, {"JPY", 0}, {"KRW", 0}, {"ISK", 0}, {"CLP", 0},
      {"BHD", 3}, {"KWD", 3}, {"TND", 3}, {"IQD", 3}, {"CLF", 4}, {"UYW", 4}, {"RSD", 2},
      {"MRU", 2}, {"MGA", 2}, {"XAF", 0}, {"AFN", 2}, {"PKR", 2}, {"SYP", 2},
  };
  for (const auto& [code, minor_units] : cases) {
    const auto currency = Currency::Parse(code);
    ASSERT_TRUE(currency.ok()) << code;
    EXPECT_EQ(currency->code(), code);
    EXPECT_EQ(currency->minor_units(), minor_units) << code;
  }
}

TEST(Currency, KmIsRefusedWithAHint) {
  EXPECT_THAT(MessageOf(Currency::Parse("KM")), EndsWith("use BAM for the convertible mark"));
  EXPECT_THAT(MessageOf(Currency::Parse("km")), EndsWith("use BAM for the convertible mark"));
  EXPECT_THAT(MessageOf(Currency::Parse("eur")), EndsWith("; use EUR"));
}

TEST(Currency, RefusesWhatHoldsNoAmount) {
  for (const std::string_view code : {"", "XXX", "XTS", "XAU", "XDR", "DEM", "EURO", "E", "€"}) {
    const auto result = Currency::Parse(code);
    EXPECT_EQ(CodeOf(result), absl::StatusCode::kInvalidArgument) << code;
    EXPECT_THAT(MessageOf(result), HasSubstr("is not an ISO 4217 currency code"));
  }
}

TEST(Currency, DefaultIsNoCurrency) {
  EXPECT_EQ(Currency().code(), "XXX");
  EXPECT_EQ(Currency(), Currency());
  EXPECT_NE(Currency(), Currency::Eur());
  EXPECT_EQ(Currency::Eur(), Currency::Parse("EUR").value());
  EXPECT_LT(Currency::Bam(), Currency::Eur());
}

// All that could be a code: three capital letters.
std::vector<std::string> EveryCode() {
  std::vector<std::string> codes;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      for (char c = 'A'; c <= 'Z'; ++c) codes.push_back({a, b, c});
    }
  }
  return codes;
}

// ICU's list of currencies in use is another hand's reading of the same standard. What it has and
// we have not, and the other way round, is known by name: currencies that came or went since either
// list was made, and units that are no legal tender.
TEST(Currency, TheTableAgreesWithIcu) {
  std::set<std::string> icu;
  UErrorCode error = U_ZERO_ERROR;
  UEnumeration* codes = ucurr_openISOCurrencies(UCURR_COMMON | UCURR_NON_DEPRECATED, &error);
  ASSERT_TRUE(U_SUCCESS(error));
  while (const char* code = uenum_next(codes, nullptr, &error)) icu.insert(code);
  uenum_close(codes);
  ASSERT_GT(icu.size(), 100u);

  std::set<std::string> ours;
  for (const std::string& code : EveryCode()) {
    if (Currency::Parse(code).ok()) ours.insert(code);
  }
  std::set<std::string> only_icu;
  std::set<std::string> only_ours;
  std::set_difference(icu.begin(), icu.end(), ours.begin(), ours.end(),
                      std::inserter(only_icu, only_icu.end()));
  std::set_difference(ours.begin(), ours.end(), icu.begin(), icu.end(),
                      std::inserter(only_ours, only_ours.end()));
  EXPECT_THAT(only_icu, IsSubsetOf({"CNH", "CUC", "HRK", "SLL", "VEF", "ZWL"}));
  EXPECT_THAT(only_ours, IsSubsetOf({"BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW",
                                     "SLE", "VED", "XAD", "XCG", "ZWG", "ANG", "BGN", "SVC"}));
}

}  // namespace
}  // namespace prihvat::base
