#include "services/handover/definition.h"

#include "services/handover/domain/decider.h"
#include "services/handover/processes/processes.h"
#include "services/handover/views/figures.h"

namespace prihvat::handover {

runtime::ServiceDefinition HandoverDefinition() {
  return {.name = "handover",
          .topic = "prihvat.handover",
          .decider = &HandoverDecider(),
          .projections = {},
          .processes = HandoverProcesses(),
          .figures = &HandoverFigures};
}

}  // namespace prihvat::handover
