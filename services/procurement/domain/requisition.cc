// Requisitions: Draft->Submitted->BudgetReserved->Approved->Sourcing->Fulfilled;
// Approved->Fulfilled; Submitted->Returned->Draft; Submitted|Approved->Rejected; any before
// Fulfilled->Cancelled. Approval reserves the money, and
// refusing or giving up frees it.
#include "services/procurement/domain/requisition.h"
#include "fmt/format.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;
using es::Context;
using es::Decision;
using es::Entities;
using es::EventContext;
using es::View;

struct StateInfo {
  std::string_view name;
  std::string_view moves;
};

StateInfo InfoOf(v1::RequisitionState state) {
  switch (state) {
    case v1::REQUISITION_STATE_DRAFT:
      return {"a draft", "submit, cancel"};
    case v1::REQUISITION_STATE_SUBMITTED:
      return {"submitted", "approve, return, reject, cancel"};
    case v1::REQUISITION_STATE_BUDGET_RESERVED:
    case v1::REQUISITION_STATE_APPROVED:
      return {"approved", "order, reject, cancel"};
    case v1::REQUISITION_STATE_SOURCING:
      return {"in sourcing", "order within its award, cancel"};
    case v1::REQUISITION_STATE_FULFILLED:
      return {"fulfilled", "none"};
    case v1::REQUISITION_STATE_RETURNED:
      return {"returned", "revise, cancel"};
    case v1::REQUISITION_STATE_REJECTED:
      return {"rejected", "none"};
    case v1::REQUISITION_STATE_CANCELLED:
      return {"cancelled", "none"};
    default:
      return {"in no state", "none"};
  }
}

// The lines as they are stored, and their sum.
struct Lines {
  google::protobuf::RepeatedPtrField<v1::RequisitionLine> lines;
  Money total;
};

Checked<Lines> CheckLines(const google::protobuf::RepeatedPtrField<v1::RequisitionLine>& lines,
                          std::string_view list, base::Currency currency) {
  if (lines.empty()) return es::InvalidField(list, "must have at least one line");
  if (lines.size() > kMaxLines) {
    return es::InvalidField(
        list, fmt::format("may have at most {} lines, has {}", kMaxLines, lines.size()));
  }
  Lines checked{.lines = {}, .total = Money::Zero(currency)};
  for (int i = 0; i < lines.size(); ++i) {
    const v1::RequisitionLine& line = lines[i];
    if (!v1::LineKind_IsValid(line.kind()) || line.kind() == v1::LINE_KIND_UNSPECIFIED) {
      return es::InvalidField(FieldOf(list, i, "kind"),
                              "must be goods with serials, goods by quantity, or a service");
    }
    if (auto no = CheckText(FieldOf(list, i, "description"), line.description(), true)) return *no;
    if (auto no = CheckText(FieldOf(list, i, "description_bs"), line.description_bs(), false)) {
      return *no;
    }
    if (auto no = CheckText(FieldOf(list, i, "unit"), line.unit(), true, 30)) return *no;
    const auto quantity = CheckQuantity(FieldOf(list, i, "quantity"), line.quantity());
    if (!quantity.ok()) return quantity.rejection();
    if (auto no = CheckOrderedQuantity(FieldOf(list, i, "quantity"), line.kind(), *quantity)) {
      return *no;
    }
    const std::string price_field = FieldOf(list, i, "estimated_unit_price");
    const auto price = CheckAmount(price_field, line.estimated_unit_price(), currency);
    if (!price.ok()) return price.rejection();
    const auto value = CheckedMul(*price, *quantity);
    if (!value.ok()) return es::InvalidField(price_field, std::string(value.status().message()));
    const auto total = CheckedAdd(checked.total, *value);
    if (!total.ok()) return es::InvalidField(list, std::string(total.status().message()));
    checked.total = *total;
    v1::RequisitionLine& stored = *checked.lines.Add();
    stored = line;
    stored.set_line_number(i + 1);
    *stored.mutable_quantity() = ToProto(*quantity);
  }
  return checked;
}

Decision DecideCreateRequisition(const View& view, const v1::CreateRequisitionRequest& command,
                                 Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::Requisition& requisition = command.requisition();
  const auto budget_line = Find<v1::BudgetLine>(view, context, "requisition.budget_line",
                                                requisition.budget_line(), kBudgetLinePattern);
  if (!budget_line.ok()) return budget_line.rejection();
  if (auto no = CheckText("requisition.purpose", requisition.purpose(), true, 1000)) return *no;
  const auto lines = CheckLines(requisition.lines(), "requisition.lines",
                                FromProto((*budget_line)->amount()).currency());
  if (!lines.ok()) return lines.rejection();
  const std::string number = context.NextNumber(view, "PR").ToString();
  const auto name = NewName(view, context, command.parent(), "requisitions", "requisition_id",
                            command.requisition_id(), number);
  if (!name.ok()) return name.rejection();

  v1::RequisitionDrafted event;
  event.set_requisition(*name);
  event.set_document_number(number);
  event.set_budget_line(requisition.budget_line());
  event.set_project(ProjectOf(requisition.budget_line()));
  event.set_purpose(requisition.purpose());
  *event.mutable_lines() = lines->lines;
  *event.mutable_total() = ToProto(lines->total);
  event.set_requester(context.principal);
  return es::Accepted(std::move(event)).Naming(*name);
}

Decision DecideReviseRequisition(const View& view, const v1::ReviseRequisitionRequest& command,
                                 Context& context) {
  const auto found = FindForEdit<v1::Requisition>(view, context, command.name(),
                                                  kRequisitionPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::Requisition& requisition = **found;
  if (requisition.state() != v1::REQUISITION_STATE_RETURNED) {
    return WrongRequisitionState(requisition, "be revised");
  }
  if (auto no = CheckText("purpose", command.purpose(), false, 1000)) return *no;
  v1::RequisitionRevised event;
  event.set_requisition(requisition.name());
  event.set_purpose(command.purpose().empty() ? requisition.purpose() : command.purpose());
  const auto lines = CheckLines(command.lines().empty() ? requisition.lines() : command.lines(),
                                "lines", FromProto(requisition.total()).currency());
  if (!lines.ok()) return lines.rejection();
  *event.mutable_lines() = lines->lines;
  *event.mutable_total() = ToProto(lines->total);
  event.set_reviser(context.principal);
  return es::Accepted(std::move(event)).Naming(requisition.name());
}

Decision DecideSubmitRequisition(const View& view, const v1::SubmitRequisitionRequest& command,
                                 Context& context) {
  const auto found = FindForEdit<v1::Requisition>(view, context, command.name(),
                                                  kRequisitionPattern, command.etag());
  if (!found.ok()) return found.rejection();
  if ((*found)->state() != v1::REQUISITION_STATE_DRAFT) {
    return WrongRequisitionState(**found, "be submitted");
  }
  v1::RequisitionSubmitted event;
  event.set_requisition(command.name());
  return es::Accepted(std::move(event)).Naming(command.name());
}

Decision DecideApproveRequisition(const View& view, const v1::ApproveRequisitionRequest& command,
                                  Context& context) {
  const auto found = FindForEdit<v1::Requisition>(view, context, command.name(),
                                                  kRequisitionPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::Requisition& requisition = **found;
  if (requisition.state() != v1::REQUISITION_STATE_SUBMITTED) {
    return WrongRequisitionState(requisition, "be approved");
  }
  if (HasAsked(requisition.requester(), requisition.revisers(), context.principal)) {
    return es::Rejected(kDutiesNotSeparate)
        .Saying(fmt::format("{} wrote or revised {} and cannot approve it", context.principal,
                            requisition.name()))
        .With("actor", context.principal)
        .With("duties", "requester, approver");
  }
  const auto* budget_line = view.Find<v1::BudgetLine>(requisition.budget_line());
  BudgetChange change = NoChange(FromProto(requisition.total()).currency());
  change.reserved = FromProto(requisition.total());
  const auto moved =
      MoveBudget(*budget_line, requisition.name(), v1::BUDGET_MOVE_KIND_RESERVED, change);
  if (!moved.ok()) return moved.rejection();

  v1::RequisitionBudgetReserved reserved;
  reserved.set_requisition(requisition.name());
  *reserved.mutable_amount() = requisition.total();
  v1::RequisitionApproved approved;
  approved.set_requisition(requisition.name());
  approved.set_approver(context.principal);
  return es::Accepted(*moved, std::move(reserved), std::move(approved)).Naming(requisition.name());
}

Decision DecideReturnRequisition(const View& view, const v1::ReturnRequisitionRequest& command,
                                 Context& context) {
  const auto found = FindForEdit<v1::Requisition>(view, context, command.name(),
                                                  kRequisitionPattern, command.etag());
  if (!found.ok()) return found.rejection();
  if ((*found)->state() != v1::REQUISITION_STATE_SUBMITTED) {
    return WrongRequisitionState(**found, "be returned");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  v1::RequisitionReturned event;
  event.set_requisition(command.name());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

// Ends a requisition with that event, and frees what it holds.
template <class Event>
Decision End(const View& view, const v1::Requisition& requisition, const std::string& reason) {
  if (auto no = CheckReason(reason)) return *no;
  Event event;
  event.set_requisition(requisition.name());
  event.set_reason(reason);
  Decision decision = es::Accepted(std::move(event)).Naming(requisition.name());
  const Money held = FromProto(requisition.reserved());
  if (held.IsZero()) return decision;
  BudgetChange change = NoChange(held.currency());
  change.reserved = held.Negated();
  const auto* budget_line = view.Find<v1::BudgetLine>(requisition.budget_line());
  const auto moved =
      MoveBudget(*budget_line, requisition.name(), v1::BUDGET_MOVE_KIND_RELEASED, change);
  if (!moved.ok()) return moved.rejection();
  return std::move(decision).Then(*moved);
}

Decision DecideRejectRequisition(const View& view, const v1::RejectRequisitionRequest& command,
                                 Context& context) {
  const auto found = FindForEdit<v1::Requisition>(view, context, command.name(),
                                                  kRequisitionPattern, command.etag());
  if (!found.ok()) return found.rejection();
  if ((*found)->state() != v1::REQUISITION_STATE_SUBMITTED &&
      (*found)->state() != v1::REQUISITION_STATE_APPROVED) {
    return WrongRequisitionState(**found, "be rejected");
  }
  return End<v1::RequisitionRejected>(view, **found, command.reason());
}

Decision DecideCancelRequisition(const View& view, const v1::CancelRequisitionRequest& command,
                                 Context& context) {
  const auto found = FindForEdit<v1::Requisition>(view, context, command.name(),
                                                  kRequisitionPattern, command.etag());
  if (!found.ok()) return found.rejection();
  switch ((*found)->state()) {
    case v1::REQUISITION_STATE_FULFILLED:
    case v1::REQUISITION_STATE_REJECTED:
    case v1::REQUISITION_STATE_CANCELLED:
      return WrongRequisitionState(**found, "be cancelled");
    default:
      return End<v1::RequisitionCancelled>(view, **found, command.reason());
  }
}

void FoldDrafted(Entities& entities, const v1::RequisitionDrafted& event,
                 const EventContext& context) {
  v1::Requisition requisition;
  requisition.set_name(event.requisition());
  requisition.set_document_number(event.document_number());
  requisition.set_state(v1::REQUISITION_STATE_DRAFT);
  requisition.set_budget_line(event.budget_line());
  requisition.set_project(event.project());
  requisition.set_purpose(event.purpose());
  *requisition.mutable_lines() = event.lines();
  *requisition.mutable_total() = event.total();
  *requisition.mutable_reserved() = ToProto(Money::Zero(FromProto(event.total()).currency()));
  requisition.set_requester(event.requester());
  Stamp(requisition, context);
  entities.Put(event.requisition(), requisition);
}

// Edits the requisition that `event` is about.
template <class Event, class Edit>
void Change(Entities& entities, const Event& event, const EventContext& context, Edit edit) {
  entities.Edit<v1::Requisition>(event.requisition(), [&](v1::Requisition& requisition) {
    edit(requisition);
    Stamp(requisition, context);
  });
}

void FoldRevised(Entities& entities, const v1::RequisitionRevised& event,
                 const EventContext& context) {
  Change(entities, event, context, [&](v1::Requisition& requisition) {
    requisition.set_state(v1::REQUISITION_STATE_DRAFT);
    requisition.set_purpose(event.purpose());
    *requisition.mutable_lines() = event.lines();
    *requisition.mutable_total() = event.total();
    requisition.clear_state_note();
    if (!HasAsked(requisition.requester(), requisition.revisers(), event.reviser())) {
      requisition.add_revisers(event.reviser());
    }
  });
}

void FoldSubmitted(Entities& entities, const v1::RequisitionSubmitted& event,
                   const EventContext& context) {
  Change(entities, event, context, [](v1::Requisition& requisition) {
    requisition.set_state(v1::REQUISITION_STATE_SUBMITTED);
  });
}

void FoldReserved(Entities& entities, const v1::RequisitionBudgetReserved& event,
                  const EventContext& context) {
  Change(entities, event, context, [&](v1::Requisition& requisition) {
    requisition.set_state(v1::REQUISITION_STATE_BUDGET_RESERVED);
    *requisition.mutable_reserved() = event.amount();
  });
}

void FoldApproved(Entities& entities, const v1::RequisitionApproved& event,
                  const EventContext& context) {
  Change(entities, event, context, [&](v1::Requisition& requisition) {
    requisition.set_state(v1::REQUISITION_STATE_APPROVED);
    requisition.set_approver(event.approver());
  });
}

void FoldSourcingStarted(Entities& entities, const v1::RequisitionSourcingStarted& event,
                         const EventContext& context) {
  Change(entities, event, context, [&](v1::Requisition& requisition) {
    requisition.set_state(v1::REQUISITION_STATE_SOURCING);
    requisition.set_sourcing_process(event.sourcing_process());
  });
}

void FoldReturned(Entities& entities, const v1::RequisitionReturned& event,
                  const EventContext& context) {
  Change(entities, event, context, [&](v1::Requisition& requisition) {
    requisition.set_state(v1::REQUISITION_STATE_RETURNED);
    requisition.set_state_note(event.reason());
  });
}

void HoldNothing(v1::Requisition& requisition) {
  *requisition.mutable_reserved() = ToProto(Money::Zero(FromProto(requisition.total()).currency()));
}

void FoldRejected(Entities& entities, const v1::RequisitionRejected& event,
                  const EventContext& context) {
  Change(entities, event, context, [&](v1::Requisition& requisition) {
    requisition.set_state(v1::REQUISITION_STATE_REJECTED);
    requisition.set_state_note(event.reason());
    HoldNothing(requisition);
  });
}

void FoldCancelled(Entities& entities, const v1::RequisitionCancelled& event,
                   const EventContext& context) {
  Change(entities, event, context, [&](v1::Requisition& requisition) {
    requisition.set_state(v1::REQUISITION_STATE_CANCELLED);
    requisition.set_state_note(event.reason());
    HoldNothing(requisition);
  });
}

void FoldFulfilled(Entities& entities, const v1::RequisitionFulfilled& event,
                   const EventContext& context) {
  Change(entities, event, context, [&](v1::Requisition& requisition) {
    requisition.set_state(v1::REQUISITION_STATE_FULFILLED);
    requisition.set_purchase_order(event.purchase_order());
    HoldNothing(requisition);
  });
}

}  // namespace

es::Rejection WrongRequisitionState(const v1::Requisition& requisition, std::string_view wish) {
  const StateInfo info = InfoOf(requisition.state());
  return es::WrongState(requisition.name(), info.name, wish, info.moves);
}

void AddRequisitions(es::Decider& decider) {
  decider.On<v1::CreateRequisitionRequest>(&DecideCreateRequisition);
  decider.On<v1::ReviseRequisitionRequest>(&DecideReviseRequisition);
  decider.On<v1::SubmitRequisitionRequest>(&DecideSubmitRequisition);
  decider.On<v1::ApproveRequisitionRequest>(&DecideApproveRequisition);
  decider.On<v1::ReturnRequisitionRequest>(&DecideReturnRequisition);
  decider.On<v1::RejectRequisitionRequest>(&DecideRejectRequisition);
  decider.On<v1::CancelRequisitionRequest>(&DecideCancelRequisition);
  decider.Fold<v1::RequisitionDrafted>(&FoldDrafted);
  decider.Fold<v1::RequisitionRevised>(&FoldRevised);
  decider.Fold<v1::RequisitionSubmitted>(&FoldSubmitted);
  decider.Fold<v1::RequisitionBudgetReserved>(&FoldReserved);
  decider.Fold<v1::RequisitionApproved>(&FoldApproved);
  decider.Fold<v1::RequisitionSourcingStarted>(&FoldSourcingStarted);
  decider.Fold<v1::RequisitionReturned>(&FoldReturned);
  decider.Fold<v1::RequisitionRejected>(&FoldRejected);
  decider.Fold<v1::RequisitionCancelled>(&FoldCancelled);
  decider.Fold<v1::RequisitionFulfilled>(&FoldFulfilled);
}

}  // namespace prihvat::procurement
