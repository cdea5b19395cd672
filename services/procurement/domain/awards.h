// Orders within the award of a sourcing process: who was chosen is ordered from, and no more than
// was approved (INV-05).
#pragma once

#include "libs/base/money.h"
#include "libs/es/decision.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/frameworks.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "prihvat/procurement/v1/sourcing.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/policy.h"

namespace prihvat::procurement {

// What the process awarded to the supplier; nullptr for nothing.
const v1::SupplierAward* AwardOf(const v1::SourcingProcess& process, std::string_view supplier);

// That the process which the order names was awarded, and to its supplier, from its budget line,
// for its requisition. NOT_AWARDED.
MaybeRejected CheckDrawsOnAward(const es::View& view, const es::Context& context,
                                const v1::PurchaseOrder& order);

// That the order names a process where policy asks for one. AWARD_REQUIRED.
MaybeRejected CheckHasAward(const v1::PurchaseOrder& order, const Policy& policy);

// That too, and that the supplier's orders within the award, this one among them, do not come to
// more than it. ABOVE_AWARD.
MaybeRejected CheckWithinAward(const es::View& view, const v1::PurchaseOrder& order,
                               const Policy& policy);

// That a framework agreement of that ceiling fits into what its process awarded to its supplier,
// beside the orders and agreements that are there. ABOVE_AWARD.
MaybeRejected CheckAgreementWithinAward(const es::View& view,
                                        const v1::FrameworkAgreement& agreement);

// What an amended order is judged by when it is approved: its total, or what the award would be
// raised to.
base::Money AwardAfter(const es::View& view, const v1::PurchaseOrder& amended);

// Adds that the award was raised, where the amended order goes beyond it.
void RaiseAward(const es::View& view, const v1::PurchaseOrder& amended, es::Decision& decision);

}  // namespace prihvat::procurement
