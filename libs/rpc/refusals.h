// Attempts at what is not granted, told to those who look after the server (cases A5, S3).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libs/rpc/admission.h"

namespace prihvat::rpc {

// Where `status` is PERMISSION_DENIED, by the chain or by a rule: a line `refused` at the level
// warning, with the caller's organisation (persons do not stand in the log), method, reason,
// operation and trace. At most kRefusalsToldASecond of the process, so that who tries again and
// again fills no disk; the next line says how many were left out. Any thread.
inline constexpr int64_t kRefusalsToldASecond = 20;
void TellRefusal(const Admission& admission, absl::StatusCode code, const std::string& reason);

}  // namespace prihvat::rpc
