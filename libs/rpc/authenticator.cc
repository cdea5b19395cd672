#include "libs/rpc/authenticator.h"

#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/metadata.h"
#include "libs/rpc/reasons.h"

namespace prihvat::rpc {

absl::StatusOr<access::Principal> InsecureDevAuthenticator::Authenticate(
    const grpc::ServerContextBase& context) const {
  const std::string text = MetadataValue(context, kPrincipalKey);
  if (text.empty())
    return Reject(es::Rejected(kUnauthenticated)
                      .Saying(fmt::format("the metadata {} is not there", kPrincipalKey)));
  absl::StatusOr<access::Principal> principal = ParsePrincipal(text);
  if (!principal.ok())
    return Reject(es::Rejected(kUnauthenticated)
                      .Saying(fmt::format("the metadata {} is not of the form: {}", kPrincipalKey,
                                          base::FromAbsl(principal.status().message()))));
  return principal;
}

absl::StatusOr<access::Principal> RefusingAuthenticator::Authenticate(
    const grpc::ServerContextBase& /*context*/) const {
  return Reject(
      es::Rejected(kUnauthenticated).Saying("this server has no way of telling who asks"));
}

}  // namespace prihvat::rpc
