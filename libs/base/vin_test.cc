#include "libs/base/vin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prihvat::base {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Vin, INV13_AcceptsGoodCheckDigits) {
  for (const std::string_view vin :
       {"1M8GDM9AXKP042788", "11111111111111111", "1HGCM82633A004352"}) {
    const VinCheck check = CheckVin(vin);
    EXPECT_TRUE(check.well_formed) << vin;
    EXPECT_TRUE(check.check_digit_ok) << vin << ": " << check.problem;
    EXPECT_TRUE(check.check_digit_binding) << vin;
    EXPECT_FALSE(check.Refused());
    EXPECT_FALSE(check.Warned());
    EXPECT_THAT(check.problem, IsEmpty());
  }
}

TEST(Vin, INV13_AWrongCheckDigitBindsInNorthAmericaAndChina) {
  for (const std::string_view vin :
       {"1M8GDM9A1KP042788", "LVSHCAMB0CE054249", "7FARW1H89KE000000"}) {
    const VinCheck check = CheckVin(vin);
    EXPECT_TRUE(check.well_formed) << vin;
    EXPECT_FALSE(check.check_digit_ok) << vin;
    EXPECT_TRUE(check.Refused()) << vin;
    EXPECT_FALSE(check.Warned());
  }
  EXPECT_EQ(CheckVin("1M8GDM9A1KP042788").problem,
            "the check digit of \"1M8GDM9A1KP042788\", position 9, is 1, and X was expected");
}

TEST(Vin, INV13_AWrongCheckDigitIsAWarningElsewhere) {
  for (const std::string_view vin :
       {"WVWZZZ1JZXW000001", "JTEBU3FJ105000001", "UU1HSDAG653000001", "7A8AA0000X0000001"}) {
    const VinCheck check = CheckVin(vin);
    EXPECT_TRUE(check.well_formed) << vin;
    EXPECT_FALSE(check.check_digit_ok) << vin;
    EXPECT_FALSE(check.Refused()) << vin;
    EXPECT_TRUE(check.Warned()) << vin;
    EXPECT_THAT(check.problem, HasSubstr("check digit"));
  }
}

TEST(Vin, INV13_TheShapeIsBindingEverywhere) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "has 0 characters"},
      {"WVWZZZ1JZXW00000", "has 16 characters"},
      {"WVWZZZ1JZXW0000011", "has 18 characters"},
      {"WVWZZZ1JZXW00000I", "position 17"},
      {"OVWZZZ1JZXW000001", "position 1 "},
      {"WVWQZZ1JZXW000001", "position 4"},
      {"wVWZZZ1JZXW000001", "position 1 "},
      {"WVWZZZ1JZ-W000001", "position 10"},
  };
  for (const auto& [vin, says] : cases) {
    const VinCheck check = CheckVin(vin);
    EXPECT_FALSE(check.well_formed) << vin;
    EXPECT_TRUE(check.Refused()) << vin;
    EXPECT_FALSE(check.Warned());
    EXPECT_THAT(check.problem, HasSubstr(says));
  }
}

// The check digit finds every single wrong digit: a change at any position but its own is noticed.
TEST(Vin, INV13_FindsEverySingleWrongDigit) {
  const std::string vin = "11111111111111111";
  for (size_t i = 0; i < vin.size(); ++i) {
    std::string wrong = vin;
    wrong[i] = '2';
    EXPECT_FALSE(CheckVin(wrong).check_digit_ok) << wrong;
  }
}

TEST(Vin, IsComparedInCapitalsWithoutBlanks) {
  EXPECT_EQ(NormalizedVin(" wvwzzz1jzxw000001\n"), "WVWZZZ1JZXW000001");
}

}  // namespace
}  // namespace prihvat::base
