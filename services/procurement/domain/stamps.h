// When a resource was recorded and changed: filled in by folds.
#pragma once

#include "google/protobuf/timestamp.pb.h"
#include "libs/es/decider.h"

namespace prihvat::procurement {

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& time);

// Sets create_time (once) and update_time to the event's time of recording.
template <class Resource>
void Stamp(Resource& resource, const es::EventContext& context) {
  const google::protobuf::Timestamp now = ToTimestamp(context.recorded_at);
  if (!resource.has_create_time()) *resource.mutable_create_time() = now;
  *resource.mutable_update_time() = now;
}

}  // namespace prihvat::procurement
