// All four services in one process on the embedded log: the default for one machine.
#include "services/handover/api/handover_service.h"
#include "services/handover/definition.h"
#include "services/hosting/program.h"
#include "services/procurement/api/procurement_service.h"
#include "services/procurement/definition.h"
#include "services/reception/api/reception_service.h"
#include "services/reception/definition.h"
#include "services/reporting/api/reporting_service.h"
#include "services/reporting/definition.h"

namespace prihvat {
namespace {

std::vector<hosting::HostedService> AllServices() {
  using hosting::Hosted;
  return {
      Hosted<procurement::v1::ProcurementService, procurement::ProcurementServiceImpl>(
          procurement::ProcurementDefinition()),
      Hosted<handover::v1::HandoverService, handover::HandoverServiceImpl>(
          handover::HandoverDefinition()),
      Hosted<reception::v1::ReceptionService, reception::ReceptionServiceImpl>(
          reception::ReceptionDefinition()),
      Hosted<reporting::v1::ReportingService, reporting::ReportingServiceImpl>(
          reporting::ReportingDefinition()),
  };
}

}  // namespace
}  // namespace prihvat

int main(int argc, char** argv) {
  return prihvat::hosting::RunProgram({.name = "prihvatd",
                                       .description = "All services of Prihvat in one process.",
                                       .services = prihvat::AllServices},
                                      argc, argv);
}
