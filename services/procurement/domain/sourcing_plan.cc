// Sourcing begins: a process is planned, suppliers are invited, it is published with a deadline
// that may be moved back; or it is waived, for a reason.
#include <set>
#include <string>

#include "fmt/format.h"
#include "libs/base/sealed_box.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/frameworks.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/requisition.h"
#include "services/procurement/domain/sourcing.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;
using es::Context;
using es::Decision;
using es::View;
using v1::SourcingProcess;

constexpr std::string_view kPersonPattern = "organisations/*/people/*";

std::string Path(std::string_view field) { return fmt::format("sourcing_process.{}", field); }

MaybeRejected CheckSize(std::string_view field, int size) {
  if (size <= kMaxSourcingList) return std::nullopt;
  return es::InvalidField(field, fmt::format("may be at most {}, are {}", kMaxSourcingList, size));
}

MaybeRejected CheckLots(SourcingProcess& process, base::Currency currency) {
  const std::string list = Path("lots");
  if (process.lots().empty()) return es::InvalidField(list, "must have at least one lot");
  if (auto no = CheckSize(list, process.lots_size())) return no;
  for (int i = 0; i < process.lots_size(); ++i) {
    v1::Lot& lot = *process.mutable_lots(i);
    if (auto no = CheckText(FieldOf(list, i, "display_name"), lot.display_name(), true)) return no;
    const auto estimate = CheckAmount(FieldOf(list, i, "estimate"), lot.estimate(), currency);
    if (!estimate.ok()) return estimate.rejection();
    lot.set_lot_number(i + 1);
  }
  return std::nullopt;
}

MaybeRejected CheckCriteria(const SourcingProcess& process) {
  const std::string list = Path("criteria");
  if (auto no = CheckSize(list, process.criteria_size())) return no;
  std::set<std::string> ids;
  for (int i = 0; i < process.criteria_size(); ++i) {
    const v1::Criterion& criterion = process.criteria(i);
    if (auto no = CheckText(FieldOf(list, i, "criterion"), criterion.criterion(), true, 60)) {
      return no;
    }
    if (auto no = CheckText(FieldOf(list, i, "display_name"), criterion.display_name(), true)) {
      return no;
    }
    if (!ids.insert(criterion.criterion()).second) {
      return es::InvalidField(FieldOf(list, i, "criterion"), "stands twice");
    }
    if (criterion.weight_percent() < 1 || criterion.weight_percent() > 100) {
      return es::InvalidField(FieldOf(list, i, "weight_percent"),
                              fmt::format("must be 1 to 100, is {}", criterion.weight_percent()));
    }
  }
  return std::nullopt;
}

MaybeRejected CheckPeople(SourcingProcess& process, const Context& context) {
  if (auto no = CheckSize(Path("openers"), process.openers_size())) return no;
  if (auto no = CheckSize(Path("evaluators"), process.evaluators_size())) return no;
  std::set<std::string> people;
  std::set<std::string> keys;
  for (int i = 0; i < process.openers_size(); ++i) {
    v1::Opener& opener = *process.mutable_openers(i);
    const std::string field = FieldOf(Path("openers"), i, "person");
    if (auto no = CheckReference(context, field, opener.person(), kPersonPattern)) return no;
    if (!people.insert(opener.person()).second) return es::InvalidField(field, "stands twice");
    const std::string key_field = FieldOf(Path("openers"), i, "public_key");
    if (opener.public_key().size() != base::kBoxKeyBytes) {
      return es::InvalidField(key_field,
                              fmt::format("must have {} bytes, has {}", base::kBoxKeyBytes,
                                          opener.public_key().size()));
    }
    if (!keys.insert(opener.public_key()).second) {
      return es::InvalidField(key_field, "is another opener's: each has a key of their own");
    }
    opener.set_opened(false);
  }
  people.clear();
  for (int i = 0; i < process.evaluators_size(); ++i) {
    const std::string field = fmt::format("{}[{}]", Path("evaluators"), i);
    if (auto no = CheckReference(context, field, process.evaluators(i), kPersonPattern)) return no;
    if (!people.insert(process.evaluators(i)).second)
      return es::InvalidField(field, "stands twice");
  }
  for (const std::string& evaluator : process.evaluators()) {  // INV-04
    if (!HasAsked(process.requester(), process.revisers(), evaluator)) continue;
    return NotSeparateInSourcing(process, evaluator, "requester, evaluator",
                                 "who asked for the goods does not evaluate the bids");
  }
  return std::nullopt;
}

// Adds suppliers to those invited, each once.
MaybeRejected Invite(const View& view, const Context& context, std::string_view field,
                     const google::protobuf::RepeatedPtrField<std::string>& suppliers,
                     SourcingProcess& process) {
  std::set<std::string> invited(process.invited_suppliers().begin(),
                                process.invited_suppliers().end());
  for (int i = 0; i < suppliers.size(); ++i) {
    const auto supplier = Find<v1::Supplier>(view, context, fmt::format("{}[{}]", field, i),
                                             suppliers[i], kSupplierPattern);
    if (!supplier.ok()) return supplier.rejection();
    if (auto no = CheckMayDealWith(**supplier, "be invited")) return no;
    if (invited.insert(suppliers[i]).second) process.add_invited_suppliers(suppliers[i]);
  }
  return CheckSize(field, process.invited_suppliers_size());
}

Checked<const v1::Requisition*> CheckRequisition(const View& view, const Context& context,
                                                 const SourcingProcess& wanted) {
  if (wanted.requisition().empty()) return static_cast<const v1::Requisition*>(nullptr);
  auto found = Find<v1::Requisition>(view, context, Path("requisition"), wanted.requisition(),
                                     kRequisitionPattern);
  if (!found.ok()) return found;
  // A process that came to nothing leaves its requisition in sourcing, for the next.
  if ((*found)->state() != v1::REQUISITION_STATE_APPROVED &&
      (*found)->state() != v1::REQUISITION_STATE_SOURCING) {
    return WrongRequisitionState(**found, "be sourced");
  }
  if ((*found)->budget_line() == wanted.budget_line()) return found;
  return es::Rejected(kRequisitionMismatch)
      .Saying(fmt::format("{} is charged to {}, the process to {}", (*found)->name(),
                          (*found)->budget_line(), wanted.budget_line()))
      .With("requisition", (*found)->name())
      .With("requisition_budget_line", (*found)->budget_line())
      .With("budget_line", wanted.budget_line());
}

Decision DecideCreate(const View& view, const v1::CreateSourcingProcessRequest& command,
                      Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const SourcingProcess& wanted = command.sourcing_process();
  const auto budget_line = Find<v1::BudgetLine>(view, context, Path("budget_line"),
                                                wanted.budget_line(), kBudgetLinePattern);
  if (!budget_line.ok()) return budget_line.rejection();
  if (!v1::SourcingMethod_IsValid(wanted.method()) ||
      wanted.method() == v1::SOURCING_METHOD_UNSPECIFIED) {
    return es::InvalidField(Path("method"),
                            "must be a request for quotations, an invitation to "
                            "bid, or a request for proposals");
  }
  if (auto no = CheckText(Path("display_name"), wanted.display_name(), true)) return *no;
  const auto requisition = CheckRequisition(view, context, wanted);
  if (!requisition.ok()) return requisition.rejection();

  SourcingProcess process;
  process.set_document_number(context.NextNumber(view, "SRC").ToString());
  const auto name =
      NewName(view, context, command.parent(), "sourcingProcesses", "sourcing_process_id",
              command.sourcing_process_id(), process.document_number());
  if (!name.ok()) return name.rejection();
  process.set_name(*name);
  process.set_state(v1::SOURCING_STATE_PLANNED);
  process.set_method(wanted.method());
  process.set_display_name(wanted.display_name());
  process.set_budget_line(wanted.budget_line());
  process.set_requisition(wanted.requisition());
  process.set_requester(*requisition == nullptr ? context.principal : (*requisition)->requester());
  if (*requisition != nullptr) *process.mutable_revisers() = (*requisition)->revisers();
  *process.mutable_lots() = wanted.lots();
  *process.mutable_criteria() = wanted.criteria();
  *process.mutable_openers() = wanted.openers();
  *process.mutable_evaluators() = wanted.evaluators();
  if (wanted.has_bid_deadline()) *process.mutable_bid_deadline() = wanted.bid_deadline();
  if (auto no = CheckLots(process, FromProto((*budget_line)->amount()).currency())) return *no;
  if (auto no = CheckCriteria(process)) return *no;
  if (auto no = CheckPeople(process, context)) return *no;
  if (auto no =
          Invite(view, context, Path("invited_suppliers"), wanted.invited_suppliers(), process)) {
    return *no;
  }
  return es::Accepted(After<v1::SourcingPlanned>(process)).Naming(*name);
}

Decision DecideInvite(const View& view, const v1::InviteSuppliersRequest& command,
                      Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_PLANNED &&
      process.state() != v1::SOURCING_STATE_PUBLISHED) {
    return WrongSourcingState(process, "have suppliers invited");
  }
  if (command.suppliers().empty()) return es::InvalidField("suppliers", "must name at least one");
  if (auto no = Invite(view, context, "suppliers", command.suppliers(), process)) return *no;
  auto event = After<v1::SuppliersInvited>(process);
  *event.mutable_suppliers() = command.suppliers();
  return es::Accepted(std::move(event)).Naming(process.name());
}

// What a process must have before it asks anybody.
MaybeRejected CheckComplete(const SourcingProcess& process, const Policy& policy) {
  if (process.openers_size() < policy.min_openers) {  // INV-04
    return es::Rejected(kTooFewOpeners)
        .Saying(fmt::format("{} has {} openers, policy asks for {}", process.name(),
                            process.openers_size(), policy.min_openers))
        .With("openers", process.openers_size())
        .With("min_openers", policy.min_openers);
  }
  if (process.evaluators().empty()) {
    return es::InvalidField(Path("evaluators"), "must name at least one");
  }
  int weights = 0;
  for (const v1::Criterion& criterion : process.criteria()) weights += criterion.weight_percent();
  if (weights != 100) {
    return es::InvalidField(Path("criteria"),
                            fmt::format("the weights must come to 100, come to {}", weights));
  }
  if (process.method() != v1::SOURCING_METHOD_REQUEST_FOR_QUOTATIONS) return std::nullopt;
  if (process.invited_suppliers().empty()) {
    return es::InvalidField(Path("invited_suppliers"), "quotations are asked of those invited");
  }
  Money estimate = Money::Zero(FromProto(process.lots(0).estimate()).currency());
  for (const v1::Lot& lot : process.lots()) {
    const auto sum = CheckedAdd(estimate, FromProto(lot.estimate()));
    if (!sum.ok()) return es::InvalidField(Path("lots"), std::string(sum.status().message()));
    estimate = *sum;
  }
  if (IsWithin(estimate, policy.quotations_up_to)) return std::nullopt;
  return es::Rejected(kMethodTooLight)
      .Saying(fmt::format("{} is thought to cost {}; quotations suffice up to {}", process.name(),
                          estimate.Format(), policy.quotations_up_to.Format()))
      .With("estimate", estimate.Format())
      .With("limit", policy.quotations_up_to.Format());
}

// The requisition that the process serves is in sourcing from now on.
void StartRequisition(const View& view, const SourcingProcess& process, Decision& decision) {
  const auto* requisition = view.Find<v1::Requisition>(process.requisition());
  if (requisition == nullptr || requisition->state() != v1::REQUISITION_STATE_APPROVED) return;
  v1::RequisitionSourcingStarted started;
  started.set_requisition(requisition->name());
  started.set_sourcing_process(process.name());
  decision.Add(std::move(started));
}

Decision DecidePublish(const View& view, const v1::PublishSourcingProcessRequest& command,
                       Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_PLANNED) {
    return WrongSourcingState(process, "be published");
  }
  if (auto no = CheckComplete(process, PolicyOn(view, context))) return *no;
  if (!process.has_bid_deadline() || FromProto(process.bid_deadline()) <= Latest(context)) {
    return es::InvalidField(Path("bid_deadline"), "must be later than the publication");
  }
  process.set_state(v1::SOURCING_STATE_PUBLISHED);
  Decision decision = es::Accepted(After<v1::SourcingPublished>(process)).Naming(process.name());
  StartRequisition(view, process, decision);
  return decision;
}

Decision DecideExtend(const View& view, const v1::ExtendBidDeadlineRequest& command,
                      Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_PUBLISHED) {
    return WrongSourcingState(process, "have its deadline extended");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  if (auto no = CheckBeforeDeadline(process, context, "be extended")) return *no;
  if (FromProto(command.bid_deadline()) <= FromProto(process.bid_deadline())) {
    return es::InvalidField("bid_deadline", "must be later than the deadline that stands");
  }
  *process.mutable_bid_deadline() = command.bid_deadline();
  process.set_state_note(command.reason());
  auto event = After<v1::BidDeadlineExtended>(process);
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(process.name());
}

// Who is to have what without competition, each lot once, into `process`; what it comes to.
Checked<Money> RecommendWaived(const View& view, const Context& context,
                               const google::protobuf::RepeatedPtrField<v1::LotAward>& awards,
                               SourcingProcess& process) {
  if (awards.empty()) return es::InvalidField("awards", "must have at least one lot");
  const base::Currency currency = FromProto(process.lots(0).estimate()).currency();
  Money total = Money::Zero(currency);
  std::set<int> lots;
  for (int i = 0; i < awards.size(); ++i) {
    const v1::LotAward& award = awards[i];
    if (award.lot_number() < 1 || award.lot_number() > process.lots_size() ||
        !lots.insert(award.lot_number()).second) {
      return es::InvalidField(
          FieldOf("awards", i, "lot_number"),
          fmt::format("must be one of the {} lots, each once", process.lots_size()));
    }
    const auto supplier = Find<v1::Supplier>(view, context, FieldOf("awards", i, "supplier"),
                                             award.supplier(), kSupplierPattern);
    if (!supplier.ok()) return supplier.rejection();
    if (auto no = CheckMayDealWith(**supplier, "be awarded anything")) return *no;
    const auto amount = CheckAmount(FieldOf("awards", i, "amount"), award.amount(), currency);
    if (!amount.ok()) return amount.rejection();
    const auto sum = CheckedAdd(total, *amount);
    if (!sum.ok()) return es::InvalidField("awards", std::string(sum.status().message()));
    total = *sum;
    v1::LotAward& stored = *process.add_recommended();
    stored = award;
    stored.clear_bid();
  }
  return total;
}

// A call-off names the agreement that it calls off, which has room for it and is with those who are
// to have something; other waivers name none.
MaybeRejected CheckCallOff(const View& view, const Context& context,
                           const v1::WaiveSourcingRequest& command, const Money& total) {
  const bool call_off = command.waiver() == v1::WAIVER_KIND_CALL_OFF;
  if (call_off == command.framework_agreement().empty()) {
    return es::InvalidField(
        "framework_agreement",
        call_off ? "must name the agreement that is called off" : "is for a call-off");
  }
  if (!call_off) return std::nullopt;
  const auto found =
      Find<v1::FrameworkAgreement>(view, context, "framework_agreement",
                                   command.framework_agreement(), kFrameworkAgreementPattern);
  if (!found.ok()) return found.rejection();
  const v1::FrameworkAgreement& agreement = **found;
  if (auto no = CheckMayCallOff(agreement, context.EffectiveDay())) return no;
  for (int i = 0; i < command.awards_size(); ++i) {
    if (command.awards(i).supplier() == agreement.supplier()) continue;
    return es::InvalidField(
        FieldOf("awards", i, "supplier"),
        fmt::format("must be {}, with whom the agreement is", agreement.supplier()));
  }
  const base::Currency agreed = FromProto(agreement.ceiling()).currency();
  if (total.currency() != agreed) {
    return es::InvalidField(
        "framework_agreement",
        fmt::format("is in {}, the lots are in {}", agreed.code(), total.currency().code()));
  }
  return CheckWithinCeiling(agreement, total);
}

Decision DecideWaive(const View& view, const v1::WaiveSourcingRequest& command, Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_PLANNED) {
    return WrongSourcingState(process, "be waived");
  }
  if (!v1::WaiverKind_IsValid(command.waiver()) ||
      command.waiver() == v1::WAIVER_KIND_UNSPECIFIED) {
    return es::InvalidField("waiver",
                            "must be a micro purchase, a sole source, an emergency or a call-off");
  }
  if (auto no = CheckText("justification", command.justification(), true, 1000)) return *no;
  const auto total = RecommendWaived(view, context, command.awards(), process);
  if (!total.ok()) return total.rejection();
  if (auto no = CheckCallOff(view, context, command, *total)) return *no;
  const Policy policy = PolicyOn(view, context);
  if (command.waiver() == v1::WAIVER_KIND_MICRO_PURCHASE &&
      !IsWithin(*total, policy.micro_purchase_up_to)) {
    return es::Rejected(kMethodTooLight)
        .Saying(fmt::format("{} is no micro purchase: these go up to {}", total->Format(),
                            policy.micro_purchase_up_to.Format()))
        .With("amount", total->Format())
        .With("limit", policy.micro_purchase_up_to.Format());
  }
  process.set_state(v1::SOURCING_STATE_WAIVED);
  process.set_waiver(command.waiver());
  process.set_framework_agreement(command.framework_agreement());
  process.set_justification(command.justification());
  process.set_recommender(context.principal);
  process.set_approvals_needed(policy.ApproversFor(*total));
  return es::Accepted(After<v1::SourcingWaived>(process)).Naming(process.name());
}

}  // namespace

void AddSourcingPlans(es::Decider& decider) {
  decider.On<v1::CreateSourcingProcessRequest>(&DecideCreate);
  decider.On<v1::InviteSuppliersRequest>(&DecideInvite);
  decider.On<v1::PublishSourcingProcessRequest>(&DecidePublish);
  decider.On<v1::ExtendBidDeadlineRequest>(&DecideExtend);
  decider.On<v1::WaiveSourcingRequest>(&DecideWaive);
  decider.Fold<v1::SourcingPlanned>(&FoldProcess<v1::SourcingPlanned>);
  decider.Fold<v1::SuppliersInvited>(&FoldProcess<v1::SuppliersInvited>);
  decider.Fold<v1::SourcingPublished>(&FoldProcess<v1::SourcingPublished>);
  decider.Fold<v1::BidDeadlineExtended>(&FoldProcess<v1::BidDeadlineExtended>);
  decider.Fold<v1::SourcingWaived>(&FoldProcess<v1::SourcingWaived>);
}

}  // namespace prihvat::procurement
