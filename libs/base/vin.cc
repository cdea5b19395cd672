#include "libs/base/vin.h"

#include <array>

#include "absl/strings/ascii.h"
#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"

namespace prihvat::base {
namespace {

constexpr size_t kLength = 17;
constexpr size_t kCheckDigit = 8;  // position 9

// Weights of the 17 positions; the check digit itself counts nothing.
constexpr std::array<int, kLength> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};

// Values of A..Z; 0 for I, O and Q, which no VIN has.
constexpr std::array<int, 26> kLetterValues = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4,
                                               5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};

bool IsVinCharacter(char c) {
  return absl::ascii_isdigit(c) || (absl::ascii_isupper(c) && c != 'I' && c != 'O' && c != 'Q');
}

int Value(char c) { return absl::ascii_isdigit(c) ? c - '0' : kLetterValues[c - 'A']; }

char CheckDigit(std::string_view vin) {
  int sum = 0;
  for (size_t i = 0; i < kLength; ++i) sum += kWeights[i] * Value(vin[i]);
  const int rest = sum % 11;
  return rest == 10 ? 'X' : static_cast<char>('0' + rest);
}

// ISO 3780: 1 to 5 and 7F to 70 (letters F-Z, then digits) are North America, L and H China.
bool IsBinding(std::string_view vin) {
  const char region = vin[0];
  if (region >= '1' && region <= '5') return true;
  if (region == '7') return absl::ascii_isdigit(vin[1]) || vin[1] >= 'F';
  return region == 'L' || region == 'H';
}

}  // namespace

VinCheck CheckVin(std::string_view vin) {
  VinCheck check;
  if (vin.size() != kLength) {
    check.problem =
        fmt::format("{} has {} characters; a VIN has {}", Quoted(vin), vin.size(), kLength);
    return check;
  }
  for (size_t i = 0; i < kLength; ++i) {
    if (IsVinCharacter(vin[i])) continue;
    check.problem = fmt::format(
        "{} is no VIN: position {} is not a digit or a capital letter other than I, O and Q",
        Quoted(vin), i + 1);
    return check;
  }
  check.well_formed = true;
  check.check_digit_binding = IsBinding(vin);
  const char expected = CheckDigit(vin);
  check.check_digit_ok = vin[kCheckDigit] == expected;
  if (!check.check_digit_ok) {
    check.problem = fmt::format("the check digit of {}, position 9, is {}, and {} was expected",
                                Quoted(vin), vin[kCheckDigit], expected);
  }
  return check;
}

std::string NormalizedVin(std::string_view typed) {
  return absl::AsciiStrToUpper(absl::StripAsciiWhitespace(ToAbsl(typed)));
}

}  // namespace prihvat::base
