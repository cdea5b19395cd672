// What an agency delivered at a centre is a fact: it is stored in every state of the centre.
#include "libs/base/civil.h"
#include "libs/base/decimal.h"
#include "libs/base/resource_name.h"
#include "libs/base/string_view.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/policy.h"
#include "services/reception/domain/reasons.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {
namespace {

// Of one delivery, so that the deliveries of a centre have a sum.
std::optional<es::Rejection> CheckAmounts(const v1::ServiceDelivery& delivery,
                                          const Policy& policy) {
  if (delivery.persons() < 0 || delivery.persons() > policy.persons_a_delivery) {
    return es::InvalidField(
        "service_delivery.persons",
        fmt::format("is {}; it should be 0 to {}", delivery.persons(), policy.persons_a_delivery));
  }
  if (!delivery.has_quantity()) return std::nullopt;
  const auto quantity = base::Decimal::Parse(delivery.quantity().value());
  if (!quantity.ok()) {
    return es::InvalidField("service_delivery.quantity",
                            base::FromAbsl(quantity.status().message()));
  }
  const auto most = base::Decimal::FromInt(policy.quantity_a_delivery);
  if (quantity->IsNegative() || *quantity > most) {
    return es::InvalidField(
        "service_delivery.quantity",
        fmt::format("is {}; it should be 0 to {}", delivery.quantity().value(), most.ToString()));
  }
  return CheckText("service_delivery.unit", delivery.unit(), 50);
}

std::optional<es::Rejection> CheckDelivery(const v1::ServiceDelivery& delivery,
                                           const Policy& policy) {
  if (auto no =
          es::CheckGlobalName("service_delivery.agency", delivery.agency(), "organisations/*")) {
    return no;
  }
  if (delivery.kind() == v1::SERVICE_KIND_UNSPECIFIED ||
      !v1::ServiceKind_IsValid(delivery.kind())) {
    return es::InvalidField("service_delivery.kind", "must be given");
  }
  if (auto no = CheckAmounts(delivery, policy)) return no;
  if (delivery.note().size() > 2000) {
    return es::InvalidField("service_delivery.note", "is longer than 2000 bytes");
  }
  return std::nullopt;
}

// Else whoever may tell of deliveries could put words into another agency's mouth (case S3).
std::optional<es::Rejection> CheckAgency(std::string_view agency, const es::Context& context) {
  const std::string_view own = OperationOf(context.principal);
  if (agency == own) return std::nullopt;
  return es::Rejected(kAgencyNotYours)
      .Saying(fmt::format("{} cannot tell of a delivery by {}", context.principal, agency))
      .With("agency", agency)
      .With("organisation", own);
}

es::Decision DecideRecordServiceDelivery(const es::View& view,
                                         const v1::RecordServiceDeliveryRequest& command,
                                         es::Context& context) {
  const v1::Centre* centre = nullptr;
  if (auto no = Require(view, "parent", command.parent(), context, centre)) return *std::move(no);
  if (auto no = CheckNewId("service_delivery_id", command.service_delivery_id(), true)) {
    return *std::move(no);
  }
  const v1::ServiceDelivery& delivery = command.service_delivery();
  if (auto no = CheckDelivery(delivery, PolicyOn(context.EffectiveDay()))) return *std::move(no);
  if (auto no = CheckAgency(delivery.agency(), context)) return *std::move(no);
  const std::string name = fmt::format(
      "{}/serviceDeliveries/{}", command.parent(),
      command.service_delivery_id().empty() ? context.NewId() : command.service_delivery_id());
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::ServiceDelivered event;
  event.set_service_delivery(name);
  event.set_centre(command.parent());
  event.set_agency(delivery.agency());
  event.set_kind(delivery.kind());
  if (delivery.has_quantity()) *event.mutable_quantity() = delivery.quantity();
  event.set_unit(delivery.unit());
  event.set_persons(delivery.persons());
  *event.mutable_delivery_time() = ToProto(context.effective_at);
  *event.mutable_delivery_date() = ToProto(context.EffectiveDay());
  event.set_note(delivery.note());
  return es::Accepted(std::move(event)).Naming(name);
}

void FoldServiceDelivered(es::Entities& entities, const v1::ServiceDelivered& event,
                          const es::EventContext& context) {
  v1::ServiceDelivery delivery;
  delivery.set_name(event.service_delivery());
  delivery.set_agency(event.agency());
  delivery.set_kind(event.kind());
  if (event.has_quantity()) *delivery.mutable_quantity() = event.quantity();
  delivery.set_unit(event.unit());
  delivery.set_persons(event.persons());
  *delivery.mutable_delivery_time() = event.delivery_time();
  *delivery.mutable_delivery_date() = event.delivery_date();
  delivery.set_note(event.note());
  Stamp(delivery, context);
  entities.Put(event.service_delivery(), delivery);
}

}  // namespace

void RegisterServiceDeliveries(es::Decider& decider) {
  OnKnown<v1::RecordServiceDeliveryRequest, &DecideRecordServiceDelivery>(decider);
  decider.Fold<v1::ServiceDelivered>(&FoldServiceDelivered);
}

}  // namespace prihvat::reception
