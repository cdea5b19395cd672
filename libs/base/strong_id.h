// A type of its own for each kind of id, so that a bed's id is never passed for a person's.
//
//   using CaseNumber = StrongId<struct CaseNumberTag>;
//   using Term = StrongId<struct TermTag, uint64_t>;
//
// A plain value: ordered and hashed (absl and std) as its T, printed as its T, and never made from
// a T unasked.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace prihvat::base {

template <typename Tag, typename T = std::string>
class StrongId {
 public:
  using ValueType = T;

  // The id of nothing: T's default, such as "" or 0.
  constexpr StrongId() = default;
  constexpr explicit StrongId(T value) : value_(std::move(value)) {}

  constexpr const T& value() const& { return value_; }
  constexpr T value() && { return std::move(value_); }

  friend constexpr bool operator==(const StrongId&, const StrongId&) = default;
  friend constexpr auto operator<=>(const StrongId&, const StrongId&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const StrongId& id) {
    return H::combine(std::move(state), id.value_);
  }

  friend std::ostream& operator<<(std::ostream& out, const StrongId& id) {
    return out << id.value_;
  }

 private:
  T value_{};
};

}  // namespace prihvat::base

template <typename Tag, typename T>
struct std::hash<prihvat::base::StrongId<Tag, T>> {
  size_t operator()(const prihvat::base::StrongId<Tag, T>& id) const {
    return std::hash<T>()(id.value());
  }
};
