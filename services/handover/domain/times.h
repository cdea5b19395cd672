// Instants as the log keeps them: protobuf timestamps of whole microseconds.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "fmt/format.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"

namespace prihvat::handover {

inline google::protobuf::Timestamp ToProto(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  const int64_t rest = ((micros % 1'000'000) + 1'000'000) % 1'000'000;
  google::protobuf::Timestamp out;
  out.set_seconds((micros - rest) / 1'000'000);
  out.set_nanos(static_cast<int32_t>(rest * 1000));
  return out;
}

inline absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

inline google::type::Date ToProto(absl::CivilDay day) {
  google::type::Date out;
  out.set_year(static_cast<int32_t>(day.year()));
  out.set_month(day.month());
  out.set_day(day.day());
  return out;
}

// Of a date that was checked before.
inline absl::CivilDay FromProto(const google::type::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

// "2023-07-13 14:00" and the zone's offset, for people.
inline std::string Say(absl::Time time, const absl::TimeZone& zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S%Ez", time, zone);
}

}  // namespace prihvat::handover
