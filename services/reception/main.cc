// The reception service in a process of its own: one of several on Kafka, or alone on the embedded
// log.
#include "services/hosting/program.h"
#include "services/reception/api/reception_service.h"
#include "services/reception/definition.h"

int main(int argc, char** argv) {
  using prihvat::reception::ReceptionDefinition;
  using prihvat::reception::ReceptionServiceImpl;
  using prihvat::reception::v1::ReceptionService;
  return prihvat::hosting::RunProgram(
      {.name = "prihvat-reception",
       .description = "The reception service of Prihvat.",
       .services =
           [] {
             return std::vector{prihvat::hosting::Hosted<ReceptionService, ReceptionServiceImpl>(
                 ReceptionDefinition())};
           }},
      argc, argv);
}
