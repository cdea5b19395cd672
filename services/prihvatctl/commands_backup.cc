#include "services/prihvatctl/commands_backup.h"

#include <algorithm>
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
  const absl::Status copied = evidence::CopyBackup(
      from, manifest, to,
      [log_only](const std::string& path) { return !log_only || path.substr(0, 4) == "log/"; },
      [&progress](int64_t done) { progress.Show(static_cast<size_t>(done), "bytes"); });
  progress.Finish();
  return copied;
}

int64_t RecordsOf(const evidence::BackupManifest& manifest) {
  int64_t records = 0;
  for (const auto& [tp, count] : manifest.records) records += count;
  return records;
}

}  // namespace

absl::Status RunBackup(CommandContext& context, const BackupArguments& arguments) {
  admin::v1::CreateBackupRequest request;
  request.set_backup_id(arguments.id.empty()
                            ? absl::FormatTime("%Y%m%d-%H%M%S", absl::Now(), absl::UTCTimeZone())
                            : arguments.id);
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
  PRIHVAT_RETURN_IF_ERROR(
      Copy(context, backup.directory(), manifest, arguments.output, /*log_only=*/false));
  PRIHVAT_RETURN_IF_ERROR(
      ReplaceFile(arguments.output + "/" + evidence::kManifestName, *manifest_text));
  return PrintMessage(
      context, backup,
      fmt::format("{}copied to {}; the server's own may be removed\n", text, arguments.output));
}

absl::Status RunRestore(CommandContext& context, const RestoreArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto manifest, evidence::ReadManifest(arguments.backup));
  PRIHVAT_RETURN_IF_ERROR(
      Copy(context, arguments.backup, manifest, arguments.data_dir, arguments.log_only));
  context.out << fmt::format(
      "{}: {} files as they were backed up on {} from {}, with at least {} records in the log{}\n",
      arguments.data_dir, manifest.files.size(),
      absl::FormatTime(absl::RFC3339_sec, manifest.made_at, absl::UTCTimeZone()), manifest.instance,
      RecordsOf(manifest), arguments.log_only ? "; the stores will be rebuilt from it" : "");
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
