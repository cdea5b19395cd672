#include "services/procurement/definition.h"

#include "services/procurement/domain/decider.h"
#include "services/procurement/processes/processes.h"
#include "services/procurement/views/figures.h"
#include "services/procurement/views/performance.h"
#include "services/procurement/views/purchases.h"

namespace prihvat::procurement {

// What the service is asked for of one resource stands in its entities.
runtime::ServiceDefinition ProcurementDefinition() {
  return {.name = "procurement",
          .topic = "prihvat.procurement",
          .decider = &ProcurementDecider(),
          .projections = {&PurchasesView(), &PerformanceView()},
          .processes = ProcurementProcesses(),
          .figures = &ProcurementFigures};
}

}  // namespace prihvat::procurement
