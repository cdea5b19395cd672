#include "libs/es/conflicts.h"

#include "fmt/format.h"
#include "libs/base/digest.h"

namespace prihvat::es {

std::string ConflictName(const Context& context, int kind,
                         std::initializer_list<std::string_view> about) {
  constexpr size_t kDigits = 20;
  std::string text = fmt::format("{}\n", kind);
  for (const std::string_view part : about) text += fmt::format("{}\n", part);
  text += fmt::format("{}", absl::ToUnixMicros(context.effective_at));
  return fmt::format("{}/conflicts/{}", context.operation,
                     base::Sha256Hex(text).substr(0, kDigits));
}

}  // namespace prihvat::es
