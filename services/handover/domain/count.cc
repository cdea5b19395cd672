// The items are brought, counted, and the count may be contested. What is accepted is in the
// recipient's keeping from the count on; the title passes later. Refused items stay with the case
// until the certificate is drawn up, since a dispute may still find them accepted.
#include <map>
#include <vector>

#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

using AskedCounts = google::protobuf::RepeatedPtrField<v1::ItemCount>;

std::string NameOf(const v1::HandoverItem& item) { return item.asset() + item.asset_lot(); }

std::optional<es::Rejection> ReadPart(const std::string& field, const common::v1::Decimal& asked,
                                      bool whole, base::Decimal& out) {
  if (auto no = ReadDecimal(field, asked, out)) return no;
  if (out.IsNegative()) {
    return es::InvalidField(field, fmt::format("is {}; it should not be negative", out.ToString()));
  }
  if (whole && out.scale() > 0) {
    return es::InvalidField(field, fmt::format("is {}; an asset is one", out.ToString()));
  }
  return std::nullopt;
}

// accepted + refused + missing = listed (INV-16), and what is not accepted is explained.
std::optional<es::Rejection> CheckCount(const std::string& field, const v1::HandoverItem& item,
                                        const v1::ItemCount& asked) {
  const bool whole = !item.asset().empty();
  base::Decimal accepted;
  base::Decimal refused;
  base::Decimal missing;
  if (auto no = ReadPart(field + ".accepted", asked.accepted(), whole, accepted)) return no;
  if (auto no = ReadPart(field + ".refused", asked.refused(), whole, refused)) return no;
  if (auto no = ReadPart(field + ".missing", asked.missing(), whole, missing)) return no;
  const auto not_accepted = base::CheckedAdd(refused, missing);
  const auto counted = not_accepted.ok() ? base::CheckedAdd(accepted, *not_accepted) : not_accepted;
  const base::Decimal listed = FromProto(item.quantity());
  if (!counted.ok() || *counted != listed) {
    return es::Rejected(kCountMismatch)
        .Saying(fmt::format("{}: {} accepted, {} refused and {} missing do not make the {} listed",
                            NameOf(item), accepted.ToString(), refused.ToString(),
                            missing.ToString(), listed.ToString()))
        .With("item", NameOf(item))
        .With("listed", listed.ToString())
        .With("accepted", accepted.ToString())
        .With("refused", refused.ToString())
        .With("missing", missing.ToString());
  }
  if (not_accepted->IsZero()) return CheckOptionalText(field + ".discrepancy", asked.discrepancy());
  return CheckText(field + ".discrepancy", asked.discrepancy());
}

struct Count {
  std::vector<v1::ItemCount> items;  // in the order of the case
  bool partly_accepted = false;
};

// The count of every item: what is left out of `asked` was accepted as listed.
std::optional<es::Rejection> ReadCounts(const v1::HandoverCase& counted, const AskedCounts& asked,
                                        Count& out) {
  std::map<std::string, int> by_item;
  for (int i = 0; i < asked.size(); ++i) {
    if (!by_item.emplace(asked[i].asset() + asked[i].asset_lot(), i).second) {
      return es::InvalidField(fmt::format("counts[{}]", i), "names what another entry names");
    }
  }
  for (const v1::HandoverItem& item : counted.items()) {
    v1::ItemCount count;
    const auto found = by_item.find(NameOf(item));
    if (found == by_item.end()) {
      *count.mutable_accepted() = item.quantity();
    } else {
      count = asked[found->second];
      if (auto no = CheckCount(fmt::format("counts[{}]", found->second), item, count)) return no;
      by_item.erase(found);
    }
    count.set_asset(item.asset());
    count.set_asset_lot(item.asset_lot());
    *count.mutable_accepted() = ToProto(FromProto(count.accepted()));
    *count.mutable_refused() = ToProto(FromProto(count.refused()));
    *count.mutable_missing() = ToProto(FromProto(count.missing()));
    out.partly_accepted |= FromProto(count.accepted()) != FromProto(item.quantity());
    out.items.push_back(std::move(count));
  }
  if (by_item.empty()) return std::nullopt;
  return es::InvalidField(fmt::format("counts[{}]", by_item.begin()->second),
                          "names no item of the case");
}

es::Decision DecideRecordDelivery(const es::View& view, const v1::RecordDeliveryRequest& command,
                                  es::Context& context) {
  const v1::HandoverCase* found = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(), {v1::HANDOVER_CASE_STATE_SCHEDULED},
                        "be delivered", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckOptionalText("delivery_note", command.delivery_note())) return *std::move(no);
  v1::HandoverDelivered event;
  event.set_handover_case(command.name());
  event.set_delivery_note(command.delivery_note());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideRecordCount(const es::View& view, const v1::RecordCountRequest& command,
                               es::Context& context) {
  const v1::HandoverCase* found = nullptr;
  if (auto no = CheckCaseMove(view, command.name(), command.etag(),
                              {v1::HANDOVER_CASE_STATE_DELIVERED}, "be counted", context, found)) {
    return *std::move(no);
  }
  Count count;
  if (auto no = ReadCounts(*found, command.counts(), count)) return *std::move(no);
  v1::HandoverCounted event;
  event.set_handover_case(command.name());
  event.mutable_counts()->Add(count.items.begin(), count.items.end());
  event.set_partly_accepted(count.partly_accepted);
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideDispute(const es::View& view, const v1::DisputeCountRequest& command,
                           es::Context& context) {
  const v1::HandoverCase* found = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(),
                        {v1::HANDOVER_CASE_STATE_COUNTED, v1::HANDOVER_CASE_STATE_PARTLY_ACCEPTED},
                        "be disputed", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckNotDrawnUp(*found)) return *std::move(no);
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  v1::HandoverDisputed event;
  event.set_handover_case(command.name());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideResolveDispute(const es::View& view, const v1::ResolveDisputeRequest& command,
                                  es::Context& context) {
  const v1::HandoverCase* found = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(), {v1::HANDOVER_CASE_STATE_DISPUTED},
                        "have a dispute resolved", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("resolution", command.resolution())) return *std::move(no);
  Count count;
  if (auto no = ReadCounts(*found, command.counts(), count)) return *std::move(no);
  v1::DisputeResolved event;
  event.set_handover_case(command.name());
  event.set_resolution(command.resolution());
  event.mutable_counts()->Add(count.items.begin(), count.items.end());
  event.set_partly_accepted(count.partly_accepted);
  return es::Accepted(std::move(event)).Naming(command.name());
}

void CountAsset(es::Entities& entities, const v1::ItemCount& count, const v1::HandoverCase& of,
                const es::EventContext& context) {
  entities.Edit<v1::Asset>(count.asset(), [&](v1::Asset& asset) {
    const bool accepted = !FromProto(count.accepted()).IsZero();
    const bool missing = !FromProto(count.missing()).IsZero();
    const std::string holder = accepted ? of.recipient() : CustodianBefore(asset, of.name());
    SetCustodian(asset, holder, context.effective_at, of.name());
    asset.clear_previous_state();
    if (accepted) {
      asset.set_state(v1::ASSET_STATE_DELIVERED);
    } else if (missing) {
      asset.set_state(v1::ASSET_STATE_LOST);  // it did not get there
      asset.set_previous_state(v1::ASSET_STATE_IN_TRANSIT);
    } else {
      asset.set_state(v1::ASSET_STATE_REFUSED);
    }
    Stamp(asset, context);
  });
}

void CountLot(es::Entities& entities, const v1::ItemCount& count,
              const base::Decimal& accepted_before, const v1::HandoverCase& of,
              const es::EventContext& context) {
  entities.Edit<v1::AssetLot>(count.asset_lot(), [&](v1::AssetLot& lot) {
    const std::string agency = lot.provenance().agency();
    const base::Decimal more = Difference(FromProto(count.accepted()), accepted_before);
    const LotHolder giver{agency, agency};
    const LotHolder recipient{agency, of.recipient()};
    if (more.IsNegative()) {
      MoveLot(lot, more.Negated(), recipient, giver, context.effective_at, of.name());
    } else {
      MoveLot(lot, more, giver, recipient, context.effective_at, of.name());
    }
    Stamp(lot, context);
  });
}

void ApplyCounts(es::Entities& entities, const AskedCounts& counts, bool partly_accepted,
                 v1::HandoverCase& of, const es::EventContext& context) {
  for (int i = 0; i < counts.size(); ++i) {
    v1::HandoverItem& item = *of.mutable_items(i);
    if (!item.asset().empty()) {
      CountAsset(entities, counts[i], of, context);
    } else {
      CountLot(entities, counts[i], FromProto(item.accepted()), of, context);
    }
    *item.mutable_accepted() = counts[i].accepted();
    *item.mutable_refused() = counts[i].refused();
    *item.mutable_missing() = counts[i].missing();
    item.set_discrepancy(counts[i].discrepancy());
  }
  *of.mutable_count_time() = ToProto(context.effective_at);
  SetState(
      of,
      partly_accepted ? v1::HANDOVER_CASE_STATE_PARTLY_ACCEPTED : v1::HANDOVER_CASE_STATE_COUNTED,
      context);
}

void FoldDelivered(es::Entities& entities, const v1::HandoverDelivered& event,
                   const es::EventContext& context) {
  v1::HandoverCase delivered = *entities.Find<v1::HandoverCase>(event.handover_case());
  for (const v1::HandoverItem& item : delivered.items()) {
    if (item.asset().empty()) continue;
    entities.Edit<v1::Asset>(item.asset(), [&](v1::Asset& asset) {
      asset.set_state(v1::ASSET_STATE_DELIVERED);  // Reserved -> InTransit -> Delivered
      Stamp(asset, context);
    });
  }
  delivered.set_delivery_note(event.delivery_note());
  *delivered.mutable_delivery_time() = ToProto(context.effective_at);
  SetState(delivered, v1::HANDOVER_CASE_STATE_DELIVERED, context);
  entities.Put(delivered.name(), delivered);
}

void FoldCounted(es::Entities& entities, const v1::HandoverCounted& event,
                 const es::EventContext& context) {
  v1::HandoverCase counted = *entities.Find<v1::HandoverCase>(event.handover_case());
  ApplyCounts(entities, event.counts(), event.partly_accepted(), counted, context);
  entities.Put(counted.name(), counted);
}

void FoldDisputed(es::Entities& entities, const v1::HandoverDisputed& event,
                  const es::EventContext& context) {
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    edited.add_dispute_notes(event.reason());
    SetState(edited, v1::HANDOVER_CASE_STATE_DISPUTED, context);
  });
}

void FoldDisputeResolved(es::Entities& entities, const v1::DisputeResolved& event,
                         const es::EventContext& context) {
  v1::HandoverCase counted = *entities.Find<v1::HandoverCase>(event.handover_case());
  counted.add_dispute_notes(event.resolution());
  ApplyCounts(entities, event.counts(), event.partly_accepted(), counted, context);
  entities.Put(counted.name(), counted);
}

}  // namespace

void RegisterCounts(es::Decider& decider) {
  OnKnown<v1::RecordDeliveryRequest, &DecideRecordDelivery>(decider);
  OnKnown<v1::RecordCountRequest, &DecideRecordCount>(decider);
  OnKnown<v1::DisputeCountRequest, &DecideDispute>(decider);
  OnKnown<v1::ResolveDisputeRequest, &DecideResolveDispute>(decider);
  decider.Fold<v1::HandoverDelivered>(&FoldDelivered);
  decider.Fold<v1::HandoverCounted>(&FoldCounted);
  decider.Fold<v1::HandoverDisputed>(&FoldDisputed);
  decider.Fold<v1::DisputeResolved>(&FoldDisputeResolved);
}

}  // namespace prihvat::handover
