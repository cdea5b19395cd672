#include "services/reporting/definition.h"

#include "services/reporting/domain/decider.h"
#include "services/reporting/processes/processes.h"
#include "services/reporting/views/journals.h"

namespace prihvat::reporting {

runtime::ServiceDefinition ReportingDefinition() {
  return {.name = "reporting",
          .topic = "prihvat.reporting",
          .decider = &ReportingDecider(),
          .projections = ReportingProjections(),
          .processes = ReportingProcesses()};
}

}  // namespace prihvat::reporting
