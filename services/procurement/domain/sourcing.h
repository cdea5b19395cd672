// What the parts of sourcing share: states and their moves, who has which part in a process, and
// how its times are taken.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/es/decider.h"
#include "libs/es/decision.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/sourcing.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {

inline constexpr std::string_view kSourcingPattern = "operations/*/sourcingProcesses/*";
inline constexpr std::string_view kBidPattern = "operations/*/sourcingProcesses/*/bids/*";

// Lists of a process are at most so long: lots, criteria, openers, evaluators, suppliers, bids.
inline constexpr int kMaxSourcingList = 40;
inline constexpr size_t kMaxSealedBytes = 16 * 1024;

// The process that the command names, with the etag that was read.
template <class Command>
Checked<const v1::SourcingProcess*> FindProcess(const es::View& view, const es::Context& context,
                                                const Command& command) {
  return FindForEdit<v1::SourcingProcess>(view, context, command.name(), kSourcingPattern,
                                          command.etag());
}
// The process of a bid's name.
std::string ProcessOf(std::string_view bid);

// The rejection of a move that the process's state does not have; `wish` as in "be published".
es::Rejection WrongSourcingState(const v1::SourcingProcess& process, std::string_view wish);

// INV-04: the evaluators are others than who asked for the goods and who approves.
bool IsEvaluator(const v1::SourcingProcess& process, std::string_view person);
// Whether that supplier has a bid in the process that was not withdrawn.
bool HasBid(const es::View& view, const v1::SourcingProcess& process, std::string_view supplier);
// The latest thing that the person declared; nullptr where nothing.
const v1::ConflictDeclaration* DeclarationOf(const v1::SourcingProcess& process,
                                             std::string_view person);

es::Rejection NotSeparateInSourcing(const v1::SourcingProcess& process, std::string_view person,
                                    std::string_view duties, std::string_view why);

// When something happened, for what must not come too early: never later than it was recorded, nor
// than the caller says.
absl::Time Earliest(const es::Context& context);
// For what must not come too late: when it was recorded; only an approved import may say that it
// was before that.
absl::Time Latest(const es::Context& context);

// BID_DEADLINE_PASSED where the bids' deadline has; `wish` as in "take bids".
MaybeRejected CheckBeforeDeadline(const v1::SourcingProcess& process, const es::Context& context,
                                  std::string_view wish);

// The row that keeps an opener's private key from when it was given until the last is.
std::string OpeningKeyName(std::string_view process, std::string_view public_key);

// The offers that are judged, by lot and rank; or why they cannot be ranked yet: EVALUATION_MISSING
// names the evaluator, the lot and the bid. Of equal points and equal prices the rank is the same.
Checked<std::vector<v1::RankedOffer>> RankOffers(const es::View& view,
                                                 const v1::SourcingProcess& process);

// The event that leaves the process as it is now.
template <class Event>
Event After(const v1::SourcingProcess& process) {
  Event event;
  *event.mutable_sourcing_process() = process;
  return event;
}

// The fold of every event that carries the process.
template <class Event>
void FoldProcess(es::Entities& entities, const Event& event, const es::EventContext& context) {
  v1::SourcingProcess process = event.sourcing_process();
  Stamp(process, context);
  entities.Put(process.name(), process);
}
// And of those that carry a bid.
template <class Event>
void FoldBid(es::Entities& entities, const Event& event, const es::EventContext& context) {
  v1::Bid bid = event.bid();
  Stamp(bid, context);
  entities.Put(bid.name(), bid);
}
template <class Event>
void FoldBidAndProcess(es::Entities& entities, const Event& event,
                       const es::EventContext& context) {
  FoldBid(entities, event, context);
  FoldProcess(entities, event, context);
}

}  // namespace prihvat::procurement
