#include "libs/rpc/metadata.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "libs/base/bytes.h"
#include "libs/base/resource_name.h"
#include "libs/base/string_view.h"

namespace prihvat::rpc {
namespace {

constexpr size_t kMaxPrincipalBytes = 2048;
constexpr size_t kMaxListed = 64;  // roles, operations

bool IsRole(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool IsOperation(std::string_view text) {
  return text == "*" || base::CheckName(text, "operations/*").ok();
}

absl::Status ReadAttribute(std::string_view attribute, access::Principal& principal) {
  const size_t equals = attribute.find('=');
  const std::string_view key = attribute.substr(0, equals);
  const std::vector<std::string> values =
      equals == std::string_view::npos
          ? std::vector<std::string>()
          : std::vector<std::string>(
                absl::StrSplit(base::ToAbsl(attribute.substr(equals + 1)), ',', absl::SkipEmpty()));
  if (values.size() > kMaxListed)
    return absl::InvalidArgumentError(fmt::format("at most {} {}", kMaxListed, key));
  const bool valued = equals != std::string_view::npos;
  if (valued && key == "roles" && std::all_of(values.begin(), values.end(), IsRole)) {
    principal.roles = values;
    return absl::OkStatus();
  }
  if (valued && key == "operations" && std::all_of(values.begin(), values.end(), IsOperation)) {
    principal.operations = values;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "after the name come ';roles=a,b' and ';operations=operations/x,...' or ';operations=*'");
}

}  // namespace

std::string MetadataValue(const grpc::ServerContextBase& context, std::string_view key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(grpc::string_ref(key.data(), key.size()));
  return found == metadata.end() ? std::string()
                                 : std::string(found->second.data(), found->second.size());
}

absl::StatusOr<access::Principal> ParsePrincipal(std::string_view text) {
  if (text.size() > kMaxPrincipalBytes) return absl::InvalidArgumentError("too long");
  const std::vector<std::string> parts = absl::StrSplit(base::ToAbsl(text), ';');
  access::Principal principal;
  principal.name = parts[0];
  absl::Status name = base::CheckName(principal.name, "organisations/*/people/*");
  if (!name.ok()) return name;
  for (size_t i = 1; i < parts.size(); ++i) {
    absl::Status read = ReadAttribute(parts[i], principal);
    if (!read.ok()) return read;
  }
  return principal;
}

std::string FormatPrincipal(const access::Principal& principal) {
  return fmt::format("{};roles={};operations={}", principal.name, fmt::join(principal.roles, ","),
                     fmt::join(principal.operations, ","));
}

std::string EncodeToken(const common::v1::Token& token) {
  return base::Base64UrlEncode(token.SerializeAsString());
}

absl::StatusOr<common::v1::Token> DecodeToken(std::string_view text) {
  if (text.size() > kMaxTokenBytes) return absl::InvalidArgumentError("token is too long");
  absl::StatusOr<std::string> bytes = base::Base64UrlDecode(text);
  if (!bytes.ok()) return bytes.status();
  common::v1::Token token;
  if (!token.ParseFromString(*bytes)) return absl::InvalidArgumentError("token is damaged");
  const bool sound =
      std::all_of(token.positions().begin(), token.positions().end(), [](const auto& position) {
        return !position.topic().empty() && position.partition() >= 0 && position.offset() >= -1;
      });
  if (!sound) return absl::InvalidArgumentError("token is damaged");
  return token;
}

bool IsImportId(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace prihvat::rpc
