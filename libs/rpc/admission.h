// The first steps of the chain: deadline -> identity -> access -> validation. What passes them has
// an Admission; nothing else reaches a handler.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "libs/access/policy.h"
#include "libs/rpc/paging.h"
#include "libs/telemetry/rpc_metrics.h"
#include "libs/telemetry/trace.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::rpc {

struct Environment;
struct CallsOptions;

// One rpc of the API, as its descriptor tells. Immutable.
struct ApiMethod {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  std::string path;        // "/prihvat.procurement.v1.ProcurementService/GetProject"
  std::string permission;  // "" where none is declared: refused to everybody
  bool mutation = false;
  telemetry::RpcMetrics::Method* metrics = nullptr;
};

// What the chain found out about a call. A value.
struct Admission {
  const ApiMethod* method = nullptr;
  access::Principal principal;
  std::string operation;  // that the request is about, "" for none
  absl::Time received;
  absl::Time deadline;
  absl::CivilDay day;  // of the policy (UTC)
  std::optional<common::v1::Token> token;
  telemetry::TraceContext trace;
  bool forwarded = false;
  PageRequest page;

  // Of mutations.
  std::string request_id;
  std::string import_id;
  absl::Time effective_at = absl::InfinitePast();
};

// What can be known of a call before anything is checked: times and trace.
Admission Receive(const grpc::CallbackServerContext& context, const ApiMethod& method,
                  const Environment& environment, const CallsOptions& options);

// Runs the steps over what Receive made. A status for the caller where one refuses.
absl::Status Admit(const grpc::CallbackServerContext& context,
                   const google::protobuf::Message& request, const Environment& environment,
                   const CallsOptions& options, Admission& admission);

}  // namespace prihvat::rpc
