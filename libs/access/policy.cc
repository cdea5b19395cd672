#include "libs/access/policy.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "libs/access/default_policy.h"
#include "libs/base/check.h"
#include "libs/base/string_view.h"
#include "yaml-cpp/yaml.h"

namespace prihvat::access {
namespace {

absl::Status Wrong(const YAML::Mark& mark, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("access policy, line {}: {}", mark.line + 1, what));
}

bool ClassNamed(std::string_view text, common::v1::FieldClass& field_class) {
  static const std::map<std::string, common::v1::FieldClass, std::less<>>& names =
      *new std::map<std::string, common::v1::FieldClass, std::less<>>{
          {"public", common::v1::FIELD_CLASS_PUBLIC},
          {"internal", common::v1::FIELD_CLASS_INTERNAL},
          {"personal", common::v1::FIELD_CLASS_PERSONAL},
          {"health", common::v1::FIELD_CLASS_HEALTH},
          {"protection", common::v1::FIELD_CLASS_PROTECTION}};
  const auto found = names.find(text);
  if (found == names.end()) return false;
  field_class = found->second;
  return true;
}

// Segments of letters and digits, or "*" for one; a "*" at the end for all that follows.
bool IsPermissionPattern(const std::string& text) {
  if (text.empty()) return false;
  for (const std::string& part : absl::StrSplit(text, '.').operator std::vector<std::string>()) {
    if (part == "*") continue;
    if (part.empty() || !std::all_of(part.begin(), part.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }))
      return false;
  }
  return true;
}

bool Covers(const std::string& pattern, std::string_view permission) {
  const std::vector<std::string> wanted = absl::StrSplit(base::ToAbsl(permission), '.');
  const std::vector<std::string> parts = absl::StrSplit(pattern, '.');
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == "*" && i + 1 == parts.size()) return wanted.size() > i;
    if (i >= wanted.size() || (parts[i] != "*" && parts[i] != wanted[i])) return false;
  }
  return parts.size() == wanted.size();
}

absl::Status ParseDay(const YAML::Node& node, absl::CivilDay& day) {
  if (!node || !node.IsScalar() || !absl::ParseCivilTime(node.Scalar(), &day))
    return Wrong(node ? node.Mark() : YAML::Mark(),
                 "effective_from must be a day such as 2026-01-31");
  return absl::OkStatus();
}

// `node`'s keys are among `known`.
absl::Status CheckKeys(const YAML::Node& node, std::string_view what,
                       std::initializer_list<std::string_view> known) {
  if (!node.IsMap()) return Wrong(node.Mark(), fmt::format("{} must be a mapping", what));
  for (const auto& entry : node) {
    const std::string key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end())
      return Wrong(entry.first.Mark(), fmt::format("{} has no '{}'", what, key));
  }
  return absl::OkStatus();
}

}  // namespace

bool Principal::MayActIn(std::string_view operation) const {
  return std::any_of(operations.begin(), operations.end(), [&](const std::string& granted) {
    return granted == "*" || granted == operation;
  });
}

std::string_view Principal::organisation() const {
  const std::string_view text = name;
  const size_t second = text.find('/', text.find('/') + 1);
  return text.substr(0, second);
}

absl::StatusOr<Policy> Policy::Parse(std::string_view yaml) {
  YAML::Node root;
  try {
    root = YAML::Load(std::string(yaml));
  } catch (const YAML::Exception& error) {
    return Wrong(error.mark, error.msg);
  }
  Policy policy;
  if (absl::Status keys = CheckKeys(root, "a policy", {"name", "versions"}); !keys.ok())
    return keys;
  if (root["name"] && root["name"].IsScalar()) policy.name_ = root["name"].Scalar();
  if (policy.name_.empty()) return Wrong(root.Mark(), "name must be set");
  if (!root["versions"] || !root["versions"].IsSequence() || root["versions"].size() == 0)
    return Wrong(root.Mark(), "versions must be a list, not empty");
  for (const YAML::Node& version : root["versions"]) {
    absl::Status added = policy.AddVersion(version);
    if (!added.ok()) return added;
  }
  return policy;
}

absl::Status Policy::AddVersion(const YAML::Node& node) {
  if (absl::Status keys = CheckKeys(node, "a version", {"effective_from", "roles"}); !keys.ok())
    return keys;
  absl::CivilDay day;
  if (absl::Status parsed = ParseDay(node["effective_from"], day); !parsed.ok()) return parsed;
  const auto [version, inserted] = versions_.try_emplace(day);
  if (!inserted) return Wrong(node.Mark(), "two versions begin on the same day");
  if (!node["roles"] || !node["roles"].IsMap())
    return Wrong(node.Mark(), "roles must be a mapping");
  for (const auto& entry : node["roles"]) {
    const YAML::Node& body = entry.second;
    if (absl::Status keys = CheckKeys(body, "a role", {"permissions", "sees"}); !keys.ok())
      return keys;
    for (const char* field : {"permissions", "sees"}) {
      if (body[field] && !body[field].IsSequence()) {
        return Wrong(body[field].Mark(),
                     fmt::format("role {}: {} must be a list, such as [\"*\"]; anything else would "
                                 "grant nothing",
                                 entry.first.Scalar(), field));
      }
    }
    Role role;
    for (const YAML::Node& permission : body["permissions"]) {
      if (!permission.IsScalar() || !IsPermissionPattern(permission.Scalar()))
        return Wrong(permission.Mark(), "a permission is words joined by '.', or '*'");
      role.permissions.push_back(permission.Scalar());
    }
    for (const YAML::Node& seen : body["sees"]) {
      common::v1::FieldClass field_class;
      if (!seen.IsScalar() || !ClassNamed(seen.Scalar(), field_class))
        return Wrong(seen.Mark(), "a class is public, internal, personal, health or protection");
      role.sees.insert(field_class);
    }
    if (!version->second.emplace(entry.first.Scalar(), std::move(role)).second)
      return Wrong(entry.first.Mark(), fmt::format("role {} stands twice", entry.first.Scalar()));
  }
  return absl::OkStatus();
}

const Policy& Policy::Default() {
  static const Policy& policy = *[] {
    absl::StatusOr<Policy> parsed = Parse(kDefaultPolicyYaml);
    PRIHVAT_CHECK(parsed.ok(), parsed.status().ToString());
    return new Policy(*std::move(parsed));
  }();
  return policy;
}

const Policy::Roles* Policy::On(absl::CivilDay day) const {
  auto version = versions_.upper_bound(day);
  if (version == versions_.begin()) return nullptr;
  return &std::prev(version)->second;
}

bool Policy::Grants(const Principal& principal, std::string_view permission,
                    absl::CivilDay day) const {
  const Roles* roles = On(day);
  if (roles == nullptr) return false;
  return std::any_of(principal.roles.begin(), principal.roles.end(), [&](const std::string& name) {
    const auto role = roles->find(name);
    return role != roles->end() &&
           std::any_of(role->second.permissions.begin(), role->second.permissions.end(),
                       [&](const std::string& pattern) { return Covers(pattern, permission); });
  });
}

bool Policy::Sees(const Principal& principal, common::v1::FieldClass field_class,
                  absl::CivilDay day) const {
  if (field_class == common::v1::FIELD_CLASS_UNSPECIFIED)
    field_class = common::v1::FIELD_CLASS_INTERNAL;
  const Roles* roles = On(day);
  if (roles == nullptr) return false;
  return std::any_of(principal.roles.begin(), principal.roles.end(), [&](const std::string& name) {
    const auto role = roles->find(name);
    return role != roles->end() && role->second.sees.count(field_class) > 0;
  });
}

std::vector<std::string> Policy::RolesOn(absl::CivilDay day) const {
  std::vector<std::string> names;
  if (const Roles* roles = On(day)) {
    for (const auto& [name, role] : *roles) names.push_back(name);
  }
  return names;
}

}  // namespace prihvat::access
