#include "services/reception/domain/registration.h"

#include "libs/base/resource_name.h"
#include "services/reception/domain/reasons.h"

namespace prihvat::reception {
namespace {

// Years 1 to 9999, as google.protobuf.Timestamp allows.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;

}  // namespace

std::optional<es::Rejection> CheckNewId(std::string_view field, std::string_view id,
                                        bool may_be_empty) {
  if (id.empty() && may_be_empty) return std::nullopt;
  return es::InvalidUnless(field, base::CheckId(id));
}

std::optional<es::Rejection> CheckTimestamp(std::string_view field,
                                            const google::protobuf::Timestamp& time) {
  if (time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond && time.nanos() >= 0 &&
      time.nanos() < 1'000'000'000) {
    return std::nullopt;
  }
  return es::InvalidField(field, fmt::format("{} s and {} ns are no time of the years 1 to 9999",
                                             time.seconds(), time.nanos()));
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

}  // namespace prihvat::reception
