// Backups of a server that keeps its log itself, while it serves.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/event_log/event_log.h"
#include "libs/runtime/service.h"
#include "prihvat/admin/v1/service.pb.h"

namespace prihvat::hosting {

struct BackupSource {
  std::filesystem::path root;  // where backups go, a folder each
  std::string instance;
  std::vector<event_log::TopicSpec> topics;
  event_log::EventLog* log = nullptr;
  std::vector<runtime::Service*> services;
};

// The stores first and the log after them, so that the log holds all that a store has folded; then
// the manifest. A folder without one, left by a crash, is no backup, and is made anew.
// ALREADY_EXISTS where there is a backup of that name. Any thread, one at a time.
absl::StatusOr<admin::v1::Backup> WriteBackup(const BackupSource& source,
                                              const std::string& backup_id);

}  // namespace prihvat::hosting
