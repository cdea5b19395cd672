#include "services/procurement/domain/values.h"

#include "absl/numeric/int128.h"
#include "libs/base/check.h"

namespace prihvat::procurement {

base::Money ShareOf(const base::Money& whole, const base::Money& part, const base::Money& of) {
  PRIHVAT_CHECK(part.currency() == of.currency(), "a share is of one currency");
  if (part == of) return whole;
  if (of.IsZero()) return base::Money::Zero(whole.currency());
  const absl::int128 doubled = absl::int128(whole.minor()) * part.minor() * 2 + of.minor();
  const auto minor = static_cast<int64_t>(doubled / (absl::int128(of.minor()) * 2));
  const auto share = base::Money::FromMinor(minor, whole.currency());
  PRIHVAT_CHECK(share.ok(), "a part is not beyond the whole's range");
  return *share;
}

}  // namespace prihvat::procurement
