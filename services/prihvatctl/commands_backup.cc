#include "services/prihvatctl/commands_backup.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "libs/base/digest.h"
#include "libs/base/status_macros.h"
#include "libs/evidence/backup_manifest.h"
#include "prihvat/admin/v1/service.pb.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/progress.h"

namespace prihvat::ctl {
namespace {

constexpr absl::Duration kPatience =
    absl::Hours(1);  // writing and hashing take as long as disks do

// Copies and checks, with progress; the manifest comes last, so that a copy that was cut off has
// none.
absl::Status Copy(CommandContext& context, const std::string& from,
                  const evidence::BackupManifest& manifest, const std::string& to, bool log_only) {
  Progress progress(context.err, context.err_is_terminal,
                    static_cast<size_t>(manifest.size_bytes()));
  absl::Status copied = evidence::CopyBackup(
      from, manifest, to,
      [log_only](const std::string& path) { return !log_only || path.substr(0, 4) == "log/"; },
      [&progress](int64_t done) { progress.Show(static_cast<size_t>(done), "bytes"); });
  progress.Finish();
  return copied;
}

// What stores hold is for nobody else to read. A folder that is there is left as it is.
absl::Status MakePrivateFolder(const std::string& path) {
  std::error_code error;
  if (std::filesystem::create_directories(path, error))
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (!error) return absl::OkStatus();
  return absl::UnknownError(fmt::format("cannot make {}: {}", path, error.message()));
}

std::string IdOr(const std::string& id) {
  if (!id.empty()) return id;
  return absl::FormatTime("%Y%m%d-%H%M%S", absl::Now(), absl::UTCTimeZone());
}

bool HasLog(const evidence::BackupManifest& manifest) {
  return std::any_of(
      manifest.files.begin(), manifest.files.end(),
      [](const evidence::BackupFile& file) { return file.path.substr(0, 4) == "log/"; });
}

int64_t RecordsOf(const evidence::BackupManifest& manifest) {
  int64_t records = 0;
  for (const auto& [tp, count] : manifest.records) records += count;
  return records;
}

}  // namespace

absl::Status RunBackup(CommandContext& context, const BackupArguments& arguments) {
  admin::v1::CreateBackupRequest request;
  request.set_backup_id(IdOr(arguments.id));
  context.call.timeout = std::max(context.call.timeout, kPatience);
  PRIHVAT_ASSIGN_OR_RETURN(const auto backup,
                           CallTyped<admin::v1::Backup>(context, "admin.CreateBackup", request));
  std::string text = fmt::format("{}: {} bytes, manifest {}\n", backup.directory(),
                                 backup.size_bytes(), backup.manifest_sha256());
  if (arguments.output.empty()) return PrintMessage(context, backup, text);
  const std::string manifest_file = backup.directory() + "/" + evidence::kManifestName;
  const absl::StatusOr<std::string> manifest_text = ReadFile(manifest_file);
  if (absl::IsNotFound(manifest_text.status()))
    return absl::InvalidArgumentError(
        fmt::format("the backup lies in {} on the server's machine, which is not this one: copy "
                    "it from there",
                    backup.directory()));
  if (!manifest_text.ok()) return manifest_text.status();
  if (base::Sha256Hex(*manifest_text) != backup.manifest_sha256())
    return absl::DataLossError(
        fmt::format("{} is not the manifest that the server wrote", manifest_file));
  PRIHVAT_ASSIGN_OR_RETURN(const auto manifest, evidence::ReadManifest(backup.directory()));
  PRIHVAT_RETURN_IF_ERROR(MakePrivateFolder(arguments.output));
  PRIHVAT_RETURN_IF_ERROR(
      Copy(context, backup.directory(), manifest, arguments.output, /*log_only=*/false));
  PRIHVAT_RETURN_IF_ERROR(
      ReplaceFile(arguments.output + "/" + evidence::kManifestName, *manifest_text));
  return PrintMessage(
      context, backup,
      fmt::format("{}copied to {}; the server's own may be removed\n", text, arguments.output));
}

absl::Status RunCheckpoint(CommandContext& context, const CheckpointArguments& arguments) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::exists(arguments.output, error) && !fs::is_empty(arguments.output, error))
    return absl::AlreadyExistsError(
        fmt::format("{} is there already and is not empty", arguments.output));
  context.call.timeout = std::max(context.call.timeout, kPatience);
  PRIHVAT_ASSIGN_OR_RETURN(const auto instance,
                           CallTyped<admin::v1::Instance>(context, "admin.GetInstance",
                                                          admin::v1::GetInstanceRequest()));
  evidence::BackupManifest manifest;
  manifest.made_at = absl::Now();
  manifest.instance = instance.instance();
  std::vector<std::string> services = arguments.services;
  if (services.empty()) services = {instance.services().begin(), instance.services().end()};
  PRIHVAT_RETURN_IF_ERROR(MakePrivateFolder(arguments.output));
  std::string text;
  for (const std::string& service : services) {
    admin::v1::CreateCheckpointRequest request;
    request.set_service(service);
    request.set_checkpoint_id(IdOr(arguments.id));
    PRIHVAT_ASSIGN_OR_RETURN(const auto made, CallTyped<admin::v1::Checkpoint>(
                                                  context, "admin.CreateCheckpoint", request));
    if (!fs::is_directory(made.directory(), error))
      return absl::InvalidArgumentError(
          fmt::format("the checkpoint lies in {} on the server's machine, which is not this one: "
                      "run this command there",
                      made.directory()));
    const fs::path to = fs::path(arguments.output) / "store" / service;
    fs::create_directories(to, error);
    if (!error) fs::copy(made.directory(), to, fs::copy_options::recursive, error);
    if (error)
      return absl::UnknownError(
          fmt::format("cannot copy {} to {}: {}", made.directory(), to.string(), error.message()));
    text += fmt::format("{}: copied from {}, which may be removed\n", service, made.directory());
  }
  PRIHVAT_RETURN_IF_ERROR(evidence::WriteManifest(arguments.output, manifest).status());
  PRIHVAT_ASSIGN_OR_RETURN(manifest, evidence::ReadManifest(arguments.output));
  context.out << text
              << fmt::format(
                     "{}: {} files, {} bytes, of {}; for a new instance: prihvatctl "
                     "restore {} --data-dir ...\n",
                     arguments.output, manifest.files.size(), manifest.size_bytes(),
                     manifest.instance, arguments.output);
  return absl::OkStatus();
}

absl::Status RunRestore(CommandContext& context, const RestoreArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto manifest, evidence::ReadManifest(arguments.backup));
  const bool has_log = HasLog(manifest);
  if (arguments.log_only && !has_log)
    return absl::InvalidArgumentError(
        fmt::format("--log-only: {} holds stores alone, of a server whose log is with brokers",
                    arguments.backup));
  PRIHVAT_RETURN_IF_ERROR(
      Copy(context, arguments.backup, manifest, arguments.data_dir, arguments.log_only));
  std::string log = "stores alone: they go on from there by the log of the brokers";
  if (has_log)
    log = fmt::format("with at least {} records in the log{}", RecordsOf(manifest),
                      arguments.log_only ? "; the stores will be rebuilt from it" : "");
  context.out << fmt::format(
      "{}: {} files as they were backed up on {} from {}, {}\n", arguments.data_dir,
      manifest.files.size(),
      absl::FormatTime(absl::RFC3339_sec, manifest.made_at, absl::UTCTimeZone()), manifest.instance,
      log);
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
