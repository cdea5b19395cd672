#include "libs/base/bytes.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "fmt/format.h"
#include "libs/base/string_view.h"

namespace prihvat::base {

std::string HexEncode(std::string_view bytes) { return absl::BytesToHexString(ToAbsl(bytes)); }

absl::StatusOr<std::string> HexDecode(std::string_view text) {
  if (text.size() % 2 != 0) {
    return absl::InvalidArgumentError(
        fmt::format("hexadecimal text has {} digits, an odd number", text.size()));
  }
  for (size_t i = 0; i < text.size(); ++i) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) {
      return absl::InvalidArgumentError(
          fmt::format("hexadecimal text has something else at position {}", i + 1));
    }
  }
  return absl::HexStringToBytes(ToAbsl(text));
}

std::string Base64UrlEncode(std::string_view bytes) {
  return absl::WebSafeBase64Escape(ToAbsl(bytes));
}

absl::StatusOr<std::string> Base64UrlDecode(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(text), &bytes) || Base64UrlEncode(bytes) != text) {
    return absl::InvalidArgumentError("the text is not base64url without padding");
  }
  return bytes;
}

}  // namespace prihvat::base
