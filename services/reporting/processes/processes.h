// What the reporting service does because of other services' events: it registers operations.
#pragma once

#include <vector>

#include "libs/es/process.h"

namespace prihvat::reporting {

const std::vector<const es::Process*>& ReportingProcesses();

}  // namespace prihvat::reporting
