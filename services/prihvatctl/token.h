// Consistency tokens: what this program has seen, over all its calls.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace prihvat::ctl {

// The token that has seen all that either has seen: the higher offset of each partition. "" is the
// token that has seen nothing. INVALID_ARGUMENT for text that is no token.
absl::StatusOr<std::string> MergeTokens(std::string_view a, std::string_view b);

}  // namespace prihvat::ctl
