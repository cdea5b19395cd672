// Two small services for tests of the runtime: "halls" (topic test.halls) gives seats, at most
// kSeats a hall; "door" (topic test.door) welcomes everybody who took one, through a process, and
// counts them in a view of the halls' topic.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/event_log/event_log.h"
#include "libs/runtime/service.h"
#include "prihvat/testkit/v1/toy.pb.h"

namespace prihvat::testkit {

inline constexpr int kSeats = 40;
inline constexpr const char* kHallsTopic = "test.halls";
inline constexpr const char* kDoorTopic = "test.door";

runtime::ServiceDefinition HallsService();
// `views`: which versions of the view "guests" are defined (1, 2 or both).
runtime::ServiceDefinition DoorService(const std::vector<int>& views = {1});
std::vector<event_log::TopicSpec> ToyTopics(int32_t partitions);

// Nobody reacts to these: their names begin with "shy".
inline bool IsShy(std::string_view person) { return person.substr(0, 3) == "shy"; }

// A command that takes a seat for `person` in `hall` of `operation`. "grump" is never welcomed; a
// person called "huge" makes a commit of over a megabyte.
runtime::CommandRequest TakeSeat(std::string operation, const std::string& hall, std::string person,
                                 std::string request_id);

}  // namespace prihvat::testkit
