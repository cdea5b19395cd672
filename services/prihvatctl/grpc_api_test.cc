#include "services/prihvatctl/grpc_api.h"

#include <thread>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "libs/base/status_testing.h"
#include "prihvat/reception/v1/service.grpc.pb.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/error_text.h"

namespace prihvat::ctl {
namespace {

using base::CodeOf;
using reception::v1::Centre;
using reception::v1::GetCentreRequest;

// Answers GetCentre with what it was sent, and refuses "operations/ba/centres/none".
class Reception final : public reception::v1::ReceptionService::Service {
 public:
  grpc::Status GetCentre(grpc::ServerContext* context, const GetCentreRequest* request,
                         Centre* centre) override {
    if (request->name() == "operations/ba/centres/none") return NoSuchCentre();
    if (request->name() == "operations/ba/centres/slow") {
      while (!context->IsCancelled()) std::this_thread::yield();
      return grpc::Status::CANCELLED;
    }
    centre->set_name(request->name());
    centre->set_area(Metadata(*context, "x-prihvat-principal"));
    centre->set_state_note(Metadata(*context, "x-prihvat-token"));
    centre->set_display_name(Metadata(*context, "x-prihvat-import"));
    context->AddTrailingMetadata("x-prihvat-token", "token-of-the-call");
    return grpc::Status::OK;
  }

 private:
  static std::string Metadata(const grpc::ServerContext& context, const std::string& key) {
    const auto found = context.client_metadata().find(key);
    if (found == context.client_metadata().end()) return "";
    return {found->second.data(), found->second.size()};
  }
  static grpc::Status NoSuchCentre() {
    google::rpc::ErrorInfo info;
    info.set_reason("NOT_FOUND");
    google::rpc::Status status;
    status.add_details()->PackFrom(info);
    return {grpc::StatusCode::NOT_FOUND, "there is no such centre", status.SerializeAsString()};
  }
};

class GrpcApiTest : public testing::Test {
 protected:
  GrpcApiTest() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&reception_);
    server_ = builder.BuildAndStart();
    api_ = GrpcApi::To("127.0.0.1:" + std::to_string(port), {});
  }
  ~GrpcApiTest() override { server_->Shutdown(); }

  absl::StatusOr<Reply> GetCentre(const std::string& name, const CallOptions& options) {
    GetCentreRequest request;
    request.set_name(name);
    return api_->Call(**ApiCatalogue::Compiled().FindMethod("reception.GetCentre"), request,
                      options);
  }

  Reception reception_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<GrpcApi> api_;
};

TEST_F(GrpcApiTest, CarriesTheRequestItsMetadataAndTheReply) {
  CallOptions options;
  options.principal = "organisations/iom/people/amra";
  options.token = "seen";
  options.import_id = "bih-2023";
  const auto reply = GetCentre("operations/ba/centres/usivak", options);
  ASSERT_TRUE(reply.ok()) << reply.status();
  const auto& centre = dynamic_cast<const Centre&>(*reply->message);
  EXPECT_EQ(centre.name(), "operations/ba/centres/usivak");
  EXPECT_EQ(centre.area(), "organisations/iom/people/amra");
  EXPECT_EQ(centre.state_note(), "seen");
  EXPECT_EQ(centre.display_name(), "bih-2023");
  EXPECT_EQ(reply->token, "token-of-the-call");
}

TEST_F(GrpcApiTest, SendsNoMetadataThatIsEmpty) {
  const auto reply = GetCentre("operations/ba/centres/usivak", {});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(dynamic_cast<const Centre&>(*reply->message).area(), "");
}

TEST_F(GrpcApiTest, KeepsTheDetailsOfARefusal) {
  const auto reply = GetCentre("operations/ba/centres/none", {});
  EXPECT_EQ(CodeOf(reply), absl::StatusCode::kNotFound);
  EXPECT_TRUE(IsServerError(reply.status()));
  EXPECT_EQ(DetailsOf(reply.status()).reason, "NOT_FOUND");
}

TEST_F(GrpcApiTest, ADeadlineEndsTheCall) {
  CallOptions options;
  options.timeout = absl::Milliseconds(50);
  EXPECT_EQ(CodeOf(GetCentre("operations/ba/centres/slow", options)),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(GrpcApiTest, AServerThatIsNotThereIsUnavailable) {
  server_->Shutdown();
  const auto reply = GetCentre("operations/ba/centres/usivak", {});
  EXPECT_EQ(CodeOf(reply), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(MayRetry(reply.status()));
}

}  // namespace
}  // namespace prihvat::ctl
