// For tests: an Api that keeps what it was asked and answers as it was told.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/prihvatctl/api.h"
#include "services/prihvatctl/error_text.h"
#include "services/prihvatctl/scenario_yaml.h"

namespace prihvat::ctl {

class TestingApi final : public Api {
 public:
  struct Received {
    std::string method;
    std::unique_ptr<google::protobuf::Message> request;
    CallOptions options;
  };
  using Answer = std::function<absl::StatusOr<Reply>(const Received&)>;

  // For one call, in order; what is not told is answered by an empty message.
  void Then(Answer answer) { answers_.push_back(std::move(answer)); }
  void ThenToken(std::string token) { tokens_.push_back(std::move(token)); }
  void ThenError(absl::Status error) {
    Then([error](const Received&) -> absl::StatusOr<Reply> { return error; });
  }
  const std::vector<Received>& received() const { return received_; }

  absl::StatusOr<Reply> Call(const google::protobuf::MethodDescriptor& method,
                             const google::protobuf::Message& request,
                             const CallOptions& options) override {
    std::unique_ptr<google::protobuf::Message> copy(request.New());
    copy->CopyFrom(request);
    received_.push_back({method.name(), std::move(copy), options});
    if (answers_.empty()) {
      Reply reply{NewMessage(*method.output_type()), ""};
      if (!tokens_.empty()) {
        reply.token = tokens_.front();
        tokens_.pop_front();
      }
      return reply;
    }
    const Answer answer = std::move(answers_.front());
    answers_.pop_front();
    return answer(received_.back());
  }

  absl::Status Stream(const google::protobuf::MethodDescriptor& method,
                      const google::protobuf::Message& request, const CallOptions& options,
                      absl::FunctionRef<bool(const google::protobuf::Message&)> visit) override {
    std::unique_ptr<google::protobuf::Message> copy(request.New());
    copy->CopyFrom(request);
    received_.push_back({method.name(), std::move(copy), options});
    if (streams_.empty()) return absl::OkStatus();
    Told told = std::move(streams_.front());
    streams_.pop_front();
    for (const auto& message : told.messages) {
      if (!visit(*message)) return absl::OkStatus();
    }
    return told.end;
  }

  // For one stream: these messages, then `end`.
  template <class T>
  void ThenStream(const std::vector<T>& messages, absl::Status end) {
    Told told{{}, std::move(end)};
    for (const T& message : messages) told.messages.push_back(std::make_unique<T>(message));
    streams_.push_back(std::move(told));
  }

 private:
  struct Told {
    std::vector<std::unique_ptr<google::protobuf::Message>> messages;
    absl::Status end;
  };

  std::deque<Told> streams_;
  std::deque<Answer> answers_;
  std::deque<std::string> tokens_;
  std::vector<Received> received_;
};

// A server's error with an ErrorInfo.
inline absl::Status RefusedWith(absl::StatusCode code, const std::string& reason,
                                const std::string& message,
                                const std::vector<google::protobuf::Any>& more = {}) {
  google::rpc::Status status;
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("prihvat");
  status.add_details()->PackFrom(info);
  for (const google::protobuf::Any& any : more) *status.add_details() = any;
  return ServerError(code, message, status.SerializeAsString());
}

template <class T>
google::protobuf::Any Packed(const T& message) {
  google::protobuf::Any any;
  any.PackFrom(message);
  return any;
}

}  // namespace prihvat::ctl
