// What the reception service does because of other services' events.
#pragma once

#include <vector>

#include "libs/es/process.h"

namespace prihvat::reception {

const std::vector<const es::Process*>& ReceptionProcesses();

}  // namespace prihvat::reception
