// How end-to-end tests call the API: generated stubs, metadata, and errors taken apart.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::e2e {

// An error with its details, as a client finds them.
struct Failure {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string message;
  std::string domain;
  std::string reason;                          // of google.rpc.ErrorInfo
  std::map<std::string, std::string> numbers;  // its metadata
  std::vector<std::string> fields;             // of google.rpc.BadRequest
  std::optional<google::rpc::RetryInfo> retry;
  std::optional<google::rpc::PreconditionFailure> precondition;
};
Failure TakeApart(const grpc::Status& status);

template <class Response>
struct Answer {
  bool ok() const { return failure.code == grpc::StatusCode::OK; }
  Failure failure;
  Response response;
  std::string token;  // x-prihvat-token, "" for none
};

// All positions of a token; none where it is no token.
std::vector<common::v1::Position> PositionsIn(const std::string& token);
// The one position of a write's token.
common::v1::Position PositionIn(const std::string& token);
// What both have seen.
std::string MergeTokens(const std::string& one, const std::string& other);

// Who calls, and with what metadata. Thread-safe once it is set up.
class Caller {
 public:
  Caller(std::shared_ptr<grpc::Channel> channel, std::string principal)
      : channel_(std::move(channel)), principal_(std::move(principal)) {}

  // A copy that sends one more header.
  Caller With(const std::string& key, const std::string& value) const {
    Caller other = *this;
    other.metadata_.emplace_back(key, value);
    return other;
  }
  Caller WithToken(const std::string& token) const { return With("x-prihvat-token", token); }
  Caller WithDeadline(absl::Duration deadline) const {
    Caller other = *this;
    other.deadline_ = deadline;
    return other;
  }

  // caller.Call(&ProcurementService::Stub::GetOperation, request)
  template <class Stub, class Request, class Response>
  Answer<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        const Request& request) const {
    Stub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + deadline_));
    if (!principal_.empty()) context.AddMetadata("x-prihvat-principal", principal_);
    for (const auto& [key, value] : metadata_) context.AddMetadata(key, value);
    Answer<Response> answer;
    answer.failure = TakeApart((stub.*method)(&context, request, &answer.response));
    const auto& trailing = context.GetServerTrailingMetadata();
    if (const auto token = trailing.find("x-prihvat-token"); token != trailing.end())
      answer.token = std::string(token->second.data(), token->second.size());
    return answer;
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::string principal_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  absl::Duration deadline_ = absl::Seconds(30);
};

// Everything, in every operation.
inline constexpr char kManager[] =
    "organisations/iom/people/amra;roles=operation_manager,importer,platform_auditor;operations=*";

}  // namespace prihvat::e2e
