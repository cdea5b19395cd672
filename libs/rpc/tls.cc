#include "libs/rpc/tls.h"

#include <memory>
#include <string>

#include "fmt/format.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "libs/base/status_macros.h"
#include "openssl/err.h"
#include "openssl/ssl.h"

namespace prihvat::rpc {
namespace {

std::string LastError() {
  char text[256] = "no reason given";
  const unsigned long code = ERR_get_error();  // NOLINT(google-runtime-int): OpenSSL's type
  if (code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

absl::Status Wrong(const char* option, const std::filesystem::path& file, const char* what) {
  return absl::InvalidArgumentError(
      fmt::format("{}: {}: {} ({})", option, file.string(), what, LastError()));
}

// gRPC itself would listen all the same, and refuse every handshake.
absl::Status Check(const TlsFiles& files) {
  ERR_clear_error();
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()),
                                                                  &SSL_CTX_free);
  if (context == nullptr) return absl::InternalError("OpenSSL has no memory");
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
    return Wrong("--tls-cert", files.certificate, "is no readable file of certificates in PEM");
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return Wrong("--tls-key", files.key,
                 "is no readable, unencrypted key in PEM, or not that of --tls-cert");
  if (SSL_CTX_load_verify_locations(context.get(), files.client_ca.c_str(), nullptr) != 1)
    return Wrong("--tls-client-ca", files.client_ca, "is no readable file of certificates in PEM");
  return absl::OkStatus();
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
