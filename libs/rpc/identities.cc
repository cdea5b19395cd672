#include "libs/rpc/identities.h"

#include <algorithm>
#include <array>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "libs/base/resource_name.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/rpc/metadata.h"
#include "yaml-cpp/yaml.h"

namespace prihvat::rpc {
namespace {

constexpr size_t kMaxIdentities = 10'000;
constexpr std::array<std::string_view, 4> kKinds = {"subject:", "dns:", "uri:", "email:"};

absl::Status Wrong(const YAML::Mark& mark, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("identities, line {}: {}", mark.line + 1, what));
}

bool NamesACertificate(std::string_view text) {
  return std::any_of(kKinds.begin(), kKinds.end(), [&](std::string_view kind) {
    return text.size() > kind.size() && text.substr(0, kind.size()) == kind;
  });
}

absl::Status ReadSpeaksFor(const YAML::Node& node, Identity& identity) {
  if (!node.IsSequence() || node.size() == 0)
    return Wrong(node.Mark(), "speaks_for must be a list of organisations, or [\"*\"]");
  for (const YAML::Node& item : node) {
    const std::string organisation = item.IsScalar() ? item.Scalar() : "";
    if (organisation != "*" && !base::CheckName(organisation, "organisations/*").ok())
      return Wrong(item.Mark(), fmt::format("speaks_for: '{}' is neither organisations/... nor *",
                                            organisation));
    identity.speaks_for.insert(organisation);
  }
  return absl::OkStatus();
}

absl::Status ReadKey(const std::string& key, const YAML::Node& key_node, const YAML::Node& value,
                     Identity& identity) {
  if (key == "speaks_for") return ReadSpeaksFor(value, identity);
  if (key != "certificate" && key != "principal")
    return Wrong(key_node.Mark(),
                 fmt::format("an identity has certificate, principal, speaks_for, not '{}'", key));
  if (!value.IsScalar()) return Wrong(value.Mark(), fmt::format("{} must be a text", key));
  if (key == "certificate") {
    identity.certificate = value.Scalar();
    return absl::OkStatus();
  }
  absl::StatusOr<access::Principal> principal = ParsePrincipal(value.Scalar());
  if (!principal.ok())
    return Wrong(value.Mark(),
                 fmt::format("principal: {}", base::FromAbsl(principal.status().message())));
  identity.principal = *std::move(principal);
  return absl::OkStatus();
}

absl::StatusOr<Identity> ReadIdentity(const YAML::Node& node) {
  if (!node.IsMap()) return Wrong(node.Mark(), "an identity must be a mapping");
  Identity identity;
  for (const auto& entry : node)
    PRIHVAT_RETURN_IF_ERROR(ReadKey(entry.first.Scalar(), entry.first, entry.second, identity));
  if (!NamesACertificate(identity.certificate))
    return Wrong(node.Mark(),
                 fmt::format("certificate: '{}' does not begin with one of {}, or ends there",
                             identity.certificate, fmt::join(kKinds, " ")));
  if (!identity.principal && identity.speaks_for.empty())
    return Wrong(node.Mark(),
                 fmt::format("{} has neither a principal nor speaks_for", identity.certificate));
  return identity;
}

}  // namespace

bool Identity::MaySpeakFor(const access::Principal& other) const {
  return speaks_for.count("*") > 0 || speaks_for.count(std::string(other.organisation())) > 0;
}

absl::StatusOr<Identities> Identities::Parse(std::string_view yaml) {
  YAML::Node root;
  // yaml-cpp throws; nothing beyond this function sees it.
  try {
    root = YAML::Load(std::string(yaml));
  } catch (const YAML::Exception& error) {
    return Wrong(error.mark, error.msg);
  }
  if (!root.IsMap() || root.size() != 1 || !root["identities"] || !root["identities"].IsSequence())
    return Wrong(root.Mark(), "the file must be one mapping with one list, 'identities'");
  const YAML::Node list = root["identities"];
  if (list.size() > kMaxIdentities)
    return Wrong(list.Mark(),
                 fmt::format("at most {} identities, not {}", kMaxIdentities, list.size()));
  Identities identities;
  for (const YAML::Node& node : list) {
    PRIHVAT_ASSIGN_OR_RETURN(Identity identity, ReadIdentity(node));
    const std::string certificate = identity.certificate;
    if (!identities.by_certificate_.emplace(certificate, std::move(identity)).second)
      return Wrong(node.Mark(), fmt::format("{} stands there twice", certificate));
  }
  return identities;
}

absl::StatusOr<const Identity*> Identities::Find(const std::vector<std::string>& names) const {
  const Identity* found = nullptr;
  for (const std::string& name : names) {
    const auto at = by_certificate_.find(name);
    if (at == by_certificate_.end() || &at->second == found) continue;
    if (found != nullptr)
      return absl::FailedPreconditionError(
          fmt::format("the certificate stands for more than one identity: {} and {}",
                      found->certificate, at->first));
    found = &at->second;
  }
  if (found == nullptr)
    return absl::NotFoundError(
        fmt::format("no identity is known by the certificate's names: {}", fmt::join(names, ", ")));
  return found;
}

}  // namespace prihvat::rpc
