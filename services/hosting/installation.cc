#include "services/hosting/installation.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "libs/rpc/certificates.h"

namespace prihvat::hosting {
namespace {

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

CertificateState Look(const char* option, const std::filesystem::path& path,
                      const std::string& pem) {
  CertificateState state;
  state.option = option;
  const auto all = rpc::ParseCertificates(pem);
  if (!all.ok()) {
    state.problem = fmt::format("{}: {}", path.string(), base::FromAbsl(all.status().message()));
    return state;
  }
  const auto first = std::min_element(all->begin(), all->end(), [](const auto& a, const auto& b) {
    return a.not_after < b.not_after;
  });
  state.subject = first->subject;
  state.valid_from = first->not_before;
  state.valid_until = first->not_after;
  return state;
}

}  // namespace

DiskState LookAtDisk(const std::filesystem::path& directory) {
  DiskState disk;
  struct statvfs info {};
  if (statvfs(directory.c_str(), &info) != 0) return disk;
  const auto unit = static_cast<int64_t>(info.f_frsize);
  disk.size_bytes = static_cast<int64_t>(info.f_blocks) * unit;
  disk.free_bytes = static_cast<int64_t>(info.f_bavail) * unit;
  disk.read_only = (info.f_flag & ST_RDONLY) != 0;
  return disk;
}

std::vector<CertificateState> LookAtCertificates(const config::HostOptions& options) {
  if (options.tls_cert.empty()) return {};
  const std::string certificate = ReadAll(options.tls_cert);
  std::vector<CertificateState> all = {
      Look("--tls-cert", options.tls_cert, certificate),
      Look("--tls-client-ca", options.tls_client_ca, ReadAll(options.tls_client_ca))};
  std::string key = ReadAll(options.tls_key);
  const absl::Status fits = rpc::CheckKeyOf(certificate, key);
  key.assign(key.size(), '\0');
  if (!fits.ok() && all[0].problem.empty())
    all[0].problem =
        fmt::format("{}: {}", options.tls_key.string(), base::FromAbsl(fits.message()));
  return all;
}

std::vector<base::Statistic> InstallationStatistics(const config::HostOptions& options,
                                                    absl::Time started) {
  std::vector<base::Statistic> all = {{"prihvat_build_info",
                                       "1, with the program's version as a label.",
                                       false,
                                       {{"version", PRIHVAT_VERSION}},
                                       1}};
  const auto gauge = [&all](const char* name, const char* help, double value) {
    all.push_back({name, help, false, {}, value});
  };
  gauge("prihvat_start_timestamp_seconds", "When the program started, Unix seconds.",
        absl::ToDoubleSeconds(started - absl::UnixEpoch()));
  const DiskState disk = LookAtDisk(options.data_dir);
  if (disk.size_bytes > 0) {
    gauge("prihvat_disk_size_bytes", "Size of the file system of the data directory.",
          static_cast<double>(disk.size_bytes));
    gauge("prihvat_disk_free_bytes", "What is left of it for the program.",
          static_cast<double>(disk.free_bytes));
    gauge("prihvat_disk_reserve_bytes",
          "The log takes no more while less than this is left; 0 where brokers keep the log.",
          options.log == config::LogEngine::kEmbedded
              ? static_cast<double>(options.disk_reserve_mib << 20)
              : 0);
    gauge("prihvat_disk_read_only", "1: nothing can be written there.", disk.read_only ? 1 : 0);
  }
  for (const CertificateState& certificate : LookAtCertificates(options)) {
    if (!certificate.problem.empty()) continue;
    all.push_back({"prihvat_certificate_expiry_timestamp_seconds",
                   "When the first certificate of the file expires, Unix seconds.",
                   false,
                   {{"file", certificate.option.substr(2)}},
                   absl::ToDoubleSeconds(certificate.valid_until - absl::UnixEpoch())});
  }
  gauge("prihvat_seals_enabled", "1: a key is set up and the log is sealed.",
        options.seal_key.empty() ? 0 : 1);
  return all;
}

}  // namespace prihvat::hosting
