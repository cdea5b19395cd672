// The donation certificate as people print and sign it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// A PDF in English and Bosnian, the same bytes for the same certificate: with empty lines for
// signatures that are still to come. FAILED_PRECONDITION where the content is not the one that the
// recorded digest was taken of, or fonts are missing.
absl::StatusOr<std::string> RenderCertificatePdf(const v1::Certificate& certificate);

}  // namespace prihvat::handover
