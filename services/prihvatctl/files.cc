#include "services/prihvatctl/files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "fmt/format.h"

namespace prihvat::ctl {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return absl::NotFoundError(fmt::format("there is no file {}", path));
  }
  if (std::filesystem::is_directory(status)) {
    return absl::InvalidArgumentError(fmt::format("{} is a folder, not a file", path));
  }
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) return absl::UnknownError(fmt::format("cannot read {}", path));
  return content;
}

absl::Status ReplaceFile(const std::string& path, std::string_view content) {
  const std::string beside = path + ".new";
  {
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.flush();
    if (!file) return absl::UnknownError(fmt::format("cannot write {}", beside));
  }
  std::error_code error;
  std::filesystem::rename(beside, path, error);
  if (error) return absl::UnknownError(fmt::format("cannot write {}: {}", path, error.message()));
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
