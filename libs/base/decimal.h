// Exact decimal numbers for quantities, rates and shares. Never a float.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"

namespace prihvat::base {

// mantissa / 10^scale, with at most 18 digits before and 9 after the point. Always in lowest terms
// (no trailing zeros after the point, one zero), so that equal numbers are equal objects: 100 ==
// 100.000. An immutable value.
//
// Arithmetic is exact or an error, never quietly rounded; see CheckedAdd and the rest below.
class Decimal {
 public:
  static constexpr int kMaxScale = 9;
  static constexpr int kMaxWholeDigits = 18;

  // Zero.
  constexpr Decimal() = default;

  // An optional sign, 1 to 18 digits, and optionally a point with 1 to 9 digits: "100.002", "-0.5".
  // No spaces, no exponent, no grouping. INVALID_ARGUMENT naming the first bad character and its
  // position (from 1, in bytes); OUT_OF_RANGE when there are too many digits.
  static absl::StatusOr<Decimal> Parse(std::string_view text);

  // A whole number of at most 32 bits: cannot fail.
  template <std::integral T>
  requires(sizeof(T) <= 4) static constexpr Decimal FromInt(T value) {
    return Decimal(absl::int128(value), 0);
  }

  // Any other whole number. OUT_OF_RANGE beyond 18 digits.
  static absl::StatusOr<Decimal> FromInt64(int64_t value);

  // mantissa / 10^scale. INVALID_ARGUMENT unless 0 <= scale <= 9, OUT_OF_RANGE beyond 18 whole
  // digits.
  static absl::StatusOr<Decimal> FromMantissa(absl::int128 mantissa, int scale);

  // A constant, checked by the compiler: Exactly<195583, 5>() is 1.95583.
  template <int64_t mantissa, int scale>
  static consteval Decimal Exactly() {
    static_assert(scale >= 0 && scale <= kMaxScale);
    static_assert(scale == 0 || mantissa % 10 != 0, "write it in lowest terms");
    static_assert(mantissa > -1'000'000'000'000'000'000 && mantissa < 1'000'000'000'000'000'000);
    return Decimal(absl::int128(mantissa), scale);
  }

  // The value is mantissa() / 10^scale(), in lowest terms.
  constexpr absl::int128 mantissa() const { return mantissa_; }
  constexpr int scale() const { return scale_; }

  bool IsZero() const { return mantissa_ == 0; }
  bool IsNegative() const { return mantissa_ < 0; }

  Decimal Negated() const { return Decimal(-mantissa_, scale_); }
  Decimal Abs() const { return IsNegative() ? Negated() : *this; }

  // To `scale` digits after the point (0..9), ties away from zero: 2.5 -> 3, -2.5 -> -3.
  // INVALID_ARGUMENT for another scale; OUT_OF_RANGE when rounding up adds a 19th whole digit.
  absl::StatusOr<Decimal> Rounded(int scale) const;

  // Canonical: "100.002", "-0.5", "100". With `min_scale` (0..9) zeros fill up to so many digits:
  // "100.00".
  std::string ToString(int min_scale = 0) const;

  friend constexpr bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
  template <typename H>
  friend H AbslHashValue(H state, const Decimal& d) {
    return H::combine(std::move(state), d.mantissa_, d.scale_);
  }
  friend std::ostream& operator<<(std::ostream& out, const Decimal& d) {
    return out << d.ToString();
  }

 private:
  constexpr Decimal(absl::int128 mantissa, int scale) : mantissa_(mantissa), scale_(scale) {}

  // The value times 10^9: a whole number, of at most 27 digits.
  absl::int128 Scaled() const;

  absl::int128 mantissa_ = 0;
  int scale_ = 0;
};

// The exact sum, difference and product. OUT_OF_RANGE, naming both operands, when the result has
// more than 18 digits before the point, or (a product) more than 9 after it.
absl::StatusOr<Decimal> CheckedAdd(const Decimal& a, const Decimal& b);
absl::StatusOr<Decimal> CheckedSub(const Decimal& a, const Decimal& b);
absl::StatusOr<Decimal> CheckedMul(const Decimal& a, const Decimal& b);

// The same of numbers of which the caller knows that the result stays in range: anything else is a
// broken invariant.
Decimal Sum(const Decimal& a, const Decimal& b);
Decimal Difference(const Decimal& a, const Decimal& b);

// The product rounded once, to `scale` digits after the point (0..9), ties away from zero.
absl::StatusOr<Decimal> CheckedMulRounded(const Decimal& a, const Decimal& b, int scale);

}  // namespace prihvat::base
