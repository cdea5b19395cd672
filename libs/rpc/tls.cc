#include "libs/rpc/tls.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "fmt/format.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/rpc/certificates.h"

namespace prihvat::rpc {
namespace {

absl::StatusOr<std::string> ReadFile(const char* option, const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in)
    return absl::InvalidArgumentError(fmt::format("{}: {} cannot be read", option, file.string()));
  return text;
}

absl::Status In(const char* option, const std::filesystem::path& file, const absl::Status& wrong) {
  if (wrong.ok()) return wrong;
  return absl::InvalidArgumentError(
      fmt::format("{}: {}: {}", option, file.string(), base::FromAbsl(wrong.message())));
}

// gRPC itself would listen all the same, and refuse every handshake.
absl::Status Check(const TlsFiles& files) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string certificate,
                           ReadFile("--tls-cert", files.certificate));
  PRIHVAT_ASSIGN_OR_RETURN(std::string key, ReadFile("--tls-key", files.key));
  PRIHVAT_ASSIGN_OR_RETURN(const std::string ca, ReadFile("--tls-client-ca", files.client_ca));
  PRIHVAT_RETURN_IF_ERROR(
      In("--tls-cert", files.certificate, ParseCertificates(certificate).status()));
  const absl::Status fits = CheckKeyOf(certificate, key);
  key.assign(key.size(), '\0');
  PRIHVAT_RETURN_IF_ERROR(In("--tls-key", files.key, fits));
  return In("--tls-client-ca", files.client_ca, ParseCertificates(ca).status());
}

}  // namespace

absl::StatusOr<TlsCredentials> MakeTlsCredentials(const TlsFiles& files) {
  PRIHVAT_RETURN_IF_ERROR(Check(files));
  const auto watched = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.key.string(), files.certificate.string(), files.client_ca.string(),
      static_cast<unsigned>(absl::ToInt64Seconds(files.refresh)));
  TlsCredentials credentials;

  grpc::experimental::TlsServerCredentialsOptions server(watched);
  server.watch_root_certs();
  server.watch_identity_key_cert_pairs();
  server.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  credentials.server = grpc::experimental::TlsServerCredentials(server);

  // Names are checked as well: who calls an instance by its address wants that very instance.
  grpc::experimental::TlsChannelCredentialsOptions channel;
  channel.set_certificate_provider(watched);
  channel.watch_root_certs();
  channel.watch_identity_key_cert_pairs();
  credentials.channel = grpc::experimental::TlsCredentials(channel);
  return credentials;
}

}  // namespace prihvat::rpc
