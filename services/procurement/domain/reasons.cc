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
      &kNothingToChange,
  };
  return kAll;
}

}  // namespace prihvat::procurement
