#include "services/procurement/definition.h"

#include "services/procurement/domain/decider.h"
#include "services/procurement/processes/processes.h"
#include "services/procurement/views/figures.h"

namespace prihvat::procurement {

// What the service is asked for stands in its entities; it needs no views.
runtime::ServiceDefinition ProcurementDefinition() {
  return {.name = "procurement",
          .topic = "prihvat.procurement",
          .decider = &ProcurementDecider(),
          .projections = {},
          .processes = ProcurementProcesses(),
          .figures = &ProcurementFigures};
}

}  // namespace prihvat::procurement
