// One open unary call: who claims it, answers it. A cancelled call is claimed and finished at once,
// so that no reactor ever keeps a server from shutting down; what comes later finds it claimed and
// must not touch request, response or context any more.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/server_callback.h"
#include "libs/base/clock.h"
#include "libs/rpc/admission.h"

namespace prihvat::rpc {

// What is open of an API. Any thread.
struct InFlight {
  std::atomic<int> calls{0};
  std::atomic<int64_t> request_bytes{0};  // of all requests, as they came
};

// Kept alive by itself until gRPC is done with it, and by whoever still holds a pointer. Any
// thread.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  // `in_flight` has the call and its request's `bytes` counted; both are counted down when gRPC is
  // done. It and `clock` outlive the call's gRPC part.
  static std::shared_ptr<UnaryCall> Open(grpc::CallbackServerContext* context,
                                         const google::protobuf::Message* request,
                                         google::protobuf::Message* response, Admission admission,
                                         base::Clock* clock, InFlight* in_flight, int64_t bytes);

  // True for exactly one caller, who must Finish. Until then and within it, context, request and
  // response are there.
  bool Claim() { return !claimed_.exchange(true); }
  bool open() const { return !claimed_; }  // nobody has claimed it yet
  void Finish(const absl::Status& status);
  void Finish(const grpc::Status& status);  // as another instance answered

  // Claim and Finish, for errors. Does nothing where another has claimed.
  void Fail(const absl::Status& status) {
    if (Claim()) Finish(status);
  }

  // Calls it when the caller gives up, at once if that has happened; never after gRPC is done.
  void WhenCancelled(std::function<void()> on_cancel);

  const Admission& admission() const { return admission_; }
  Admission& mutable_admission() { return admission_; }
  grpc::CallbackServerContext& context() const { return *context_; }
  const google::protobuf::Message& request() const { return *request_; }
  google::protobuf::Message& response() const { return *response_; }

  void OnCancel() override;
  void OnDone() override;

 private:
  UnaryCall(grpc::CallbackServerContext* context, const google::protobuf::Message* request,
            google::protobuf::Message* response, Admission admission, base::Clock* clock,
            InFlight* in_flight, int64_t bytes);
  void Note(absl::StatusCode code, const std::string& reason) const;

  grpc::CallbackServerContext* const context_;
  const google::protobuf::Message* const request_;
  google::protobuf::Message* const response_;
  Admission admission_;
  base::Clock* const clock_;
  InFlight* const in_flight_;
  const int64_t bytes_;
  std::atomic<bool> claimed_{false};
  std::mutex mutex_;  // guards the next two
  bool cancelled_ = false;
  std::function<void()> on_cancel_;
  std::shared_ptr<UnaryCall> self_;  // until OnDone
};

}  // namespace prihvat::rpc
