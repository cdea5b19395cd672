// The rows of the presence view: their keys, and how they are walked. For this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "libs/es/rows.h"
#include "prihvat/reception/v1/state.pb.h"

namespace prihvat::reception {

// "" is in transit; else a centre's name. Ids never begin with an underscore.
std::string OpenPrefix(std::string_view operation, std::string_view centre);
std::string ClosedPrefix(std::string_view operation, std::string_view centre);
std::string MovementPrefix(std::string_view operation, std::string_view centre);
std::string CentrePrefix(std::string_view operation);
std::string LatestKey(std::string_view operation, std::string_view stay);

// The segments there that hold `as_of`, in no particular order.
void ForEachSegmentAt(const es::Rows& rows, std::string_view operation, std::string_view centre,
                      absl::Time as_of, absl::FunctionRef<void(const v1::PresenceSegment&)> visit);

// The movements there in [start, end), by time.
void ForEachMovement(const es::Rows& rows, std::string_view operation, std::string_view centre,
                     absl::Time start, absl::Time end,
                     absl::FunctionRef<void(const v1::Movement&)> visit);

// The names of the operation's centres, sorted by id.
std::vector<std::string> CentresOf(const es::Rows& rows, std::string_view operation);

}  // namespace prihvat::reception
