// Why the handover service says no.
#pragma once

#include <span>

#include "libs/es/decision.h"

namespace prihvat::handover {

inline constexpr es::Reason kSerialTaken{
    "SERIAL_TAKEN", absl::StatusCode::kAlreadyExists,
    "A live asset has that serial number of that manufacturer.",
    "Compare the number on the thing; return or dispose of the asset that has it, if that is so."};
inline constexpr es::Reason kVinTaken{
    "VIN_TAKEN", absl::StatusCode::kAlreadyExists, "A live asset has that VIN.",
    "Compare the number on the vehicle; return or dispose of the asset that has it, if that is "
    "so."};
inline constexpr es::Reason kVinInvalid{
    "VIN_INVALID", absl::StatusCode::kInvalidArgument,
    "It is no VIN: 17 capital letters and digits without I, O and Q.",
    "Compare the number on the vehicle."};
inline constexpr es::Reason kPiecesMismatch{
    "PIECES_MISMATCH", absl::StatusCode::kFailedPrecondition,
    "The numbered goods are not as many as were accepted or returned.",
    "Compare the serial numbers with the quantity on the receipt."};
inline constexpr es::Reason kReceiptTooLarge{
    "RECEIPT_TOO_LARGE", absl::StatusCode::kFailedPrecondition,
    "The goods of one receipt are too many to be registered at once.",
    "Return them in procurement and receive them again in several receipts."};
inline constexpr es::Reason kCaseTooLarge{
    "CASE_TOO_LARGE", absl::StatusCode::kInvalidArgument,
    "The items of the case are too many, or worth too much, to be handed over at once.",
    "Make several cases."};
inline constexpr es::Reason kItemNotAvailable{
    "ITEM_NOT_AVAILABLE", absl::StatusCode::kFailedPrecondition,
    "The item is not in custody: it is promised to a case, handed over, or gone.",
    "Get the asset; void the case that holds it, or choose another."};
inline constexpr es::Reason kLotExceeded{"LOT_EXCEEDED", absl::StatusCode::kFailedPrecondition,
                                         "The lot has not so much left that is promised to nobody.",
                                         "Get the lot; ask for no more than is there."};
inline constexpr es::Reason kGiverNotEntitled{
    "GIVER_NOT_ENTITLED", absl::StatusCode::kFailedPrecondition,
    "The giver is neither the title holder nor the donor of the item.",
    "Name the title holder or the donor as the giver."};
inline constexpr es::Reason kRecipientNotEntitled{
    "RECIPIENT_NOT_ENTITLED", absl::StatusCode::kFailedPrecondition,
    "The recipient is the donor of the item, the agency that bought it, or has its title already.",
    "Name the institution that is to have the title; what the agency keeps is put into use."};
inline constexpr es::Reason kDifferentDonors{
    "DIFFERENT_DONORS", absl::StatusCode::kFailedPrecondition,
    "The items were paid by different donors, or by others than the case names.",
    "Make one case for what the same donors paid."};
inline constexpr es::Reason kCurrencyUnsupported{
    "CURRENCY_UNSUPPORTED", absl::StatusCode::kFailedPrecondition,
    "A certificate has items of one currency, and that is KM or EUR.",
    "Make one case for each currency; other currencies have no fixed rate."};
inline constexpr es::Reason kCountMismatch{
    "COUNT_MISMATCH", absl::StatusCode::kFailedPrecondition,
    "Accepted, refused and missing do not make what was listed.",
    "Count again; the error has the numbers."};
inline constexpr es::Reason kMandateOfAnother{
    "MANDATE_OF_ANOTHER", absl::StatusCode::kFailedPrecondition,
    "The mandate is for another organisation than the party to the case.",
    "Name a mandate for that party."};
inline constexpr es::Reason kSignatoryNotNamed{
    "SIGNATORY_NOT_NAMED", absl::StatusCode::kFailedPrecondition,
    "The certificate prints who signs for either side, and that is not said.",
    "Name the signatories of both sides."};
inline constexpr es::Reason kNotTheSignatory{
    "NOT_THE_SIGNATORY", absl::StatusCode::kPermissionDenied,
    "Only the person whose mandate is named may sign for that side.",
    "Let that person sign, or name another signatory before the first signature."};
inline constexpr es::Reason kMandateNotValid{
    "MANDATE_NOT_VALID", absl::StatusCode::kFailedPrecondition,
    "The mandate to sign does not hold on the day of signing.",
    "Name somebody whose mandate holds on that day."};
inline constexpr es::Reason kSameSignatory{"SAME_SIGNATORY", absl::StatusCode::kFailedPrecondition,
                                           "One person cannot sign for both sides.",
                                           "Name two different people."};
inline constexpr es::Reason kAlreadySigned{"ALREADY_SIGNED", absl::StatusCode::kFailedPrecondition,
                                           "That side has signed.", "Let the other side sign."};
inline constexpr es::Reason kNothingAccepted{
    "NOTHING_ACCEPTED", absl::StatusCode::kFailedPrecondition,
    "Nothing was accepted, so there is nothing to certify.", "Void the case."};
inline constexpr es::Reason kCertificateIncomplete{
    "CERTIFICATE_INCOMPLETE", absl::StatusCode::kFailedPrecondition,
    "The certificate lacks what it must print.",
    "Void the case and make it anew with what the error names."};
inline constexpr es::Reason kCertificateDiffers{
    "CERTIFICATE_DIFFERS", absl::StatusCode::kAborted,
    "The certificate is not the one that the signatory has seen.",
    "Read the certificate again before signing."};
inline constexpr es::Reason kCertificateDrawnUp{
    "CERTIFICATE_DRAWN_UP", absl::StatusCode::kFailedPrecondition,
    "The certificate was drawn up to be signed away from here, so its content stands.",
    "Let both sides sign it; or void the case and make it anew."};
inline constexpr es::Reason kReturnDiffers{
    "RETURN_DIFFERS", absl::StatusCode::kFailedPrecondition,
    "That side's signature was brought back before, and this is another.",
    "Get the certificate; what was brought back first counts (DownloadSignature)."};
inline constexpr es::Reason kReturnNeedsAnother{
    "RETURN_NEEDS_ANOTHER", absl::StatusCode::kPermissionDenied,
    "Who brings it back signs for the other side, brought back the other side's image, or "
    "registered the key that it is checked with.",
    "Let somebody else bring it back."};
inline constexpr es::Reason kSignatureInvalid{
    "SIGNATURE_INVALID", absl::StatusCode::kFailedPrecondition,
    "The electronic signature is not that key's under the certificate's canonical content.",
    "Export the certificate, sign its canonical content to the byte with that key, and return it."};
inline constexpr es::Reason kSigningKeyNotValid{
    "SIGNING_KEY_NOT_VALID", absl::StatusCode::kFailedPrecondition,
    "The key does not count on the day of signing.",
    "Sign with a key that counts on that day; get the mandate to see them."};
inline constexpr es::Reason kCertificateVoided{
    "CERTIFICATE_VOIDED", absl::StatusCode::kFailedPrecondition,
    "The certificate was voided before it took effect: it never counted and is not printed.",
    "Print the certificate of the case that took its place."};
inline constexpr es::Reason kNotCorrective{
    "NOT_CORRECTIVE", absl::StatusCode::kFailedPrecondition,
    "What is named is no certificate that replaces another and waits for signatures.",
    "Sign the handover case; or draw up a correction first."};
inline constexpr es::Reason kProofMissing{
    "PROOF_MISSING", absl::StatusCode::kFailedPrecondition,
    "An item costs more than the threshold, and no proof of its transfer is filed.",
    "File the proof first."};
inline constexpr es::Reason kItemReturned{
    "ITEM_RETURNED", absl::StatusCode::kFailedPrecondition,
    "Something that the certificate names went back to the supplier.",
    "Void the case, and make it anew without what went back."};
inline constexpr es::Reason kBeforeLastMove{
    "BEFORE_LAST_MOVE", absl::StatusCode::kFailedPrecondition,
    "The move would take effect before the one that it follows.",
    "Correct the effective time; moves are told in the order in which they happened."};
inline constexpr es::Reason kBeforeAgreedDay{
    "BEFORE_AGREED_DAY", absl::StatusCode::kFailedPrecondition,
    "The responsibility is not to pass before the agreed day.",
    "Wait for that day, or agree on another before the transfer takes effect."};
inline constexpr es::Reason kNotResponsible{
    "NOT_RESPONSIBLE", absl::StatusCode::kFailedPrecondition,
    "The giver is not the body that answers for the function.",
    "Get the responsibility; plan the transfer from the body that answers."};
inline constexpr es::Reason kPolicyReachesBack{
    "POLICY_REACHES_BACK", absl::StatusCode::kFailedPrecondition,
    "What is decided would hold from a day before the decision.",
    "Let it hold from the day of the decision or later; an approved import may tell of earlier "
    "ones."};
inline constexpr es::Reason kEvidenceMissing{
    "EVIDENCE_MISSING", absl::StatusCode::kFailedPrecondition,
    "No document shows what the asset is taken off the books for.",
    "Give the document's kind and reference; of a loss or theft, attach its report first."};
inline constexpr es::Reason kReadinessIncomplete{
    "READINESS_INCOMPLETE", absl::StatusCode::kFailedPrecondition,
    "Something that must be so before the transfer takes effect is not done.",
    "Record the items that the error names as done once they are."};
inline constexpr es::Reason kNotUnderWarranty{
    "NOT_UNDER_WARRANTY", absl::StatusCode::kFailedPrecondition,
    "The supplier gave no warranty, or it had ended when the defect showed.",
    "Get the item: warranty_end_date is its last day; give the time at which the defect showed."};
inline constexpr es::Reason kRegisterTooLarge{
    "REGISTER_TOO_LARGE", absl::StatusCode::kOutOfRange,
    "The register has more lines than the format holds.",
    "Ask for a title holder, a custodian, a donor or a centre; or for XLSX or CSV instead of PDF."};

// All of them, for the error catalogue.
inline std::span<const es::Reason* const> HandoverReasons() {
  static constexpr const es::Reason* kAll[] = {
      &kSerialTaken,          &kVinTaken,
      &kVinInvalid,           &kPiecesMismatch,
      &kItemNotAvailable,     &kLotExceeded,
      &kGiverNotEntitled,     &kDifferentDonors,
      &kCurrencyUnsupported,  &kCountMismatch,
      &kMandateOfAnother,     &kSignatoryNotNamed,
      &kNotTheSignatory,      &kMandateNotValid,
      &kSameSignatory,        &kAlreadySigned,
      &kNothingAccepted,      &kCertificateIncomplete,
      &kCertificateDiffers,   &kProofMissing,
      &kBeforeLastMove,       &kBeforeAgreedDay,
      &kNotResponsible,       &kNotCorrective,
      &kCertificateVoided,    &kReceiptTooLarge,
      &kCaseTooLarge,         &kItemReturned,
      &kRecipientNotEntitled, &kRegisterTooLarge,
      &kPolicyReachesBack,    &kEvidenceMissing,
      &kReadinessIncomplete,  &kNotUnderWarranty,
      &kCertificateDrawnUp,   &kReturnDiffers,
      &kSignatureInvalid,     &kSigningKeyNotValid,
      &kReturnNeedsAnother,
  };
  return kAll;
}

}  // namespace prihvat::handover
