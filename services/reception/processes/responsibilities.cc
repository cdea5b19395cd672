// Who answers for a function of a centre is agreed in the handover service; here it is recorded,
// also for a centre that is not known here yet.
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/processes/registration.h"

namespace prihvat::reception {
namespace {

void RecordFirst(const handover::v1::ResponsibilityEstablished& event,
                 const es::EventContext& context, es::Reactions& reactions) {
  v1::RecordResponsibilityRequest command;
  command.set_operation(std::string(context.operation));
  command.set_centre(event.centre());
  command.set_function(event.function());
  command.set_taker(event.body());
  *command.mutable_start_time() = event.start_time();
  command.set_agreement(event.agreement());
  reactions.Send(context, std::move(command));
}

void RecordTransfer(const handover::v1::ResponsibilityTransferred& event,
                    const es::EventContext& context, es::Reactions& reactions) {
  v1::RecordResponsibilityRequest command;
  command.set_operation(std::string(context.operation));
  command.set_centre(event.centre());
  command.set_function(event.function());
  command.set_giver(event.giver());
  command.set_taker(event.taker());
  *command.mutable_start_time() = event.start_time();
  command.set_agreement(event.agreement().empty() ? event.responsibility_transfer()
                                                  : event.agreement());
  reactions.Send(context, std::move(command));
}

}  // namespace

const es::Process& ResponsibilitiesProcess() {
  static const es::Process& process = *[] {
    auto* p = new es::Process("reception.responsibilities", "prihvat.handover");
    p->On<handover::v1::ResponsibilityEstablished>(&RecordFirst);
    p->On<handover::v1::ResponsibilityTransferred>(&RecordTransfer);
    return p;
  }();
  return process;
}

}  // namespace prihvat::reception
