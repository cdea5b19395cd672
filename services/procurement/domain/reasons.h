// Why procurement says no. Each is in the error catalogue.
#pragma once

#include <span>

#include "libs/es/decision.h"

namespace prihvat::procurement {

inline constexpr es::Reason kOverBudget{
    "OVER_BUDGET", absl::StatusCode::kFailedPrecondition,
    "The budget line does not have so much left (INV-03).",
    "Lower the amount, charge another line, or free money by cancelling what is not needed."};
inline constexpr es::Reason kCurrencyMismatch{
    "CURRENCY_MISMATCH", absl::StatusCode::kInvalidArgument,
    "An amount is not in the budget line's currency; nothing is converted.",
    "State the amount in the budget line's currency, or charge a line of the amount's currency."};
inline constexpr es::Reason kDutiesNotSeparate{
    "DUTIES_NOT_SEPARATE", absl::StatusCode::kFailedPrecondition,
    "One person would hold two duties that must be with different people (INV-10).",
    "Let another person do it."};
inline constexpr es::Reason kApprovalAlreadyGiven{
    "APPROVAL_ALREADY_GIVEN", absl::StatusCode::kFailedPrecondition,
    "The same person has approved already, and several people must.",
    "Let another approver approve."};
inline constexpr es::Reason kToleranceTooHigh{
    "TOLERANCE_TOO_HIGH", absl::StatusCode::kInvalidArgument,
    "The tolerance is above what policy allows.", "Lower the tolerance."};
inline constexpr es::Reason kRequisitionMismatch{
    "REQUISITION_MISMATCH", absl::StatusCode::kFailedPrecondition,
    "The order and its requisition are charged to different budget lines.",
    "Charge the order to the requisition's budget line, or name no requisition."};
inline constexpr es::Reason kOverReceipt{
    "OVER_RECEIPT", absl::StatusCode::kFailedPrecondition,
    "More would be accepted than was ordered and tolerated (INV-07).",
    "Hold the rest as surplus, or amend the order before all of it is received."};
inline constexpr es::Reason kDeliveryDoesNotAddUp{
    "DELIVERY_DOES_NOT_ADD_UP", absl::StatusCode::kInvalidArgument,
    "What was delivered is not what was accepted, rejected and held together (INV-08).",
    "Count again, and correct the line."};
inline constexpr es::Reason kRejectionReasonMissing{
    "REJECTION_REASON_MISSING", absl::StatusCode::kInvalidArgument,
    "Something was rejected without a reason (INV-08).", "Say why it was rejected."};
inline constexpr es::Reason kSerialsDoNotMatch{
    "SERIALS_DO_NOT_MATCH", absl::StatusCode::kInvalidArgument,
    "The serials listed are not as many as the pieces, or the goods have none.",
    "List one serial or VIN for each accepted piece of goods with serials, and none for others."};
inline constexpr es::Reason kVinNotValid{
    "VIN_NOT_VALID", absl::StatusCode::kInvalidArgument,
    "A VIN has 17 letters and digits without I, O and Q; its check digit is binding in North "
    "America and China (INV-13).",
    "Read the number on the vehicle again."};
inline constexpr es::Reason kSerialTaken{
    "SERIAL_TAKEN", absl::StatusCode::kAlreadyExists,
    "A piece of that maker and serial, or of that VIN, is there already (INV-12).",
    "Read the number again; if the earlier receipt is wrong, return its piece first."};
inline constexpr es::Reason kReturnTooMuch{"RETURN_TOO_MUCH", absl::StatusCode::kFailedPrecondition,
                                           "More would be returned than the receipt has left.",
                                           "Get the receipt, and return at most what is left."};
inline constexpr es::Reason kOrderHasReceipts{
    "ORDER_HAS_RECEIPTS", absl::StatusCode::kFailedPrecondition,
    "An order of which something was delivered cannot be cancelled (INV-11).",
    "Close it short, or terminate it."};
inline constexpr es::Reason kBelowReceived{
    "BELOW_RECEIVED", absl::StatusCode::kFailedPrecondition,
    "The quantity would be below what is kept of the line.",
    "Return goods first, or ask for no less than what is kept."};
inline constexpr es::Reason kPriceIsFixed{
    "PRICE_IS_FIXED", absl::StatusCode::kFailedPrecondition,
    "The price of a line of which something was accepted does not change.",
    "Lower the line's quantity to what is kept, and add a line at the new price."};
inline constexpr es::Reason kAmendmentPending{
    "AMENDMENT_PENDING", absl::StatusCode::kFailedPrecondition,
    "An amendment waits for approval, and there is one at a time.",
    "Approve or drop the one that waits."};
inline constexpr es::Reason kNoAmendmentPending{
    "NO_AMENDMENT_PENDING", absl::StatusCode::kFailedPrecondition,
    "No amendment of the order waits for approval.", "Get the order; nothing needs to be done."};
inline constexpr es::Reason kNothingToChange{
    "NOTHING_TO_CHANGE", absl::StatusCode::kInvalidArgument, "The amendment changes nothing.",
    "Name a new quantity, a new price, or a line to add."};

// All of the above.
std::span<const es::Reason* const> ProcurementReasons();

}  // namespace prihvat::procurement
