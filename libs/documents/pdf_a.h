// What makes a PDF one that archives keep (PDF/A). For pdf.cc only.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/documents/pdf.h"

namespace prihvat::documents {

// `pdf`, as Cairo writes it, as PDF/A-2b (ISO 19005-2): with its metadata in XMP, colours that are
// those of sRGB, and an id that follows from its content, so that the same gives the same bytes.
// INTERNAL where it cannot be read.
absl::StatusOr<std::string> ToPdfA(const std::string& pdf, const PdfOptions& options);

// An ICC profile (version 2) of sRGB (IEC 61966-2-1), for monitors.
std::string SrgbProfile();

}  // namespace prihvat::documents
