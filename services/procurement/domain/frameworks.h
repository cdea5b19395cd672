// Orders within a framework agreement, called call-offs: of its supplier, on a day of its period,
// at most at its prices, and all together never above its ceiling.
#pragma once

#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "libs/base/money.h"
#include "libs/es/decision.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/frameworks.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/checks.h"

namespace prihvat::procurement {

inline constexpr std::string_view kFrameworkAgreementPattern = "operations/*/frameworkAgreements/*";

// Whether the agreement is effective or suspended: of one that has ended nothing more is called
// off, and what was not may be ordered otherwise within its award (INV-05).
bool GoesOn(const v1::FrameworkAgreement& agreement);

// The rejection of a move that the agreement's state does not have; `wish` as in "be called off".
es::Rejection WrongAgreementState(const v1::FrameworkAgreement& agreement, std::string_view wish);

// That it may be called off on that day. WRONG_STATE, OUTSIDE_PERIOD.
MaybeRejected CheckMayCallOff(const v1::FrameworkAgreement& agreement, absl::CivilDay day);
// The same of the agreement that the order calls off, where it does.
MaybeRejected CheckMayCallOff(const es::View& view, const v1::PurchaseOrder& order,
                              absl::CivilDay day);

// The agreement that an order which is drafted calls off: the one that it names, or that of the
// process which it names; nullptr for none. WRONG_STATE, OUTSIDE_PERIOD; NOT_AGREED where it is
// with another supplier or in another currency.
Checked<const v1::FrameworkAgreement*> FindCalledOff(const es::View& view,
                                                     const es::Context& context,
                                                     const v1::PurchaseOrder& wanted,
                                                     base::Currency currency);

using OrderLines = google::protobuf::RepeatedPtrField<v1::OrderLine>;

// The lines, with what they leave unset as the lines of the agreement that they name have it.
// Without an agreement, as they are.
OrderLines WithAgreedTerms(const v1::FrameworkAgreement* agreement, const OrderLines& lines);

// That each line names a line of the agreement, of its kind and unit, and asks at most its price;
// without an agreement, that none does. `list` is the lines' path. NOT_AGREED, ABOVE_AGREED_PRICE.
MaybeRejected CheckCallOffLines(const v1::FrameworkAgreement* agreement,
                                const std::vector<v1::OrderLine>& lines, std::string_view list);

// What the order takes of its agreement's ceiling: see v1::FrameworkAgreement.
base::Money CalledOffBy(const v1::PurchaseOrder& order);

// Adds what the change of the order does to what is called off of its agreement; `before` and
// `after` are recomputed. ABOVE_CEILING; AGREEMENT_ENDED where it would be more after its end.
MaybeRejected MoveCallOff(const es::View& view, const v1::PurchaseOrder& before,
                          const v1::PurchaseOrder& after, es::Decision& decision);

// ABOVE_CEILING where so much more than is called off would be above the ceiling.
MaybeRejected CheckWithinCeiling(const v1::FrameworkAgreement& agreement, const base::Money& more);

}  // namespace prihvat::procurement
