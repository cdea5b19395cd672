#include "libs/rpc/reasons.h"

#include "libs/runtime/reasons.h"

namespace prihvat::rpc {

std::span<const es::Reason* const> RpcReasons() {
  static constexpr const es::Reason* kAll[] = {
      &kUnauthenticated,
      &kPermissionDenied,
      &kOperationNotGranted,
      &kMethodWithoutPermission,
      &kInvalidToken,
      &kTokenNotSeen,
      &kInvalidPageToken,
      &kDeadlinePassed,
      &kOverloaded,
      &kViewBuilding,
      &kOwnerUnreachable,
      &kCancelled,
      &kUnimplemented,
      &kUnparsableRequest,
      &kInternal,
      &runtime::kNotOwner,
      &runtime::kOutcomeUnknown,
      &runtime::kAppendFailed,
      &runtime::kMailboxFull,
      &runtime::kShuttingDown,
      &runtime::kRequestIdReused,
      &runtime::kCommitTooLarge,
      &runtime::kPartitionStopped,
      &es::kNotFound,
      &es::kAlreadyExists,
      &es::kWrongState,
      &es::kInvalidField,
      &es::kStaleEtag,
      &es::kBackdatedTooFar,
      &es::kEffectiveInFuture,
      &es::kOperationUnknown,
      &es::kCommandUnknown,
  };
  return kAll;
}

}  // namespace prihvat::rpc
