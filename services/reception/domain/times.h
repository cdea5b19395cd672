// Instants and days, as the log keeps them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/es/values.h"

namespace prihvat::reception {

using base::Say;
using es::CheckedFromProto;
using es::FromProto;
using es::Stamp;
using es::ToProto;

// What the log cannot tell apart: the distance between an instant and the one before it.
constexpr absl::Duration kResolution = absl::Microseconds(1);

// 16 hex digits that sort as the instants do: for keys of rows.
inline std::string OrderedTime(absl::Time time) {
  return fmt::format("{:016x}", static_cast<uint64_t>(absl::ToUnixMicros(time)) ^ (1ULL << 63));
}

}  // namespace prihvat::reception
