// An operation begins in procurement; here it is registered with its zone.
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/processes/registration.h"

namespace prihvat::reception {
namespace {

void Register(const procurement::v1::OperationCreated& event, const es::EventContext& context,
              es::Reactions& reactions) {
  v1::RegisterOperationRequest command;
  command.set_operation(event.operation());
  command.set_display_name(event.display_name());
  command.set_time_zone(event.time_zone());
  reactions.Send(context, std::move(command));
}

}  // namespace

const es::Process& OperationsProcess() {
  static const es::Process& process = *[] {
    auto* p = new es::Process("reception.operations", "prihvat.procurement");
    p->On<procurement::v1::OperationCreated>(&Register);
    return p;
  }();
  return process;
}

}  // namespace prihvat::reception
