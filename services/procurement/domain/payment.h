// What advances need to know of payments, and payments of advances.
#pragma once

#include <string_view>

#include "libs/es/decision.h"
#include "prihvat/procurement/v1/payables.pb.h"

namespace prihvat::procurement {

// The rejection of a move that the advance's state does not have; `wish` as in "be paid".
es::Rejection WrongAdvanceState(const v1::Advance& advance, std::string_view wish);

}  // namespace prihvat::procurement
