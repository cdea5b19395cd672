// Encryption and proof of identity between callers and servers, and between instances: TLS, with
// certificates on both sides. Files are looked at again, so a renewed certificate needs no restart.
#pragma once

#include <filesystem>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"

namespace prihvat::rpc {

// PEM files.
struct TlsFiles {
  std::filesystem::path certificate;  // with the chain to a root, the server's first
  std::filesystem::path key;          // unencrypted
  std::filesystem::path client_ca;    // whose certificates are believed, of callers and instances
  // How often the files are looked at; whole seconds, at least one.
  absl::Duration refresh = absl::Seconds(30);
};

// What a server and what its calls to other instances need.
struct TlsCredentials {
  std::shared_ptr<grpc::ServerCredentials>
      server;  // refuses callers without a believed certificate
  std::shared_ptr<grpc::ChannelCredentials> channel;
};

// INVALID_ARGUMENT names the file and what is wrong with it: not readable, no certificate or key,
// or a key that is not the certificate's.
absl::StatusOr<TlsCredentials> MakeTlsCredentials(const TlsFiles& files);

}  // namespace prihvat::rpc
