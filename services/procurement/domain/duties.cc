#include "services/procurement/domain/duties.h"

#include <algorithm>
#include <set>
#include <string>

#include "fmt/format.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

std::string_view NameOf(Duty duty) {
  switch (duty) {
    case Duty::kRequester:
      return "requester";
    case Duty::kApprover:
      return "approver";
    case Duty::kReceiver:
      return "receiver";
    case Duty::kPayer:
      return "payer";
  }
  return "";
}

bool Has(const google::protobuf::RepeatedPtrField<std::string>& people, std::string_view person) {
  return std::find(people.begin(), people.end(), person) != people.end();
}

// All who have done something in the order, and who asked for it.
std::set<std::string> PeopleOf(const v1::PurchaseOrder& order) {
  std::set<std::string> people{order.requester(), order.pending_amendment().proposer()};
  for (const auto* some : {&order.revisers(), &order.payment_approvers(),
                           &order.tolerance_waivers(), &order.receivers(), &order.payers()}) {
    people.insert(some->begin(), some->end());
  }
  for (const auto* some : {&order.approvals(), &order.pending_amendment().approvals()}) {
    for (const v1::Approval& approval : *some) people.insert(approval.approver());
  }
  people.erase("");  // where nobody proposes
  return people;
}

es::Rejection NotSeparate(const v1::PurchaseOrder& order, const base::Money& stake,
                          std::string_view person, Duty held, Duty wanted) {
  return es::Rejected(kDutiesNotSeparate)
      .Saying(fmt::format("{} is {} of {} over {} and cannot be its {} too", person, NameOf(held),
                          order.name(), stake.Format(), NameOf(wanted)))
      .With("actor", person)
      .With("duties", fmt::format("{}, {}", NameOf(held), NameOf(wanted)));
}

}  // namespace

std::vector<Duty> DutiesOf(const v1::PurchaseOrder& order, std::string_view person) {
  std::vector<Duty> duties;
  if (IsRequester(order, person) || order.pending_amendment().proposer() == person) {
    duties.push_back(Duty::kRequester);
  }
  if (HasApproved(order.approvals(), person) ||
      HasApproved(order.pending_amendment().approvals(), person) ||
      Has(order.payment_approvers(), person) || Has(order.tolerance_waivers(), person)) {
    duties.push_back(Duty::kApprover);
  }
  if (HasReceived(order, person)) duties.push_back(Duty::kReceiver);
  if (Has(order.payers(), person)) duties.push_back(Duty::kPayer);
  return duties;
}

base::Money AtStake(const v1::PurchaseOrder& order) {
  const base::Money total = FromProto(order.total());
  const base::Money approved = FromProto(order.approved_total());
  return total.minor() < approved.minor() ? approved : total;
}

MaybeRejected CheckDuty(const v1::PurchaseOrder& order, const base::Money& stake,
                        std::string_view person, Duty duty, const Policy& policy) {
  if (policy.TwoPeopleSuffice(stake)) return std::nullopt;
  for (const Duty held : DutiesOf(order, person)) {
    if (held != duty) return NotSeparate(order, stake, person, held, duty);
  }
  return std::nullopt;
}

MaybeRejected CheckDutiesSeparate(const v1::PurchaseOrder& order, const base::Money& stake,
                                  const Policy& policy) {
  if (policy.TwoPeopleSuffice(stake)) return std::nullopt;
  for (const std::string& person : PeopleOf(order)) {
    const std::vector<Duty> duties = DutiesOf(order, person);
    if (duties.size() > 1) return NotSeparate(order, stake, person, duties[0], duties[1]);
  }
  return std::nullopt;
}

}  // namespace prihvat::procurement
