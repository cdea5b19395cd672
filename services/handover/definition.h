// The handover service as the runtime hosts it.
#pragma once

#include "libs/runtime/service.h"

namespace prihvat::handover {

runtime::ServiceDefinition HandoverDefinition();

}  // namespace prihvat::handover
