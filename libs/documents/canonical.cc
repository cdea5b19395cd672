#include "libs/documents/canonical.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <utility>

#include "absl/strings/str_replace.h"
#include "libs/base/text.h"

namespace prihvat::documents {
namespace {

absl::StatusOr<std::string> ToNfc(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
  if (U_FAILURE(error)) return absl::InternalError(u_errorName(error));
  const icu::UnicodeString normal = nfc->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size()))),
      error);
  if (U_FAILURE(error)) return absl::InternalError(u_errorName(error));
  std::string out;
  normal.toUTF8String(out);
  return out;
}

}  // namespace

void CanonicalText::Add(std::string_view key, std::string_view value) {
  if (!base::IsValidUtf8(value)) {
    status_.Update(absl::InvalidArgumentError(fmt::format("{} is not UTF-8", key)));
    return;
  }
  absl::StatusOr<std::string> normal = ToNfc(value);
  if (!normal.ok()) {
    status_.Update(normal.status());
    return;
  }
  text_ +=
      fmt::format("{}: {}\n", key,
                  absl::StrReplaceAll(*normal, {{"\\", "\\\\"}, {"\n", "\\n"}, {"\r", "\\r"}}));
}

absl::StatusOr<std::string> CanonicalText::Finish() && {
  if (!status_.ok()) return status_;
  return std::move(text_);
}

}  // namespace prihvat::documents
