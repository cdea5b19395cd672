// What is read of other publishers' packages.
#pragma once

#include "absl/status/status.h"
#include "libs/access/policy.h"
#include "libs/rpc/calls.h"
#include "prihvat/procurement/v1/service.pb.h"

namespace prihvat::procurement {

// The release with its content, or NOT_FOUND.
absl::Status AnswerPublishedRelease(const rpc::ReadContext& reads, const std::string& name,
                                    v1::PublishedRelease& response);

// One page of the package or process that the request names. What the caller may not see is left
// out of it as `access` says: a rendered file is masked by nobody else.
absl::Status AnswerPublishedPackage(const rpc::ReadContext& reads, const access::Policy& access,
                                    const v1::RenderPublishedPackageRequest& request,
                                    v1::RenderPublishedPackageResponse& response);

}  // namespace prihvat::procurement
