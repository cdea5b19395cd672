// Names of resources as AIP-122 has them: collection and id in turn, such as
// "operations/ba/purchaseOrders/PO-2023-0001".
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace prihvat::base {

// A name that has passed the rules, and so cannot be empty. An immutable value; views returned by
// its accessors live as long as the ResourceName itself (not longer: do not keep one from a
// temporary).
class ResourceName {
 public:
  static constexpr size_t kMaxLength = 512;   // bytes, all of them ASCII
  static constexpr size_t kMaxPairs = 8;      // collection/id pairs
  static constexpr size_t kMaxIdLength = 63;  // bytes of one id

  // Pairs of a collection ([a-z][a-zA-Z0-9]*) and an id ([A-Za-z0-9][A-Za-z0-9._~-]{0,62}), joined
  // by '/'. INVALID_ARGUMENT otherwise; the message has the rule, and the segment and its number.
  // It names no field: who knows that one says it, once.
  static absl::StatusOr<ResourceName> Parse(std::string_view text);

  const std::string& ToString() const { return text_; }

  // The whole of "operations/x" that the name stands under; "" when its first collection is not
  // "operations".
  std::string_view Operation() const;
  // The name without its last pair; "" at the top.
  std::string_view Parent() const;
  // The last collection, such as "purchaseOrders".
  std::string_view Collection() const;
  // The last id, such as "PO-2023-0001".
  std::string_view Id() const;

  // Whether the name fits `pattern`, segment by segment; "*" stands for exactly one segment:
  // "operations/*/purchaseOrders/*".
  bool Matches(std::string_view pattern) const;

  // This name with one more pair. INVALID_ARGUMENT as for Parse.
  absl::StatusOr<ResourceName> Child(std::string_view collection, std::string_view id) const;

  friend bool operator==(const ResourceName&, const ResourceName&) = default;
  friend auto operator<=>(const ResourceName&, const ResourceName&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const ResourceName& name) {
    return H::combine(std::move(state), name.text_);
  }
  friend std::ostream& operator<<(std::ostream& out, const ResourceName& name) {
    return out << name.text_;
  }

 private:
  explicit ResourceName(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

// OK when `value` is a resource name that fits `pattern` ("operations/*/purchaseOrders/*");
// otherwise INVALID_ARGUMENT that says what was expected, and names no field.
absl::Status CheckName(std::string_view value, std::string_view pattern);

// OK when `id` may stand as an id in a resource name. For ids that clients choose (AIP-133).
absl::Status CheckId(std::string_view id);

}  // namespace prihvat::base
