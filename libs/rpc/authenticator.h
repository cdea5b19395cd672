// The seam for identity: who asks, from what the transport and the metadata say.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"
#include "libs/access/policy.h"
#include "libs/rpc/identities.h"

namespace prihvat::rpc {

// Thread-safe. Tokens get an implementation of their own.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // UNAUTHENTICATED, with what is missing or wrong, where nobody is known.
  virtual absl::StatusOr<access::Principal> Authenticate(
      const grpc::ServerContextBase& context) const = 0;
};

// What x-prihvat-principal says, read once: callers say the same again and again. Thread-safe.
class Principals {
 public:
  // UNAUTHENTICATED where the text is not of the form.
  absl::StatusOr<access::Principal> Read(const std::string& text) const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string, access::Principal, std::less<>>
      read_;  // guarded by mutex_; bounded
};

// Believes x-prihvat-principal: for development servers on loopback only.
class InsecureDevAuthenticator final : public Authenticator {
 public:
  absl::StatusOr<access::Principal> Authenticate(
      const grpc::ServerContextBase& context) const override;

 private:
  const Principals principals_{};
};

// Knows callers by their certificates, which the transport has verified. One who may speak for
// others says in x-prihvat-principal for whom; to anybody else that metadata is forbidden.
class CertificateAuthenticator final : public Authenticator {
 public:
  explicit CertificateAuthenticator(Identities identities) : identities_(std::move(identities)) {}
  absl::StatusOr<access::Principal> Authenticate(
      const grpc::ServerContextBase& context) const override;

 private:
  const Identities identities_;
  const Principals principals_{};
};

// Knows nobody: what a server has that was given no way of telling callers apart.
class RefusingAuthenticator final : public Authenticator {
 public:
  absl::StatusOr<access::Principal> Authenticate(
      const grpc::ServerContextBase& context) const override;
};

}  // namespace prihvat::rpc
