#include "services/handover/api/queries.h"

#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/documents/certificate_content.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/filters.h"
#include "services/handover/documents/certificate_pdf.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/funding.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/mandates.h"
#include "services/handover/domain/policy.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/responsibilities.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {

// What is asked for as of a time: now where nothing is said. Nobody knows what is to come.
absl::StatusOr<absl::Time> AsOf(const rpc::ReadContext& reads, bool given,
                                const google::protobuf::Timestamp& as_of) {
  if (!given) return reads.now();
  const absl::Time time = FromProto(as_of);
  const Policy& policy = PolicyOn(absl::ToCivilDay(reads.now(), reads.zone()));
  if (time <= reads.now() + policy.skew) return time;
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
  return !certificate.corrects().empty() && !certificate.voided() &&
         certificate.signatures_size() < 2;
}

}  // namespace

absl::Status AnswerCertificatePdf(const rpc::ReadContext& reads,
                                  const event_log::SealSigner* signer,
                                  const v1::RenderCertificateRequest& request,
                                  v1::RenderCertificateResponse& response) {
  v1::Certificate certificate;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), certificate));
  if (certificate.voided()) {
    return rpc::Reject(
        es::Rejected(kCertificateVoided)
            .Saying(fmt::format("{} counts no more, so it is not printed", certificate.name()))
            .With("certificate", certificate.name()));
  }
  // A paper that is still to be signed is nothing that one vouches for.
  const bool both_signed = certificate.signatures_size() == 2;
  const std::string code =
      SignCertificate(certificate, both_signed ? signer : nullptr, reads.now());
  auto pdf = RenderCertificatePdf(certificate, code);
  if (!pdf.ok()) return pdf.status();
  PRIHVAT_ASSIGN_OR_RETURN(*response.mutable_canonical_content(),
                           documents::CanonicalContent(ToDocument(certificate)));
  response.set_signed_code(code);
  response.set_content(*std::move(pdf));
  response.set_content_type("application/pdf");
  response.set_file_name(certificate.number() + ".pdf");
  response.set_canonical_sha256(certificate.canonical_sha256());
  return absl::OkStatus();
}

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
         (request.state() == v1::ASSET_STATE_UNSPECIFIED || request.state() == asset.state());
}

bool Keeps(const v1::ListAssetLotsRequest& request, const v1::AssetLot& lot) {
  // One and the same part has that title holder and that custodian.
  const bool held =
      std::any_of(lot.holdings().begin(), lot.holdings().end(), [&](const v1::LotHolding& holding) {
        return Is(request.title_holder(), holding.title_holder()) &&
               Is(request.custodian(), holding.custodian());
      });
  const bool asked = !request.title_holder().empty() || !request.custodian().empty();
  return (held || !asked) && IsPaidBy(request.donor(), lot.provenance());
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
         (!request.pending_signature() || AwaitsSignature(handover_case));
}

bool Keeps(const v1::ListCertificatesRequest& request, const v1::Certificate& certificate) {
  return Is(request.recipient(), certificate.recipient().organisation()) &&
         (!request.pending_signature() || AwaitsSignature(certificate));
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
