#include "services/prihvatctl/routed_api.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prihvat/handover/v1/service.pb.h"
#include "prihvat/procurement/v1/service.pb.h"

namespace prihvat::ctl {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Notes what it is asked, and where.
class NotingApi final : public Api {
 public:
  NotingApi(std::string address, std::vector<std::string>& notes)
      : address_(std::move(address)), notes_(notes) {}

  absl::StatusOr<Reply> Call(const MethodDescriptor& method, const Message&,
                             const CallOptions&) override {
    notes_.push_back(address_ + " " + method.name());
    return absl::NotFoundError("noted");
  }
  absl::Status Stream(const MethodDescriptor& method, const Message&, const CallOptions&,
                      absl::FunctionRef<bool(const Message&)>) override {
    notes_.push_back(address_ + " stream " + method.name());
    return absl::OkStatus();
  }

 private:
  std::string address_;
  std::vector<std::string>& notes_;
};

class RoutedApiTest : public ::testing::Test {
 protected:
  std::unique_ptr<Api> To(const std::string& servers) {
    return RoutedApi::To(servers, [this](const std::string& address) {
      return std::make_unique<NotingApi>(address, notes_);
    });
  }
  absl::Status GetOperation(Api& api) {
    const procurement::v1::GetOperationRequest request;
    const auto& method =
        *request.GetDescriptor()->file()->service(0)->FindMethodByName("GetOperation");
    return api.Call(method, request, {}).status();
  }
  absl::Status GetAsset(Api& api) {
    const handover::v1::GetAssetRequest request;
    const auto& method = *request.GetDescriptor()->file()->service(0)->FindMethodByName("GetAsset");
    return api.Call(method, request, {}).status();
  }

  std::vector<std::string> notes_;
};

TEST_F(RoutedApiTest, OneAddressServesAll) {
  const auto api = To("127.0.0.1:1");
  EXPECT_TRUE(absl::IsNotFound(GetOperation(*api)));
  EXPECT_TRUE(absl::IsNotFound(GetAsset(*api)));
  EXPECT_THAT(notes_, ElementsAre("127.0.0.1:1 GetOperation", "127.0.0.1:1 GetAsset"));
}

TEST_F(RoutedApiTest, EachCallGoesToTheServerOfItsService) {
  const auto api = To("procurement=127.0.0.1:1,handover=127.0.0.1:2");
  EXPECT_TRUE(absl::IsNotFound(GetOperation(*api)));
  EXPECT_TRUE(absl::IsNotFound(GetAsset(*api)));
  EXPECT_THAT(notes_, ElementsAre("127.0.0.1:1 GetOperation", "127.0.0.1:2 GetAsset"));
}

TEST_F(RoutedApiTest, AServiceWithoutAServerIsSaidInWords) {
  for (const char* servers : {"procurement=127.0.0.1:1", "handover=", "=x", "a=b,c"}) {
    const absl::Status status = GetAsset(*To(servers));
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << servers << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("handover")) << servers;
  }
  EXPECT_THAT(notes_, IsEmpty());
}

}  // namespace
}  // namespace prihvat::ctl
