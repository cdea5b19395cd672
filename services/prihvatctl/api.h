// The seam to a server: calls by descriptor, so that one program serves every method there is.
#pragma once

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace prihvat::ctl {

// How to reach a server.
struct Connection {
  std::string servers;  // "host:port", or "procurement=host:port,handover=host:port"
  // PEM. `ca`: whose certificates are believed; "": no encryption, for a development server's
  // loopback address. With it go the caller's own certificate and key.
  std::string ca;
  std::string certificate;
  std::string key;
};

struct CallOptions {
  std::string principal;  // as x-prihvat-principal has it; "" for none
  std::string token;      // what the caller has seen: the server waits until it has that too
  std::string import_id;  // allows backdating past policy, for those who may import
  absl::Duration timeout = absl::Seconds(30);
};

struct Reply {
  std::unique_ptr<google::protobuf::Message> message;
  std::string token;  // of this call; "" where the server gave none
};

// An error that the server (or the way to it) gave carries its google.rpc.Status: see
// error_text.h. One thread at a time.
class Api {
 public:
  virtual ~Api() = default;

  virtual absl::StatusOr<Reply> Call(const google::protobuf::MethodDescriptor& method,
                                     const google::protobuf::Message& request,
                                     const CallOptions& options) = 0;

  // Streams until `visit` returns false, the server ends, or options.timeout passes
  // (InfiniteDuration: no limit).
  virtual absl::Status Stream(const google::protobuf::MethodDescriptor& method,
                              const google::protobuf::Message& request, const CallOptions& options,
                              absl::FunctionRef<bool(const google::protobuf::Message&)> visit) = 0;
};

}  // namespace prihvat::ctl
