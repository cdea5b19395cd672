// The reasons that the runtime itself gives, for the error catalogue. All but kRequestIdReused and
// kCommitTooLarge may be retried with the same request id.
#pragma once

#include "libs/es/decision.h"

namespace prihvat::runtime {

inline constexpr es::Reason kNotOwner{
    "NOT_OWNER", absl::StatusCode::kUnavailable,
    "Another instance decides for this operation, or none does yet.",
    "Retry with the same request id."};
inline constexpr es::Reason kOutcomeUnknown{"OUTCOME_UNKNOWN", absl::StatusCode::kUnavailable,
                                            "The log did not say whether the commit was stored.",
                                            "Retry with the same request id: the answer will be "
                                            "that of the first attempt if it was stored."};
inline constexpr es::Reason kAppendFailed{"APPEND_FAILED", absl::StatusCode::kUnavailable,
                                          "The log did not take the commit; nothing was stored.",
                                          "Retry with the same request id."};
inline constexpr es::Reason kMailboxFull{"MAILBOX_FULL", absl::StatusCode::kResourceExhausted,
                                         "More commands wait for this partition than may.",
                                         "Retry after the time that the error names."};
inline constexpr es::Reason kShuttingDown{"SHUTTING_DOWN", absl::StatusCode::kUnavailable,
                                          "The instance is shutting down.",
                                          "Retry; another instance takes over."};
inline constexpr es::Reason kDeadlinePassed{
    "DEADLINE_PASSED", absl::StatusCode::kDeadlineExceeded,
    "The deadline passed before the command was decided; nothing was stored.",
    "Retry with the same request id and a later deadline."};
inline constexpr es::Reason kRequestIdReused{
    "REQUEST_ID_REUSED", absl::StatusCode::kInvalidArgument,
    "The request id was used before, for another request.", "Use a new UUID for a new request."};
inline constexpr es::Reason kCommitTooLarge{
    "COMMIT_TOO_LARGE", absl::StatusCode::kInvalidArgument,
    "The command's events do not fit in one record of the log.", "Split the request."};
inline constexpr es::Reason kPartitionStopped{
    "PARTITION_STOPPED", absl::StatusCode::kUnavailable,
    "The partition's log cannot be folded further; an operator must look.",
    "See the partition's status."};

}  // namespace prihvat::runtime
