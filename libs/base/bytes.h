// Bytes as text.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace prihvat::base {

// Two small hexadecimal digits a byte.
std::string HexEncode(std::string_view bytes);
// Digits in either case. INVALID_ARGUMENT for an odd number of them or any other character.
absl::StatusOr<std::string> HexDecode(std::string_view text);

// RFC 4648 section 5, without padding.
std::string Base64UrlEncode(std::string_view bytes);
// Exactly what Base64UrlEncode writes, so that one value has one text. INVALID_ARGUMENT for
// padding, spaces, other alphabets or stray bits.
absl::StatusOr<std::string> Base64UrlDecode(std::string_view text);

}  // namespace prihvat::base
