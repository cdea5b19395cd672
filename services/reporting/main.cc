// The reporting service in a process of its own: one of several on Kafka, or alone on the embedded
// log.
#include "services/hosting/program.h"
#include "services/reporting/api/reporting_service.h"
#include "services/reporting/definition.h"

int main(int argc, char** argv) {
  using prihvat::reporting::ReportingDefinition;
  using prihvat::reporting::ReportingServiceImpl;
  using prihvat::reporting::v1::ReportingService;
  return prihvat::hosting::RunProgram(
      {.name = "prihvat-reporting",
       .description = "The reporting service of Prihvat.",
       .services =
           [] {
             return std::vector{prihvat::hosting::Hosted<ReportingService, ReportingServiceImpl>(
                 ReportingDefinition())};
           }},
      argc, argv);
}
