// Events as messages that programs can read, without what the caller may not see.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/access/policy.h"
#include "libs/event_log/event_log.h"
#include "prihvat/log/v1/record.pb.h"

namespace prihvat::rpc::admin {

// One Any for each event of the commit. The payload of an event whose type this program does not
// know is left out: nobody can say what it holds.
void AppendEvents(const log::v1::Commit& commit, const access::Policy& policy,
                  const access::Principal& principal, absl::CivilDay day,
                  google::protobuf::RepeatedPtrField<google::protobuf::Any>* into);

// What the commit at that position is about, each once: the resource that it names, then what each
// event is about, which an event says in its first field (a name, or a message that has one). Of
// events whose type this program does not know nothing.
std::vector<std::string> ResourcesOf(const log::v1::Commit& commit,
                                     const event_log::TopicPartition& partition, int64_t offset);

}  // namespace prihvat::rpc::admin
