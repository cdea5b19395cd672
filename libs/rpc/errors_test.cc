#include "libs/rpc/errors.h"

#include <cctype>
#include <set>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "libs/rpc/reasons.h"

namespace prihvat::rpc {
namespace {

google::rpc::Status Wire(const grpc::Status& status) {
  google::rpc::Status wire;
  EXPECT_TRUE(wire.ParseFromString(status.error_details()));
  return wire;
}

TEST(Errors, WhatMustNotHappenKeepsItsMessageInside) {
  const grpc::Status told = ToGrpc(absl::InternalError("row 7 of Amina's file is damaged"));
  EXPECT_EQ(told.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(told.error_message(), "Something happened that must not.");
  EXPECT_EQ(told.error_details().find("Amina"), std::string::npos);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(Wire(told).details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "INTERNAL");
}

TEST(Errors, EveryCodeGetsAReason) {
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status told = ToGrpc(absl::Status(static_cast<absl::StatusCode>(code), "x"));
    EXPECT_EQ(static_cast<int>(told.error_code()), code);
    google::rpc::ErrorInfo info;
    ASSERT_TRUE(Wire(told).details(0).UnpackTo(&info)) << code;
    EXPECT_FALSE(info.reason().empty());
    EXPECT_EQ(info.domain(), "prihvat");
  }
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  for (const auto& [status, reason] : {std::pair(absl::CancelledError("x"), "CANCELLED"),
                                       {absl::UnimplementedError("x"), "UNIMPLEMENTED"},
                                       {absl::UnavailableError("x"), "SHUTTING_DOWN"}}) {
    google::rpc::ErrorInfo info;
    ASSERT_TRUE(Wire(ToGrpc(status)).details(0).UnpackTo(&info)) << reason;
    EXPECT_EQ(info.reason(), reason);
    EXPECT_EQ(ToGrpc(status).error_message(), "x");
  }
}

TEST(Errors, G13_DetailsFitIntoAHeaderWhateverTheyHold) {
  es::Rejection rejection(es::kInvalidField);
  // Nothing is moved: each call hands the rejection itself back.
  // NOLINTBEGIN(bugprone-use-after-move)
  for (int i = 0; i < 1000; ++i)
    static_cast<void>(
        std::move(rejection).Field("field" + std::to_string(i), std::string(5000, 'x')));
  std::string message;
  for (int i = 0; i < 3000; ++i) message += "š";
  static_cast<void>(std::move(rejection).Saying(message).With("name", std::string(100'000, 'y')));
  const grpc::Status told = ToGrpc(Reject(rejection));
  // NOLINTEND(bugprone-use-after-move)
  EXPECT_LT(told.error_details().size(), 6000u);
  EXPECT_LT(told.error_message().size(), 1100u);
  // Cut between characters.
  EXPECT_EQ(told.error_message().substr(told.error_message().size() - 5), "š...");
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(Wire(told).details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "INVALID_FIELD");
}

TEST(Errors, ARetryTimeIsToldWhereARetryHelps) {
  runtime::CommandReply reply;
  reply.status = absl::UnavailableError("not the owner");
  reply.reason = "NOT_OWNER";
  const auto retry_of = [](const absl::Status& status) {
    google::rpc::RetryInfo retry;
    const google::rpc::Status wire = Wire(ToGrpc(status));
    for (const auto& detail : wire.details()) detail.UnpackTo(&retry);
    return retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000;
  };
  EXPECT_EQ(retry_of(FromReply(reply, absl::Milliseconds(300))), 300);
  reply.retry_after = absl::Seconds(2.5);
  EXPECT_EQ(retry_of(FromReply(reply, absl::Milliseconds(300))), 2500);
  reply.status = absl::InvalidArgumentError("used");
  reply.reason = "REQUEST_ID_REUSED";
  reply.retry_after = absl::ZeroDuration();
  EXPECT_EQ(retry_of(FromReply(reply, absl::Milliseconds(300))), 0);
}

TEST(Errors, TheCataloguesReasonsAreUniqueAndSayWhatToDo) {
  std::set<std::string> ids;
  for (const es::Reason* reason : RpcReasons()) {
    EXPECT_TRUE(ids.insert(reason->id).second) << reason->id;
    EXPECT_NE(reason->code, absl::StatusCode::kOk);
    EXPECT_NE(std::string(reason->meaning), "");
    EXPECT_NE(std::string(reason->remedy), "");
    for (const char* c = reason->id; *c != 0; ++c)
      EXPECT_TRUE(*c == '_' || std::isupper(static_cast<unsigned char>(*c))) << reason->id;
  }
}

}  // namespace
}  // namespace prihvat::rpc
