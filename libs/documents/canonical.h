#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace prihvat::documents {

// Builds a canonical text: one "key: value" line each, in the order of the calls, UTF-8 in Unicode
// form NFC, LF after each. Inside a value, backslash, LF and CR become \\, \n and \r, so that no
// value can pose as another line. A value; one thread.
class CanonicalText {
 public:
  void Add(std::string_view key, std::string_view value);

  // InvalidArgument, naming the key, where a value was not UTF-8.
  absl::StatusOr<std::string> Finish() &&;

 private:
  absl::Status status_;
  std::string text_;
};

}  // namespace prihvat::documents
