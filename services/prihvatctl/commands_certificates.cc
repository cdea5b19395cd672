#include "services/prihvatctl/commands_certificates.h"

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "libs/base/bytes.h"
#include "libs/base/digest.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/documents/certificate_content.h"
#include "nlohmann/json.hpp"
#include "services/prihvatctl/commands_log.h"
#include "services/prihvatctl/files.h"

namespace prihvat::ctl {

absl::Status RunVerifyCertificate(CommandContext& context,
                                  const VerifyCertificateArguments& arguments) {
  const std::string code(absl::StripAsciiWhitespace(arguments.code));
  PRIHVAT_ASSIGN_OR_RETURN(const documents::CertificateStatement statement,
                           documents::ParseCertificateQr(code));
  PRIHVAT_ASSIGN_OR_RETURN(const event_log::TrustedKeys keys, ReadTrusted(arguments.trusted_keys));
  if (statement.signature.empty()) {
    return absl::FailedPreconditionError(fmt::format(
        "the code of {} bears no signature, so it proves nothing: who has the content compares its "
        "SHA-256 with that of the record (get {})",
        statement.name, statement.name));
  }
  const absl::Status holds = keys.CheckText(documents::StatementText(statement), statement.key_id,
                                            statement.signature, statement.signed_at);
  if (!holds.ok())
    return absl::DataLossError(
        fmt::format("{} does NOT hold: {}", statement.name, base::FromAbsl(holds.message())));
  if (!arguments.content.empty()) {
    PRIHVAT_ASSIGN_OR_RETURN(const std::string content, ReadFile(arguments.content));
    const std::string digest = base::Sha256Hex(content);
    if (digest != statement.digest_hex)
      return absl::DataLossError(
          fmt::format("{} does NOT hold: {} has the SHA-256 {}, and what was signed has {}",
                      statement.name, arguments.content, digest, statement.digest_hex));
  }
  const std::string key = base::HexEncode(statement.key_id);
  const std::string time(
      absl::FormatTime(absl::RFC3339_sec, statement.signed_at, absl::UTCTimeZone()));
  if (context.json) {
    context.out << nlohmann::ordered_json{{"name", statement.name},
                                          {"sha256", statement.digest_hex},
                                          {"signTime", time},
                                          {"keyId", key},
                                          {"contentChecked", !arguments.content.empty()}}
                       .dump(2)
                << "\n";
    return absl::OkStatus();
  }
  context.out << fmt::format("{} holds: signed with key {} at {}\n", statement.name, key, time);
  context.out << (arguments.content.empty()
                      ? fmt::format("  SHA-256 of its content: {}; the content itself was not "
                                    "looked at (--content)\n",
                                    statement.digest_hex)
                      : fmt::format("  {} is its content\n", arguments.content));
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
