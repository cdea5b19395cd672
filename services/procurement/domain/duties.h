// Who does what in one order: its requester, approver, receiver and payer are four people; up to an
// amount of the policy two suffice, and these its approval keeps apart (INV-10).
#pragma once

#include <string_view>
#include <vector>

#include "libs/base/money.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/policy.h"

namespace prihvat::procurement {

enum class Duty { kRequester, kApprover, kReceiver, kPayer };

// The duties that the person has in the order. A requester is who asked for the goods, who revised
// the requisition, and who amended the order, also where that still waits. An approver is who
// approved it, an amendment of it, one that still waits, an invoice or an advance, or waived a
// tolerance.
std::vector<Duty> DutiesOf(const v1::PurchaseOrder& order, std::string_view person);

// What the order is judged by: the most that was approved, which an amendment downwards does not
// lower.
base::Money AtStake(const v1::PurchaseOrder& order);

// That the person may take that duty in an order of `stake`: where two people do not suffice, they
// have no other. DUTIES_NOT_SEPARATE.
MaybeRejected CheckDuty(const v1::PurchaseOrder& order, const base::Money& stake,
                        std::string_view person, Duty duty, const Policy& policy);

// That nobody, whatever their duties, would have two if the order rose to `stake`: what was done by
// two while it was small cannot be undone. DUTIES_NOT_SEPARATE.
MaybeRejected CheckDutiesSeparate(const v1::PurchaseOrder& order, const base::Money& stake,
                                  const Policy& policy);

}  // namespace prihvat::procurement
