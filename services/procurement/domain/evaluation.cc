// Open bids are judged: evaluators say first to whom they are related, then score each offer by the
// criteria; the offers are ranked, by points or by price, and somebody recommends an award.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/sourcing.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;
using es::Context;
using es::Decision;
using es::View;
using v1::SourcingProcess;

// Scores may still be corrected once all are there: a recommendation ranks anew.
bool IsUnderEvaluation(v1::SourcingState state) {
  return state == v1::SOURCING_STATE_OPENED || state == v1::SOURCING_STATE_EVALUATED;
}

const v1::LotOffer* OfferOf(const v1::Bid& bid, int lot_number) {
  for (const v1::LotOffer& offer : bid.content().offers()) {
    if (offer.lot_number() == lot_number) return &offer;
  }
  return nullptr;
}

const v1::OfferScore* ScoreOf(const v1::Bid& bid, std::string_view evaluator, int lot_number) {
  for (const v1::OfferScore& score : bid.scores()) {
    if (score.evaluator() == evaluator && score.lot_number() == lot_number) return &score;
  }
  return nullptr;
}

Decision DecideDeclare(const View& view, const v1::DeclareConflictRequest& command,
                       Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (!IsUnderEvaluation(process.state())) {
    return WrongSourcingState(process, "take declarations of conflicts");
  }
  if (auto no = CheckText("statement", command.statement(), true, 1000)) return *no;
  if (process.conflict_declarations_size() >= 5 * kMaxSourcingList) {
    return es::InvalidField("name", "has as many declarations as there may be");
  }
  v1::ConflictDeclaration& declaration = *process.add_conflict_declarations();
  declaration.set_person(context.principal);
  declaration.set_statement(command.statement());
  *declaration.mutable_record_time() = ToProto(context.recorded_at);
  for (int i = 0; i < command.suppliers_size(); ++i) {
    if (!HasBid(view, process, command.suppliers(i))) {
      return es::InvalidField(fmt::format("suppliers[{}]", i), "has no bid in the process");
    }
    declaration.add_suppliers(command.suppliers(i));
  }
  auto event = After<v1::ConflictDeclared>(process);
  *event.mutable_declaration() = declaration;
  return es::Accepted(std::move(event)).Naming(process.name());
}

// INV-04: an evaluator is one who was named, has declared, and is related to no bidder.
MaybeRejected CheckEvaluator(const View& view, const SourcingProcess& process,
                             std::string_view person) {
  if (!IsEvaluator(process, person)) {
    return NotSeparateInSourcing(process, person, "evaluator", "is none of the evaluators");
  }
  const v1::ConflictDeclaration* declaration = DeclarationOf(process, person);
  if (declaration == nullptr) {
    return es::Rejected(kConflictNotDeclared)
        .Saying(fmt::format("{} has not said whether they are related to a bidder of {}", person,
                            process.name()))
        .With("actor", person);
  }
  if (!declaration->suppliers().empty()) {
    return NotSeparateInSourcing(
        process, person, "evaluator, bidder-related",
        fmt::format("is related to {}, which bids", declaration->suppliers(0)));
  }
  const std::string_view organisation = person.substr(0, person.find("/people/"));
  for (const std::string& name : process.bids()) {
    const auto* bid = view.Find<v1::Bid>(name);
    const auto* supplier = view.Find<v1::Supplier>(bid->supplier());
    if (bid->state() != v1::BID_STATE_WITHDRAWN && supplier->organisation() == organisation) {
      return NotSeparateInSourcing(process, person, "evaluator, bidder-related",
                                   fmt::format("belongs to {}, which bids", bid->supplier()));
    }
  }
  return std::nullopt;
}

Checked<v1::OfferScore> CheckScores(const SourcingProcess& process,
                                    const v1::ScoreBidRequest& command) {
  std::map<std::string, Decimal> scores;
  for (int i = 0; i < command.scores_size(); ++i) {
    const auto score = CheckQuantity(FieldOf("scores", i, "score"), command.scores(i).score());
    if (!score.ok()) return score.rejection();
    if (*score > Decimal::FromInt(100) || score->scale() > 2) {
      return es::InvalidField(
          FieldOf("scores", i, "score"),
          fmt::format("must be 0 to 100 with 2 decimals, is {}", score->ToString()));
    }
    if (!scores.emplace(command.scores(i).criterion(), *score).second) {
      return es::InvalidField(FieldOf("scores", i, "criterion"), "stands twice");
    }
  }
  v1::OfferScore judged;
  Decimal points;
  for (const v1::Criterion& criterion : process.criteria()) {
    const auto score = scores.find(criterion.criterion());
    if (score == scores.end()) {
      return es::InvalidField("scores", fmt::format("must have one for {}", criterion.criterion()));
    }
    // Exact: two decimals times a whole percentage.
    const auto weight =
        CheckedMul(Decimal::FromInt(criterion.weight_percent()), Decimal::Exactly<1, 2>());
    PRIHVAT_CHECK(weight.ok(), weight.status().ToString());
    const auto weighted = CheckedMul(score->second, *weight);
    PRIHVAT_CHECK(weighted.ok(), weighted.status().ToString());
    points = Sum(points, *weighted);
    v1::CriterionScore& stored = *judged.add_scores();
    stored.set_criterion(criterion.criterion());
    *stored.mutable_score() = ToProto(score->second);
  }
  if (judged.scores_size() != command.scores_size()) {
    return es::InvalidField("scores", "has one for a criterion that there is not");
  }
  *judged.mutable_points() = ToProto(points);
  return judged;
}

Decision DecideScore(const View& view, const v1::ScoreBidRequest& command, Context& context) {
  const auto found =
      FindForEdit<v1::Bid>(view, context, command.name(), kBidPattern, command.etag());
  if (!found.ok()) return found.rejection();
  v1::Bid bid = **found;
  const auto& process = *view.Find<SourcingProcess>(ProcessOf(bid.name()));
  if (!IsUnderEvaluation(process.state())) return WrongSourcingState(process, "be scored");
  if (auto no = CheckEvaluator(view, process, context.principal)) return *no;
  if (bid.state() != v1::BID_STATE_OPENED) {
    return es::WrongState(bid.name(), "not admitted", "be scored", "none");
  }
  if (OfferOf(bid, command.lot_number()) == nullptr) {
    return es::InvalidField("lot_number", "the bid has no offer for the lot");
  }
  if (auto no = CheckText("comment", command.comment(), false, 1000)) return *no;
  const auto scored = CheckScores(process, command);
  if (!scored.ok()) return scored.rejection();
  v1::OfferScore score = *scored;
  score.set_evaluator(context.principal);
  score.set_lot_number(command.lot_number());
  score.set_comment(command.comment());
  v1::OfferScore* before = nullptr;
  for (v1::OfferScore& each : *bid.mutable_scores()) {
    if (each.evaluator() == score.evaluator() && each.lot_number() == score.lot_number()) {
      before = &each;
    }
  }
  *(before == nullptr ? bid.add_scores() : before) = score;
  v1::BidScored event;
  *event.mutable_bid() = bid;
  *event.mutable_score() = score;
  return es::Accepted(std::move(event)).Naming(bid.name());
}

Decision DecideDisqualify(const View& view, const v1::DisqualifyBidRequest& command,
                          Context& context) {
  const auto found =
      FindForEdit<v1::Bid>(view, context, command.name(), kBidPattern, command.etag());
  if (!found.ok()) return found.rejection();
  v1::Bid bid = **found;
  const auto& process = *view.Find<SourcingProcess>(ProcessOf(bid.name()));
  if (!IsUnderEvaluation(process.state())) {
    return WrongSourcingState(process, "have bids disqualified");
  }
  if (auto no = CheckEvaluator(view, process, context.principal)) return *no;
  if (bid.state() != v1::BID_STATE_OPENED) {
    return es::WrongState(bid.name(), "not admitted", "be disqualified", "none");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  bid.set_state(v1::BID_STATE_DISQUALIFIED);
  bid.set_state_note(command.reason());
  v1::BidDisqualified event;
  *event.mutable_bid() = bid;
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(bid.name());
}

Decision DecideComplete(const View& view, const v1::CompleteEvaluationRequest& command,
                        Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_OPENED) {
    return WrongSourcingState(process, "have its evaluation completed");
  }
  const auto ranking = RankOffers(view, process);
  if (!ranking.ok()) return ranking.rejection();
  process.set_state(v1::SOURCING_STATE_EVALUATED);
  process.mutable_ranking()->Assign(ranking->begin(), ranking->end());
  return es::Accepted(After<v1::SourcingEvaluated>(process)).Naming(process.name());
}

// The offer of the ranking that a recommended lot names.
const v1::RankedOffer* FindRanked(const SourcingProcess& process, const v1::RecommendedLot& lot) {
  for (const v1::RankedOffer& offer : process.ranking()) {
    if (offer.lot_number() == lot.lot_number() && offer.bid() == lot.bid()) return &offer;
  }
  return nullptr;
}

Decision DecideRecommend(const View& view, const v1::RecommendAwardRequest& command,
                         Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_EVALUATED) {
    return WrongSourcingState(process, "have an award recommended");
  }
  const auto ranking = RankOffers(view, process);  // scores may have been corrected
  if (!ranking.ok()) return ranking.rejection();
  process.mutable_ranking()->Assign(ranking->begin(), ranking->end());
  if (command.lots().empty()) return es::InvalidField("lots", "must have at least one lot");
  bool plain = command.lots_size() == process.lots_size();  // each lot to the first in rank
  Money total = Money::Zero(FromProto(process.lots(0).estimate()).currency());
  std::set<int> lots;
  process.clear_recommended();
  for (int i = 0; i < command.lots_size(); ++i) {
    const v1::RankedOffer* offer = FindRanked(process, command.lots(i));
    if (offer == nullptr) {
      return es::InvalidField(FieldOf("lots", i, "bid"), "has no ranked offer for the lot");
    }
    if (!lots.insert(offer->lot_number()).second) {
      return es::InvalidField(FieldOf("lots", i, "lot_number"), "stands twice");
    }
    plain = plain && offer->rank() == 1;
    const auto sum = CheckedAdd(total, FromProto(offer->amount()));
    if (!sum.ok()) return es::InvalidField("lots", std::string(sum.status().message()));
    total = *sum;
    v1::LotAward& award = *process.add_recommended();
    award.set_lot_number(offer->lot_number());
    award.set_bid(offer->bid());
    award.set_supplier(offer->supplier());
    *award.mutable_amount() = offer->amount();
  }
  if (auto no = CheckText("justification", command.justification(), !plain, 1000)) return *no;
  process.set_state(v1::SOURCING_STATE_RECOMMENDED);
  process.set_justification(command.justification());
  process.set_recommender(context.principal);
  process.set_approvals_needed(PolicyOn(view, context).ApproversFor(total));
  process.clear_approvals();
  return es::Accepted(After<v1::AwardRecommended>(process)).Naming(process.name());
}

Decision DecideSendBack(const View& view, const v1::SendBackRecommendationRequest& command,
                        Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_RECOMMENDED) {
    return WrongSourcingState(process, "be sent back");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  process.set_state(v1::SOURCING_STATE_EVALUATED);
  process.clear_approvals();
  process.set_state_note(command.reason());
  auto event = After<v1::RecommendationSentBack>(process);
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(process.name());
}

// An admitted offer while it is ranked. All offers of a lot have as many scores: sums compare as
// means do.
struct Candidate {
  const v1::Bid* bid;
  Money amount;
  Decimal points;
};

Checked<std::vector<Candidate>> CandidatesOf(const View& view, const SourcingProcess& process,
                                             int lot_number) {
  std::vector<Candidate> candidates;
  for (const std::string& name : process.bids()) {
    const auto* bid = view.Find<v1::Bid>(name);
    if (bid->state() != v1::BID_STATE_OPENED) continue;
    const v1::LotOffer* offer = OfferOf(*bid, lot_number);
    if (offer == nullptr) continue;
    Candidate candidate{bid, FromProto(offer->amount()), Decimal()};
    for (const std::string& evaluator : process.evaluators()) {
      const v1::OfferScore* score = ScoreOf(*bid, evaluator, lot_number);
      if (score == nullptr) {
        return es::Rejected(kEvaluationMissing)
            .Saying(fmt::format("{} has not scored lot {} of {}", evaluator, lot_number, name))
            .With("evaluator", evaluator)
            .With("lot", lot_number)
            .With("bid", name);
      }
      candidate.points = Sum(candidate.points, FromProto(score->points()));
    }
    candidates.push_back(candidate);
  }
  return candidates;
}

// Proposals by points, the others by price.
bool IsBetter(const SourcingProcess& process, const Candidate& a, const Candidate& b) {
  const bool by_points = process.method() == v1::SOURCING_METHOD_REQUEST_FOR_PROPOSALS;
  if (by_points && a.points != b.points) return a.points > b.points;
  return a.amount.minor() < b.amount.minor();
}

// Cut to 4 decimals.
Decimal Mean(const Decimal& sum, int count) {
  absl::int128 mantissa = sum.mantissa();
  for (int i = sum.scale(); i < 4; ++i) mantissa *= 10;
  const auto mean = Decimal::FromMantissa(mantissa / count, 4);
  PRIHVAT_CHECK(mean.ok(), mean.status().ToString());
  return *mean;
}

}  // namespace

Checked<std::vector<v1::RankedOffer>> RankOffers(const View& view, const SourcingProcess& process) {
  std::vector<v1::RankedOffer> ranking;
  for (const v1::Lot& lot : process.lots()) {
    const auto found = CandidatesOf(view, process, lot.lot_number());
    if (!found.ok()) return found.rejection();
    std::vector<Candidate> candidates = *found;
    std::stable_sort(
        candidates.begin(), candidates.end(),
        [&](const Candidate& a, const Candidate& b) { return IsBetter(process, a, b); });
    for (size_t i = 0; i < candidates.size(); ++i) {
      v1::RankedOffer& offer = ranking.emplace_back();
      const bool tied = i > 0 && !IsBetter(process, candidates[i - 1], candidates[i]);
      offer.set_rank(tied ? ranking[ranking.size() - 2].rank() : static_cast<int>(i) + 1);
      offer.set_lot_number(lot.lot_number());
      offer.set_bid(candidates[i].bid->name());
      offer.set_supplier(candidates[i].bid->supplier());
      *offer.mutable_amount() = ToProto(candidates[i].amount);
      *offer.mutable_points() = ToProto(Mean(candidates[i].points, process.evaluators_size()));
    }
  }
  return ranking;
}

void AddEvaluations(es::Decider& decider) {
  decider.On<v1::DeclareConflictRequest>(&DecideDeclare);
  decider.On<v1::ScoreBidRequest>(&DecideScore);
  decider.On<v1::DisqualifyBidRequest>(&DecideDisqualify);
  decider.On<v1::CompleteEvaluationRequest>(&DecideComplete);
  decider.On<v1::RecommendAwardRequest>(&DecideRecommend);
  decider.On<v1::SendBackRecommendationRequest>(&DecideSendBack);
  decider.Fold<v1::ConflictDeclared>(&FoldProcess<v1::ConflictDeclared>);
  decider.Fold<v1::BidScored>(&FoldBid<v1::BidScored>);
  decider.Fold<v1::BidDisqualified>(&FoldBid<v1::BidDisqualified>);
  decider.Fold<v1::SourcingEvaluated>(&FoldProcess<v1::SourcingEvaluated>);
  decider.Fold<v1::AwardRecommended>(&FoldProcess<v1::AwardRecommended>);
  decider.Fold<v1::RecommendationSentBack>(&FoldProcess<v1::RecommendationSentBack>);
}

}  // namespace prihvat::procurement
