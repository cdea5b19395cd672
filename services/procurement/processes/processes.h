// What the procurement service does because of other services' events.
#pragma once

#include <vector>

#include "libs/es/process.h"

namespace prihvat::procurement {

const std::vector<const es::Process*>& ProcurementProcesses();

}  // namespace prihvat::procurement
