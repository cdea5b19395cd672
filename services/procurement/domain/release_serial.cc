// A piece that is no longer live is remembered no longer, so that its numbers may be received again
// (INV-12).
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/serials.h"

namespace prihvat::procurement {
namespace {

es::Decision DecideReleaseSerial(const es::View& view, const v1::ReleaseSerialRequest& command,
                                 es::Context& context) {
  if (auto no = CheckReference(context, "receipt", command.receipt(), kGoodsReceiptPattern)) {
    return *no;
  }
  const auto piece = CheckItem(command.item(), "item");
  if (!piece.ok()) return piece.rejection();
  // Told again, or returned since: nothing happens.
  if (KeysHeld(view, context.operation, piece->item, command.receipt(), command.line_number())
          .empty()) {
    return es::Accepted();
  }
  v1::SerialReleased event;
  event.set_receipt(command.receipt());
  event.set_line_number(command.line_number());
  *event.mutable_item() = piece->item;
  return es::Accepted(std::move(event));
}

void FoldReleased(es::Entities& entities, const v1::SerialReleased& event,
                  const es::EventContext& context) {
  Forget(entities, context.operation, event.item(), event.receipt(), event.line_number());
}

}  // namespace

void AddSerialReleases(es::Decider& decider) {
  decider.On<v1::ReleaseSerialRequest>(&DecideReleaseSerial);
  decider.Fold<v1::SerialReleased>(&FoldReleased);
}

}  // namespace prihvat::procurement
