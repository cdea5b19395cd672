#include "libs/evidence/backup_manifest.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "libs/base/bytes.h"
#include "libs/base/digest.h"
#include "libs/base/status_macros.h"

namespace prihvat::evidence {
namespace {

namespace fs = std::filesystem;

constexpr char kTitle[] = "prihvat backup 1";
constexpr size_t kBuffer = size_t{1} << 20;

absl::Status Sync(const fs::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return synced ? absl::OkStatus()
                : absl::UnknownError(fmt::format("cannot bring {} to the disk", path.string()));
}

// Size and SHA-256 of a file, whose bytes go to `out` on the way, where there is one.
absl::StatusOr<BackupFile> HashFile(const fs::path& from, std::ostream* out,
                                    const OnBytes& on_bytes, int64_t& done) {
  std::ifstream in(from, std::ios::binary);
  if (!in) return absl::DataLossError(fmt::format("{} cannot be read", from.string()));
  BackupFile file;
  base::Sha256Hasher hasher;
  std::string buffer(kBuffer, '\0');
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const std::string_view bytes(buffer.data(), static_cast<size_t>(in.gcount()));
    hasher.Update(bytes);
    if (out != nullptr) out->write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.size += static_cast<int64_t>(bytes.size());
    done += static_cast<int64_t>(bytes.size());
    if (on_bytes) on_bytes(done);
  }
  if (in.bad()) return absl::DataLossError(fmt::format("{} cannot be read", from.string()));
  file.sha256 = base::HexEncode(base::ToBytes(hasher.Finish()));
  return file;
}

std::string TextOf(const BackupManifest& manifest) {
  std::string text =
      fmt::format("{}\nmade-at {}\ninstance {}\n", kTitle,
                  absl::FormatTime(absl::RFC3339_sec, manifest.made_at, absl::UTCTimeZone()),
                  manifest.instance);
  for (const event_log::TopicSpec& topic : manifest.topics)
    text += fmt::format("topic {} partitions {}\n", topic.name, topic.partitions);
  for (const auto& [tp, records] : manifest.records)
    text += fmt::format("records {} {}\n", event_log::ToString(tp), records);
  for (const BackupFile& file : manifest.files)
    text += fmt::format("file {} {} {}\n", file.sha256, file.size, file.path);
  return text;
}

// A path that stays within the folder.
bool IsInside(const std::string& path) {
  const fs::path relative(path);
  return !path.empty() && relative.is_relative() &&
         std::none_of(relative.begin(), relative.end(),
                      [](const fs::path& part) { return part == ".."; });
}

bool ParseLine(const std::string& line, BackupManifest& manifest) {
  const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 3));
  std::string error;
  if (words[0] == "made-at" && words.size() == 2)
    return absl::ParseTime(absl::RFC3339_full, words[1], &manifest.made_at, &error);
  if (words[0] == "instance" && words.size() == 2) {
    manifest.instance = words[1];
    return true;
  }
  if (words[0] == "topic" && words.size() == 4) {
    event_log::TopicSpec& topic = manifest.topics.emplace_back();
    topic.name = words[1];
    return absl::SimpleAtoi(words[3], &topic.partitions);
  }
  if (words[0] == "records" && words.size() == 3) {
    const size_t slash = words[1].rfind('/');
    event_log::TopicPartition tp;
    event_log::Offset records = 0;
    if (slash == std::string::npos ||
        !absl::SimpleAtoi(words[1].substr(slash + 1), &tp.partition) ||
        !absl::SimpleAtoi(words[2], &records))
      return false;
    tp.topic = words[1].substr(0, slash);
    manifest.records[tp] = records;
    return true;
  }
  if (words[0] == "file" && words.size() == 4) {
    BackupFile& file = manifest.files.emplace_back();
    file.sha256 = words[1];
    file.path = words[3];
    return absl::SimpleAtoi(words[2], &file.size) && IsInside(file.path);
  }
  return false;
}

}  // namespace

int64_t BackupManifest::size_bytes() const {
  int64_t size = 0;
  for (const BackupFile& file : files) size += file.size;
  return size;
}

absl::StatusOr<std::string> WriteManifest(const std::string& directory, BackupManifest manifest) {
  std::error_code error;
  int64_t done = 0;
  for (fs::recursive_directory_iterator it(directory, error), end; it != end && !error;
       it.increment(error)) {
    if (it->is_directory()) {
      PRIHVAT_RETURN_IF_ERROR(Sync(it->path()));
      continue;
    }
    PRIHVAT_ASSIGN_OR_RETURN(BackupFile file, HashFile(it->path(), nullptr, nullptr, done));
    file.path = it->path().lexically_relative(directory).generic_string();
    PRIHVAT_RETURN_IF_ERROR(Sync(it->path()));
    manifest.files.push_back(std::move(file));
  }
  if (error) return absl::UnknownError(fmt::format("{}: {}", directory, error.message()));
  std::sort(manifest.files.begin(), manifest.files.end(),
            [](const BackupFile& a, const BackupFile& b) { return a.path < b.path; });
  std::string text = TextOf(manifest);
  text += fmt::format("end {}\n", base::Sha256Hex(text));
  const fs::path path = fs::path(directory) / kManifestName;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return absl::UnknownError(fmt::format("cannot write {}", path.string()));
  PRIHVAT_RETURN_IF_ERROR(Sync(path));
  PRIHVAT_RETURN_IF_ERROR(Sync(directory));
  return base::Sha256Hex(text);
}

absl::StatusOr<BackupManifest> ReadManifest(const std::string& directory) {
  const fs::path path = fs::path(directory) / kManifestName;
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return absl::NotFoundError(
        fmt::format("there is no {}: it is no backup, or was not finished", path.string()));
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const size_t end = text.rfind("end ");
  const std::string body = text.substr(0, end == std::string::npos ? 0 : end);
  if (text != body + fmt::format("end {}\n", base::Sha256Hex(body)))
    return absl::DataLossError(fmt::format("{} was changed or cut", path.string()));
  BackupManifest manifest;
  std::vector<std::string> lines = absl::StrSplit(body, '\n', absl::SkipEmpty());
  bool read = !lines.empty() && lines.front() == kTitle;
  for (size_t i = 1; i < lines.size() && read; ++i) read = ParseLine(lines[i], manifest);
  if (!read)
    return absl::DataLossError(
        fmt::format("{} cannot be read: another version wrote it", path.string()));
  return manifest;
}

absl::Status CopyBackup(const std::string& directory, const BackupManifest& manifest,
                        const std::string& target,
                        const std::function<bool(const std::string&)>& wanted,
                        const OnBytes& on_bytes) {
  std::error_code error;
  if (fs::exists(target, error) &&
      !(fs::is_directory(target, error) && fs::is_empty(target, error)))
    return absl::AlreadyExistsError(fmt::format("{} is there already and is not empty", target));
  fs::create_directories(target, error);
  int64_t done = 0;
  for (const BackupFile& file : manifest.files) {
    if (!wanted(file.path)) continue;
    const fs::path to = fs::path(target) / file.path;
    fs::create_directories(to.parent_path(), error);
    std::ofstream out(to, std::ios::binary | std::ios::trunc);
    PRIHVAT_ASSIGN_OR_RETURN(const BackupFile copied,
                             HashFile(fs::path(directory) / file.path, &out, on_bytes, done));
    out.close();
    if (!out) return absl::UnknownError(fmt::format("cannot write {}", to.string()));
    if (copied.size != file.size || copied.sha256 != file.sha256)
      return absl::DataLossError(
          fmt::format("{} is not the file that was backed up: it has {} bytes and SHA-256 {}, the "
                      "manifest says {} bytes and {}",
                      file.path, copied.size, copied.sha256, file.size, file.sha256));
    PRIHVAT_RETURN_IF_ERROR(Sync(to));
    PRIHVAT_RETURN_IF_ERROR(Sync(to.parent_path()));
  }
  return Sync(target);
}

}  // namespace prihvat::evidence
