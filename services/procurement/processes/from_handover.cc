// A piece is remembered by its numbers while it is live (INV-12). What becomes of it procurement
// hears from handover: that it is no longer live, and also that it went back to the supplier, where
// handover was told of that first.
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/processes/processes.h"

namespace prihvat::procurement {
namespace {

template <class Command>
Command About(const handover::v1::FreedNumbers& freed, const es::EventContext& context) {
  Command command;
  command.set_operation(std::string(context.operation));
  command.set_receipt(freed.receipt());
  command.set_line_number(freed.line_number());
  command.mutable_item()->set_serial(freed.serial());
  command.mutable_item()->set_vin(freed.vin());
  command.mutable_item()->set_manufacturer(freed.manufacturer());
  return command;
}

void ReleaseSerial(const handover::v1::AssetChanged& event, const es::EventContext& context,
                   es::Reactions& reactions) {
  if (!event.has_freed()) return;  // still live
  reactions.Send(context, About<v1::ReleaseSerialRequest>(event.freed(), context));
}

void RecordReturnOfLot(const handover::v1::AssetLotReturnedToSupplier& event,
                       const es::EventContext& context, es::Reactions& reactions) {
  if (!event.has_received_by()) return;  // procurement told of it
  v1::RecordReturnedLotRequest command;
  command.set_operation(std::string(context.operation));
  command.set_receipt(event.received_by().receipt());
  command.set_line_number(event.received_by().line_number());
  *command.mutable_quantity() = event.quantity();
  command.set_reason(event.reason());
  reactions.Send(context, std::move(command));
}

void RecordReturn(const handover::v1::AssetReturnedToSupplier& event,
                  const es::EventContext& context, es::Reactions& reactions) {
  if (!event.has_freed()) return;  // procurement told of it
  auto command = About<v1::RecordReturnedPieceRequest>(event.freed(), context);
  command.set_reason(event.reason());
  reactions.Send(context, std::move(command));
}

}  // namespace

const std::vector<const es::Process*>& ProcurementProcesses() {
  static const auto& processes = *[] {
    auto* process = new es::Process("procurement.from-handover", "prihvat.handover");
    process->On<handover::v1::AssetChanged>(&ReleaseSerial);
    process->On<handover::v1::AssetReturnedToSupplier>(&RecordReturn);
    process->On<handover::v1::AssetLotReturnedToSupplier>(&RecordReturnOfLot);
    return new std::vector<const es::Process*>{process};
  }();
  return processes;
}

}  // namespace prihvat::procurement
