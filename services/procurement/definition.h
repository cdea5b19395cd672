// The procurement service, for those who host it.
#pragma once

#include "libs/runtime/service.h"

namespace prihvat::procurement {

runtime::ServiceDefinition ProcurementDefinition();

}  // namespace prihvat::procurement
