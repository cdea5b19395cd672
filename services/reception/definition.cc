#include "services/reception/definition.h"

#include "services/reception/domain/decider.h"
#include "services/reception/processes/processes.h"
#include "services/reception/views/figures.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception {

runtime::ServiceDefinition ReceptionDefinition() {
  return {.name = "reception",
          .topic = "prihvat.reception",
          .decider = &ReceptionDecider(),
          .projections = ReceptionProjections(),
          .processes = ReceptionProcesses(),
          .figures = &ReceptionFigures};
}

}  // namespace prihvat::reception
