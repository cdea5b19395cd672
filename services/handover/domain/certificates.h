// What a donation certificate says, put together from a counted case, and the digest that both
// signatures attest to.
#pragma once

#include "absl/status/statusor.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/documents/certificate_content.h"
#include "libs/es/decider.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/service.pb.h"

namespace prihvat::handover {

// The part of the lot's value that `quantity` of it, at most what no certificate names yet, costs.
// Parts are taken off what is left, so that all parts of a lot sum to its value exactly.
// OUT_OF_RANGE where it cannot be reckoned in 128 bits.
absl::StatusOr<base::Money> PartOf(const v1::AssetLot& lot, const base::Decimal& quantity);

// Draws up the certificate of `of` under the document number: lines, values in KM and EUR, parties,
// digest. CERTIFICATE_INCOMPLETE where it lacks what it must print, NOTHING_ACCEPTED where no line
// is left. `of` has mandates of both parties that are there.
std::optional<es::Rejection> DrawUp(const es::View& view, const v1::HandoverCase& of,
                                    const std::string& number, const es::Context& context,
                                    v1::CertificateIssued& event);

// The certificate that is to replace `old` under a new document number: what `begin_with` says
// (`old`, or another that was drawn up to replace it), with what the request corrects; the mandates
// that it names are there. INVALID_FIELD for a line that there is not, or where nothing changes.
std::optional<es::Rejection> DrawUpCorrection(const es::View& view, const v1::Certificate& old,
                                              const v1::Certificate& begin_with,
                                              const v1::CorrectHandoverCaseRequest& command,
                                              const std::string& number, const es::Context& context,
                                              v1::Certificate& corrected);

// The certificate as documents takes it, to compute its digest or to print it.
documents::DonationCertificate ToDocument(const v1::Certificate& certificate);

// SHA-256 of the canonical content (docs/certificate-canonical-form.md).
absl::StatusOr<std::string> CanonicalDigest(const v1::Certificate& certificate);

}  // namespace prihvat::handover
