#include "services/reporting/views/journals.h"

#include "fmt/format.h"
#include "libs/es/entities.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reporting/v1/state.pb.h"
#include "services/reporting/views/contracting.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

namespace handover = ::prihvat::handover::v1;
namespace procurement = ::prihvat::procurement::v1;
namespace reception = ::prihvat::reception::v1;

void Record(es::MutableRows& rows, std::string_view subject, const google::protobuf::Message& event,
            const es::EventContext& context) {
  v1::Fact fact;
  fact.set_type(event.GetDescriptor()->full_name());
  fact.set_event(es::SerializeDeterministically(event));
  *fact.mutable_effective_time() = ToProto(context.effective_at);
  *fact.mutable_record_time() = ToProto(context.recorded_at);
  // Offsets and indexes have as many digits as an int64 and an int32 can have, so that keys sort as
  // the numbers do.
  rows.Put(fmt::format("{}{:019d}/{:010d}", FactsPrefix(subject), context.offset, context.index),
           es::EncodeEntity(fact));
}

template <class Event>
void RecordOfOperation(es::MutableRows& rows, const Event& event, const es::EventContext& context) {
  Record(rows, context.operation, event, context);
}

template <class Event>
void RecordOfCentre(es::MutableRows& rows, const Event& event, const es::EventContext& context) {
  Record(rows, event.centre(), event, context);
}

void RecordDeparture(es::MutableRows& rows, const reception::TransferDeparted& event,
                     const es::EventContext& context) {
  Record(rows, event.from_centre(), event, context);
}

template <class... Events>
void OfOperation(es::Projection& view) {
  (view.On<Events>(&RecordOfOperation<Events>), ...);
}

template <class... Events>
void OfCentre(es::Projection& view) {
  (view.On<Events>(&RecordOfCentre<Events>), ...);
}

es::Projection MakeMoney() {
  es::Projection view(std::string(kMoneyView), 1, {"prihvat.procurement"});
  OfOperation<procurement::ProjectCreated, procurement::BudgetLineCreated, procurement::BudgetMoved,
              procurement::GoodsReceiptPosted, procurement::GoodsReturned,
              procurement::GoodsReceiptReversed>(view);
  return view;
}

es::Projection MakeHandovers() {
  es::Projection view(std::string(kHandoversView), 2, {"prihvat.handover"});
  OfOperation<handover::AssetRegistered, handover::AssetLotRegistered,
              handover::AssetReturnedToSupplier, handover::AssetLotReturnedToSupplier,
              handover::AssetPutIntoUse, handover::AssetChanged, handover::HandoverBecameEffective,
              handover::CertificateReplaced>(view);
  return view;
}

es::Projection MakeCentres() {
  es::Projection view(std::string(kCentresView), 1, {"prihvat.reception"});
  OfCentre<reception::CentreCreated, reception::CheckedIn, reception::LeaveStarted,
           reception::LeaveEnded, reception::TransferArrived, reception::CheckedOut,
           reception::ServiceDelivered>(view);
  view.On<reception::TransferDeparted>(&RecordDeparture);
  return view;
}

}  // namespace

const std::vector<const es::Projection*>& ReportingProjections() {
  static const es::Projection money = MakeMoney();
  static const es::Projection handovers = MakeHandovers();
  static const es::Projection centres = MakeCentres();
  static const std::vector<const es::Projection*> projections{&money, &handovers, &centres,
                                                              &ContractingProjection()};
  return projections;
}

std::string FactsPrefix(std::string_view subject) { return fmt::format("{}/facts/", subject); }

}  // namespace prihvat::reporting
