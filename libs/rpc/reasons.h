// The reasons that the call chain itself gives, for the error catalogue.
#pragma once

#include <span>

#include "libs/es/decision.h"

namespace prihvat::rpc {

inline constexpr es::Reason kUnauthenticated{
    "UNAUTHENTICATED", absl::StatusCode::kUnauthenticated, "The call does not say who asks.",
    "Present a certificate or a token; on a development server, x-prihvat-principal."};
inline constexpr es::Reason kPermissionDenied{
    "PERMISSION_DENIED", absl::StatusCode::kPermissionDenied,
    "No role of the caller grants the permission.",
    "Ask for a role that grants the permission that the error names."};
inline constexpr es::Reason kOperationNotGranted{
    "OPERATION_NOT_GRANTED", absl::StatusCode::kPermissionDenied,
    "The caller's roles do not extend to the operation.",
    "Ask for access to the operation that the error names."};
inline constexpr es::Reason kMethodWithoutPermission{
    "METHOD_WITHOUT_PERMISSION", absl::StatusCode::kPermissionDenied,
    "The method declares no permission, so it is refused to everybody.",
    "Tell whoever runs the service: its API is faulty."};
inline constexpr es::Reason kInvalidToken{
    "INVALID_TOKEN", absl::StatusCode::kInvalidArgument,
    "The metadata x-prihvat-token is not a token that a write returned.",
    "Present the token unchanged, or none."};
inline constexpr es::Reason kTokenNotSeen{
    "TOKEN_NOT_SEEN", absl::StatusCode::kDeadlineExceeded,
    "What the token names had not arrived here when the deadline passed.",
    "Retry with a later deadline, or without the token to see what is here."};
inline constexpr es::Reason kInvalidPageToken{
    "INVALID_PAGE_TOKEN", absl::StatusCode::kInvalidArgument,
    "The page token does not belong to this request.",
    "Repeat the request that gave the token with no field changed but page_size; or begin anew."};
inline constexpr es::Reason kDeadlinePassed{
    "DEADLINE_PASSED", absl::StatusCode::kDeadlineExceeded,
    "The deadline passed before the call was dealt with; nothing was stored.",
    "Retry with the same request id and a later deadline."};
inline constexpr es::Reason kOverloaded{"OVERLOADED", absl::StatusCode::kResourceExhausted,
                                        "More calls are open, or their requests take more memory "
                                        "together, than may.",
                                        "Retry after the time that the error names."};
inline constexpr es::Reason kViewBuilding{
    "VIEW_BUILDING", absl::StatusCode::kUnavailable,
    "The view that answers is being built and has not caught up.",
    "Retry after the time that the error names; see the views' progress."};
inline constexpr es::Reason kOwnerUnreachable{
    "OWNER_UNREACHABLE", absl::StatusCode::kUnavailable,
    "The instance that decides for this operation did not answer; whether it decided is unknown.",
    "Retry with the same request id."};
inline constexpr es::Reason kCancelled{"CANCELLED", absl::StatusCode::kCancelled,
                                       "The caller gave up.",
                                       "Retry with the same request id if the outcome matters."};
inline constexpr es::Reason kUnimplemented{"UNIMPLEMENTED", absl::StatusCode::kUnimplemented,
                                           "This server does not do that.",
                                           "See the API's documentation."};
inline constexpr es::Reason kUnparsableRequest{
    "UNPARSABLE_REQUEST", absl::StatusCode::kInvalidArgument,
    "The request's bytes are not a message of the type that the method takes.",
    "Send what the API declares; client and server must have been built from the same protos."};
inline constexpr es::Reason kInternal{"INTERNAL", absl::StatusCode::kInternal,
                                      "Something happened that must not.",
                                      "Tell whoever runs the service, with the trace id."};

// All of the above, and those of the runtime and those that every service shares.
std::span<const es::Reason* const> RpcReasons();

}  // namespace prihvat::rpc
