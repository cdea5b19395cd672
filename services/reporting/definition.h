// What the reporting service is, for whoever hosts it.
#pragma once

#include "libs/runtime/service.h"

namespace prihvat::reporting {

runtime::ServiceDefinition ReportingDefinition();

}  // namespace prihvat::reporting
