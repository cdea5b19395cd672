// What the handover service does because of other services' events.
#pragma once

#include <vector>

#include "libs/es/process.h"

namespace prihvat::handover {

const std::vector<const es::Process*>& HandoverProcesses();

}  // namespace prihvat::handover
