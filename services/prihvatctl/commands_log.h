// What is done with a whole log: verify, log export; and with the keys of its seals.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/event_log/seal.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/log_source.h"

namespace prihvat::ctl {

// Which log: a file, a folder of the embedded log, Kafka, or (none of them) the server.
struct LogArguments {
  std::string file;
  std::string directory;
  std::string brokers;
  std::vector<std::string> kafka_properties;  // NAME=VALUE
  std::vector<std::string> services;          // none for all
};

struct VerifyArguments {
  LogArguments log;
  std::string trusted_keys;  // file
  bool no_signatures = false;
  std::string from_seals;  // file of seals: begins after them
  std::string to_seals;    // file of seals: each must be there, and what follows them is left out
  std::string seals_out;   // file for the last seal of each partition
};
// DATA_LOSS where something is not as it was written.
absl::Status RunVerify(CommandContext& context, const OpenLog& open,
                       const VerifyArguments& arguments);

struct LogExportArguments {
  LogArguments log;
  std::string output;
};
absl::Status RunLogExport(CommandContext& context, const OpenLog& open,
                          const LogExportArguments& arguments);

struct KeysGenerateArguments {
  std::string output;   // the private key
  std::string trusted;  // the file of public keys, to which it is added
  std::string from;     // RFC 3339; "" for now
};
// A new key. With `trusted`, keys that are trusted without end end where this one begins.
absl::Status RunKeysGenerate(CommandContext& context, const KeysGenerateArguments& arguments);

struct KeysRetireArguments {
  std::string trusted;
  std::string key_id;
  std::string until;  // RFC 3339; "" for now
};
absl::Status RunKeysRetire(CommandContext& context, const KeysRetireArguments& arguments);
// A file of public keys. INVALID_ARGUMENT names the file and the line.
absl::StatusOr<event_log::TrustedKeys> ReadTrusted(const std::string& file);

absl::Status RunKeysList(CommandContext& context, const std::string& trusted);

}  // namespace prihvat::ctl
