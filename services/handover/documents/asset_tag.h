// The label that is put on an asset, of the size of a bank card (ISO/IEC 7810 ID-1). Pure; any
// thread; the same asset gives the same bytes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// What its QR code reads: "prihvat:asset:NAME;VIN=..." or ";SN=...", so that a thing is found by
// its name and compared by its number.
std::string AssetTagCode(const v1::Asset& asset);

// A PDF of one page: what it is in English and Bosnian, its numbers, the receipt, the emblem and
// statement where the Union pays, and the code. INVALID_ARGUMENT where a text cannot be shown;
// FAILED_PRECONDITION where fonts are missing.
absl::StatusOr<std::string> RenderAssetTag(const v1::Asset& asset);

}  // namespace prihvat::handover
