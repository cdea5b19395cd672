// An authority's decision that an order is exempt from value added tax. Where policy asks for it,
// nothing is issued without it (order_moves.cc).
#include "fmt/format.h"
#include "libs/base/civil.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

es::Decision DecideRecord(const es::View& view, const v1::RecordVatExemptionRequest& command,
                          es::Context& context) {
  const auto order = FindForEdit<v1::PurchaseOrder>(view, context, command.name(),
                                                    kPurchaseOrderPattern, command.etag());
  if (!order.ok()) return order.rejection();
  if ((*order)->state() == v1::PURCHASE_ORDER_STATE_DRAFT || HasEnded((*order)->state())) {
    return WrongOrderState(**order, "be exempted from value added tax");
  }
  const v1::VatExemption& wanted = command.vat_exemption();
  if (auto no = CheckText("vat_exemption.reference", wanted.reference(), true, 100)) return *no;
  if (auto no = CheckText("vat_exemption.authority", wanted.authority(), true)) return *no;
  const auto day = CheckedFromProto(wanted.decision_date());
  if (!day.ok()) {
    return es::InvalidField("vat_exemption.decision_date", "must be a day of the calendar");
  }
  if (*day > context.EffectiveDay()) {
    return es::InvalidField("vat_exemption.decision_date",
                            fmt::format("is {}, after {}", base::FormatDate(*day),
                                        base::FormatDate(context.EffectiveDay())));
  }
  v1::VatExemptionRecorded event;
  event.set_purchase_order(command.name());
  *event.mutable_vat_exemption() = wanted;
  event.mutable_vat_exemption()->set_recorder(context.principal);
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldRecorded(es::Entities& entities, const v1::VatExemptionRecorded& event,
                  const es::EventContext& context) {
  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    *order.mutable_vat_exemption() = event.vat_exemption();
    Stamp(order, context);
  });
}

}  // namespace

void AddVatExemptions(es::Decider& decider) {
  decider.On<v1::RecordVatExemptionRequest>(&DecideRecord);
  decider.Fold<v1::VatExemptionRecorded>(&FoldRecorded);
}

}  // namespace prihvat::procurement
