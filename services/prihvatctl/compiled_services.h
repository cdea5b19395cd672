// The services whose protos this program has. Named here once, so that the linker keeps their
// descriptors and events, which are otherwise found by name alone.
#pragma once

#include <vector>

#include "google/protobuf/descriptor.h"

namespace prihvat::ctl {

// The files that declare services, the four of the domain first.
std::vector<const google::protobuf::FileDescriptor*> CompiledServiceFiles();

// The files that declare events, for printing the log.
std::vector<const google::protobuf::FileDescriptor*> CompiledEventFiles();

}  // namespace prihvat::ctl
