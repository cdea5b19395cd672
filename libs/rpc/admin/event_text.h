// Events as messages that programs can read, without what the caller may not see.
#pragma once

#include "absl/time/civil_time.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/access/policy.h"
#include "prihvat/log/v1/record.pb.h"

namespace prihvat::rpc::admin {

// One Any for each event of the commit. The payload of an event whose type this program does not
// know is left out: nobody can say what it holds.
void AppendEvents(const log::v1::Commit& commit, const access::Policy& policy,
                  const access::Principal& principal, absl::CivilDay day,
                  google::protobuf::RepeatedPtrField<google::protobuf::Any>* into);

}  // namespace prihvat::rpc::admin
