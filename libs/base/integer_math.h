// Whole numbers of 128 bits, for decimal.cc and money.cc.
#pragma once

#include <optional>

#include "absl/numeric/int128.h"
#include "libs/base/check.h"

namespace prihvat::base::internal {

// 10^exponent, for 0 <= exponent <= 38.
inline absl::int128 PowerOfTen(int exponent) {
  PRIHVAT_CHECK(exponent >= 0 && exponent <= 38, "10^exponent must fit in 128 bits");
  absl::int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// a * b, or nothing when it does not fit in 128 bits.
inline std::optional<absl::int128> Multiply(absl::int128 a, absl::int128 b) {
  __int128 product = 0;
  if (__builtin_mul_overflow(static_cast<__int128>(a), static_cast<__int128>(b), &product)) {
    return std::nullopt;
  }
  return absl::int128(product);
}

// dividend / divisor rounded to the nearest, ties away from zero. divisor > 0 and below 2^126.
inline absl::int128 DivideHalfUp(absl::int128 dividend, absl::int128 divisor) {
  const absl::int128 quotient = dividend / divisor;
  const absl::int128 rest = dividend % divisor;  // has the sign of the dividend
  const absl::int128 distance = rest < 0 ? -rest : rest;
  if (distance * 2 < divisor) return quotient;
  return dividend < 0 ? quotient - 1 : quotient + 1;
}

// The greatest whole number not above dividend / divisor, and how far the quotient lies above it,
// in units of 1/divisor. divisor > 0.
struct Floor {
  absl::int128 quotient;
  absl::int128 rest;  // 0 <= rest < divisor
};
inline Floor DivideFloor(absl::int128 dividend, absl::int128 divisor) {
  Floor result{dividend / divisor, dividend % divisor};
  if (result.rest < 0) {
    result.quotient -= 1;
    result.rest += divisor;
  }
  return result;
}

}  // namespace prihvat::base::internal
