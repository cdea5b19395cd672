// Times as OCDS writes them.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace prihvat::ocds {

// A time of RFC 3339 with its offset, "2022-12-08T15:45:47.8730413+01:00"; nothing for any other
// text.
std::optional<absl::Time> ParseDate(std::string_view text);

}  // namespace prihvat::ocds
