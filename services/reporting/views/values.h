// From values on the wire to exact ones, and back.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "libs/base/money.h"
#include "libs/es/values.h"

namespace prihvat::reporting {

using es::CheckedFromProto;
using es::FromProto;
using es::ToProto;

// The amount in EUR: itself, or by the fixed rate; nothing where there is none (never zero, which
// would lower a sum unseen).
absl::StatusOr<std::optional<base::Money>> InEuro(const base::Money& money);

}  // namespace prihvat::reporting
