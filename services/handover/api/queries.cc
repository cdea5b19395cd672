#include "services/handover/api/queries.h"

#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/filters.h"
#include "prihvat/handover/v1/state.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/checks.h"
#include "services/handover/domain/functions.h"
#include "services/handover/domain/funding.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/mandates.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/policy.h"
#include "services/handover/domain/responsibilities.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {

// What is asked for as of a time: now where nothing is said. Nobody knows what is to come.
absl::StatusOr<absl::Time> AsOf(const rpc::ReadContext& reads, bool given,
                                const google::protobuf::Timestamp& as_of) {
  if (!given) return reads.now();
  const absl::Time time = FromProto(as_of);
  if (time <= reads.now() + kSkew) return time;
  return rpc::Reject(es::InvalidField(
      "as_of_time",
      fmt::format("{} is after now, {}", Say(time, reads.zone()), Say(reads.now(), reads.zone()))));
}

namespace {

using rpc::Is;

bool AwaitsSignature(const v1::HandoverCase& of) {
  return of.state() == v1::HANDOVER_CASE_STATE_COUNTED ||
         of.state() == v1::HANDOVER_CASE_STATE_PARTLY_ACCEPTED ||
         of.state() == v1::HANDOVER_CASE_STATE_SIGNED_BY_ONE ||
         !of.pending_corrective_certificate().empty();
}

bool AwaitsSignature(const v1::Certificate& certificate) {
  return !certificate.voided() && certificate.signatures_size() < 2;
}

}  // namespace

absl::Status AnswerResponsibleBody(const rpc::ReadContext& reads,
                                   const v1::GetResponsibleBodyRequest& request,
                                   v1::GetResponsibleBodyResponse& response) {
  v1::Responsibility responsibility;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), responsibility));
  PRIHVAT_ASSIGN_OR_RETURN(const absl::Time time,
                           AsOf(reads, request.has_as_of_time(), request.as_of_time()));
  const v1::ResponsibilityPeriod* answering = AnsweringAt(responsibility, time);
  if (answering == nullptr) {
    return rpc::Reject(es::Rejected(es::kNotFound)
                           .Saying(fmt::format("nobody answered for {} at {}", request.name(),
                                               Say(time, reads.zone())))
                           .With("name", request.name()));
  }
  *response.mutable_answering() = *answering;
  for (const auto* period : AssistingAt(responsibility, time)) *response.add_assisting() = *period;
  return absl::OkStatus();
}

absl::Status AnswerPolicyInForce(const rpc::ReadContext& reads,
                                 const v1::GetHandoverPolicyInForceRequest& request,
                                 v1::HandoverPolicy& response) {
  PRIHVAT_RETURN_IF_ERROR(reads.Find<v1::OperationFacts>(request.parent()).status());
  absl::StatusOr<absl::CivilDay> day = base::LocalDay(reads.now(), reads.zone());
  if (request.has_date()) day = CheckedFromProto(request.date());
  if (!day.ok()) {
    return rpc::Reject(es::InvalidField("date", base::FromAbsl(day.status().message())));
  }
  response = PolicyVersionOn(reads.entities(), request.parent(), *day);
  return absl::OkStatus();
}

absl::Status AnswerCentreFunction(const rpc::ReadContext& reads,
                                  const v1::GetCentreFunctionRequest& request,
                                  v1::CentreFunction& response) {
  PRIHVAT_RETURN_IF_ERROR(reads.Find<v1::OperationFacts>(reads.operation()).status());
  auto function = FindFunction(reads.entities(), reads.operation(), IdOf(request.name()));
  if (!function || function->name() != request.name()) {
    return rpc::Reject(es::NotFound(request.name()));
  }
  response = *std::move(function);
  return absl::OkStatus();
}

absl::Status AnswerCentreFunctions(const rpc::ReadContext& reads,
                                   const v1::ListCentreFunctionsRequest& request,
                                   v1::ListCentreFunctionsResponse& response) {
  PRIHVAT_RETURN_IF_ERROR(reads.Find<v1::OperationFacts>(request.parent()).status());
  absl::StatusOr<absl::CivilDay> day = absl::CivilDay();
  if (request.has_valid_on()) day = CheckedFromProto(request.valid_on());
  if (!day.ok()) {
    return rpc::Reject(es::InvalidField("valid_on", base::FromAbsl(day.status().message())));
  }
  for (v1::CentreFunction& function : FunctionsOf(reads.entities(), request.parent())) {
    if (function.name() <= reads.page_after()) continue;
    if (request.has_valid_on() && !IsOnList(function, *day)) continue;
    if (response.centre_functions_size() == reads.page_size()) {
      reads.NextPage(response.centre_functions().rbegin()->name());
      break;
    }
    response.add_centre_functions()->Swap(&function);
  }
  return absl::OkStatus();
}

namespace {

// Whether the warranty ends within those days; an unset day asks for nothing.
bool EndsWithin(bool has_from, const google::type::Date& from, bool has_until,
                const google::type::Date& until, bool has_end, const google::type::Date& end) {
  if (!has_from && !has_until) return true;
  if (!has_end) return false;
  return (!has_from || FromProto(from) <= FromProto(end)) &&
         (!has_until || FromProto(end) <= FromProto(until));
}

template <class Request, class Item>
bool WarrantyEndsAsAsked(const Request& request, const Item& item) {
  return EndsWithin(request.has_warranty_ends_from(), request.warranty_ends_from(),
                    request.has_warranty_ends_until(), request.warranty_ends_until(),
                    item.has_warranty_end_date(), item.warranty_end_date());
}

// A part of the lot was handed over to that body by then.
bool WasHandedTo(const v1::AssetLot& lot, const std::string& recipient, absl::Time time) {
  return std::any_of(
      lot.movements().begin(), lot.movements().end(), [&](const v1::LotMovement& movement) {
        return !movement.handover_case().empty() && movement.to_title_holder() == recipient &&
               movement.from_title_holder() != recipient && FromProto(movement.move_time()) <= time;
      });
}

}  // namespace

// Now, or as it was; an asset that was not there had nobody.
bool HeldAsAsked(const v1::ListAssetsRequest& request, const v1::Asset& asset) {
  if (!request.has_as_of_time()) {
    return Is(request.title_holder(), asset.title_holder()) &&
           Is(request.custodian(), asset.custodian());
  }
  const absl::Time time = FromProto(request.as_of_time());
  return Is(request.title_holder(), HolderAt(asset.title_periods(), time)) &&
         Is(request.custodian(), HolderAt(asset.custody_periods(), time));
}

// By that donor, alone or with others; empty for all.
bool IsPaidBy(const std::string& donor, const v1::Provenance& from) {
  return donor.empty() || HasDonor(from, donor);
}

bool Keeps(const v1::ListAssetsRequest& request, const v1::Asset& asset) {
  return HeldAsAsked(request, asset) && IsPaidBy(request.donor(), asset.provenance()) &&
         Is(request.recipient(), asset.recipient()) &&
         Is(request.handover_case(), asset.handover_case()) &&
         Is(request.centre(), asset.centre()) &&
         (request.state() == v1::ASSET_STATE_UNSPECIFIED || request.state() == asset.state()) &&
         (request.condition() == v1::ASSET_CONDITION_UNSPECIFIED ||
          request.condition() == asset.condition()) &&
         (!request.lacking_evidence() || !asset.lacks_evidence_of().empty()) &&
         WarrantyEndsAsAsked(request, asset);
}

// One and the same part has that title holder and that custodian, and is the recipient's.
bool IsHeldAsAsked(const v1::ListAssetLotsRequest& request, const v1::AssetLot& lot) {
  const auto fits = [&](const v1::LotHolding& holding) {
    return Is(request.title_holder(), holding.title_holder()) &&
           Is(request.custodian(), holding.custodian()) &&
           Is(request.recipient(), holding.title_holder());
  };
  const absl::Time time =
      request.has_as_of_time() ? FromProto(request.as_of_time()) : absl::InfiniteFuture();
  if (!request.recipient().empty() && !WasHandedTo(lot, request.recipient(), time)) return false;
  if (request.has_as_of_time()) {
    const std::vector<v1::LotHolding> holdings = HoldingsAt(lot, time);
    return std::any_of(holdings.begin(), holdings.end(), fits);
  }
  const bool asked = !request.title_holder().empty() || !request.custodian().empty() ||
                     !request.recipient().empty();
  return !asked || std::any_of(lot.holdings().begin(), lot.holdings().end(), fits);
}

bool Keeps(const v1::ListAssetLotsRequest& request, const v1::AssetLot& lot) {
  return IsHeldAsAsked(request, lot) && IsPaidBy(request.donor(), lot.provenance()) &&
         WarrantyEndsAsAsked(request, lot);
}

bool Keeps(const v1::ListMandatesRequest& request, const v1::Mandate& mandate) {
  return Is(request.organisation(), mandate.organisation()) &&
         (!request.has_valid_on() || HoldsOn(mandate, FromProto(request.valid_on())));
}

bool Keeps(const v1::ListHandoverCasesRequest& request, const v1::HandoverCase& handover_case) {
  return (request.state() == v1::HANDOVER_CASE_STATE_UNSPECIFIED ||
          request.state() == handover_case.state()) &&
         Is(request.recipient(), handover_case.recipient()) &&
         (Is(request.donor(), handover_case.donor()) ||
          std::find(handover_case.donors().begin(), handover_case.donors().end(),
                    request.donor()) != handover_case.donors().end()) &&
         (!request.lacking_proof() || LacksProof(handover_case)) &&
         (!request.has_proof_due_before() ||
          IsProofDueBefore(handover_case, FromProto(request.proof_due_before()))) &&
         (!request.pending_signature() || AwaitsSignature(handover_case));
}

bool Keeps(const v1::ListCertificatesRequest& request, const v1::Certificate& certificate) {
  return Is(request.recipient(), certificate.recipient().organisation()) &&
         (!request.pending_signature() || AwaitsSignature(certificate));
}

bool Keeps(const v1::ListPostDonationChecksRequest& request, const v1::PostDonationCheck& check) {
  return Is(request.item(), check.item()) && Is(request.assignee(), check.assignee()) &&
         (request.kind() == v1::CHECK_KIND_UNSPECIFIED || request.kind() == check.kind()) &&
         (request.state() == v1::CHECK_STATE_UNSPECIFIED || request.state() == check.state()) &&
         (!request.has_due_before() || IsDueBefore(check, FromProto(request.due_before()))) &&
         (!request.follow_up() || check.follow_up());
}

bool Keeps(const v1::ListVisibilityChecksRequest& request, const v1::VisibilityCheck& check) {
  return Is(request.item(), check.item()) && Is(request.donor(), check.donor()) &&
         (!request.failed() || !check.conforms());
}

bool Keeps(const v1::ListWarrantyClaimsRequest& request, const v1::WarrantyClaim& claim) {
  return Is(request.item(), claim.item()) && Is(request.supplier(), claim.supplier()) &&
         (request.state() == v1::WARRANTY_CLAIM_STATE_UNSPECIFIED ||
          request.state() == claim.state());
}

bool Keeps(const v1::ListConflictsRequest& request, const v1::Conflict& conflict) {
  return Is(request.item(), conflict.item()) &&
         (request.state() == v1::CONFLICT_STATE_UNSPECIFIED || request.state() == conflict.state());
}

bool Keeps(const v1::ListResponsibilityTransfersRequest& request,
           const v1::ResponsibilityTransfer& transfer) {
  return Is(request.centre(), transfer.centre()) && Is(request.function(), transfer.function()) &&
         (request.state() == v1::RESPONSIBILITY_TRANSFER_STATE_UNSPECIFIED ||
          request.state() == transfer.state());
}

}  // namespace prihvat::handover
