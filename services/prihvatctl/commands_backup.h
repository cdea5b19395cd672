// backup, restore, store checkpoint.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/prihvatctl/commands.h"

namespace prihvat::ctl {

struct BackupArguments {
  std::string id;      // "" for one made of the time
  std::string output;  // the folder to copy it to, on the server's machine; "" to leave it there
};
absl::Status RunBackup(CommandContext& context, const BackupArguments& arguments);

struct CheckpointArguments {
  std::vector<std::string> services;  // none for all
  std::string id;                     // "" for one made of the time
  std::string output;                 // the folder to copy it to, on the server's machine
};
// Consistent copies of stores, for a new instance: in the form of a backup, without a log.
absl::Status RunCheckpoint(CommandContext& context, const CheckpointArguments& arguments);

struct RestoreArguments {
  std::string backup;    // its folder
  std::string data_dir;  // of the server to be
  bool log_only = false;
};
// DATA_LOSS where a file is not as it was backed up; INVALID_ARGUMENT where the log alone is wanted
// and there is none.
absl::Status RunRestore(CommandContext& context, const RestoreArguments& arguments);

}  // namespace prihvat::ctl
