// Currencies, as ISO 4217 lists them.
#pragma once

#include <compare>
#include <ostream>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace prihvat::base {

// One line of the table.
struct CurrencyInfo {
  std::string_view code;  // three capital letters
  int minor_units;        // decimals of the currency: 2 for EUR, 0 for JPY, 3 for BHD, 4 for CLF
};

// A currency of the table. A value the size of a pointer; compares by code.
class Currency {
 public:
  // No currency at all, "XXX" in ISO 4217: what a default Money has. Parse never returns it.
  constexpr Currency() : info_(&kNone) {}

  // By alphabetic code. INVALID_ARGUMENT for anything else; for "KM", the everyday sign of the
  // convertible mark, and for small letters the message says which code to use. Codes without minor
  // units (metals, XDR, test codes) are refused: no amount can be held in them.
  static absl::StatusOr<Currency> Parse(std::string_view code);

  static Currency Bam();
  static Currency Eur();

  std::string_view code() const { return info_->code; }
  int minor_units() const { return info_->minor_units; }

  friend bool operator==(const Currency& a, const Currency& b) { return a.info_ == b.info_; }
  friend auto operator<=>(const Currency& a, const Currency& b) { return a.code() <=> b.code(); }
  template <typename H>
  friend H AbslHashValue(H state, const Currency& c) {
    return H::combine(std::move(state), c.info_);
  }
  friend std::ostream& operator<<(std::ostream& out, const Currency& c) { return out << c.code(); }

 private:
  static constexpr CurrencyInfo kNone = {"XXX", 0};

  constexpr explicit Currency(const CurrencyInfo* info) : info_(info) {}

  const CurrencyInfo* info_;  // into the table, which lives for ever
};

}  // namespace prihvat::base
