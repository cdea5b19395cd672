// What a server program is told: flags, environment (PRIHVAT_...), file. One typed structure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace prihvat::config {

enum class LogEngine { kEmbedded, kKafka };

struct HostOptions {
  std::string program;  // "prihvatd"
  LogEngine log = LogEngine::kEmbedded;
  std::string brokers;  // Kafka's, "host:port,host:port"
  std::map<std::string, std::string> kafka_properties;
  std::filesystem::path data_dir;
  std::string listen = "127.0.0.1:8443";
  std::string advertise;  // where other instances reach this one; "": as it listens
  std::string metrics_listen = "127.0.0.1:0";
  bool insecure_dev = false;
  // PEM files; all or none. With them goes `identities`: whose which certificate is.
  std::filesystem::path tls_cert;
  std::filesystem::path tls_key;
  std::filesystem::path tls_client_ca;
  std::filesystem::path identities;
  int32_t partitions = 4;
  int replication = 1;
  std::string instance;  // "prihvatd-0"; its number is the rank
  absl::Duration takeover_after = absl::Seconds(2);
  absl::Duration grace = absl::Seconds(20);
  // After SIGTERM new connections are taken for so long yet, within the grace: whoever spreads them
  // over instances needs a moment to hear that this one is leaving.
  absl::Duration drain_delay = absl::ZeroDuration();
  // A service whose thread has finished no step of its work for so long is stuck: /livez says so.
  absl::Duration stuck_after = absl::Seconds(120);
  std::string log_level = "info";
  std::filesystem::path access_policy;  // "": the one that is built in
  size_t mailbox_limit = 4096;          // commands that may wait for one partition
  size_t batch_limit = 256;             // commands of one append
  // Of each service's store, and of all calls' messages that are on their way. nullopt (`auto`): a
  // share of what the process may take.
  std::optional<size_t> store_cache_mib = 64;
  std::optional<size_t> call_memory_mib = 256;
  uint64_t disk_reserve_mib = 256;  // the embedded log writes only while so much is free
  // What time it is about, by an operator's word: for an embedded log whose machine's clock has
  // jumped by more than a day. InfinitePast: nobody has said.
  absl::Time clock_confirmed = absl::InfinitePast();
  std::filesystem::path seal_key;  // "": nothing is sealed
  int64_t seal_every_records = 1000;
  absl::Duration seal_after = absl::Minutes(5);

  int rank() const;  // the number at the end of `instance`, 0 if there is none
};

// What the command line came to: options, or that there is nothing more to do (--help, --version).
struct ParsedOptions {
  HostOptions options;
  bool finished = false;
  std::string output;  // for standard output, where finished
};

// INVALID_ARGUMENT says which option is wrong, what was given and what may be. A flag goes before
// the environment, that before the file.
absl::StatusOr<ParsedOptions> ParseOptions(const std::string& program,
                                           const std::string& description, int argc,
                                           const char* const* argv);

}  // namespace prihvat::config
