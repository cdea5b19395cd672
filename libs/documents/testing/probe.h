#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace prihvat::documents {

// Looks at documents with other people's programs, as their readers will: poppler-utils,
// zbar-tools, python3. For tests.

// Runs a program found in PATH to its end and returns its standard output. Unknown, with its
// standard error, where it cannot be started or fails.
absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& arguments);

// A directory of its own, removed with everything in it at the end of the scope.
class ScratchDir {
 public:
  ScratchDir();
  ~ScratchDir();
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;

  std::string Path(std::string_view file) const;
  // Writes the file and returns its path; CHECK-fails where it cannot.
  std::string Write(std::string_view file, std::string_view bytes) const;

 private:
  std::string path_;
};

// The PDF's text in reading order, page by page, a form feed after each (pdftotext).
absl::StatusOr<std::string> PdfText(std::string_view pdf);
// The same, with the columns kept as they stand on the page.
absl::StatusOr<std::string> PdfTextInColumns(std::string_view pdf);
// What zbarimg reads from the page, counted from 1.
absl::StatusOr<std::string> DecodeQrOnPage(std::string_view pdf, int page);
// Key and value lines of pdfinfo, dates as ISO 8601.
absl::StatusOr<std::string> PdfInfo(std::string_view pdf);

}  // namespace prihvat::documents
