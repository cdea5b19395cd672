// What orders need to know of requisitions.
#pragma once

#include <string_view>

#include "libs/es/decision.h"
#include "prihvat/procurement/v1/resources.pb.h"

namespace prihvat::procurement {

// The rejection of a move that the requisition's state does not have; `wish` as in "be approved".
es::Rejection WrongRequisitionState(const v1::Requisition& requisition, std::string_view wish);

}  // namespace prihvat::procurement
