#include "libs/base/decimal.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/base/integer_math.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"

namespace prihvat::base {
namespace {

using internal::DivideHalfUp;
using internal::Multiply;
using internal::PowerOfTen;

absl::Status NotADecimal(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(
      fmt::format("{} is not a decimal number: {}", Quoted(text), why));
}

// How the byte at `position` (from 0) of `text` reads in a message.
std::string Character(std::string_view text, size_t position) {
  const auto byte = static_cast<unsigned char>(text[position]);
  if (byte < 0x20 || byte >= 0x7f) return fmt::format("byte 0x{:02x}", byte);
  return fmt::format("'{}'", text[position]);
}

absl::Status OutOfRange(const Decimal& a, std::string_view operation, const Decimal& b) {
  return absl::OutOfRangeError(fmt::format("{} {} {} has more than {} digits before the point",
                                           a.ToString(), operation, b.ToString(),
                                           Decimal::kMaxWholeDigits));
}

bool Fits(absl::int128 mantissa, int scale) {
  const absl::int128 limit = PowerOfTen(Decimal::kMaxWholeDigits + scale);
  return mantissa < limit && mantissa > -limit;
}

absl::Status CheckScale(int scale) {
  if (scale >= 0 && scale <= Decimal::kMaxScale) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("scale {} is not between 0 and {}", scale, Decimal::kMaxScale));
}

}  // namespace

absl::StatusOr<Decimal> Decimal::Parse(std::string_view text) {
  if (text.empty()) return NotADecimal(text, "it is empty");
  const bool negative = text.front() == '-';
  absl::int128 mantissa = 0;
  int whole_digits = 0;
  int scale = 0;
  bool point = false;
  for (size_t i = negative || text.front() == '+' ? 1 : 0; i < text.size(); ++i) {
    if (text[i] == '.' && !point && whole_digits > 0) {
      point = true;
      continue;
    }
    if (!absl::ascii_isdigit(text[i])) {
      return NotADecimal(text, fmt::format("{} at position {}", Character(text, i), i + 1));
    }
    ++(point ? scale : whole_digits);
    if (whole_digits > kMaxWholeDigits || scale > kMaxScale) {
      return absl::OutOfRangeError(fmt::format("{} has more than {} digits {} the point",
                                               Quoted(text), point ? kMaxScale : kMaxWholeDigits,
                                               point ? "after" : "before"));
    }
    mantissa = mantissa * 10 + (text[i] - '0');
  }
  if (whole_digits == 0) return NotADecimal(text, "no digit follows the sign");
  if (point && scale == 0) {
    return NotADecimal(text, fmt::format("no digit follows '.' at position {}", text.size()));
  }
  return FromMantissa(negative ? -mantissa : mantissa, scale);
}

absl::StatusOr<Decimal> Decimal::FromInt64(int64_t value) { return FromMantissa(value, 0); }

absl::StatusOr<Decimal> Decimal::FromMantissa(absl::int128 mantissa, int scale) {
  if (absl::Status status = CheckScale(scale); !status.ok()) return status;
  if (!Fits(mantissa, scale)) {
    return absl::OutOfRangeError(
        fmt::format("the number has more than {} digits before the point", kMaxWholeDigits));
  }
  while (scale > 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    --scale;
  }
  return Decimal(mantissa, scale);
}

absl::int128 Decimal::Scaled() const { return mantissa_ * PowerOfTen(kMaxScale - scale_); }

absl::StatusOr<Decimal> Decimal::Rounded(int scale) const {
  if (absl::Status status = CheckScale(scale); !status.ok()) return status;
  if (scale >= scale_) return *this;
  const absl::int128 rounded = DivideHalfUp(mantissa_, PowerOfTen(scale_ - scale));
  if (!Fits(rounded, scale)) {
    return absl::OutOfRangeError(
        fmt::format("{} rounded to {} decimals has more than {} digits "
                    "before the point",
                    ToString(), scale, kMaxWholeDigits));
  }
  return FromMantissa(rounded, scale);
}

std::string Decimal::ToString(int min_scale) const {
  PRIHVAT_CHECK(min_scale >= 0 && min_scale <= kMaxScale, "a Decimal has 0 to 9 decimals");
  const int scale = std::max(scale_, min_scale);
  const absl::int128 digits = Abs().mantissa_ * PowerOfTen(scale - scale_);
  const absl::int128 one = PowerOfTen(scale);
  std::string text =
      fmt::format("{}{}", IsNegative() ? "-" : "", static_cast<int64_t>(digits / one));
  if (scale > 0) {
    text += fmt::format(".{:0{}}", static_cast<int64_t>(digits % one), scale);
  }
  return text;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const absl::int128 left = a.Scaled();
  const absl::int128 right = b.Scaled();
  if (left < right) return std::strong_ordering::less;
  if (left > right) return std::strong_ordering::greater;
  return std::strong_ordering::equal;
}

absl::StatusOr<Decimal> CheckedAdd(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale(), b.scale());
  const absl::int128 sum =
      a.mantissa() * PowerOfTen(scale - a.scale()) + b.mantissa() * PowerOfTen(scale - b.scale());
  if (!Fits(sum, scale)) return OutOfRange(a, "+", b);
  return Decimal::FromMantissa(sum, scale);
}

absl::StatusOr<Decimal> CheckedSub(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale(), b.scale());
  const absl::int128 difference =
      a.mantissa() * PowerOfTen(scale - a.scale()) - b.mantissa() * PowerOfTen(scale - b.scale());
  if (!Fits(difference, scale)) return OutOfRange(a, "-", b);
  return Decimal::FromMantissa(difference, scale);
}

Decimal Sum(const Decimal& a, const Decimal& b) {
  const auto sum = CheckedAdd(a, b);
  PRIHVAT_CHECK(sum.ok(), FromAbsl(sum.status().message()));
  return *sum;
}

Decimal Difference(const Decimal& a, const Decimal& b) {
  const auto difference = CheckedSub(a, b);
  PRIHVAT_CHECK(difference.ok(), FromAbsl(difference.status().message()));
  return *difference;
}

absl::StatusOr<Decimal> CheckedMul(const Decimal& a, const Decimal& b) {
  std::optional<absl::int128> product = Multiply(a.mantissa(), b.mantissa());
  int scale = a.scale() + b.scale();
  if (!product || !Fits(*product, scale)) return OutOfRange(a, "*", b);
  while (scale > Decimal::kMaxScale && *product % 10 == 0) {
    *product /= 10;
    --scale;
  }
  if (scale > Decimal::kMaxScale) {
    return absl::OutOfRangeError(
        fmt::format("{} * {} has {} digits after the point, and at most {} are kept", a.ToString(),
                    b.ToString(), scale, Decimal::kMaxScale));
  }
  return Decimal::FromMantissa(*product, scale);
}

absl::StatusOr<Decimal> CheckedMulRounded(const Decimal& a, const Decimal& b, int scale) {
  if (absl::Status status = CheckScale(scale); !status.ok()) return status;
  const std::optional<absl::int128> product = Multiply(a.mantissa(), b.mantissa());
  const int product_scale = a.scale() + b.scale();
  if (!product || !Fits(*product, product_scale)) return OutOfRange(a, "*", b);
  const absl::int128 rounded =
      product_scale > scale ? DivideHalfUp(*product, PowerOfTen(product_scale - scale)) : *product;
  const int rounded_scale = std::min(product_scale, scale);
  if (!Fits(rounded, rounded_scale)) return OutOfRange(a, "*", b);
  return Decimal::FromMantissa(rounded, rounded_scale);
}

}  // namespace prihvat::base
