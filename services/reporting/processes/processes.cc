#include "services/reporting/processes/processes.h"

#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/reporting/v1/state.pb.h"

namespace prihvat::reporting {
namespace {

void RegisterOperation(const procurement::v1::OperationCreated& event,
                       const es::EventContext& context, es::Reactions& reactions) {
  v1::RegisterOperationRequest command;
  command.set_operation(event.operation());
  command.set_display_name(event.display_name());
  command.set_time_zone(event.time_zone());
  reactions.Send(context, std::move(command));
}

es::Process MakeOperations() {
  es::Process process("reporting.operations", "prihvat.procurement");
  process.On<procurement::v1::OperationCreated>(&RegisterOperation);
  return process;
}

}  // namespace

const std::vector<const es::Process*>& ReportingProcesses() {
  static const es::Process operations = MakeOperations();
  static const std::vector<const es::Process*> processes{&operations};
  return processes;
}

}  // namespace prihvat::reporting
