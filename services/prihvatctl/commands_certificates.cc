#include "services/prihvatctl/commands_certificates.h"

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/bytes.h"
#include "libs/base/digest.h"
#include "libs/base/random.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/base/uuid.h"
#include "libs/documents/certificate_content.h"
#include "libs/es/values.h"
#include "nlohmann/json.hpp"
#include "prihvat/handover/v1/service.pb.h"
#include "services/prihvatctl/commands_log.h"
#include "services/prihvatctl/files.h"

namespace prihvat::ctl {
namespace {

using handover::v1::CertificateForSigning;

struct LanguageName {
  const char* name;
  handover::v1::CertificateLanguage language;
};
constexpr LanguageName kLanguages[] = {
    {"bosnian", handover::v1::CERTIFICATE_LANGUAGE_BOSNIAN},
    {"croatian", handover::v1::CERTIFICATE_LANGUAGE_CROATIAN},
    {"serbian", handover::v1::CERTIFICATE_LANGUAGE_SERBIAN_LATIN},
    {"serbian-cyrillic", handover::v1::CERTIFICATE_LANGUAGE_SERBIAN_CYRILLIC}};

// The exported file, with the content that its digest is of.
absl::StatusOr<CertificateForSigning> ReadForSigning(const std::string& file) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string json, ReadFile(file));
  CertificateForSigning exported;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &exported);
  if (!status.ok() || exported.format() != "prihvat-certificate-for-signing/1") {
    return absl::InvalidArgumentError(
        fmt::format("{} is no certificate that was exported to be signed: {}", file,
                    status.ok() ? fmt::format("its format is \"{}\"", exported.format())
                                : std::string(status.message())));
  }
  const std::string digest = base::Sha256Hex(exported.canonical_content());
  if (digest == exported.canonical_sha256()) return exported;
  return absl::DataLossError(
      fmt::format("{}: its content has the SHA-256 {}, and it says {}: it was changed", file,
                  digest, exported.canonical_sha256()));
}

absl::StatusOr<google::type::Date> ReadDate(const std::string& text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) {
    return absl::InvalidArgumentError(
        fmt::format("--date: \"{}\" is no day of the calendar, YYYY-MM-DD", text));
  }
  return es::ToProto(day);
}

}  // namespace

absl::Status RunCertificate(CommandContext& context, const CertificateArguments& arguments) {
  handover::v1::RenderCertificateRequest request;
  request.set_name(arguments.name);
  for (const LanguageName& known : kLanguages) {
    if (arguments.language == known.name) request.set_language(known.language);
  }
  PRIHVAT_ASSIGN_OR_RETURN(const auto document,
                           CallTyped<handover::v1::RenderCertificateResponse>(
                               context, "handover.RenderCertificate", request));
  const std::string file = arguments.output.empty() ? document.file_name() : arguments.output;
  PRIHVAT_RETURN_IF_ERROR(ReplaceFile(file, document.content()));
  context.err << fmt::format("wrote {}\n  SHA-256 of the content, as the QR code has it: {}\n",
                             file, document.canonical_sha256());
  if (!document.signed_code().empty())
    context.err << fmt::format("  the QR code, for verify-certificate: {}\n",
                               document.signed_code());
  if (arguments.content.empty()) return absl::OkStatus();
  return ReplaceFile(arguments.content, document.canonical_content());
}

std::vector<std::string> CertificateLanguages() {
  std::vector<std::string> names;
  for (const LanguageName& known : kLanguages) names.emplace_back(known.name);
  return names;
}

absl::Status RunExportCertificate(CommandContext& context, const std::string& name,
                                  const std::string& output) {
  handover::v1::ExportCertificateRequest request;
  request.set_name(name);
  PRIHVAT_ASSIGN_OR_RETURN(const auto exported,
                           CallTyped<handover::v1::ExportCertificateResponse>(
                               context, "handover.ExportCertificate", request));
  const std::string file = output.empty() ? exported.file_name() : output;
  PRIHVAT_RETURN_IF_ERROR(ReplaceFile(file, exported.content()));
  context.err << fmt::format("wrote {}\n  SHA-256 of what is to be signed: {}\n", file,
                             exported.canonical_sha256());
  return absl::OkStatus();
}

absl::Status RunSigningContent(CommandContext& context, const std::string& file,
                               const std::string& output) {
  PRIHVAT_ASSIGN_OR_RETURN(const CertificateForSigning exported, ReadForSigning(file));
  PRIHVAT_RETURN_IF_ERROR(ReplaceFile(output, exported.canonical_content()));
  context.err << fmt::format("wrote {}\n  its SHA-256: {}\n", output, exported.canonical_sha256());
  return absl::OkStatus();
}

absl::Status RunReturnCertificate(CommandContext& context,
                                  const ReturnCertificateArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const CertificateForSigning exported, ReadForSigning(arguments.file));
  handover::v1::ReturnSignedCertificateRequest request;
  request.set_name(exported.name());
  request.set_canonical_sha256(exported.canonical_sha256());
  request.set_party(arguments.party == "giver" ? handover::v1::HANDOVER_PARTY_GIVER
                                               : handover::v1::HANDOVER_PARTY_RECIPIENT);
  request.set_person(arguments.person);
  for (const auto& signatory : exported.signatories()) {
    if (arguments.person.empty() && signatory.party() == request.party()) {
      request.set_person(signatory.person());
    }
  }
  PRIHVAT_ASSIGN_OR_RETURN(*request.mutable_sign_date(), ReadDate(arguments.date));
  request.set_place(arguments.place);
  if (!arguments.image.empty()) {
    PRIHVAT_ASSIGN_OR_RETURN(*request.mutable_image(), ReadFile(arguments.image));
  }
  if (!arguments.signature.empty()) {
    PRIHVAT_ASSIGN_OR_RETURN(*request.mutable_electronic_signature(),
                             ReadFile(arguments.signature));
  }
  request.set_signing_key(arguments.key);
  base::SystemRandom random;
  request.set_request_id(base::MakeUuid(random));
  PRIHVAT_ASSIGN_OR_RETURN(
      const auto certificate,
      CallTyped<handover::v1::Certificate>(context, "handover.ReturnSignedCertificate", request));
  return PrintMessage(
      context, certificate,
      fmt::format("{} is signed by {} of 2\n", certificate.name(), certificate.signatures_size()));
}

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
