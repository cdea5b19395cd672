// Our code has std::string_view. Debian builds Abseil for C++14, where absl::string_view is a type
// of its own that the standard one does not turn into; these two are the bridge. Both views look at
// the same bytes.
#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace prihvat::base {

// For Abseil's functions.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// For what Abseil returns, such as Status::message().
inline std::string_view FromAbsl(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace prihvat::base
