#include "services/procurement/domain/reasons.h"

namespace prihvat::procurement {

std::span<const es::Reason* const> ProcurementReasons() {
  static constexpr const es::Reason* kAll[] = {
      &kOverBudget,           &kCurrencyMismatch,     &kDutiesNotSeparate,
      &kApprovalAlreadyGiven, &kToleranceTooHigh,     &kRequisitionMismatch,
      &kOverReceipt,          &kDeliveryDoesNotAddUp, &kRejectionReasonMissing,
      &kSerialsDoNotMatch,    &kVinNotValid,          &kSerialTaken,
      &kReturnTooMuch,        &kOrderHasReceipts,     &kBelowReceived,
      &kPriceIsFixed,         &kAmendmentPending,     &kNoAmendmentPending,
      &kNothingToChange,      &kPolicyReachesBack,    &kDuplicateDocument,
      &kInvoiceDoesNotAddUp,  &kInvoiceDoesNotMatch,  &kInvoiceHasPayments,
      &kNothingRetained,      &kCreditTooMuch,        &kAdvanceTooHigh,
      &kAdvanceIsRecovered,   &kMoreThanPayable,      &kMoreThanDueBack,
      &kReceiptHasReturns,    &kReceiptIsInvoiced,    &kSourcingNotIndependent,
      &kTooFewOpeners,        &kMethodTooLight,       &kNotInvited,
      &kBidIsThere,           &kBidDeadlinePassed,    &kDeadlineNotPassed,
      &kOpenedAlready,        &kConflictNotDeclared,  &kEvaluationMissing,
      &kInStandstill,         &kStandstillOver,       &kAwardRequired,
      &kNotAwarded,           &kAboveAward,           &kReleaseDiffers,
      &kReleaseDateTaken,
  };
  return kAll;
}

}  // namespace prihvat::procurement
