// What donors agreed to pay for a project, and what came of it in tranches. That money came is a
// fact: it is recorded also where it is more than was agreed. A tranche that was recorded wrongly
// stays, and a later one that names it counts in its place.
#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;
using v1::FundingAgreement;

constexpr std::string_view kFundingAgreementPattern = "operations/*/projects/*/fundingAgreements/*";
constexpr int kMaxTranches = 200;  // and as many corrections

std::string Path(std::string_view field) { return fmt::format("funding_agreement.{}", field); }

MaybeRejected CheckPeriod(const FundingAgreement& wanted) {
  const auto first = CheckedFromProto(wanted.start_date());
  if (!first.ok()) return es::InvalidField(Path("start_date"), "must be a day of the calendar");
  const auto last = CheckedFromProto(wanted.end_date());
  if (last.ok() && *last >= *first) return std::nullopt;
  return es::InvalidField(Path("end_date"), fmt::format("must be a day of the calendar from {} on",
                                                        base::FormatDate(*first)));
}

// Sets what follows from the tranches; their sum has been checked.
void Reckon(FundingAgreement& agreement) {
  const Money amount = FromProto(agreement.amount());
  Money received = Money::Zero(amount.currency());
  for (const v1::FundingTranche& tranche : agreement.tranches()) {
    if (tranche.corrected_by_tranche() != 0) continue;
    received = Sum(received, FromProto(tranche.amount()));
  }
  const Money left = Difference(amount, received);
  *agreement.mutable_received() = ToProto(received);
  *agreement.mutable_outstanding() =
      ToProto(left.IsNegative() ? Money::Zero(amount.currency()) : left);
}

// How many tranches came, or corrections of tranches: these take no room from those.
int CountTranches(const FundingAgreement& agreement, bool corrections) {
  return static_cast<int>(std::count_if(agreement.tranches().begin(), agreement.tranches().end(),
                                        [corrections](const v1::FundingTranche& tranche) {
                                          return (tranche.corrects_tranche() != 0) == corrections;
                                        }));
}

// That the donor's agreement of that number is not there in the project.
MaybeRejected CheckNumberIsNew(const es::View& view, const std::string& project,
                               const FundingAgreement& wanted) {
  std::string same;
  view.ForEach<FundingAgreement>(project + "/fundingAgreements",
                                 [&](std::string_view name, const FundingAgreement& agreement) {
                                   if (agreement.donor() == wanted.donor() &&
                                       agreement.agreement_number() == wanted.agreement_number()) {
                                     same = std::string(name);
                                   }
                                   return same.empty();
                                 });
  if (same.empty()) return std::nullopt;
  return es::AlreadyExists(same);
}

es::Decision DecideEnter(const es::View& view, const v1::EnterFundingAgreementRequest& command,
                         es::Context& context) {
  const auto project =
      Find<v1::Project>(view, context, "parent", command.parent(), kProjectPattern);
  if (!project.ok()) return project.rejection();
  const FundingAgreement& wanted = command.funding_agreement();
  if (auto no = CheckReference(context, Path("donor"), wanted.donor(), kOrganisationPattern)) {
    return *no;
  }
  if (auto no = CheckText(Path("agreement_number"), wanted.agreement_number(), true, 100)) {
    return *no;
  }
  if (auto no = CheckText(Path("display_name"), wanted.display_name(), true)) return *no;
  const auto amount = CheckedFromProto(wanted.amount());
  if (!amount.ok() || amount->minor() <= 0) {
    return es::InvalidField(
        Path("amount"), amount.ok() ? "must be above 0" : std::string(amount.status().message()));
  }
  if (auto no = CheckPeriod(wanted)) return *no;
  if (auto no = CheckNumberIsNew(view, command.parent(), wanted)) return *no;
  const auto name = NewName(view, context, command.parent(), "fundingAgreements",
                            "funding_agreement_id", command.funding_agreement_id(), "");
  if (!name.ok()) return name.rejection();

  v1::FundingAgreementEntered event;
  FundingAgreement& agreement = *event.mutable_funding_agreement();
  agreement.set_name(*name);
  agreement.set_donor(wanted.donor());
  agreement.set_agreement_number(wanted.agreement_number());
  agreement.set_display_name(wanted.display_name());
  *agreement.mutable_amount() = ToProto(*amount);
  *agreement.mutable_start_date() = wanted.start_date();
  *agreement.mutable_end_date() = wanted.end_date();
  Reckon(agreement);
  return es::Accepted(std::move(event)).Naming(*name);
}

es::Decision DecideTranche(const es::View& view, const v1::RecordFundingTrancheRequest& command,
                           es::Context& context) {
  const auto found = FindForEdit<FundingAgreement>(view, context, command.name(),
                                                   kFundingAgreementPattern, command.etag());
  if (!found.ok()) return found.rejection();
  FundingAgreement agreement = **found;
  const v1::FundingTranche& wanted = command.tranche();
  const base::Currency currency = FromProto(agreement.amount()).currency();
  const auto amount = CheckAmount("tranche.amount", wanted.amount(), currency);
  if (!amount.ok()) return amount.rejection();
  if (amount->IsZero()) return es::InvalidField("tranche.amount", "must be above 0");
  const auto day = CheckedFromProto(wanted.receive_date());
  if (!day.ok() || *day > context.EffectiveDay()) {
    return es::InvalidField("tranche.receive_date",
                            fmt::format("must be a day of the calendar up to {}",
                                        base::FormatDate(context.EffectiveDay())));
  }
  if (auto no = CheckText("tranche.reference", wanted.reference(), true, 100)) return *no;
  if (CountTranches(agreement, /*corrections=*/false) >= kMaxTranches) {
    return es::InvalidField("tranche",
                            fmt::format("there are {}, which is the most", kMaxTranches));
  }
  if (const auto sum = CheckedAdd(FromProto(agreement.received()), *amount); !sum.ok()) {
    return es::InvalidField("tranche.amount", std::string(sum.status().message()));
  }
  v1::FundingTranche& tranche = *agreement.add_tranches();
  tranche.set_tranche_number(agreement.tranches_size());
  *tranche.mutable_amount() = ToProto(*amount);
  *tranche.mutable_receive_date() = wanted.receive_date();
  tranche.set_reference(wanted.reference());
  tranche.set_recorder(context.principal);
  Reckon(agreement);
  v1::FundingTrancheReceived event;
  event.set_tranche_number(agreement.tranches_size());
  *event.mutable_funding_agreement() = std::move(agreement);
  return es::Accepted(std::move(event)).Naming(command.name());
}

// Says the amount of a tranche anew, in an entry of its own.
es::Decision DecideCorrect(const es::View& view, const v1::CorrectFundingTrancheRequest& command,
                           es::Context& context) {
  const auto found = FindForEdit<FundingAgreement>(view, context, command.name(),
                                                   kFundingAgreementPattern, command.etag());
  if (!found.ok()) return found.rejection();
  FundingAgreement agreement = **found;
  const int number = command.tranche_number();
  if (number < 1 || number > agreement.tranches_size()) {
    return es::InvalidField("tranche_number",
                            fmt::format("must be one of the {} tranches of {}, is {}",
                                        agreement.tranches_size(), agreement.name(), number));
  }
  v1::FundingTranche correction = agreement.tranches(number - 1);
  if (const int by = correction.corrected_by_tranche(); by != 0) {
    return CorrectedAlready(agreement.name(), "tranche_number", number, by);
  }
  if (CountTranches(agreement, /*corrections=*/true) >= kMaxTranches) {
    return es::InvalidField(
        "tranche_number", fmt::format("there are {} corrections, which is the most", kMaxTranches));
  }
  const Money wrong = FromProto(correction.amount());
  const auto amount = CheckAmount("amount", command.amount(), wrong.currency());
  if (!amount.ok()) return amount.rejection();
  if (*amount == wrong) {
    return es::InvalidField(
        "amount", fmt::format("must differ from the {} that are recorded", wrong.Format()));
  }
  if (auto no = CheckReason(command.reason())) return *no;
  const Money others = Difference(FromProto(agreement.received()), wrong);
  if (const auto sum = CheckedAdd(others, *amount); !sum.ok()) {
    return es::InvalidField("amount", std::string(sum.status().message()));
  }
  correction.set_tranche_number(agreement.tranches_size() + 1);
  *correction.mutable_amount() = ToProto(*amount);
  correction.set_recorder(context.principal);
  correction.set_corrects_tranche(number);
  correction.set_reason(command.reason());
  agreement.mutable_tranches(number - 1)->set_corrected_by_tranche(correction.tranche_number());
  *agreement.add_tranches() = std::move(correction);
  Reckon(agreement);
  v1::FundingTrancheCorrected event;
  event.set_tranche_number(agreement.tranches_size());
  event.set_corrects_tranche(number);
  *event.mutable_funding_agreement() = std::move(agreement);
  return es::Accepted(std::move(event)).Naming(command.name());
}

template <class Event>
void FoldAgreement(es::Entities& entities, const Event& event, const es::EventContext& context) {
  FundingAgreement agreement = event.funding_agreement();
  Stamp(agreement, context);
  entities.Put(agreement.name(), agreement);
}

}  // namespace

void AddFundingAgreements(es::Decider& decider) {
  decider.On<v1::EnterFundingAgreementRequest>(&DecideEnter);
  decider.On<v1::RecordFundingTrancheRequest>(&DecideTranche);
  decider.On<v1::CorrectFundingTrancheRequest>(&DecideCorrect);
  decider.Fold<v1::FundingAgreementEntered>(&FoldAgreement<v1::FundingAgreementEntered>);
  decider.Fold<v1::FundingTrancheReceived>(&FoldAgreement<v1::FundingTrancheReceived>);
  decider.Fold<v1::FundingTrancheCorrected>(&FoldAgreement<v1::FundingTrancheCorrected>);
}

}  // namespace prihvat::procurement
