// Framework agreements: drafted within an award, effective with the last approval that the ceiling
// needs, suspended and resumed, and ended by their last day or by somebody. What their call-offs
// are held to: frameworks.h.
#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/awards.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/frameworks.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/sourcing.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;
using es::Context;
using es::Decision;
using es::View;
using v1::FrameworkAgreement;

constexpr int kMaxPeriodDays = 3660;  // ten years

std::string Path(std::string_view field) { return fmt::format("framework_agreement.{}", field); }

template <class Event>
Event Said(const FrameworkAgreement& agreement) {
  Event event;
  *event.mutable_framework_agreement() = agreement;
  return event;
}

// What the process awarded to the supplier, which the agreement is made within.
Checked<const v1::SupplierAward*> CheckAward(const View& view, const Context& context,
                                             const FrameworkAgreement& wanted) {
  const auto supplier =
      Find<v1::Supplier>(view, context, Path("supplier"), wanted.supplier(), kSupplierPattern);
  if (!supplier.ok()) return supplier.rejection();
  if (auto no = CheckMayDealWith(**supplier, "be agreed with")) return *no;
  const auto process = Find<v1::SourcingProcess>(view, context, Path("sourcing_process"),
                                                 wanted.sourcing_process(), kSourcingPattern);
  if (!process.ok()) return process.rejection();
  if ((*process)->state() != v1::SOURCING_STATE_AWARDED) {
    return WrongSourcingState(**process, "have a framework agreement made within it");
  }
  if (!(*process)->framework_agreement().empty()) {
    return es::InvalidField(
        Path("sourcing_process"),
        fmt::format("is itself a call-off, of {}", (*process)->framework_agreement()));
  }
  const v1::SupplierAward* award = AwardOf(**process, wanted.supplier());
  if (award != nullptr) return award;
  return es::Rejected(kNotAwarded)
      .Saying(fmt::format("{}: {} was not chosen", wanted.sourcing_process(), wanted.supplier()))
      .With("sourcing_process", wanted.sourcing_process())
      .With("supplier", wanted.supplier());
}

MaybeRejected CheckPeriod(const FrameworkAgreement& wanted) {
  const auto first = CheckedFromProto(wanted.start_date());
  if (!first.ok()) return es::InvalidField(Path("start_date"), "must be a day of the calendar");
  const auto last = CheckedFromProto(wanted.end_date());
  if (!last.ok()) return es::InvalidField(Path("end_date"), "must be a day of the calendar");
  if (*last >= *first && *last - *first < kMaxPeriodDays) return std::nullopt;
  return es::InvalidField(Path("end_date"),
                          fmt::format("must be within {} days from {} on, is {}", kMaxPeriodDays,
                                      base::FormatDate(*first), base::FormatDate(*last)));
}

MaybeRejected CheckLine(v1::FrameworkLine& line, int i, base::Currency currency) {
  const std::string list = Path("lines");
  if (!v1::LineKind_IsValid(line.kind()) || line.kind() == v1::LINE_KIND_UNSPECIFIED) {
    return es::InvalidField(FieldOf(list, i, "kind"),
                            "must be goods with serials, goods by quantity, a service, freight "
                            "or a tax");
  }
  if (auto no = CheckText(FieldOf(list, i, "description"), line.description(), true)) return no;
  if (auto no = CheckText(FieldOf(list, i, "description_bs"), line.description_bs(), false)) {
    return no;
  }
  if (auto no = CheckText(FieldOf(list, i, "unit"), line.unit(), true, 30)) return no;
  const auto price = CheckAmount(FieldOf(list, i, "unit_price"), line.unit_price(), currency);
  if (!price.ok()) return price.rejection();
  if (line.warranty_months() < 0 || line.warranty_months() > kMaxWarrantyMonths) {
    return es::InvalidField(
        FieldOf(list, i, "warranty_months"),
        fmt::format("must be from 0 to {}, is {}", kMaxWarrantyMonths, line.warranty_months()));
  }
  line.set_line_number(i + 1);
  return std::nullopt;
}

MaybeRejected CheckLines(FrameworkAgreement& agreement, base::Currency currency) {
  if (agreement.lines().empty() || agreement.lines_size() > kMaxLines) {
    return es::InvalidField(
        Path("lines"), fmt::format("must be 1 to {}, are {}", kMaxLines, agreement.lines_size()));
  }
  for (int i = 0; i < agreement.lines_size(); ++i) {
    if (auto no = CheckLine(*agreement.mutable_lines(i), i, currency)) return no;
  }
  return std::nullopt;
}

Decision DecideCreate(const View& view, const v1::CreateFrameworkAgreementRequest& command,
                      Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const FrameworkAgreement& wanted = command.framework_agreement();
  if (auto no = CheckText(Path("display_name"), wanted.display_name(), true)) return *no;
  if (auto no = CheckText(Path("supplier_reference"), wanted.supplier_reference(), false, 100)) {
    return *no;
  }
  const auto award = CheckAward(view, context, wanted);
  if (!award.ok()) return award.rejection();
  if (auto no = CheckPeriod(wanted)) return *no;
  const base::Currency currency = FromProto((*award)->amount()).currency();
  const auto ceiling = CheckAmount(Path("ceiling"), wanted.ceiling(), currency);
  if (!ceiling.ok()) return ceiling.rejection();
  if (ceiling->IsZero()) return es::InvalidField(Path("ceiling"), "must be above 0");

  FrameworkAgreement agreement;
  agreement.set_document_number(context.NextNumber(view, "FA").ToString());
  const auto name =
      NewName(view, context, command.parent(), "frameworkAgreements", "framework_agreement_id",
              command.framework_agreement_id(), agreement.document_number());
  if (!name.ok()) return name.rejection();
  agreement.set_name(*name);
  agreement.set_state(v1::FRAMEWORK_AGREEMENT_STATE_DRAFT);
  agreement.set_display_name(wanted.display_name());
  agreement.set_supplier(wanted.supplier());
  agreement.set_sourcing_process(wanted.sourcing_process());
  *agreement.mutable_start_date() = wanted.start_date();
  *agreement.mutable_end_date() = wanted.end_date();
  *agreement.mutable_ceiling() = ToProto(*ceiling);
  *agreement.mutable_lines() = wanted.lines();
  *agreement.mutable_called_off() = ToProto(Money::Zero(currency));
  *agreement.mutable_available() = ToProto(*ceiling);
  agreement.set_drafter(context.principal);
  agreement.set_approvals_needed(PolicyOn(view, context).ApproversFor(*ceiling));
  agreement.set_supplier_reference(wanted.supplier_reference());
  if (auto no = CheckLines(agreement, currency)) return *no;
  if (auto no = CheckAgreementWithinAward(view, agreement)) return *no;
  return es::Accepted(Said<v1::FrameworkAgreementDrafted>(agreement)).Naming(*name);
}

template <class Command>
Checked<const FrameworkAgreement*> FindAgreement(const View& view, const Context& context,
                                                 const Command& command) {
  return FindForEdit<FrameworkAgreement>(view, context, command.name(), kFrameworkAgreementPattern,
                                         command.etag());
}

// Who approves did not draft it, nor ask for what it is about, and approves once.
MaybeRejected CheckApprover(const View& view, const FrameworkAgreement& agreement,
                            const std::string& person) {
  const auto& process = *view.Find<v1::SourcingProcess>(agreement.sourcing_process());
  const bool drafted = agreement.drafter() == person;
  if (drafted || HasAsked(process.requester(), process.revisers(), person)) {
    const char* held = drafted ? "drafter" : "requester";
    return es::Rejected(kDutiesNotSeparate)
        .Saying(
            fmt::format("{} is the {} of {} and cannot approve it", person, held, agreement.name()))
        .With("actor", person)
        .With("duties", fmt::format("{}, approver", held));
  }
  if (!HasApproved(agreement.approvals(), person)) return std::nullopt;
  return es::Rejected(kApprovalAlreadyGiven)
      .Saying(fmt::format("{} has approved already; {} so far", person, agreement.approvals_size()))
      .With("actor", person)
      .With("approvals", agreement.approvals_size());
}

Decision DecideApprove(const View& view, const v1::ApproveFrameworkAgreementRequest& command,
                       Context& context) {
  const auto found = FindAgreement(view, context, command);
  if (!found.ok()) return found.rejection();
  FrameworkAgreement agreement = **found;
  if (agreement.state() != v1::FRAMEWORK_AGREEMENT_STATE_DRAFT) {
    return WrongAgreementState(agreement, "be approved");
  }
  if (auto no = CheckApprover(view, agreement, context.principal)) return *no;
  const Policy policy = PolicyOn(view, context);
  if (auto no = CheckMayOrderFrom(*view.Find<v1::Supplier>(agreement.supplier()), policy,
                                  context.EffectiveDay())) {
    return *no;
  }
  if (auto no = CheckAgreementWithinAward(view, agreement)) return *no;
  v1::Approval& approval = *agreement.add_approvals();
  approval.set_approver(context.principal);
  *approval.mutable_record_time() = ToProto(context.recorded_at);
  if (agreement.approvals_size() < policy.ApproversFor(FromProto(agreement.ceiling()))) {
    auto event = Said<v1::FrameworkAgreementApprovalGiven>(agreement);
    event.set_approver(context.principal);
    return es::Accepted(std::move(event)).Naming(agreement.name());
  }
  agreement.set_state(v1::FRAMEWORK_AGREEMENT_STATE_EFFECTIVE);
  auto event = Said<v1::FrameworkAgreementConcluded>(agreement);
  event.set_approver(context.principal);
  return es::Accepted(std::move(event)).Naming(agreement.name());
}

Decision DecideSuspend(const View& view, const v1::SuspendFrameworkAgreementRequest& command,
                       Context& context) {
  const auto found = FindAgreement(view, context, command);
  if (!found.ok()) return found.rejection();
  FrameworkAgreement agreement = **found;
  if (agreement.state() != v1::FRAMEWORK_AGREEMENT_STATE_EFFECTIVE) {
    return WrongAgreementState(agreement, "be suspended");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  agreement.set_state(v1::FRAMEWORK_AGREEMENT_STATE_SUSPENDED);
  agreement.set_state_note(command.reason());
  auto event = Said<v1::FrameworkAgreementSuspended>(agreement);
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(agreement.name());
}

Decision DecideResume(const View& view, const v1::ResumeFrameworkAgreementRequest& command,
                      Context& context) {
  const auto found = FindAgreement(view, context, command);
  if (!found.ok()) return found.rejection();
  FrameworkAgreement agreement = **found;
  if (agreement.state() != v1::FRAMEWORK_AGREEMENT_STATE_SUSPENDED) {
    return WrongAgreementState(agreement, "be resumed");
  }
  if (auto no = CheckMayDealWith(*view.Find<v1::Supplier>(agreement.supplier()), "be ordered from"))
    return *no;
  agreement.set_state(v1::FRAMEWORK_AGREEMENT_STATE_EFFECTIVE);
  agreement.clear_state_note();
  return es::Accepted(Said<v1::FrameworkAgreementResumed>(agreement)).Naming(agreement.name());
}

Decision DecideExpire(const View& view, const v1::ExpireFrameworkAgreementRequest& command,
                      Context& context) {
  const auto found = FindAgreement(view, context, command);
  if (!found.ok()) return found.rejection();
  FrameworkAgreement agreement = **found;
  if (!GoesOn(agreement)) return WrongAgreementState(agreement, "expire");
  const absl::CivilDay last = FromProto(agreement.end_date());
  if (context.EffectiveDay() <= last) {
    return es::Rejected(kPeriodNotOver)
        .Saying(fmt::format("{} holds until {}, and it is {}", agreement.name(),
                            base::FormatDate(last), base::FormatDate(context.EffectiveDay())))
        .With("framework_agreement", agreement.name())
        .With("end_date", base::FormatDate(last))
        .With("date", base::FormatDate(context.EffectiveDay()));
  }
  agreement.set_state(v1::FRAMEWORK_AGREEMENT_STATE_EXPIRED);
  return es::Accepted(Said<v1::FrameworkAgreementExpired>(agreement)).Naming(agreement.name());
}

Decision DecideTerminate(const View& view, const v1::TerminateFrameworkAgreementRequest& command,
                         Context& context) {
  const auto found = FindAgreement(view, context, command);
  if (!found.ok()) return found.rejection();
  FrameworkAgreement agreement = **found;
  if (!GoesOn(agreement) && agreement.state() != v1::FRAMEWORK_AGREEMENT_STATE_DRAFT) {
    return WrongAgreementState(agreement, "be terminated");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  agreement.set_state(v1::FRAMEWORK_AGREEMENT_STATE_TERMINATED);
  agreement.set_state_note(command.reason());
  auto event = Said<v1::FrameworkAgreementTerminated>(agreement);
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(agreement.name());
}

template <class Event>
void FoldAgreement(es::Entities& entities, const Event& event, const es::EventContext& context) {
  FrameworkAgreement agreement = event.framework_agreement();
  Stamp(agreement, context);
  entities.Put(agreement.name(), agreement);
}

void FoldConcluded(es::Entities& entities, const v1::FrameworkAgreementConcluded& event,
                   const es::EventContext& context) {
  FoldAgreement(entities, event, context);
  entities.Edit<v1::SourcingProcess>(
      event.framework_agreement().sourcing_process(), [&](v1::SourcingProcess& process) {
        AddOnce(*process.mutable_framework_agreements(), event.framework_agreement().name());
        Stamp(process, context);
      });
}

}  // namespace

void AddFrameworkAgreements(es::Decider& decider) {
  decider.On<v1::CreateFrameworkAgreementRequest>(&DecideCreate);
  decider.On<v1::ApproveFrameworkAgreementRequest>(&DecideApprove);
  decider.On<v1::SuspendFrameworkAgreementRequest>(&DecideSuspend);
  decider.On<v1::ResumeFrameworkAgreementRequest>(&DecideResume);
  decider.On<v1::ExpireFrameworkAgreementRequest>(&DecideExpire);
  decider.On<v1::TerminateFrameworkAgreementRequest>(&DecideTerminate);
  decider.Fold<v1::FrameworkAgreementDrafted>(&FoldAgreement<v1::FrameworkAgreementDrafted>);
  decider.Fold<v1::FrameworkAgreementApprovalGiven>(
      &FoldAgreement<v1::FrameworkAgreementApprovalGiven>);
  decider.Fold<v1::FrameworkAgreementConcluded>(&FoldConcluded);
  decider.Fold<v1::FrameworkAgreementSuspended>(&FoldAgreement<v1::FrameworkAgreementSuspended>);
  decider.Fold<v1::FrameworkAgreementResumed>(&FoldAgreement<v1::FrameworkAgreementResumed>);
  decider.Fold<v1::FrameworkAgreementExpired>(&FoldAgreement<v1::FrameworkAgreementExpired>);
  decider.Fold<v1::FrameworkAgreementTerminated>(&FoldAgreement<v1::FrameworkAgreementTerminated>);
  decider.Fold<v1::CallOffMoved>(&FoldAgreement<v1::CallOffMoved>);
}

}  // namespace prihvat::procurement
