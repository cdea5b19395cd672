#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/documents/certificate_content.h"

namespace prihvat::documents {

// The certificate as a PDF in English and `language` (not English), the same bytes for the same
// certificate, code and language.
//
// Its digest is of the content as it was drawn up, in English and Bosnian, whatever the language:
// in another one the program's own words are shown in that, what people wrote stands as they did,
// and the paper says so.
//
// InvalidArgument where it must not be signed: a field that it needs is empty, a value is no
// decimal of two places, the items' KM do not add up to the total, their EUR differ from it by more
// than a cent an item, a serial is twice in the list or too long to be printed on one line, an
// image is no PNG or JPEG (signature_image.h), a character has no glyph. FailedPrecondition where
// the fonts are missing, or where the recorded digest is not that of this content.
absl::StatusOr<std::string> RenderDonationCertificate(const DonationCertificate& certificate,
                                                      Language language = Language::kBosnian);

}  // namespace prihvat::documents
