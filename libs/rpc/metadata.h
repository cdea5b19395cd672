// What travels beside requests and answers. Names and forms are part of the API.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/string_ref.h"
#include "libs/access/policy.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::rpc {

// "organisations/iom/people/amra;roles=approver,importer;operations=operations/ba"; a development
// server believes it.
inline constexpr char kPrincipalKey[] = "x-prihvat-principal";
// Request: wait until what the token saw is seen here. Answer (trailing): what this call saw.
inline constexpr char kTokenKey[] = "x-prihvat-token";
// The import that the command belongs to, such as "bih-2023".
inline constexpr char kImportKey[] = "x-prihvat-import";
// "1": another instance sent the call on.
inline constexpr char kForwardedKey[] = "x-prihvat-forwarded";
// W3C trace context.
inline constexpr char kTraceparentKey[] = "traceparent";
// Answer (trailing), where the call failed: the trace id to tell to whoever runs the service.
inline constexpr char kTraceIdKey[] = "x-prihvat-trace-id";
inline constexpr char kTracestateKey[] = "tracestate";
inline constexpr char kAuthorizationKey[] = "authorization";

// The first value of the key, "" for none.
std::string MetadataValue(const grpc::ServerContextBase& context, std::string_view key);

// INVALID_ARGUMENT for what is not of the form above.
absl::StatusOr<access::Principal> ParsePrincipal(std::string_view text);
// The other way.
std::string FormatPrincipal(const access::Principal& principal);

// Base64url of the message; at most kMaxTokenBytes.
inline constexpr size_t kMaxTokenBytes = 4096;
std::string EncodeToken(const common::v1::Token& token);
absl::StatusOr<common::v1::Token> DecodeToken(std::string_view text);

// 1 to 63 small letters, digits and '-'.
bool IsImportId(std::string_view text);

}  // namespace prihvat::rpc
