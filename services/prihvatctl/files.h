// Whole files, as this program reads and writes them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace prihvat::ctl {

// NOT_FOUND where there is no such file; another error where it cannot be read.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Writes beside `path`, then renames: the file is replaced as a whole or not at all.
absl::Status ReplaceFile(const std::string& path, std::string_view content);

// A new file that only its owner may read; ALREADY_EXISTS where there is one.
absl::Status CreateSecretFile(const std::string& path, std::string_view content);

}  // namespace prihvat::ctl
