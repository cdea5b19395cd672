#include "services/hosting/backup.h"

#include <system_error>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/evidence/backup_manifest.h"
#include "libs/telemetry/log.h"

namespace prihvat::hosting {

absl::StatusOr<admin::v1::Backup> WriteBackup(const BackupSource& source,
                                              const std::string& backup_id) {
  const absl::Time began = absl::Now();
  const std::filesystem::path directory = source.root / backup_id;
  const std::filesystem::path partial = source.root / (backup_id + ".partial");
  std::error_code error;
  if (std::filesystem::exists(directory, error))
    return absl::AlreadyExistsError(fmt::format("there is a backup {} already", backup_id));
  std::filesystem::remove_all(partial, error);
  std::filesystem::create_directories(partial / "store", error);
  if (error)
    return absl::InternalError(
        fmt::format("cannot make {}: {}", partial.string(), error.message()));
  for (runtime::Service* service : source.services) {
    PRIHVAT_RETURN_IF_ERROR(
        service->Checkpoint((partial / "store" / service->definition().name).string()));
  }
  evidence::BackupManifest manifest;
  manifest.made_at = began;
  manifest.instance = source.instance;
  manifest.topics = source.topics;
  for (const event_log::TopicSpec& topic : source.topics) {
    for (int32_t p = 0; p < topic.partitions; ++p) {
      PRIHVAT_ASSIGN_OR_RETURN(manifest.records[(event_log::TopicPartition{topic.name, p})],
                               source.log->End({topic.name, p}, began + absl::Seconds(10)));
    }
  }
  PRIHVAT_RETURN_IF_ERROR(source.log->Checkpoint((partial / "log").string()));
  admin::v1::Backup backup;
  PRIHVAT_ASSIGN_OR_RETURN(*backup.mutable_manifest_sha256(),
                           evidence::WriteManifest(partial.string(), std::move(manifest)));
  PRIHVAT_ASSIGN_OR_RETURN(const evidence::BackupManifest written,
                           evidence::ReadManifest(partial.string()));
  std::filesystem::rename(partial, directory, error);
  if (error)
    return absl::InternalError(
        fmt::format("cannot rename {}: {}", partial.string(), error.message()));
  backup.set_backup_id(backup_id);
  backup.set_directory(directory.string());
  backup.set_size_bytes(written.size_bytes());
  telemetry::Log(telemetry::Level::kInfo, "backup written",
                 {{"backup", backup_id},
                  {"bytes", backup.size_bytes()},
                  {"files", static_cast<int64_t>(written.files.size())},
                  {"seconds", absl::ToDoubleSeconds(absl::Now() - began)}});
  return backup;
}

}  // namespace prihvat::hosting
