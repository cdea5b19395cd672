#include "services/handover/domain/registration.h"

#include "libs/base/resource_name.h"
#include "services/handover/domain/reasons.h"

namespace prihvat::handover {
namespace {

constexpr size_t kMostBytes = 2000;

}  // namespace

std::optional<es::Rejection> CheckCreate(std::string_view parent, std::string_view id_field,
                                         std::string_view id, const es::Context& context) {
  if (parent != context.operation) {
    return es::InvalidField("parent", fmt::format("should be {}", context.operation));
  }
  return es::InvalidUnless(id_field, base::CheckId(id));
}

std::optional<es::Rejection> CheckOptionalText(std::string_view field, std::string_view text) {
  return es::CheckOptionalText(field, text, kMostBytes);
}

std::optional<es::Rejection> CheckText(std::string_view field, std::string_view text) {
  return es::CheckText(field, text, kMostBytes);
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
  return es::InvalidUnless(field, CheckedFromProto(date).status());
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

}  // namespace prihvat::handover
