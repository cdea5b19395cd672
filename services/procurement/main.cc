// The procurement service in a process of its own: one of several on Kafka, or alone on the
// embedded log.
#include "services/hosting/program.h"
#include "services/procurement/api/procurement_service.h"
#include "services/procurement/definition.h"

int main(int argc, char** argv) {
  using prihvat::procurement::ProcurementDefinition;
  using prihvat::procurement::ProcurementServiceImpl;
  using prihvat::procurement::v1::ProcurementService;
  return prihvat::hosting::RunProgram(
      {.name = "prihvat-procurement",
       .description = "The procurement service of Prihvat.",
       .services =
           [] {
             return std::vector{
                 prihvat::hosting::Hosted<ProcurementService, ProcurementServiceImpl>(
                     ProcurementDefinition())};
           }},
      argc, argv);
}
