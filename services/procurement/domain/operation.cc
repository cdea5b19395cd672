// Operations: the country programmes that all else stands under.
#include "libs/base/civil.h"
#include "libs/es/decision.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

es::Decision DecideCreateOperation(const es::View& view, const v1::CreateOperationRequest& command,
                                   es::Context& context) {
  if (auto no = CheckNotTooFarBack(view, context)) return *no;
  if (auto no = CheckReference(context, "name", command.name(), kOperationPattern)) return *no;
  if (view.Exists(command.name())) return es::AlreadyExists(command.name());
  if (auto no = CheckText("display_name", command.display_name(), true)) return *no;
  if (!base::LoadZone(command.time_zone()).ok()) {
    return es::InvalidField("time_zone", "must be an IANA zone such as \"Europe/Sarajevo\", is \"" +
                                             command.time_zone() + "\"");
  }
  v1::OperationCreated event;
  event.set_operation(command.name());
  event.set_display_name(command.display_name());
  event.set_time_zone(command.time_zone());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldOperationCreated(es::Entities& entities, const v1::OperationCreated& event,
                          const es::EventContext& context) {
  v1::Operation operation;
  operation.set_name(event.operation());
  operation.set_display_name(event.display_name());
  operation.set_time_zone(event.time_zone());
  Stamp(operation, context);
  entities.Put(event.operation(), operation);
}

}  // namespace

void AddOperations(es::Decider& decider) {
  decider.On<v1::CreateOperationRequest>(&DecideCreateOperation);
  decider.Fold<v1::OperationCreated>(&FoldOperationCreated);
}

}  // namespace prihvat::procurement
