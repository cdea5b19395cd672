// A receipt of goods: what its commands have in common.
#pragma once

#include <string_view>

#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/checks.h"

namespace prihvat::procurement {

// The rejection of a move that the receipt's state does not have; `wish` as in "be reversed".
es::Rejection WrongReceiptState(const v1::GoodsReceipt& receipt, std::string_view wish);

// Nothing goes back, or is undone, before it came: what was spent at a moment is what is kept then.
MaybeRejected CheckCameBefore(const v1::GoodsReceipt& receipt, const es::Context& context);

}  // namespace prihvat::procurement
