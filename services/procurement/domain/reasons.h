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
    "The tolerance, or what it would be waived to, is above what policy allows.",
    "Lower the tolerance, or the ceiling of the waiver."};
inline constexpr es::Reason kTaxTooHigh{
    "TAX_TOO_HIGH", absl::StatusCode::kFailedPrecondition,
    "The order's lines of taxes come to more than the rates of the policy of its day make of its "
    "other lines.",
    "Correct the taxes, or have a policy with the new rates adopted."};
inline constexpr es::Reason kRequisitionMismatch{
    "REQUISITION_MISMATCH", absl::StatusCode::kFailedPrecondition,
    "The order and its requisition are charged to different budget lines.",
    "Charge the order to the requisition's budget line, or name no requisition."};
inline constexpr es::Reason kOverReceipt{
    "OVER_RECEIPT", absl::StatusCode::kFailedPrecondition,
    "More would be accepted than was ordered and tolerated (INV-07).",
    "Hold the rest as surplus, have the tolerance waived, or amend the order before all of it is "
    "received."};
inline constexpr es::Reason kWaiverTooLarge{
    "WAIVER_TOO_LARGE", absl::StatusCode::kFailedPrecondition,
    "What an order could come to by a waived tolerance needs more approvals than it has (INV-05).",
    "Waive less, or amend the order, which as many people approve as its new total needs."};
inline constexpr es::Reason kChangeNotAcknowledged{
    "CHANGE_NOT_ACKNOWLEDGED", absl::StatusCode::kFailedPrecondition,
    "The supplier agreed to the order, but not yet to what was changed of the line since.",
    "Record that it acknowledged the version; until then count what comes, and hold or reject it."};
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
inline constexpr es::Reason kSupplierBlocked{
    "SUPPLIER_BLOCKED", absl::StatusCode::kFailedPrecondition,
    "Nothing is bought from the supplier or paid to it: it is blocked, or was found on a sanctions "
    "list.",
    "Choose another supplier; or have the block ended, or a later screening that is clear "
    "recorded."};
inline constexpr es::Reason kSupplierNotScreened{
    "SUPPLIER_NOT_SCREENED", absl::StatusCode::kFailedPrecondition,
    "Policy asks that sanctions lists were searched for the supplier not long before.",
    "Search the lists, and record the screening."};
inline constexpr es::Reason kDuplicateSupplier{
    "DUPLICATE_SUPPLIER", absl::StatusCode::kAlreadyExists,
    "A supplier of that country and tax number is there already.",
    "Use the one that is there; if its number is wrong, block it and say so."};
inline constexpr es::Reason kVatExemptionMissing{
    "VAT_EXEMPTION_MISSING", absl::StatusCode::kFailedPrecondition,
    "Policy asks that an order's exemption from value added tax is recorded before it is issued.",
    "Ask the authority for it (RenderVatExemption), and record its decision."};
inline constexpr es::Reason kOrderHasReceipts{
    "ORDER_HAS_RECEIPTS", absl::StatusCode::kFailedPrecondition,
    "An order of which something was delivered cannot be cancelled (INV-11).",
    "Close it short, or terminate it."};
inline constexpr es::Reason kReceiptOpen{
    "RECEIPT_OPEN", absl::StatusCode::kFailedPrecondition,
    "A delivery of the order was counted, and neither booked nor given up.",
    "Post the receipt or abandon it; then end the order."};
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
inline constexpr es::Reason kPolicyReachesBack{
    "POLICY_REACHES_BACK", absl::StatusCode::kFailedPrecondition,
    "A policy would hold from a day before it was adopted.",
    "Let it begin on the day of its adoption or later, or enter it through an approved import."};
inline constexpr es::Reason kDuplicateDocument{
    "DUPLICATE_DOCUMENT", absl::StatusCode::kAlreadyExists,
    "The supplier's document of that number came in already.",
    "Get the one that is there; reject it first if it was wrong and came anew."};
inline constexpr es::Reason kInvoiceDoesNotAddUp{
    "INVOICE_DOES_NOT_ADD_UP", absl::StatusCode::kInvalidArgument,
    "The total on the invoice is not the sum of its lines.",
    "Enter the lines as they stand on the invoice, freight and taxes too."};
inline constexpr es::Reason kInvoiceDoesNotMatch{
    "INVOICE_DOES_NOT_MATCH", absl::StatusCode::kFailedPrecondition,
    "The invoice asks for more than what was accepted and kept is worth at the order's price "
    "(INV-09).",
    "Receive what came, enter the supplier's credit note, or reject the invoice."};
inline constexpr es::Reason kInvoiceHasPayments{
    "INVOICE_HAS_PAYMENTS", absl::StatusCode::kFailedPrecondition,
    "An invoice of which something is paid cannot be rejected.",
    "Enter the supplier's credit note, or reverse the payment first."};
inline constexpr es::Reason kNothingRetained{
    "NOTHING_RETAINED", absl::StatusCode::kFailedPrecondition,
    "Nothing is retained of the invoice, or it is released already.",
    "Get the invoice; nothing needs to be done."};
inline constexpr es::Reason kCreditTooMuch{"CREDIT_TOO_MUCH", absl::StatusCode::kFailedPrecondition,
                                           "More would be credited than the invoice's line has.",
                                           "Get the invoice, and credit at most what is left."};
inline constexpr es::Reason kAdvanceTooHigh{
    "ADVANCE_TOO_HIGH", absl::StatusCode::kFailedPrecondition,
    "More would be advanced on the order than policy allows.",
    "Ask for less, or wait until invoices have recovered what was advanced."};
inline constexpr es::Reason kAdvanceIsRecovered{
    "ADVANCE_IS_RECOVERED", absl::StatusCode::kFailedPrecondition,
    "The payment of an advance that invoices have recovered cannot be reversed.",
    "Reject these invoices first."};
inline constexpr es::Reason kMoreThanPayable{
    "MORE_THAN_PAYABLE", absl::StatusCode::kFailedPrecondition,
    "More would be paid than is open of the invoice (INV-09).", "Pay at most what is open."};
inline constexpr es::Reason kMoreThanDueBack{
    "MORE_THAN_DUE_BACK", absl::StatusCode::kFailedPrecondition,
    "More would come back from the supplier than is due.",
    "Record what is due back; enter the supplier's credit note first."};
inline constexpr es::Reason kReceiptHasReturns{
    "RECEIPT_HAS_RETURNS", absl::StatusCode::kFailedPrecondition,
    "A receipt of which something went back cannot be reversed.", "Return the rest of it instead."};
inline constexpr es::Reason kReceiptIsInvoiced{
    "RECEIPT_IS_INVOICED", absl::StatusCode::kFailedPrecondition,
    "Less would be kept than invoices that matched have (INV-09).",
    "Reject these invoices or enter credit notes for them first."};
inline constexpr es::Reason kSourcingNotIndependent{
    "SOURCING_NOT_INDEPENDENT", absl::StatusCode::kFailedPrecondition,
    "The person has, or lacks, a part in the process, or is related to a bidder (INV-04).",
    "Let a person do it whom the process names for it, and who has no other part in it."};
inline constexpr es::Reason kTooFewOpeners{"TOO_FEW_OPENERS", absl::StatusCode::kFailedPrecondition,
                                           "Fewer people would open the bids than policy asks for "
                                           "(INV-04).",
                                           "Plan the process anew with more openers."};
inline constexpr es::Reason kMethodTooLight{
    "METHOD_TOO_LIGHT", absl::StatusCode::kFailedPrecondition,
    "The amount is above what policy allows for the method.",
    "Use an invitation to bid or a request for proposals."};
inline constexpr es::Reason kNotInvited{"NOT_INVITED", absl::StatusCode::kFailedPrecondition,
                                        "Only those invited may quote.",
                                        "Invite the supplier first, before the deadline."};
inline constexpr es::Reason kBidIsThere{"BID_IS_THERE", absl::StatusCode::kAlreadyExists,
                                        "The supplier has a bid in the process.",
                                        "Withdraw it before the deadline, and submit the new one."};
inline constexpr es::Reason kBidDeadlinePassed{
    "BID_DEADLINE_PASSED", absl::StatusCode::kFailedPrecondition, "The bids' deadline has passed.",
    "What came too late goes back unopened."};
inline constexpr es::Reason kDeadlineNotPassed{
    "DEADLINE_NOT_PASSED", absl::StatusCode::kFailedPrecondition,
    "Bids may still come: nothing is opened or awarded before the deadline (INV-04).",
    "Wait for the deadline."};
inline constexpr es::Reason kOpenedAlready{"OPENED_ALREADY", absl::StatusCode::kFailedPrecondition,
                                           "The opener has given the private key already.",
                                           "Let the other openers give theirs."};
inline constexpr es::Reason kConflictNotDeclared{
    "CONFLICT_NOT_DECLARED", absl::StatusCode::kFailedPrecondition,
    "An evaluator has not declared whether they are related to a bidder (INV-04).",
    "Declare it first."};
inline constexpr es::Reason kEvaluationMissing{
    "EVALUATION_MISSING", absl::StatusCode::kFailedPrecondition,
    "An evaluator has not scored an offer.", "Score it, or disqualify the bid."};
inline constexpr es::Reason kInStandstill{
    "IN_STANDSTILL", absl::StatusCode::kFailedPrecondition,
    "Nothing is awarded before the standstill is over (INV-06).", "Wait for its end."};
inline constexpr es::Reason kStandstillOver{
    "STANDSTILL_OVER", absl::StatusCode::kFailedPrecondition,
    "Complaints are filed during the standstill.", "Turn to the body that hears appeals."};
inline constexpr es::Reason kAwardRequired{
    "AWARD_REQUIRED", absl::StatusCode::kFailedPrecondition,
    "Orders above an amount need the award of a sourcing process.",
    "Source it, or waive the sourcing for a reason, and name the process in the order."};
inline constexpr es::Reason kNotAwarded{
    "NOT_AWARDED", absl::StatusCode::kFailedPrecondition,
    "The process has no award for the order's supplier, budget line or requisition.",
    "Get the process; order from whom it awarded, for what it was for."};
inline constexpr es::Reason kAboveAward{
    "ABOVE_AWARD", absl::StatusCode::kFailedPrecondition,
    "The supplier's orders would come to more than the approved award (INV-05).",
    "Order less; an approved amendment of the order raises the award."};
inline constexpr es::Reason kOutsidePeriod{"OUTSIDE_PERIOD", absl::StatusCode::kFailedPrecondition,
                                           "The framework agreement does not hold on that day.",
                                           "Order within another agreement, or without one."};
inline constexpr es::Reason kPeriodNotOver{
    "PERIOD_NOT_OVER", absl::StatusCode::kFailedPrecondition,
    "The framework agreement still holds.",
    "Wait for the day after its last one, or terminate it for a reason."};
inline constexpr es::Reason kNotAgreed{
    "NOT_AGREED", absl::StatusCode::kFailedPrecondition,
    "The framework agreement is with another supplier, in another currency, or has no such line.",
    "Get the agreement; order from its supplier what its lines name."};
inline constexpr es::Reason kAboveAgreedPrice{"ABOVE_AGREED_PRICE",
                                              absl::StatusCode::kFailedPrecondition,
                                              "The price is above that of the framework agreement.",
                                              "Order at the agreed price, or below it."};
inline constexpr es::Reason kAboveCeiling{
    "ABOVE_CEILING", absl::StatusCode::kFailedPrecondition,
    "More would be called off than the framework agreement's ceiling.",
    "Order less, or hold what came as surplus; what is cancelled may be called off anew."};
inline constexpr es::Reason kAgreementEnded{
    "AGREEMENT_ENDED", absl::StatusCode::kFailedPrecondition,
    "More would be called off of a framework agreement that has ended, and of whose award the rest "
    "may be ordered otherwise (INV-05).",
    "Hold what came above the order as surplus, or reject it; order more without the agreement."};
inline constexpr es::Reason kTransferExceeded{
    "TRANSFER_EXCEEDED", absl::StatusCode::kFailedPrecondition,
    "More would be with an agency than was approved, or come back than was sent (INV-37).",
    "Send less, or have another transfer approved; of what came back, record as much as was sent."};
inline constexpr es::Reason kNotAccountedFor{
    "NOT_ACCOUNTED_FOR", absl::StatusCode::kFailedPrecondition,
    "The agency has money of the transfer that it neither reported as spent nor gave back.",
    "Record its report, or what comes back; then close the transfer."};
inline constexpr es::Reason kCorrectedAlready{
    "CORRECTED_ALREADY", absl::StatusCode::kFailedPrecondition,
    "The entry was corrected by a later one, which counts in its place.", "Correct the later one."};
inline constexpr es::Reason kReleaseDiffers{
    "RELEASE_DIFFERS", absl::StatusCode::kAlreadyExists,
    "A release of that ocid and id is here, with another content.",
    "Ask the publisher which is right: a release never changes, a correction is a new one."};
inline constexpr es::Reason kReleaseDateTaken{
    "RELEASE_DATE_TAKEN", absl::StatusCode::kFailedPrecondition,
    "Another release of the process has that date: which came first cannot be told.",
    "Ask the publisher for a package whose releases have dates of their own."};

// All of the above.
std::span<const es::Reason* const> ProcurementReasons();

}  // namespace prihvat::procurement
