#include "services/handover/domain/registration.h"

#include "libs/base/civil.h"
#include "libs/base/resource_name.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"
#include "services/handover/domain/reasons.h"

namespace prihvat::handover {
namespace {

constexpr size_t kMostBytes = 2000;

std::optional<es::Rejection> AsViolation(std::string_view field, const absl::Status& status) {
  if (status.ok()) return std::nullopt;
  const std::string_view message = base::FromAbsl(status.message());
  return es::Rejected(es::kInvalidField).Saying(message).Field(field, message);
}

}  // namespace

std::optional<es::Rejection> CheckReference(std::string_view field, std::string_view value,
                                            std::string_view pattern, const es::Context& context) {
  return AsViolation(
      field, base::CheckName(field, value, fmt::format("{}/{}", context.operation, pattern)));
}

std::optional<es::Rejection> CheckGlobalName(std::string_view field, std::string_view value,
                                             std::string_view pattern) {
  return AsViolation(field, base::CheckName(field, value, pattern));
}

std::optional<es::Rejection> CheckCreate(std::string_view parent, std::string_view id_field,
                                         std::string_view id, const es::Context& context) {
  if (parent != context.operation) {
    return es::InvalidField("parent", fmt::format("should be {}", context.operation));
  }
  return AsViolation(id_field, base::CheckId(id_field, id));
}

std::optional<es::Rejection> CheckOptionalText(std::string_view field, std::string_view text) {
  if (text.size() > kMostBytes) {
    return es::InvalidField(field,
                            fmt::format("has {} bytes; the limit is {}", text.size(), kMostBytes));
  }
  if (!base::IsValidUtf8(text)) return es::InvalidField(field, "is not UTF-8");
  return std::nullopt;
}

std::optional<es::Rejection> CheckText(std::string_view field, std::string_view text) {
  if (text.empty()) return es::InvalidField(field, "must be given");
  return CheckOptionalText(field, text);
}

std::optional<es::Rejection> CheckText(std::string_view field, const v1::LocalizedText& text) {
  if (auto no = CheckText(fmt::format("{}.en", field), text.en())) return no;
  return CheckOptionalText(fmt::format("{}.bs", field), text.bs());
}

std::optional<es::Rejection> CheckOptionalText(std::string_view field,
                                               const v1::LocalizedText& text) {
  if (auto no = CheckOptionalText(fmt::format("{}.en", field), text.en())) return no;
  return CheckOptionalText(fmt::format("{}.bs", field), text.bs());
}

std::optional<es::Rejection> CheckDate(std::string_view field, const google::type::Date& date) {
  return AsViolation(field, base::MakeDate(date.year(), date.month(), date.day()).status());
}

std::optional<es::Rejection> CheckEtag(std::string_view name, std::string_view etag,
                                       const google::protobuf::Message& entity) {
  if (etag.empty()) return std::nullopt;
  const std::string current = es::EtagOf(entity);
  if (etag == current) return std::nullopt;
  return es::Rejected(es::kStaleEtag)
      .Saying(fmt::format("{} was changed since it was read", name))
      .With("name", name)
      .With("etag", etag)
      .With("current_etag", current);
}

std::optional<es::Rejection> CheckNotBefore(std::string_view name, absl::Time last,
                                            const es::Context& context) {
  if (context.effective_at >= last) return std::nullopt;
  return es::Rejected(kBeforeLastMove)
      .Saying(fmt::format("{}: the move would take effect at {}, before the last one at {}", name,
                          Say(context.effective_at, context.zone), Say(last, context.zone)))
      .With("name", name)
      .With("effective_time", Say(context.effective_at, absl::UTCTimeZone()))
      .With("last_move_time", Say(last, absl::UTCTimeZone()));
}

std::string ShortName(std::string_view enum_name, std::string_view prefix) {
  return std::string(enum_name.starts_with(prefix) ? enum_name.substr(prefix.size()) : enum_name);
}

}  // namespace prihvat::handover
