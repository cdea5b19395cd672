// What a backup holds: a text that names every file with its size and SHA-256, and ends with a
// digest of itself.
//
//   prihvat backup 1
//   made-at 2026-11-28T10:00:00+00:00
//   instance prihvatd-0
//   topic prihvat.handover partitions 4
//   records prihvat.handover/0 17
//   file 5feceb66...e9 4096 log/000012.sst
//   end 6b86b273...
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/event_log/event_log.h"

namespace prihvat::evidence {

inline constexpr char kManifestName[] = "MANIFEST";

struct BackupFile {
  std::string path;  // from the backup's folder, with '/'
  int64_t size = 0;
  std::string sha256;  // 64 hexadecimal digits
};

struct BackupManifest {
  absl::Time made_at;
  std::string instance;
  std::vector<event_log::TopicSpec> topics;
  // How many records of each partition it holds at least: those that were durable when it began.
  std::map<event_log::TopicPartition, event_log::Offset> records;
  std::vector<BackupFile> files;  // by path

  int64_t size_bytes() const;
};

// Called with the bytes dealt with so far.
using OnBytes = std::function<void(int64_t)>;

// Hashes every file under `directory` into `manifest`, writes it there, and brings all of it to the
// disk. Returns the SHA-256 of the manifest's text.
absl::StatusOr<std::string> WriteManifest(const std::string& directory, BackupManifest manifest);

// NOT_FOUND: there is no manifest; DATA_LOSS: it is damaged, cut, or none.
absl::StatusOr<BackupManifest> ReadManifest(const std::string& directory);

// Copies the files of a backup that `wanted` says (by their paths) to `target`, which must be empty
// or not be there, and checks each against the manifest on the way. ALREADY_EXISTS: it is not
// empty; DATA_LOSS: a file is missing, has another size or other contents. On an error what was
// copied is left behind, and must be removed before the next try.
absl::Status CopyBackup(const std::string& directory, const BackupManifest& manifest,
                        const std::string& target,
                        const std::function<bool(const std::string&)>& wanted,
                        const OnBytes& on_bytes);

}  // namespace prihvat::evidence
