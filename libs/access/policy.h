// Who may do and see what: policy as data. Default deny.
//
// A policy is a YAML document of dated versions; each names roles, the permissions that a role
// grants and the classes of fields that it may see. The version that holds on a day is the last one
// that began on or before it.
//
//   name: default
//   versions:
//     - effective_from: 2020-01-01
//       roles:
//         procurement_officer:
//           permissions: [procurement.*, operations.get]
//           sees: [public, internal]
//
// A permission ends in ".*" to grant all below it; "*" alone grants everything. Immutable; any
// thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/message.h"
#include "prihvat/common/v1/options.pb.h"

namespace YAML {
class Node;
}

namespace prihvat::access {

// Who asks.
struct Principal {
  std::string name;  // "organisations/iom/people/amra": what stands in the commit
  std::vector<std::string> roles;
  std::vector<std::string> operations;  // "operations/ba"; "*" for all

  bool MayActIn(std::string_view operation) const;
  std::string_view organisation() const;  // "organisations/iom"
};

class Policy {
 public:
  // INVALID_ARGUMENT with the line and what is wrong there.
  static absl::StatusOr<Policy> Parse(std::string_view yaml);
  // The one in policy/access.yaml, built in.
  static const Policy& Default();

  // Whether one of the principal's roles grants the permission on that day.
  bool Grants(const Principal& principal, std::string_view permission, absl::CivilDay day) const;
  // Whether one of the principal's roles may see fields of that class on that day.
  bool Sees(const Principal& principal, common::v1::FieldClass field_class,
            absl::CivilDay day) const;

  const std::string& name() const { return name_; }
  std::vector<std::string> RolesOn(absl::CivilDay day) const;

 private:
  struct Role {
    std::vector<std::string> permissions;
    std::set<common::v1::FieldClass> sees;
  };
  using Roles = std::map<std::string, Role, std::less<>>;
  Policy() = default;
  absl::Status AddVersion(const YAML::Node& node);
  const Roles* On(absl::CivilDay day) const;

  std::string name_;
  std::map<absl::CivilDay, Roles> versions_;
};

// Clears every field, at any depth, whose class `policy` does not let the principal see. Returns
// how many were cleared.
int Mask(google::protobuf::Message& message, const Policy& policy, const Principal& principal,
         absl::CivilDay day);

}  // namespace prihvat::access
