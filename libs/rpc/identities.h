// Whose a client certificate is: data, read once at the start. Default deny.
//
//   identities:
//     # A person's or a partner system's certificate.
//     - certificate: subject:CN=amra,O=iom
//       principal: organisations/iom/people/amra;roles=viewer;operations=operations/ba
//     # A gateway that has told its callers apart itself, or another instance that sends calls on:
//     # it says in x-prihvat-principal for whom it asks, and with which roles and operations. "*":
//     for # anybody. Only the organisation is bounded here: trust it as you would trust all of its
//     people.
//     - certificate: dns:gateway.example.org
//       speaks_for: [organisations/iom]
//
// A certificate is named by one thing that it proves: `subject:` and its subject as RFC 2253 writes
// it (last part first), or `dns:`, `uri:`, `email:` and a subject alternative name.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/access/policy.h"

namespace prihvat::rpc {

struct Identity {
  std::string certificate;  // "dns:gateway.example.org"
  std::optional<access::Principal> principal;
  std::set<std::string> speaks_for;  // organisations; "*" for all

  bool MaySpeakFor(const access::Principal& other) const;
};

// Immutable; any thread.
class Identities {
 public:
  // INVALID_ARGUMENT with the line and what is wrong there.
  static absl::StatusOr<Identities> Parse(std::string_view yaml);

  // The one identity that these names of one certificate stand for. NOT_FOUND for none;
  // FAILED_PRECONDITION where they stand for more than one.
  absl::StatusOr<const Identity*> Find(const std::vector<std::string>& names) const;

 private:
  std::map<std::string, Identity> by_certificate_;
};

}  // namespace prihvat::rpc
