#include "libs/rpc/authenticator.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/metadata.h"
#include "libs/rpc/reasons.h"

namespace prihvat::rpc {
namespace {

absl::Status Unauthenticated(const std::string& why) {
  return Reject(es::Rejected(kUnauthenticated).Saying(why));
}

// What the peer's certificate proves, as Identities names it.
std::vector<std::string> NamesOf(const grpc::AuthContext& peer) {
  constexpr std::pair<const char*, const char*> kProperties[] = {
      {GRPC_X509_SUBJECT_PROPERTY_NAME, "subject"},
      {GRPC_PEER_DNS_PROPERTY_NAME, "dns"},
      {GRPC_PEER_URI_PROPERTY_NAME, "uri"},
      {GRPC_PEER_EMAIL_PROPERTY_NAME, "email"}};
  std::vector<std::string> names;
  for (const auto& [property, kind] : kProperties) {
    for (const grpc::string_ref& value : peer.FindPropertyValues(property))
      names.push_back(fmt::format("{}:{}", kind, std::string_view(value.data(), value.size())));
  }
  return names;
}

constexpr size_t kMaxPrincipals = 1024;  // beyond it they are forgotten, and read again

}  // namespace

absl::StatusOr<access::Principal> Principals::Read(const std::string& text) const {
  {
    std::lock_guard lock(mutex_);
    if (const auto known = read_.find(text); known != read_.end()) return known->second;
  }
  absl::StatusOr<access::Principal> principal = ParsePrincipal(text);
  if (!principal.ok())
    return Unauthenticated(fmt::format("the metadata {} is not of the form: {}", kPrincipalKey,
                                       base::FromAbsl(principal.status().message())));
  std::lock_guard lock(mutex_);
  if (read_.size() >= kMaxPrincipals) read_.clear();
  read_.emplace(text, *principal);
  return principal;
}

absl::StatusOr<access::Principal> InsecureDevAuthenticator::Authenticate(
    const grpc::ServerContextBase& context) const {
  const std::string text = MetadataValue(context, kPrincipalKey);
  if (text.empty())
    return Unauthenticated(fmt::format("the metadata {} is not there", kPrincipalKey));
  return principals_.Read(text);
}

absl::StatusOr<access::Principal> CertificateAuthenticator::Authenticate(
    const grpc::ServerContextBase& context) const {
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated())
    return Unauthenticated("the connection has no verified client certificate");
  absl::StatusOr<const Identity*> identity = identities_.Find(NamesOf(*peer));
  if (!identity.ok())
    return Unauthenticated(std::string(base::FromAbsl(identity.status().message())));
  const Identity& holder = **identity;
  const std::string spoken = MetadataValue(context, kPrincipalKey);
  if (spoken.empty()) {
    if (holder.principal) return *holder.principal;
    return Unauthenticated(fmt::format("{} asks for others only: the metadata {} is not there",
                                       holder.certificate, kPrincipalKey));
  }
  if (holder.speaks_for.empty())
    return Unauthenticated(fmt::format("{} may not speak for others: leave out the metadata {}",
                                       holder.certificate, kPrincipalKey));
  PRIHVAT_ASSIGN_OR_RETURN(access::Principal principal, principals_.Read(spoken));
  if (!holder.MaySpeakFor(principal))
    return Unauthenticated(
        fmt::format("{} may not speak for {}", holder.certificate, principal.organisation()));
  return principal;
}

absl::StatusOr<access::Principal> RefusingAuthenticator::Authenticate(
    const grpc::ServerContextBase& /*context*/) const {
  return Unauthenticated("this server has no way of telling who asks");
}

}  // namespace prihvat::rpc
