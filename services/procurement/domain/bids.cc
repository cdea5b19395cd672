// Bids come in sealed, before the deadline, and are read after it, when all openers have given
// their private keys (INV-04). Until then nobody can read them, whatever they may see of the log:
// the service never had what opens them.
#include <algorithm>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "libs/base/digest.h"
#include "libs/base/sealed_box.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/sourcing.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using es::Context;
using es::Decision;
using es::View;
using v1::SourcingProcess;

Decision DecideSubmit(const View& view, const v1::SubmitBidRequest& command, Context& context) {
  const auto found =
      Find<SourcingProcess>(view, context, "parent", command.parent(), kSourcingPattern);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_PUBLISHED) {
    return WrongSourcingState(process, "take bids");
  }
  if (auto no = CheckBeforeDeadline(process, context, "take bids")) return *no;
  const v1::Bid& wanted = command.bid();
  const auto supplier =
      Find<v1::Supplier>(view, context, "bid.supplier", wanted.supplier(), kSupplierPattern);
  if (!supplier.ok()) return supplier.rejection();
  if (auto no = CheckMayDealWith(**supplier, "bid")) return *no;
  const auto& invited = process.invited_suppliers();
  if (process.method() == v1::SOURCING_METHOD_REQUEST_FOR_QUOTATIONS &&
      std::find(invited.begin(), invited.end(), wanted.supplier()) == invited.end()) {
    return es::Rejected(kNotInvited)
        .Saying(fmt::format("{} is not invited to {}", wanted.supplier(), process.name()))
        .With("supplier", wanted.supplier());
  }
  if (HasBid(view, process, wanted.supplier())) {
    return es::Rejected(kBidIsThere)
        .Saying(fmt::format("{} has a bid in {}", wanted.supplier(), process.name()))
        .With("supplier", wanted.supplier());
  }
  const size_t least = base::kSealBytes * process.openers_size();
  const size_t size = wanted.sealed_content().size();
  if (size <= least || size > kMaxSealedBytes) {
    return es::InvalidField("bid.sealed_content",
                            fmt::format("must be {} to {} bytes, sealed for all openers, is {}",
                                        least + 1, kMaxSealedBytes, size));
  }
  if (process.bids_size() >= kMaxSourcingList) {
    return es::InvalidField("parent",
                            fmt::format("has {} bids, which is the most", process.bids_size()));
  }
  const auto name = NewName(view, context, process.name(), "bids", "bid_id", command.bid_id(), "");
  if (!name.ok()) return name.rejection();
  v1::Bid bid;
  bid.set_name(*name);
  bid.set_state(v1::BID_STATE_SEALED);
  bid.set_supplier(wanted.supplier());
  bid.set_sealed_content(wanted.sealed_content());
  bid.set_sealed_digest(base::Sha256Hex(wanted.sealed_content()));
  *bid.mutable_receive_time() = ToProto(Latest(context));
  process.add_bids(*name);
  auto event = After<v1::BidSubmitted>(process);
  *event.mutable_bid() = bid;
  return es::Accepted(std::move(event)).Naming(*name);
}

Decision DecideWithdraw(const View& view, const v1::WithdrawBidRequest& command, Context& context) {
  const auto found =
      FindForEdit<v1::Bid>(view, context, command.name(), kBidPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const auto& process = *view.Find<SourcingProcess>(ProcessOf(command.name()));
  if (process.state() != v1::SOURCING_STATE_PUBLISHED) {
    return WrongSourcingState(process, "have bids withdrawn");
  }
  if (auto no = CheckBeforeDeadline(process, context, "have bids withdrawn")) return *no;
  v1::Bid bid = **found;
  if (bid.state() != v1::BID_STATE_SEALED) {
    return es::WrongState(bid.name(), "withdrawn", "be withdrawn", "none");
  }
  bid.set_state(v1::BID_STATE_WITHDRAWN);
  auto event = After<v1::BidWithdrawn>(process);
  *event.mutable_bid() = bid;
  return es::Accepted(std::move(event)).Naming(bid.name());
}

MaybeRejected CheckBidDeadlinePassed(const SourcingProcess& process, const Context& context) {
  const absl::Time deadline = FromProto(process.bid_deadline());
  if (Earliest(context) >= deadline) return std::nullopt;
  return es::Rejected(kDeadlineNotPassed)
      .Saying(fmt::format("bids may come to {} until {}", process.name(),
                          absl::FormatTime(deadline, context.zone)))
      .With("bid_deadline", absl::FormatTime(deadline, context.zone));
}

Decision DecideClose(const View& view, const v1::CloseBiddingRequest& command, Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_PUBLISHED) {
    return WrongSourcingState(process, "be closed for bids");
  }
  if (auto no = CheckBidDeadlinePassed(process, context)) return *no;
  process.set_state(v1::SOURCING_STATE_BIDS_CLOSED);
  return es::Accepted(After<v1::BiddingClosed>(process)).Naming(process.name());
}

// What a bid says, or why it cannot be read. Sealed for the first opener first, it is opened from
// the last.
void Open(const std::vector<std::string>& keys, const SourcingProcess& process, v1::Bid& bid) {
  const auto unreadable = [&](std::string_view why) {
    bid.set_state(v1::BID_STATE_UNREADABLE);
    bid.set_state_note(std::string(why));
  };
  std::string content = bid.sealed_content();
  for (size_t i = keys.size(); i > 0; --i) {
    const auto opened = base::OpenBox(content, keys[i - 1]);
    if (!opened.ok()) return unreadable("not sealed for all openers in their order");
    content = *opened;
  }
  v1::BidContent said;
  if (!said.ParseFromString(content) || said.offers().empty()) return unreadable("says no offer");
  std::vector<bool> lots(static_cast<size_t>(process.lots_size()) + 1, false);
  const base::Currency currency = FromProto(process.lots(0).estimate()).currency();
  for (const v1::LotOffer& offer : said.offers()) {
    const auto amount = CheckedFromProto(offer.amount());
    const bool known = offer.lot_number() >= 1 && offer.lot_number() <= process.lots_size();
    if (!known || lots[offer.lot_number()])
      return unreadable("offers a lot that there is not, or one twice");
    if (!amount.ok() || amount->IsNegative() || amount->currency() != currency) {
      return unreadable(fmt::format("a price is no amount in {}", currency.code()));
    }
    lots[offer.lot_number()] = true;
  }
  bid.set_state(v1::BID_STATE_OPENED);
  *bid.mutable_content() = said;
}

Checked<v1::Opener*> FindOpener(SourcingProcess& process, const Context& context,
                                std::string_view private_key) {
  for (v1::Opener& opener : *process.mutable_openers()) {
    if (opener.person() != context.principal) continue;
    const auto public_key = base::BoxPublicKey(private_key);
    if (!public_key.ok() || *public_key != opener.public_key()) {
      return es::InvalidField("private_key", "is not that of the public key of this opener");
    }
    if (opener.opened()) {
      return es::Rejected(kOpenedAlready)
          .Saying(fmt::format("{} has opened the bids of {} already", context.principal,
                              process.name()))
          .With("opener", context.principal);
    }
    return &opener;
  }
  return NotSeparateInSourcing(process, context.principal, "opener", "is none of the openers");
}

Decision DecideOpen(const View& view, const v1::OpenBidsRequest& command, Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_BIDS_CLOSED) {
    return WrongSourcingState(process, "have its bids opened");
  }
  const auto opener = FindOpener(process, context, command.private_key());
  if (!opener.ok()) return opener.rejection();
  (*opener)->set_opened(true);
  // Private, and of no more use to anybody once the last is given.
  std::vector<std::string> keys;
  for (const v1::Opener& each : process.openers()) {
    if (!each.opened()) {
      auto event = After<v1::BidOpeningKeyGiven>(process);
      event.set_opener(context.principal);
      event.set_private_key(command.private_key());
      return es::Accepted(std::move(event)).Naming(process.name());
    }
    if (each.person() == context.principal) {
      keys.push_back(command.private_key());
      continue;
    }
    keys.push_back(view.Find<v1::GivenOpeningKey>(OpeningKeyName(process.name(), each.public_key()))
                       ->private_key());
  }
  process.set_state(v1::SOURCING_STATE_OPENED);
  auto event = After<v1::BidsOpened>(process);
  event.set_opener(context.principal);
  event.set_private_key(command.private_key());
  Decision decision = es::Accepted(std::move(event)).Naming(process.name());
  for (const std::string& name : process.bids()) {
    v1::BidOpened opened;
    *opened.mutable_bid() = *view.Find<v1::Bid>(name);
    if (opened.bid().state() != v1::BID_STATE_SEALED) continue;
    Open(keys, process, *opened.mutable_bid());
    decision.Add(std::move(opened));
  }
  return decision;
}

void FoldKeyGiven(es::Entities& entities, const v1::BidOpeningKeyGiven& event,
                  const es::EventContext& context) {
  FoldProcess(entities, event, context);
  for (const v1::Opener& opener : event.sourcing_process().openers()) {
    if (opener.person() != event.opener()) continue;
    v1::GivenOpeningKey given;
    given.set_private_key(event.private_key());
    entities.Put(OpeningKeyName(event.sourcing_process().name(), opener.public_key()), given);
  }
}

}  // namespace

MaybeRejected CheckBeforeDeadline(const SourcingProcess& process, const Context& context,
                                  std::string_view wish) {
  const absl::Time deadline = FromProto(process.bid_deadline());
  if (Latest(context) < deadline) return std::nullopt;
  return es::Rejected(kBidDeadlinePassed)
      .Saying(fmt::format("{} cannot {} after {}", process.name(), wish,
                          absl::FormatTime(deadline, context.zone)))
      .With("bid_deadline", absl::FormatTime(deadline, context.zone));
}

std::string OpeningKeyName(std::string_view process, std::string_view public_key) {
  return fmt::format("{}/openingKeys/{}", process, base::Sha256Hex(public_key).substr(0, 40));
}

void AddBids(es::Decider& decider) {
  decider.On<v1::SubmitBidRequest>(&DecideSubmit);
  decider.On<v1::WithdrawBidRequest>(&DecideWithdraw);
  decider.On<v1::CloseBiddingRequest>(&DecideClose);
  decider.On<v1::OpenBidsRequest>(&DecideOpen);
  decider.Fold<v1::BidSubmitted>(&FoldBidAndProcess<v1::BidSubmitted>);
  decider.Fold<v1::BidWithdrawn>(&FoldBidAndProcess<v1::BidWithdrawn>);
  decider.Fold<v1::BiddingClosed>(&FoldProcess<v1::BiddingClosed>);
  decider.Fold<v1::BidOpeningKeyGiven>(&FoldKeyGiven);
  decider.Fold<v1::BidsOpened>(&FoldProcess<v1::BidsOpened>);
  decider.Fold<v1::BidOpened>(&FoldBid<v1::BidOpened>);
}

}  // namespace prihvat::procurement
