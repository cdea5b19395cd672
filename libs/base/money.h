// Exact amounts of money, and how they are converted and shared out.
//
// Rounding is always half-up, ties away from zero: 0.125 -> 0.13, -0.125 -> -0.13.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/base/currency.h"
#include "libs/base/decimal.h"

namespace prihvat::base {

// A whole number of a currency's minor units (170,900.00 BAM is 17,090,000 fenings), at most 18
// digits of them, either sign. An immutable value. Equal amounts of different currencies are
// different; order is only within a currency, by Compare.
class Money {
 public:
  static constexpr int64_t kMaxMinor = 999'999'999'999'999'999;

  // Zero of no currency ("XXX"): a place to be filled. All arithmetic with another currency refuses
  // it.
  Money() = default;

  static Money Zero(Currency currency) { return Money(0, currency); }

  // OUT_OF_RANGE beyond kMaxMinor of either sign.
  static absl::StatusOr<Money> FromMinor(int64_t minor, Currency currency);

  // Plain text as Decimal::Parse takes it, such as ("170900.00", "BAM"). INVALID_ARGUMENT for bad
  // text, an unknown currency, or an amount with a part of a minor unit ("1.005", "EUR");
  // OUT_OF_RANGE when it is too large.
  static absl::StatusOr<Money> Parse(std::string_view amount, std::string_view currency);

  // The same from a number.
  static absl::StatusOr<Money> FromDecimal(const Decimal& amount, Currency currency);

  // As google.type.Money has it: whole units and 10^-9 of a unit, of one sign. INVALID_ARGUMENT,
  // with the numbers, when nanos is beyond +-999,999,999, the signs differ, or nanos are not whole
  // minor units; OUT_OF_RANGE when too large.
  static absl::StatusOr<Money> FromUnitsNanos(std::string_view currency, int64_t units,
                                              int32_t nanos);

  Currency currency() const { return currency_; }
  int64_t minor() const { return minor_; }
  // As in google.type.Money; both have the amount's sign.
  int64_t units() const;
  int32_t nanos() const;
  Decimal ToDecimal() const;

  bool IsZero() const { return minor_ == 0; }
  bool IsNegative() const { return minor_ < 0; }
  Money Negated() const { return Money(-minor_, currency_); }

  // "170900.00": all of the currency's decimals, no grouping; what Parse takes.
  std::string AmountText() const;
  // "170,900.00 BAM": for people and messages.
  std::string Format() const;

  friend bool operator==(const Money&, const Money&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const Money& m) {
    return H::combine(std::move(state), m.currency_, m.minor_);
  }
  friend std::ostream& operator<<(std::ostream& out, const Money& m) { return out << m.Format(); }

 private:
  Money(int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}

  int64_t minor_ = 0;
  Currency currency_;
};

// INVALID_ARGUMENT, naming both amounts, when the currencies differ; OUT_OF_RANGE when the result
// is too large.
absl::StatusOr<Money> CheckedAdd(const Money& a, const Money& b);
absl::StatusOr<Money> CheckedSub(const Money& a, const Money& b);
absl::StatusOr<std::strong_ordering> Compare(const Money& a, const Money& b);
// Of none: zero of `currency`. All must be of that currency.
absl::StatusOr<Money> CheckedSum(absl::Span<const Money> amounts, Currency currency);

// The same of amounts of which the caller knows that they are of one currency and stay in range:
// anything else is a broken invariant.
Money Sum(const Money& a, const Money& b);
Money Difference(const Money& a, const Money& b);

// price * quantity, rounded once to the currency's minor units.
absl::StatusOr<Money> CheckedMul(const Money& price, const Decimal& quantity);

// What one KM is worth, exactly: 1 EUR = 1.95583 BAM (the currency board's peg).
inline constexpr Decimal kBamPerEur = Decimal::Exactly<195583, 5>();

// A rate as it was fixed: a number, and whether one multiplies or divides by it. KM become EUR by
// division by 1.95583; its rounded inverse 0.51129 gives other results and is nowhere used. An
// immutable value.
class ExactRate {
 public:
  // INVALID_ARGUMENT unless ratio > 0.
  static absl::StatusOr<ExactRate> MultiplyBy(const Decimal& ratio);
  static absl::StatusOr<ExactRate> DivideBy(const Decimal& ratio);
  // The fixed rate between BAM and EUR in the direction asked for. INVALID_ARGUMENT for another
  // pair.
  static absl::StatusOr<ExactRate> Peg(Currency from, Currency to);

  const Decimal& ratio() const { return ratio_; }
  bool divides() const { return divides_; }
  // The way back, with the same number.
  ExactRate Inverse() const { return ExactRate(ratio_, !divides_); }
  // "/ 1.95583" or "* 1.35".
  std::string ToString() const;

  friend bool operator==(const ExactRate&, const ExactRate&) = default;

 private:
  ExactRate(const Decimal& ratio, bool divides) : ratio_(ratio), divides_(divides) {}

  Decimal ratio_;
  bool divides_;
};

// `amount` in `to` at `rate`, rounded once to `to`'s minor units. Convert the original, never a
// converted amount (INV01: the way there and back is not the identity). INVALID_ARGUMENT when the
// currencies are the same or one is missing, OUT_OF_RANGE when the result is too large.
absl::StatusOr<Money> Convert(const Money& amount, const ExactRate& rate, Currency to);

// `total` shared out in proportion to `weights`, by largest remainder, ties to the earlier: the
// shares always sum to `total` exactly (INV02), each has its sign or is zero. A negative total is
// shared as its opposite is. INVALID_ARGUMENT when a weight is negative or none is positive;
// OUT_OF_RANGE when weights and total together need more than 128 bits.
absl::StatusOr<std::vector<Money>> Allocate(const Money& total, absl::Span<const int64_t> weights);
absl::StatusOr<std::vector<Money>> Allocate(const Money& total, absl::Span<const Decimal> weights);

// A document in another currency.
struct ConvertedDocument {
  Money total;               // the original total, converted once
  std::vector<Money> lines;  // in the order given; sum to `total` exactly
};

// Converts the lines' total once; each line gets its own exact conversion rounded down, and the
// minor units still missing go to the lines with the largest remainders, ties to the earlier
// (INV02). Negative lines (discounts) are allowed. INVALID_ARGUMENT for no lines or mixed
// currencies.
absl::StatusOr<ConvertedDocument> ConvertDocument(absl::Span<const Money> lines,
                                                  const ExactRate& rate, Currency to);

// A total over documents each of which keeps the conversion that it was signed with.
struct CrossDocumentTotal {
  Money original;             // sum of the originals
  Money converted;            // `original`, converted once
  Money sum_of_documents;     // sum of what the documents say
  Money rounding_difference;  // converted - sum_of_documents, shown as a line of its own (INV02)
};

// `originals` and `converted` are the same documents in the same order. INVALID_ARGUMENT when their
// numbers differ, there are none, or currencies are mixed.
absl::StatusOr<CrossDocumentTotal> TotalAcrossDocuments(absl::Span<const Money> originals,
                                                        absl::Span<const Money> converted,
                                                        const ExactRate& rate);

}  // namespace prihvat::base
