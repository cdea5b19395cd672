// The reception service as the runtime hosts it.
#pragma once

#include "libs/runtime/service.h"

namespace prihvat::reception {

runtime::ServiceDefinition ReceptionDefinition();

}  // namespace prihvat::reception
