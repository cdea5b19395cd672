#include "libs/es/checks.h"

#include "fmt/format.h"
#include "libs/base/resource_name.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"
#include "libs/es/entities.h"

namespace prihvat::es {

std::optional<Rejection> InvalidUnless(std::string_view field, const absl::Status& status) {
  if (status.ok()) return std::nullopt;
  return InvalidField(field, base::FromAbsl(status.message()));
}

std::optional<Rejection> CheckReference(std::string_view field, std::string_view value,
                                        std::string_view pattern, const Context& context) {
  return CheckGlobalName(field, value, fmt::format("{}/{}", context.operation, pattern));
}

std::optional<Rejection> CheckGlobalName(std::string_view field, std::string_view value,
                                         std::string_view pattern) {
  return InvalidUnless(field, base::CheckName(value, pattern));
}

std::optional<Rejection> CheckText(std::string_view field, std::string_view text,
                                   size_t most_bytes) {
  if (text.empty()) return InvalidField(field, "must be given");
  return CheckOptionalText(field, text, most_bytes);
}

std::optional<Rejection> CheckOptionalText(std::string_view field, std::string_view text,
                                           size_t most_bytes) {
  if (text.size() > most_bytes) {
    return InvalidField(field,
                        fmt::format("has {} bytes; the limit is {}", text.size(), most_bytes));
  }
  if (!base::IsValidUtf8(text)) return InvalidField(field, "is not UTF-8");
  return std::nullopt;
}

std::optional<Rejection> CheckEtag(std::string_view name, std::string_view etag,
                                   const google::protobuf::Message& entity) {
  if (etag.empty()) return std::nullopt;
  const std::string current = EtagOf(entity);
  if (etag == current) return std::nullopt;
  return Rejected(kStaleEtag)
      .Saying(fmt::format("{} was changed since it was read", name))
      .With("name", name)
      .With("etag", etag)
      .With("current_etag", current);
}

std::string ShortName(std::string_view enum_name, std::string_view prefix) {
  return std::string(enum_name.starts_with(prefix) ? enum_name.substr(prefix.size()) : enum_name);
}

}  // namespace prihvat::es
