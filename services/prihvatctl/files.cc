#include "services/prihvatctl/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

absl::Status CreateSecretFile(const std::string& path, std::string_view content) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0 && errno == EEXIST)
    return absl::AlreadyExistsError(fmt::format("there is a file {} already", path));
  if (fd < 0) return absl::UnknownError(fmt::format("cannot write {}", path));
  const auto size = static_cast<ssize_t>(content.size());
  const bool written = write(fd, content.data(), content.size()) == size && fsync(fd) == 0;
  if (close(fd) != 0 || !written) return absl::UnknownError(fmt::format("cannot write {}", path));
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
