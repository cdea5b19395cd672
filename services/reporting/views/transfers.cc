#include "services/reporting/views/transfers.h"

#include <algorithm>
#include <utility>

#include "libs/base/civil.h"
#include "libs/base/status_macros.h"
#include "libs/base/vin.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

namespace handover = ::prihvat::handover::v1;

// What happens to the use of an asset.
enum class UseStep {
  kBegins,  // at a centre; "" is nowhere here
  kPauses,  // lost, stolen, being repaired
  kGoesOn,  // found, repaired: where it was
  kEnds,    // for good: disposed of, destroyed, written off, returned to the supplier
};

struct UseChange {
  absl::Time from;
  int sequence = 0;
  UseStep step = UseStep::kBegins;
  std::string centre;  // of kBegins
};

using UseChanges = std::map<std::string, std::vector<UseChange>>;  // by asset

struct AssetUses {
  std::vector<Use> uses;  // at centres
  bool in_use = false;    // in the end, wherever
};

// What was gone at a moment is in use no more from then on, whatever was told of later moments:
// that it went back in February may be told after it was put into use in March.
AssetUses UsesOf(std::vector<UseChange> changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const UseChange& a, const UseChange& b) {
    return std::tie(a.from, a.sequence) < std::tie(b.from, b.sequence);
  });
  AssetUses all;
  std::string where;
  const auto stop = [&](absl::Time at) {
    if (all.in_use && !where.empty()) all.uses.back().until = at;
    all.in_use = false;
  };
  const auto go = [&](absl::Time from) {
    if (!where.empty()) all.uses.push_back({where, from});
    all.in_use = true;
  };
  bool known = false;  // where it is used was told
  for (const UseChange& change : changes) {
    switch (change.step) {
      case UseStep::kBegins:
        if (all.in_use && where == change.centre) break;  // it stays where it is
        stop(change.from);
        where = change.centre;
        known = true;
        go(change.from);
        break;
      case UseStep::kPauses:
        stop(change.from);
        break;
      case UseStep::kGoesOn:
        if (known && !all.in_use) go(change.from);
        break;
      case UseStep::kEnds:
        stop(change.from);
        return all;
    }
  }
  return all;
}

// What went back to the supplier of what a certificate handed over: case and lot, when and how
// much.
using ReturnedParts = std::map<std::pair<std::string, std::string>,
                               std::vector<std::pair<absl::Time, base::Decimal>>>;

// A part of a lot is in use at its centre until all of it has gone back.
absl::Status EndUses(std::vector<std::pair<absl::Time, base::Decimal>> returned,
                     Transferred& transferred) {
  std::sort(returned.begin(), returned.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  base::Decimal gone;
  for (const auto& [time, quantity] : returned) {
    PRIHVAT_ASSIGN_OR_RETURN(gone, base::CheckedAdd(gone, quantity));
    if (gone < transferred.quantity) continue;
    for (Use& use : transferred.uses) use.until = std::max(use.from, time);
    break;
  }
  return absl::OkStatus();
}

// What the change does to the asset's use; nothing where it does not touch it.
std::optional<UseStep> StepOf(const handover::AssetChanged& event) {
  switch (event.change()) {
    case handover::ASSET_CHANGE_SENT_TO_REPAIR:
    case handover::ASSET_CHANGE_LOST:
    case handover::ASSET_CHANGE_STOLEN:
      return UseStep::kPauses;
    case handover::ASSET_CHANGE_BACK_FROM_REPAIR:
    case handover::ASSET_CHANGE_FOUND:
      if (event.state() != handover::ASSET_STATE_IN_USE) return std::nullopt;
      return UseStep::kGoesOn;
    case handover::ASSET_CHANGE_WRITTEN_OFF:
    case handover::ASSET_CHANGE_DISPOSED:
    case handover::ASSET_CHANGE_DESTROYED:
      return UseStep::kEnds;
    default:
      return std::nullopt;
  }
}

absl::Status AddTransfer(const handover::HandoverBecameEffective& event, const FactTime& time,
                         const absl::TimeZone& zone, Transfers& transfers, UseChanges& changes) {
  CertificateFacts& certificate = transfers.certificates[event.handover_case()];
  certificate.name = event.certificate();
  certificate.number = event.certificate_number();
  certificate.recipient = event.recipient();
  certificate.title_time = event.has_title_time() ? FromProto(event.title_time()) : time.effective;
  certificate.title_day = base::LocalDay(certificate.title_time, zone);
  for (const handover::HandedOverItem& item : event.items()) {
    Transferred transferred;
    transferred.handover_case = event.handover_case();
    transferred.item = item;
    PRIHVAT_ASSIGN_OR_RETURN(transferred.quantity, CheckedFromProto(item.quantity()));
    PRIHVAT_ASSIGN_OR_RETURN(transferred.value, CheckedFromProto(item.value()));
    if (item.has_value_eur()) {
      PRIHVAT_ASSIGN_OR_RETURN(transferred.value_eur, CheckedFromProto(item.value_eur()));
    }
    if (!item.asset().empty()) {
      changes[item.asset()].push_back(
          {certificate.title_time, time.sequence, UseStep::kBegins, item.centre()});
    } else if (!item.centre().empty()) {
      transferred.uses.push_back({item.centre(), certificate.title_time});
    }
    transfers.transferred.push_back(std::move(transferred));
  }
  return absl::OkStatus();
}

void ReadThings(FactReader& reader, Transfers& transfers, UseChanges& changes) {
  reader.On<handover::AssetRegistered>([&](const handover::AssetRegistered& event,
                                           const FactTime&) {
    const handover::Provenance& from = event.provenance();
    transfers.assets[KeyOfPiece(from.receipt(), from.line_number(), event.serial(), event.vin())] =
        event.asset();
    return absl::OkStatus();
  });
  reader.On<handover::AssetLotRegistered>(
      [&](const handover::AssetLotRegistered& event, const FactTime&) {
        transfers.lots[{event.provenance().receipt(), event.provenance().line_number()}] =
            event.asset_lot();
        return absl::OkStatus();
      });
  reader.On<handover::AssetPutIntoUse>(
      [&](const handover::AssetPutIntoUse& event, const FactTime& time) {
        transfers.put_into_use.insert(event.asset());
        changes[event.asset()].push_back(
            {time.effective, time.sequence, UseStep::kBegins, event.centre()});
        return absl::OkStatus();
      });
  reader.On<handover::AssetChanged>([&](const handover::AssetChanged& event, const FactTime& time) {
    if (const auto step = StepOf(event)) {
      changes[event.asset()].push_back({time.effective, time.sequence, *step, ""});
    }
    return absl::OkStatus();
  });
  reader.On<handover::AssetReturnedToSupplier>(
      [&](const handover::AssetReturnedToSupplier& event, const FactTime& time) {
        changes[event.asset()].push_back({time.effective, time.sequence, UseStep::kEnds, ""});
        return absl::OkStatus();
      });
}

absl::Status AddReturnedParts(const handover::AssetLotReturnedToSupplier& event,
                              const FactTime& time, ReturnedParts& returned) {
  for (const handover::ReturnedPart& part : event.parts()) {
    if (part.handover_case().empty()) continue;
    PRIHVAT_ASSIGN_OR_RETURN(const base::Decimal quantity, CheckedFromProto(part.quantity()));
    returned[{part.handover_case(), event.asset_lot()}].emplace_back(time.effective, quantity);
  }
  return absl::OkStatus();
}

// The figures stand with the certificate that is to be read now, and say which one that replaced.
absl::Status Replace(const handover::CertificateReplaced& event, Transfers& transfers) {
  const auto found = transfers.certificates.find(event.handover_case());
  // With a cut by time of effect the replacement may be in, and the handover not.
  if (found == transfers.certificates.end()) return absl::OkStatus();
  found->second.replaced = event.corrected_certificate();
  found->second.name = event.certificate();
  found->second.number = event.certificate_number();
  return absl::OkStatus();
}

}  // namespace

SerialKey KeyOfPiece(const std::string& receipt, int line_number, const std::string& serial,
                     const std::string& vin) {
  return {receipt, line_number, serial, base::NormalizedVin(vin)};
}

absl::StatusOr<Transfers> ReadTransfers(const es::Rows& handovers, const std::string& operation,
                                        const absl::TimeZone& zone, const TimeCut& cut) {
  Transfers transfers;
  UseChanges changes;
  FactReader reader;
  ReadThings(reader, transfers, changes);
  reader.On<handover::HandoverBecameEffective>(
      [&](const handover::HandoverBecameEffective& event, const FactTime& time) {
        return AddTransfer(event, time, zone, transfers, changes);
      });
  ReturnedParts returned;
  reader.On<handover::AssetLotReturnedToSupplier>(
      [&](const handover::AssetLotReturnedToSupplier& event, const FactTime& time) {
        return AddReturnedParts(event, time, returned);
      });
  reader.On<handover::CertificateReplaced>(
      [&](const handover::CertificateReplaced& event, const FactTime&) {
        return Replace(event, transfers);
      });
  PRIHVAT_RETURN_IF_ERROR(reader.Read(handovers, operation, cut));

  // What an asset's later moves say counts for the certificate that handed it over.
  for (Transferred& transferred : transfers.transferred) {
    const auto parts = returned.find({transferred.handover_case, transferred.item.asset_lot()});
    if (parts != returned.end()) PRIHVAT_RETURN_IF_ERROR(EndUses(parts->second, transferred));
    const auto found = changes.find(transferred.item.asset());
    if (found == changes.end()) continue;
    transferred.uses = UsesOf(std::move(found->second)).uses;
    changes.erase(found);
  }
  for (auto& [asset, of_asset] : changes) {
    AssetUses uses = UsesOf(std::move(of_asset));
    if (!uses.in_use) transfers.out_of_use.insert(asset);
    transfers.own_uses[asset] = std::move(uses.uses);
  }
  return transfers;
}

}  // namespace prihvat::reporting
