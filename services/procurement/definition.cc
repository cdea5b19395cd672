#include "services/procurement/definition.h"

#include "services/procurement/domain/decider.h"

namespace prihvat::procurement {

// What the service is asked for stands in its entities; it needs no views, and listens to nobody.
runtime::ServiceDefinition ProcurementDefinition() {
  return {.name = "procurement",
          .topic = "prihvat.procurement",
          .decider = &ProcurementDecider(),
          .projections = {},
          .processes = {}};
}

}  // namespace prihvat::procurement
