#include "libs/base/money.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/base/integer_math.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"

namespace prihvat::base {
namespace {

using internal::DivideFloor;
using internal::DivideHalfUp;
using internal::Floor;
using internal::Multiply;
using internal::PowerOfTen;

constexpr int kNanoDigits = 9;  // google.type.Money: a unit has 10^9 nanos

bool Fits(absl::int128 minor) { return minor <= Money::kMaxMinor && minor >= -Money::kMaxMinor; }

absl::Status TooLarge(std::string_view what) {
  return absl::OutOfRangeError(fmt::format("{} has more than 18 digits in minor units", what));
}

absl::StatusOr<Money> FromWide(absl::int128 minor, Currency currency, std::string_view what) {
  if (!Fits(minor)) return TooLarge(what);
  return Money::FromMinor(static_cast<int64_t>(minor), currency);
}

absl::Status CheckSameCurrency(const Money& a, const Money& b) {
  if (a.currency() == b.currency()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} and {} are in different currencies", a.Format(), b.Format()));
}

// A conversion before rounding: numerator / denominator minor units of the target currency.
// denominator > 0.
struct Fraction {
  absl::int128 numerator;
  absl::int128 denominator;
};

// The conversion of `amount`, exactly; nothing when it is too large to be an amount.
std::optional<Fraction> ExactConversion(const Money& amount, const ExactRate& rate, Currency to) {
  const int shift = to.minor_units() - amount.currency().minor_units();
  const absl::int128 ratio_scale = PowerOfTen(rate.ratio().scale());
  const absl::int128 up =
      (rate.divides() ? ratio_scale : rate.ratio().mantissa()) * PowerOfTen(std::max(shift, 0));
  const absl::int128 down =
      (rate.divides() ? rate.ratio().mantissa() : ratio_scale) * PowerOfTen(std::max(-shift, 0));
  // Where this does not fit in 128 bits the quotient is no amount either: down <= 10^13 when the
  // ratio multiplies, and when it divides, numerator <= 10^18 * 10^9 * 10^4.
  const std::optional<absl::int128> numerator = Multiply(amount.minor(), up);
  if (!numerator) return std::nullopt;
  return Fraction{*numerator, down};
}

absl::Status CheckConvertible(const Money& amount, Currency to) {
  if (amount.currency() == Currency() || to == Currency()) {
    return absl::InvalidArgumentError(fmt::format(
        "{} cannot be converted to {}: a currency is missing", amount.Format(), to.code()));
  }
  if (amount.currency() == to) {
    return absl::InvalidArgumentError(fmt::format(
        "{} cannot be converted to {}: it is in that currency", amount.Format(), to.code()));
  }
  return absl::OkStatus();
}

absl::Status ConversionTooLarge(const Money& amount, const ExactRate& rate, Currency to) {
  return TooLarge(fmt::format("{} {} in {}", amount.Format(), rate.ToString(), to.code()));
}

// Adds 1 to `missing` of the quotients: those with the largest remainders, ties to the earlier.
void GiveToLargestRemainders(absl::int128 missing, std::vector<Floor>& shares) {
  PRIHVAT_CHECK(missing >= 0 && missing <= static_cast<int64_t>(shares.size()),
                "rounding down loses less than one unit a share");
  std::vector<size_t> order(shares.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return shares[a].rest > shares[b].rest; });
  for (size_t i = 0; i < static_cast<size_t>(missing); ++i) shares[order[i]].quotient += 1;
}

absl::StatusOr<std::vector<Money>> AllocateWide(const Money& total,
                                                const std::vector<absl::int128>& weights) {
  absl::int128 sum = 0;
  for (const absl::int128& weight : weights) {
    if (weight < 0) return absl::InvalidArgumentError("a weight is negative");
    sum += weight;
  }
  if (sum == 0) {
    return absl::InvalidArgumentError(
        fmt::format("{} cannot be shared out: no weight is positive", total.Format()));
  }
  const int64_t size = total.IsNegative() ? -total.minor() : total.minor();
  absl::int128 missing = size;
  std::vector<Floor> shares;
  shares.reserve(weights.size());
  for (const absl::int128& weight : weights) {
    const std::optional<absl::int128> product = Multiply(size, weight);
    if (!product) {
      return absl::OutOfRangeError(fmt::format(
          "{} cannot be shared out by weights this long: give them fewer digits", total.Format()));
    }
    shares.push_back(DivideFloor(*product, sum));
    missing -= shares.back().quotient;
  }
  GiveToLargestRemainders(missing, shares);

  std::vector<Money> result;
  result.reserve(shares.size());
  for (const Floor& share : shares) {
    const auto minor = static_cast<int64_t>(share.quotient);
    PRIHVAT_ASSIGN_OR_RETURN(
        Money part, Money::FromMinor(total.IsNegative() ? -minor : minor, total.currency()));
    result.push_back(part);
  }
  return result;
}

}  // namespace

absl::StatusOr<Money> Money::FromMinor(int64_t minor, Currency currency) {
  if (!Fits(minor)) return TooLarge(fmt::format("an amount in {}", currency.code()));
  return Money(minor, currency);
}

absl::StatusOr<Money> Money::Parse(std::string_view amount, std::string_view currency) {
  PRIHVAT_ASSIGN_OR_RETURN(const Currency parsed_currency, Currency::Parse(currency));
  PRIHVAT_ASSIGN_OR_RETURN(const Decimal parsed_amount, Decimal::Parse(amount));
  return FromDecimal(parsed_amount, parsed_currency);
}

absl::StatusOr<Money> Money::FromDecimal(const Decimal& amount, Currency currency) {
  if (amount.scale() > currency.minor_units()) {
    return absl::InvalidArgumentError(
        fmt::format("{} {} has {} decimals, and {} has {}", amount.ToString(), currency.code(),
                    amount.scale(), currency.code(), currency.minor_units()));
  }
  const absl::int128 minor =
      amount.mantissa() * PowerOfTen(currency.minor_units() - amount.scale());
  return FromWide(minor, currency, fmt::format("{} {}", amount.ToString(), currency.code()));
}

absl::StatusOr<Money> Money::FromUnitsNanos(std::string_view currency, int64_t units,
                                            int32_t nanos) {
  PRIHVAT_ASSIGN_OR_RETURN(const Currency parsed, Currency::Parse(currency));
  if (nanos <= -1'000'000'000 || nanos >= 1'000'000'000) {
    return absl::InvalidArgumentError(
        fmt::format("nanos {} is not between -999999999 and 999999999", nanos));
  }
  if ((units > 0 && nanos < 0) || (units < 0 && nanos > 0)) {
    return absl::InvalidArgumentError(
        fmt::format("units {} and nanos {} have different signs", units, nanos));
  }
  const auto nanos_per_minor = static_cast<int32_t>(PowerOfTen(kNanoDigits - parsed.minor_units()));
  if (nanos % nanos_per_minor != 0) {
    return absl::InvalidArgumentError(
        fmt::format("nanos {} is not a multiple of {}: {} has {} decimals", nanos, nanos_per_minor,
                    parsed.code(), parsed.minor_units()));
  }
  const absl::int128 minor =
      absl::int128(units) * PowerOfTen(parsed.minor_units()) + nanos / nanos_per_minor;
  return FromWide(minor, parsed, fmt::format("units {} of {}", units, parsed.code()));
}

int64_t Money::units() const {
  return minor_ / static_cast<int64_t>(PowerOfTen(currency_.minor_units()));
}

int32_t Money::nanos() const {
  const auto fraction =
      static_cast<int32_t>(minor_ % static_cast<int64_t>(PowerOfTen(currency_.minor_units())));
  return fraction * static_cast<int32_t>(PowerOfTen(kNanoDigits - currency_.minor_units()));
}

Decimal Money::ToDecimal() const {
  absl::StatusOr<Decimal> amount = Decimal::FromMantissa(minor_, currency_.minor_units());
  PRIHVAT_CHECK(amount.ok(), "18 digits are a Decimal");
  return *amount;
}

std::string Money::AmountText() const { return ToDecimal().ToString(currency_.minor_units()); }

std::string Money::Format() const {
  std::string text = AmountText();
  const size_t first_digit = IsNegative() ? 1 : 0;
  size_t group = std::min(text.find('.'), text.size());
  while (group > first_digit + 3) {
    group -= 3;
    text.insert(group, 1, ',');
  }
  return fmt::format("{} {}", text, currency_.code());
}

absl::StatusOr<Money> CheckedAdd(const Money& a, const Money& b) {
  PRIHVAT_RETURN_IF_ERROR(CheckSameCurrency(a, b));
  return FromWide(absl::int128(a.minor()) + b.minor(), a.currency(),
                  fmt::format("{} + {}", a.Format(), b.Format()));
}

absl::StatusOr<Money> CheckedSub(const Money& a, const Money& b) {
  PRIHVAT_RETURN_IF_ERROR(CheckSameCurrency(a, b));
  return FromWide(absl::int128(a.minor()) - b.minor(), a.currency(),
                  fmt::format("{} - {}", a.Format(), b.Format()));
}

Money Sum(const Money& a, const Money& b) {
  const auto sum = CheckedAdd(a, b);
  PRIHVAT_CHECK(sum.ok(), FromAbsl(sum.status().message()));
  return *sum;
}

Money Difference(const Money& a, const Money& b) {
  const auto difference = CheckedSub(a, b);
  PRIHVAT_CHECK(difference.ok(), FromAbsl(difference.status().message()));
  return *difference;
}

absl::StatusOr<std::strong_ordering> Compare(const Money& a, const Money& b) {
  PRIHVAT_RETURN_IF_ERROR(CheckSameCurrency(a, b));
  return a.minor() <=> b.minor();
}

absl::StatusOr<Money> CheckedSum(absl::Span<const Money> amounts, Currency currency) {
  Money sum = Money::Zero(currency);
  for (const Money& amount : amounts) {
    PRIHVAT_ASSIGN_OR_RETURN(sum, CheckedAdd(sum, amount));
  }
  return sum;
}

absl::StatusOr<Money> CheckedMul(const Money& price, const Decimal& quantity) {
  const std::string what = fmt::format("{} * {}", price.Format(), quantity.ToString());
  const std::optional<absl::int128> product = Multiply(price.minor(), quantity.mantissa());
  if (!product) return TooLarge(what);
  return FromWide(DivideHalfUp(*product, PowerOfTen(quantity.scale())), price.currency(), what);
}

absl::StatusOr<ExactRate> ExactRate::MultiplyBy(const Decimal& ratio) {
  if (ratio > Decimal()) return ExactRate(ratio, false);
  return absl::InvalidArgumentError(
      fmt::format("a rate must be above zero, and this is {}", ratio.ToString()));
}

absl::StatusOr<ExactRate> ExactRate::DivideBy(const Decimal& ratio) {
  PRIHVAT_ASSIGN_OR_RETURN(const ExactRate rate, MultiplyBy(ratio));
  return rate.Inverse();
}

absl::StatusOr<ExactRate> ExactRate::Peg(Currency from, Currency to) {
  if (from == Currency::Bam() && to == Currency::Eur()) return DivideBy(kBamPerEur);
  if (from == Currency::Eur() && to == Currency::Bam()) return MultiplyBy(kBamPerEur);
  return absl::InvalidArgumentError(fmt::format(
      "no fixed rate from {} to {}: only BAM and EUR have one", from.code(), to.code()));
}

std::string ExactRate::ToString() const {
  return fmt::format("{} {}", divides_ ? "/" : "*", ratio_.ToString());
}

absl::StatusOr<Money> Convert(const Money& amount, const ExactRate& rate, Currency to) {
  PRIHVAT_RETURN_IF_ERROR(CheckConvertible(amount, to));
  const std::optional<Fraction> exact = ExactConversion(amount, rate, to);
  if (!exact) return ConversionTooLarge(amount, rate, to);
  const absl::int128 minor = DivideHalfUp(exact->numerator, exact->denominator);
  if (!Fits(minor)) return ConversionTooLarge(amount, rate, to);
  return Money::FromMinor(static_cast<int64_t>(minor), to);
}

absl::StatusOr<std::vector<Money>> Allocate(const Money& total, absl::Span<const int64_t> weights) {
  return AllocateWide(total, std::vector<absl::int128>(weights.begin(), weights.end()));
}

absl::StatusOr<std::vector<Money>> Allocate(const Money& total, absl::Span<const Decimal> weights) {
  int scale = 0;
  for (const Decimal& weight : weights) scale = std::max(scale, weight.scale());
  std::vector<absl::int128> whole;
  whole.reserve(weights.size());
  for (const Decimal& weight : weights) {
    whole.push_back(weight.mantissa() * PowerOfTen(scale - weight.scale()));
  }
  return AllocateWide(total, whole);
}

absl::StatusOr<ConvertedDocument> ConvertDocument(absl::Span<const Money> lines,
                                                  const ExactRate& rate, Currency to) {
  if (lines.empty()) return absl::InvalidArgumentError("a document without lines has no total");
  PRIHVAT_ASSIGN_OR_RETURN(const Money original, CheckedSum(lines, lines.front().currency()));
  ConvertedDocument document;
  PRIHVAT_ASSIGN_OR_RETURN(document.total, Convert(original, rate, to));

  absl::int128 missing = document.total.minor();
  std::vector<Floor> shares;  // all over the same denominator, so that remainders compare
  shares.reserve(lines.size());
  for (const Money& line : lines) {
    const std::optional<Fraction> exact = ExactConversion(line, rate, to);
    if (!exact) return ConversionTooLarge(line, rate, to);
    shares.push_back(DivideFloor(exact->numerator, exact->denominator));
    missing -= shares.back().quotient;
  }
  GiveToLargestRemainders(missing, shares);

  for (const Floor& share : shares) {
    PRIHVAT_ASSIGN_OR_RETURN(Money line, FromWide(share.quotient, to, "a converted line"));
    document.lines.push_back(line);
  }
  return document;
}

absl::StatusOr<CrossDocumentTotal> TotalAcrossDocuments(absl::Span<const Money> originals,
                                                        absl::Span<const Money> converted,
                                                        const ExactRate& rate) {
  if (originals.empty() || originals.size() != converted.size()) {
    return absl::InvalidArgumentError(
        fmt::format("{} originals and {} converted amounts are not the same documents",
                    originals.size(), converted.size()));
  }
  const Currency to = converted.front().currency();
  CrossDocumentTotal total;
  PRIHVAT_ASSIGN_OR_RETURN(total.original, CheckedSum(originals, originals.front().currency()));
  PRIHVAT_ASSIGN_OR_RETURN(total.converted, Convert(total.original, rate, to));
  PRIHVAT_ASSIGN_OR_RETURN(total.sum_of_documents, CheckedSum(converted, to));
  PRIHVAT_ASSIGN_OR_RETURN(total.rounding_difference,
                           CheckedSub(total.converted, total.sum_of_documents));
  return total;
}

}  // namespace prihvat::base
