#include "services/procurement/domain/sourcing.h"

#include <algorithm>

#include "fmt/format.h"
#include "services/procurement/domain/reasons.h"

namespace prihvat::procurement {
namespace {

struct StateInfo {
  std::string_view name;
  std::string_view moves;
};

StateInfo InfoOf(v1::SourcingState state) {
  switch (state) {
    case v1::SOURCING_STATE_PLANNED:
      return {"planned", "invite, publish, waive, cancel"};
    case v1::SOURCING_STATE_PUBLISHED:
      return {"published", "invite, extend, bid, close, cancel"};
    case v1::SOURCING_STATE_BIDS_CLOSED:
      return {"closed for bids", "open, declare unsuccessful, cancel"};
    case v1::SOURCING_STATE_OPENED:
      return {"opened",
              "declare a conflict, score, disqualify, complete, declare unsuccessful, cancel"};
    case v1::SOURCING_STATE_EVALUATED:
      return {"evaluated",
              "declare a conflict, score, disqualify, recommend, declare unsuccessful, cancel"};
    case v1::SOURCING_STATE_RECOMMENDED:
      return {"recommended", "approve, send back, cancel"};
    case v1::SOURCING_STATE_APPROVED:
      return {"approved", "start the standstill, cancel"};
    case v1::SOURCING_STATE_STANDSTILL:
      return {"in standstill", "complain, award, cancel"};
    case v1::SOURCING_STATE_COMPLAINT:
      return {"under complaint", "complain, resolve, cancel"};
    case v1::SOURCING_STATE_WAIVED:
      return {"waived", "award, cancel"};
    case v1::SOURCING_STATE_AWARDED:
      return {"awarded", "none"};
    case v1::SOURCING_STATE_UNSUCCESSFUL:
      return {"unsuccessful", "none"};
    case v1::SOURCING_STATE_CANCELLED:
      return {"cancelled", "none"};
    default:
      return {"in no state", "none"};
  }
}

}  // namespace

std::string ProcessOf(std::string_view bid) {
  return std::string(bid.substr(0, bid.find("/bids/")));
}

es::Rejection WrongSourcingState(const v1::SourcingProcess& process, std::string_view wish) {
  const StateInfo info = InfoOf(process.state());
  return es::WrongState(process.name(), info.name, wish, info.moves);
}

bool IsEvaluator(const v1::SourcingProcess& process, std::string_view person) {
  return std::find(process.evaluators().begin(), process.evaluators().end(), person) !=
         process.evaluators().end();
}

bool HasBid(const es::View& view, const v1::SourcingProcess& process, std::string_view supplier) {
  return std::any_of(process.bids().begin(), process.bids().end(), [&](const std::string& name) {
    const auto* bid = view.Find<v1::Bid>(name);
    return bid->supplier() == supplier && bid->state() != v1::BID_STATE_WITHDRAWN;
  });
}

const v1::ConflictDeclaration* DeclarationOf(const v1::SourcingProcess& process,
                                             std::string_view person) {
  const v1::ConflictDeclaration* latest = nullptr;
  for (const v1::ConflictDeclaration& declaration : process.conflict_declarations()) {
    if (declaration.person() == person) latest = &declaration;
  }
  return latest;
}

es::Rejection NotSeparateInSourcing(const v1::SourcingProcess& process, std::string_view person,
                                    std::string_view duties, std::string_view why) {
  return es::Rejected(kSourcingNotIndependent)
      .Saying(fmt::format("{} in {}: {}", person, process.name(), why))
      .With("actor", person)
      .With("duties", duties);
}

absl::Time Earliest(const es::Context& context) {
  return std::min(context.effective_at, context.recorded_at);
}

absl::Time Latest(const es::Context& context) {
  return context.import_id.empty() ? context.recorded_at : context.effective_at;
}

}  // namespace prihvat::procurement
