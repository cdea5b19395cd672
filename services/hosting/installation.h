// How the machine stands that a program runs on: its disk and the files of its certificates. For
// metrics and for those who check an installation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/statistic.h"
#include "libs/config/options.h"

namespace prihvat::hosting {

struct DiskState {
  int64_t size_bytes = 0;
  int64_t free_bytes = 0;  // for this user
  bool read_only = false;
};
// Of the file system that holds `directory`; all zero where it cannot be asked.
DiskState LookAtDisk(const std::filesystem::path& directory);

struct CertificateState {
  std::string option;  // "--tls-cert", "--tls-client-ca"
  std::string subject;
  absl::Time valid_from = absl::InfinitePast();
  absl::Time valid_until = absl::InfiniteFuture();
  std::string problem;  // what is wrong with the file or its key; "" for nothing
};
// Of each file: the certificate that is the first to expire. As the files are now, which is what
// the next handshakes use. None for a development server.
std::vector<CertificateState> LookAtCertificates(const config::HostOptions& options);

// Both, the version, and when the program started, as metrics.
std::vector<base::Statistic> InstallationStatistics(const config::HostOptions& options,
                                                    absl::Time started);

}  // namespace prihvat::hosting
