#include "services/reception/processes/processes.h"

#include "services/reception/processes/registration.h"

namespace prihvat::reception {

const std::vector<const es::Process*>& ReceptionProcesses() {
  static const auto& processes =
      *new std::vector<const es::Process*>{&OperationsProcess(), &ResponsibilitiesProcess()};
  return processes;
}

}  // namespace prihvat::reception
