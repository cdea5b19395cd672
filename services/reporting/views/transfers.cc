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

// Where an asset is used from a moment on; an empty centre is nowhere here.
struct UseChange {
  absl::Time from;
  int sequence = 0;
  std::string centre;
};

using UseChanges = std::map<std::string, std::vector<UseChange>>;  // by asset

std::vector<Use> UsesOf(std::vector<UseChange> changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const UseChange& a, const UseChange& b) {
    return std::tie(a.from, a.sequence) < std::tie(b.from, b.sequence);
  });
  std::vector<Use> uses;
  for (const UseChange& change : changes) {
    if (!uses.empty() && uses.back().until == absl::InfiniteFuture()) {
      if (uses.back().centre == change.centre) continue;  // it stays where it is
      uses.back().until = change.from;
    }
    if (!change.centre.empty()) uses.push_back({change.centre, change.from});
  }
  return uses;
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
    PRIHVAT_ASSIGN_OR_RETURN(transferred.quantity, FromProto(item.quantity()));
    PRIHVAT_ASSIGN_OR_RETURN(transferred.value, FromProto(item.value()));
    if (item.has_value_eur()) {
      PRIHVAT_ASSIGN_OR_RETURN(transferred.value_eur, FromProto(item.value_eur()));
    }
    if (!item.asset().empty()) {
      changes[item.asset()].push_back({certificate.title_time, time.sequence, item.centre()});
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
        changes[event.asset()].push_back({time.effective, time.sequence, event.centre()});
        return absl::OkStatus();
      });
  reader.On<handover::AssetReturnedToSupplier>(
      [&](const handover::AssetReturnedToSupplier& event, const FactTime& time) {
        changes[event.asset()].push_back({time.effective, time.sequence, ""});
        return absl::OkStatus();
      });
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
  PRIHVAT_RETURN_IF_ERROR(reader.Read(handovers, operation, cut));

  // What an asset's later moves say counts for the certificate that handed it over.
  for (Transferred& transferred : transfers.transferred) {
    const auto found = changes.find(transferred.item.asset());
    if (found == changes.end()) continue;
    transferred.uses = UsesOf(std::move(found->second));
    changes.erase(found);
  }
  for (auto& [asset, of_asset] : changes) transfers.own_uses[asset] = UsesOf(std::move(of_asset));
  return transfers;
}

}  // namespace prihvat::reporting
