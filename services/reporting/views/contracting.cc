#include "services/reporting/views/contracting.h"

#include <utility>

#include "fmt/format.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/payables_events.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

namespace procurement = ::prihvat::procurement::v1;

std::string ReferenceKey(std::string_view operation, std::string_view name) {
  return fmt::format("{}/references/{}", operation, name);
}
std::string MemberKey(std::string_view operation, std::string_view name) {
  return fmt::format("{}/members/{}", operation, name);
}
std::string ProcessesPrefix(std::string_view operation) {
  return fmt::format("{}/processes/", operation);
}
std::string FactsOf(std::string_view operation, std::string_view key) {
  return fmt::format("{}/facts/{}/", operation, key);
}

// As in journals.cc: keys sort as the numbers do.
std::string OrderOf(const es::EventContext& context) {
  return fmt::format("{:019d}-{:010d}", context.offset, context.index);
}

// "organisations/iom" of "organisations/iom/people/amra".
std::string OrganisationOf(std::string_view principal) {
  const size_t people = principal.find("/people/");
  if (people == std::string_view::npos || !principal.starts_with("organisations/")) return "";
  return std::string(principal.substr(0, people));
}

template <class T>
std::optional<T> ReadRow(const es::Rows& rows, const std::string& key) {
  const std::optional<std::string> row = rows.Get(key);
  T message;
  if (!row || !es::DecodeEntity(*row, message)) return std::nullopt;
  return message;
}

v1::ContractingFact FactOf(const google::protobuf::Message& event,
                           const es::EventContext& context) {
  v1::ContractingFact row;
  v1::Fact& fact = *row.mutable_fact();
  fact.set_type(event.GetDescriptor()->full_name());
  fact.set_event(es::SerializeDeterministically(event));
  *fact.mutable_effective_time() = ToProto(context.effective_at);
  *fact.mutable_record_time() = ToProto(context.recorded_at);
  row.set_organisation(OrganisationOf(context.principal));
  row.set_topic(std::string(context.topic));
  row.set_partition(context.partition);
  row.set_record_offset(context.offset);
  return row;
}

std::optional<v1::ContractingMember> MemberOf(const es::Rows& rows, const es::EventContext& context,
                                              std::string_view name) {
  return ReadRow<v1::ContractingMember>(rows, MemberKey(context.operation, name));
}

void PutMember(es::MutableRows& rows, const es::EventContext& context, std::string_view name,
               const v1::ContractingMember& member) {
  rows.Put(MemberKey(context.operation, name), es::EncodeEntity(member));
}

// A name that had no process begins one.
void Begin(es::MutableRows& rows, const es::EventContext& context, std::string_view name,
           std::string_view number, std::string_view planned_in) {
  v1::ContractingProcess process;
  process.set_root(std::string(name));
  process.set_document_number(std::string(number));
  process.set_planned_in(std::string(planned_in));
  v1::ContractingMember member;
  member.set_process(OrderOf(context));
  rows.Put(ProcessesPrefix(context.operation) + member.process(), es::EncodeEntity(process));
  PutMember(rows, context, name, member);
}

// A sourcing process or order takes its place: in the process of its requisition if it is the first
// for it, else in a new one.
void Join(es::MutableRows& rows, const es::EventContext& context, std::string_view name,
          std::string_view number, std::string_view requisition) {
  if (MemberOf(rows, context, name)) return;
  std::optional<v1::ContractingMember> planned;
  if (!requisition.empty()) planned = MemberOf(rows, context, requisition);
  if (!planned || !planned->continued_by().empty()) {
    Begin(rows, context, name, number, planned ? planned->process() : "");
    return;
  }
  planned->set_continued_by(std::string(name));
  PutMember(rows, context, requisition, *planned);
  v1::ContractingMember member;
  member.set_process(planned->process());
  PutMember(rows, context, name, member);
}

// Keeps the event where `name` belongs; what belongs nowhere is of an order that was never
// approved, or of a log that begins in the middle.
void Keep(es::MutableRows& rows, std::string_view name, const google::protobuf::Message& event,
          const es::EventContext& context) {
  const std::optional<v1::ContractingMember> member = MemberOf(rows, context, name);
  if (!member) return;
  rows.Put(FactsOf(context.operation, member->process()) + OrderOf(context),
           es::EncodeEntity(FactOf(event, context)));
}

void KeepReference(es::MutableRows& rows, std::string_view name,
                   const google::protobuf::Message& event, const es::EventContext& context) {
  rows.Put(ReferenceKey(context.operation, name), es::EncodeEntity(FactOf(event, context)));
}

void OnProject(es::MutableRows& rows, const procurement::ProjectCreated& event,
               const es::EventContext& context) {
  KeepReference(rows, event.project(), event, context);
}
void OnBudgetLine(es::MutableRows& rows, const procurement::BudgetLineCreated& event,
                  const es::EventContext& context) {
  KeepReference(rows, event.budget_line(), event, context);
}
void OnSupplier(es::MutableRows& rows, const procurement::SupplierRegistered& event,
                const es::EventContext& context) {
  KeepReference(rows, event.supplier(), event, context);
}
// A draft is nobody else's business; who drafted it is the buyer of the approved order.
void OnOrderDrafted(es::MutableRows& rows, const procurement::PurchaseOrderDrafted& event,
                    const es::EventContext& context) {
  KeepReference(rows, event.purchase_order(), event, context);
}

void OnRequisitionDrafted(es::MutableRows& rows, const procurement::RequisitionDrafted& event,
                          const es::EventContext& context) {
  Begin(rows, context, event.requisition(), event.document_number(), "");
  Keep(rows, event.requisition(), event, context);
}
template <class Event>
void OnRequisition(es::MutableRows& rows, const Event& event, const es::EventContext& context) {
  Keep(rows, event.requisition(), event, context);
}

void OnSourcingPlanned(es::MutableRows& rows, const procurement::SourcingPlanned& event,
                       const es::EventContext& context) {
  const procurement::SourcingProcess& process = event.sourcing_process();
  Join(rows, context, process.name(), process.document_number(), process.requisition());
  Keep(rows, process.name(), event, context);
}
template <class Event>
void OnSourcing(es::MutableRows& rows, const Event& event, const es::EventContext& context) {
  Keep(rows, event.sourcing_process().name(), event, context);
}
template <class Event>
void OnBid(es::MutableRows& rows, const Event& event, const es::EventContext& context) {
  const std::string& bid = event.bid().name();
  Keep(rows, bid.substr(0, bid.find("/bids/")), event, context);
}

void OnOrderApproved(es::MutableRows& rows, const procurement::PurchaseOrderApproved& event,
                     const es::EventContext& context) {
  const std::string& name = event.purchase_order();
  const std::string& process = event.order().sourcing_process();
  if (!process.empty()) {
    const std::optional<v1::ContractingMember> member = MemberOf(rows, context, process);
    if (member) PutMember(rows, context, name, *member);
  } else {
    Join(rows, context, name, event.order().document_number(), event.order().requisition());
  }
  Keep(rows, name, event, context);
}
template <class Event>
void OnOrder(es::MutableRows& rows, const Event& event, const es::EventContext& context) {
  Keep(rows, event.purchase_order(), event, context);
}
void OnPayment(es::MutableRows& rows, const procurement::PaymentMade& event,
               const es::EventContext& context) {
  Keep(rows, event.payment().purchase_order(), event, context);
}

template <class... Events>
void OfRequisitions(es::Projection& view) {
  (view.On<Events>(&OnRequisition<Events>), ...);
}
template <class... Events>
void OfSourcing(es::Projection& view) {
  (view.On<Events>(&OnSourcing<Events>), ...);
}
template <class... Events>
void OfOrders(es::Projection& view) {
  (view.On<Events>(&OnOrder<Events>), ...);
}

es::Projection MakeContracting() {
  es::Projection view(std::string(kContractingView), 1, {"prihvat.procurement"});
  view.On<procurement::ProjectCreated>(&OnProject);
  view.On<procurement::BudgetLineCreated>(&OnBudgetLine);
  view.On<procurement::SupplierRegistered>(&OnSupplier);
  view.On<procurement::RequisitionDrafted>(&OnRequisitionDrafted);
  OfRequisitions<procurement::RequisitionRevised, procurement::RequisitionApproved,
                 procurement::RequisitionRejected, procurement::RequisitionCancelled>(view);
  view.On<procurement::SourcingPlanned>(&OnSourcingPlanned);
  // Sealed bids, their keys, scores, declared conflicts, recommendations and approvals stay inside.
  OfSourcing<procurement::SuppliersInvited, procurement::SourcingPublished,
             procurement::BidDeadlineExtended, procurement::BiddingClosed, procurement::BidsOpened,
             procurement::SourcingEvaluated, procurement::StandstillStarted,
             procurement::ComplaintUpheld, procurement::SourcingWaived,
             procurement::SourcingAwarded, procurement::SourcingUnsuccessful,
             procurement::SourcingCancelled, procurement::AwardRaised>(view);
  view.On<procurement::BidOpened>(&OnBid<procurement::BidOpened>);
  view.On<procurement::BidDisqualified>(&OnBid<procurement::BidDisqualified>);
  view.On<procurement::PurchaseOrderDrafted>(&OnOrderDrafted);
  view.On<procurement::PurchaseOrderApproved>(&OnOrderApproved);
  OfOrders<procurement::PurchaseOrderIssued, procurement::PurchaseOrderAcknowledged,
           procurement::PurchaseOrderAmended, procurement::PurchaseOrderCancelled,
           procurement::PurchaseOrderClosed, procurement::PurchaseOrderTerminated,
           procurement::GoodsReceiptPosted, procurement::GoodsReturned,
           procurement::GoodsReceiptReversed, procurement::PaymentReversed>(view);
  view.On<procurement::PaymentMade>(&OnPayment);
  return view;
}

}  // namespace

const es::Projection& ContractingProjection() {
  static const es::Projection view = MakeContracting();
  return view;
}

std::optional<std::string> ContractingProcessOf(const es::Rows& rows, std::string_view operation,
                                                std::string_view name) {
  const auto member = ReadRow<v1::ContractingMember>(rows, MemberKey(operation, name));
  if (!member) return std::nullopt;
  return member->process();
}

absl::StatusOr<v1::ContractingProcess> ReadContractingProcess(const es::Rows& rows,
                                                              std::string_view operation,
                                                              std::string_view key) {
  const auto process =
      ReadRow<v1::ContractingProcess>(rows, ProcessesPrefix(operation) + std::string(key));
  if (!process) return absl::DataLossError(fmt::format("{} has no process {}", operation, key));
  return *process;
}

absl::Status VisitContractingProcesses(
    const es::Rows& rows, std::string_view operation, std::string_view after,
    const std::function<absl::StatusOr<bool>(const std::string&, const v1::ContractingProcess&)>&
        visit) {
  const std::string prefix = ProcessesPrefix(operation);
  const std::string from = after.empty() ? "" : prefix + std::string(after);
  absl::Status status;
  rows.Scan(prefix, from, [&](std::string_view key, std::string_view value) {
    v1::ContractingProcess process;
    if (!es::DecodeEntity(value, process)) {
      status = absl::DataLossError(fmt::format("{} is not a contracting process", key));
      return false;
    }
    const absl::StatusOr<bool> go_on = visit(std::string(key.substr(prefix.size())), process);
    status = go_on.status();
    return go_on.ok() && *go_on;
  });
  return status;
}

absl::Status VisitContractingFacts(
    const es::Rows& rows, std::string_view operation, std::string_view key,
    const std::function<absl::Status(const v1::ContractingFact&)>& visit) {
  absl::Status status;
  rows.Scan(FactsOf(operation, key), "", [&](std::string_view row, std::string_view value) {
    v1::ContractingFact fact;
    status = es::DecodeEntity(value, fact)
                 ? visit(fact)
                 : absl::DataLossError(fmt::format("{} is not a contracting fact", row));
    return status.ok();
  });
  return status;
}

std::optional<v1::ContractingFact> ReadReference(const es::Rows& rows, std::string_view operation,
                                                 std::string_view name) {
  return ReadRow<v1::ContractingFact>(rows, ReferenceKey(operation, name));
}

}  // namespace prihvat::reporting
