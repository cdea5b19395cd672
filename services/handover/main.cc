// The handover service in a process of its own: one of several on Kafka, or alone on the embedded
// log.
#include "services/handover/api/handover_service.h"
#include "services/handover/definition.h"
#include "services/hosting/program.h"

int main(int argc, char** argv) {
  using prihvat::handover::HandoverDefinition;
  using prihvat::handover::HandoverServiceImpl;
  using prihvat::handover::v1::HandoverService;
  return prihvat::hosting::RunProgram(
      {.name = "prihvat-handover",
       .description = "The handover service of Prihvat.",
       .services =
           [] {
             return std::vector{prihvat::hosting::Hosted<HandoverService, HandoverServiceImpl>(
                 HandoverDefinition())};
           }},
      argc, argv);
}
