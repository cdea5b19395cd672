// Bad input of every kind costs a clear error: code, reason, fields (DESIGN section 8, G13).
#include <unistd.h>

#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "prihvat/reception/v1/service.grpc.pb.h"
#include "prihvat/reporting/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"

namespace prihvat::e2e {
namespace {

using grpc::StatusCode;
using procurement::v1::CreateOperationRequest;
using procurement::v1::GetOperationRequest;
using procurement::v1::ListSuppliersRequest;
using procurement::v1::ProcurementService;
using procurement::v1::RegisterSupplierRequest;
using reception::v1::CreateCentreRequest;
using reception::v1::ReceptionService;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

std::string Uuid(int n) { return fmt::format("00000000-0000-4000-8000-{:012}", n); }

// What a refusal must tell: besides these a domain, and what to do.
struct Told {
  StatusCode code = StatusCode::OK;
  std::string reason;
  std::vector<std::string> fields;             // all that are bad, in order
  std::map<std::string, std::string> numbers;  // and names: at least these
  std::vector<std::string> said;               // what stands in its sentence
};

void ExpectTold(const Failure& failure, const Told& told) {
  EXPECT_EQ(failure.code, told.code) << failure.message;
  EXPECT_EQ(failure.reason, told.reason) << failure.message;
  EXPECT_EQ(failure.domain, "prihvat");
  EXPECT_EQ(failure.fields, told.fields) << failure.message;
  EXPECT_THAT(failure.numbers, Contains(Key("remedy")));
  for (const auto& number : told.numbers) EXPECT_THAT(failure.numbers, Contains(number));
  for (const std::string& part : told.said) EXPECT_THAT(failure.message, HasSubstr(part));
  EXPECT_EQ(failure.precondition.has_value(), told.code == StatusCode::FAILED_PRECONDITION);
  if (failure.precondition.has_value()) {
    EXPECT_EQ(failure.precondition->violations(0).type(), told.reason);
  }
}

// One server for all tests; what one of them makes does not harm the next.
class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ =
        std::filesystem::path(::testing::TempDir()) / fmt::format("prihvat_bad_input_{}", getpid());
    std::filesystem::remove_all(directory_);
    auto started = ServerProcess::Start("prihvatd", {"--data-dir=" + directory_.string()});
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    const absl::Status serving = server_->AwaitServing(Soon());
    ASSERT_TRUE(serving.ok()) << serving;
    const auto made = As(kManager).Call(&ProcurementService::Stub::CreateOperation, Operation(1));
    ASSERT_TRUE(made.ok()) << made.failure.message;
    token_ = made.token;
  }
  static void TearDownTestSuite() {
    if (server_ != nullptr) {
      EXPECT_EQ(server_->Terminate(Soon()).value_or(-1), 0);
    }
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  static Caller As(const std::string& principal) { return {server_->channel(), principal}; }

  static CreateOperationRequest Operation(int request) {
    CreateOperationRequest create;
    create.set_name("operations/ba");
    create.set_display_name("Bosnia and Herzegovina");
    create.set_time_zone("Europe/Sarajevo");
    create.set_request_id(Uuid(request));
    return create;
  }
  static RegisterSupplierRequest Supplier(const std::string& id, int request) {
    RegisterSupplierRequest supplier;
    supplier.set_parent("operations/ba");
    supplier.set_supplier_id(id);
    supplier.mutable_supplier()->set_display_name("Primjer d.o.o.");
    supplier.mutable_supplier()->set_country_code("BA");
    supplier.set_request_id(Uuid(request));
    return supplier;
  }
  static Failure Register(const RegisterSupplierRequest& request) {
    return As(kManager).Call(&ProcurementService::Stub::RegisterSupplier, request).failure;
  }

  static std::filesystem::path directory_;
  static std::unique_ptr<ServerProcess> server_;
  static std::string token_;
};

std::filesystem::path BadInput::directory_;
std::unique_ptr<ServerProcess> BadInput::server_;
std::string BadInput::token_;

TEST_F(BadInput, WhoDoesNotSayWhoTheyAreIsUnauthenticated) {
  GetOperationRequest get;
  get.set_name("operations/ba");
  for (const char* principal : {"", "who;roles=", "organisations/iom", ";;;"}) {
    const auto answer = As(principal).Call(&ProcurementService::Stub::GetOperation, get);
    SCOPED_TRACE(principal);
    ExpectTold(answer.failure, {.code = StatusCode::UNAUTHENTICATED,
                                .reason = "UNAUTHENTICATED",
                                .said = {"x-prihvat-principal"}});
  }
}

TEST_F(BadInput, G12_WithoutTheRoleOrTheOperationNothingIsDoneOrSeen) {
  const auto viewer = As("organisations/iom/people/v;roles=viewer;operations=operations/ba")
                          .Call(&ProcurementService::Stub::RegisterSupplier, Supplier("x", 10));
  ExpectTold(viewer.failure,
             {.code = StatusCode::PERMISSION_DENIED,
              .reason = "PERMISSION_DENIED",
              .numbers = {{"permission", "procurement.suppliers.create"}},
              .said = {"organisations/iom/people/v", "procurement.suppliers.create"}});
  GetOperationRequest get;
  get.set_name("operations/ba");
  const auto elsewhere = As("organisations/iom/people/v;roles=viewer;operations=operations/rs")
                             .Call(&ProcurementService::Stub::GetOperation, get);
  ExpectTold(elsewhere.failure, {.code = StatusCode::PERMISSION_DENIED,
                                 .reason = "OPERATION_NOT_GRANTED",
                                 .numbers = {{"operation", "operations/ba"},
                                             {"permission", "procurement.operations.get"}},
                                 .said = {"organisations/iom/people/v", "operations/ba"}});
}

TEST_F(BadInput, AMutationNeedsARequestIdThatIsAUuid) {
  for (const char* id : {"", "1", "not-a-uuid", "00000000-0000-4000-8000-00000000000g"}) {
    RegisterSupplierRequest request = Supplier("uuid", 20);
    request.set_request_id(id);
    const Failure failure = Register(request);
    SCOPED_TRACE(id);
    ExpectTold(failure, {.code = StatusCode::INVALID_ARGUMENT,
                         .reason = "INVALID_FIELD",
                         .fields = {"request_id"},
                         .said = {"request_id: must be", "UUID"}});
  }
}

TEST_F(BadInput, EveryBadFieldIsNamedAtOnce) {
  RegisterSupplierRequest request = Supplier("Not An Id", 30);
  request.set_parent("operations/BA/");
  request.set_request_id("");
  request.mutable_effective_time()->set_nanos(-1);
  const Failure failure = Register(request);
  ExpectTold(failure,
             {.code = StatusCode::INVALID_ARGUMENT,
              .reason = "INVALID_FIELD",
              .fields = {"parent", "supplier_id", "request_id", "effective_time"},
              .said = {"parent: ", "supplier_id: ", "request_id: ", "nanos from 0 to 999999999"}});
}

TEST_F(BadInput, WhatIsNotThereIsNotFound) {
  GetOperationRequest get;
  get.set_name("operations/nowhere");
  const auto answer = As(kManager).Call(&ProcurementService::Stub::GetOperation, get);
  ExpectTold(answer.failure, {.code = StatusCode::NOT_FOUND,
                              .reason = "NOT_FOUND",
                              .numbers = {{"name", "operations/nowhere"}},
                              .said = {"operations/nowhere"}});
}

TEST_F(BadInput, WhatIsThereAlreadyIsNotMadeAnew) {
  ASSERT_EQ(Register(Supplier("twice", 40)).code, StatusCode::OK);
  const Failure failure = Register(Supplier("twice", 41));
  ExpectTold(failure, {.code = StatusCode::ALREADY_EXISTS,
                       .reason = "ALREADY_EXISTS",
                       .numbers = {{"name", "operations/ba/suppliers/twice"}},
                       .said = {"operations/ba/suppliers/twice"}});
}

TEST_F(BadInput, AStaleEtagIsAborted) {
  CreateCentreRequest create;
  create.set_parent("operations/ba");
  create.set_centre_id("etag");
  create.mutable_centre()->set_display_name("Ušivak");
  create.mutable_centre()->set_area("Sarajevo Canton");
  create.set_request_id(Uuid(45));
  const Caller manager = As(kManager).WithToken(token_);  // reception has heard of the operation
  const auto created = manager.Call(&ReceptionService::Stub::CreateCentre, create);
  ASSERT_TRUE(created.ok()) << created.failure.message;
  ASSERT_FALSE(created.response.etag().empty());
  reception::v1::OpenCentreRequest open;
  open.set_name(created.response.name());
  open.set_etag("0000");
  open.set_request_id(Uuid(46));
  const auto stale = manager.Call(&ReceptionService::Stub::OpenCentre, open);
  ExpectTold(stale.failure, {.code = StatusCode::ABORTED,
                             .reason = "STALE_ETAG",
                             .numbers = {{"name", "operations/ba/centres/etag"},
                                         {"etag", "0000"},
                                         {"current_etag", created.response.etag()}},
                             .said = {"operations/ba/centres/etag"}});
  open.set_etag(created.response.etag());
  const auto opened = manager.Call(&ReceptionService::Stub::OpenCentre, open);
  EXPECT_TRUE(opened.ok()) << opened.failure.reason << ": " << opened.failure.message;
}

TEST_F(BadInput, B8_ARequestIdReusedForAnotherRequestIsRefused) {
  ASSERT_EQ(Register(Supplier("first", 50)).code, StatusCode::OK);
  EXPECT_EQ(Register(Supplier("first", 50)).code, StatusCode::OK) << "a repeat is no error";
  const Failure failure = Register(Supplier("second", 50));
  ExpectTold(
      failure,
      {.code = StatusCode::INVALID_ARGUMENT, .reason = "REQUEST_ID_REUSED", .said = {Uuid(50)}});
}

TEST_F(BadInput, AnOperationThatAServiceHasNotHeardOfIsAFailedPrecondition) {
  CreateCentreRequest create;
  create.set_parent("operations/nowhere");
  create.set_centre_id("usivak");
  create.mutable_centre()->set_display_name("Ušivak");
  create.set_request_id(Uuid(60));
  const auto answer = As(kManager).Call(&ReceptionService::Stub::CreateCentre, create);
  ExpectTold(answer.failure, {.code = StatusCode::FAILED_PRECONDITION,
                              .reason = "OPERATION_UNKNOWN",
                              .numbers = {{"operation", "operations/nowhere"}},
                              .said = {"operations/nowhere"}});
}

TEST_F(BadInput, INV34_ACommandMayNotReachFurtherBackThanPolicyNorIntoTheFuture) {
  RegisterSupplierRequest old = Supplier("old", 70);
  old.mutable_effective_time()->set_seconds(
      absl::ToUnixSeconds(absl::Now() - absl::Hours(24 * 400)));
  const Failure past = Register(old);
  const auto days = past.numbers.find("days_back");  // summer time may make it one more or less
  ASSERT_NE(days, past.numbers.end());
  EXPECT_THAT(days->second, ::testing::AnyOf("399", "400", "401"));
  ExpectTold(past, {.code = StatusCode::FAILED_PRECONDITION,
                    .reason = "BACKDATED_TOO_FAR",
                    .numbers = {{"limit_days", "30"}},
                    .said = {"is " + days->second + " days back; the limit is 30"}});
  RegisterSupplierRequest early = Supplier("early", 71);
  early.mutable_effective_time()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(24)));
  const Failure future = Register(early);
  ExpectTold(future, {.code = StatusCode::INVALID_ARGUMENT, .reason = "EFFECTIVE_IN_FUTURE"});
  EXPECT_THAT(future.numbers,
              ::testing::AllOf(Contains(Key("effective_at")), Contains(Key("recorded_at"))));
}

TEST_F(BadInput, PageTokensAreCheckedAndBelongToTheirRequest) {
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(Register(Supplier(fmt::format("page-{}", i), 80 + i)).code, StatusCode::OK);
  const Caller manager = As(kManager);
  ListSuppliersRequest list;
  list.set_parent("operations/ba");
  list.set_page_size(1);
  const auto first = manager.Call(&ProcurementService::Stub::ListSuppliers, list);
  ASSERT_TRUE(first.ok()) << first.failure.message;
  ASSERT_FALSE(first.response.next_page_token().empty());

  std::string forged = first.response.next_page_token();
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  ListSuppliersRequest other = list;
  other.set_parent("operations/rs");
  other.set_page_token(first.response.next_page_token());
  ListSuppliersRequest garbage = list;
  garbage.set_page_token("garbage!");
  ListSuppliersRequest tampered = list;
  tampered.set_page_token(forged);
  for (const ListSuppliersRequest& request : {other, garbage, tampered}) {
    const auto answer = manager.Call(&ProcurementService::Stub::ListSuppliers, request);
    SCOPED_TRACE(request.ShortDebugString());
    ExpectTold(answer.failure, {.code = StatusCode::INVALID_ARGUMENT,
                                .reason = "INVALID_PAGE_TOKEN",
                                .fields = {"page_token"},
                                .said = {"page_token: must be the next_page_token"}});
  }
  ListSuppliersRequest negative = list;
  negative.set_page_size(-1);
  const auto answer = manager.Call(&ProcurementService::Stub::ListSuppliers, negative);
  ExpectTold(answer.failure, {.code = StatusCode::INVALID_ARGUMENT,
                              .reason = "INVALID_FIELD",
                              .fields = {"page_size"},
                              .said = {"page_size: must not be negative, and is -1"}});
}

TEST_F(BadInput, AListSaysUnderWhatItIs) {
  const auto answer =
      As(kManager).Call(&ProcurementService::Stub::ListSuppliers, ListSuppliersRequest());
  ExpectTold(answer.failure, {.code = StatusCode::INVALID_ARGUMENT,
                              .reason = "INVALID_FIELD",
                              .fields = {"parent"},
                              .said = {"parent: must be set"}});
}

TEST_F(BadInput, AConsistencyTokenMustBeOneAndIsWaitedForNoLongerThanTheDeadline) {
  GetOperationRequest get;
  get.set_name("operations/ba");
  const auto garbage =
      As(kManager).WithToken("garbage!").Call(&ProcurementService::Stub::GetOperation, get);
  ExpectTold(garbage.failure, {.code = StatusCode::INVALID_ARGUMENT,
                               .reason = "INVALID_TOKEN",
                               .numbers = {{"metadata", "x-prihvat-token"}, {"bytes", "8"}},
                               .said = {"x-prihvat-token"}});

  common::v1::Token never;
  common::v1::Position& position = *never.add_positions();
  position = PositionIn(token_);
  position.set_offset(position.offset() + 1'000'000);
  const auto waited = As(kManager)
                          .WithToken(absl::WebSafeBase64Escape(never.SerializeAsString()))
                          .WithDeadline(absl::Milliseconds(300))
                          .Call(&ProcurementService::Stub::GetOperation, get);
  EXPECT_EQ(waited.failure.code, StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(BadInput, G13_WhatIsTooLargeIsRefusedAndTheServerGoesOn) {
  RegisterSupplierRequest large = Supplier("large", 90);
  large.mutable_supplier()->set_display_name(std::string(2 << 20, 'x'));
  const Failure refused = Register(large);
  ExpectTold(refused, {.code = StatusCode::INVALID_ARGUMENT,
                       .reason = "INVALID_FIELD",
                       .fields = {"supplier.display_name"},
                       .said = {"characters, has 2097152"}});
  RegisterSupplierRequest huge = Supplier("huge", 91);
  huge.mutable_supplier()->set_display_name(std::string(32 << 20, 'x'));
  const Failure unread = Register(huge);  // by gRPC's own bound, in gRPC's own words
  EXPECT_EQ(unread.code, StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(unread.message, HasSubstr("vs. 8388608"));
  EXPECT_EQ(Register(Supplier("small", 92)).code, StatusCode::OK);
}

TEST_F(BadInput, AnUnknownMethodAndARequestThatIsNoneAreRefused) {
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(server_->channel());
  const auto call = [&](const std::string& method, const std::string& bytes) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(Soon()));
    context.AddMetadata("x-prihvat-principal", kManager);
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    auto started = stub.PrepareUnaryCall(&context, method, request, &queue);
    started->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    started->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return TakeApart(status);
  };
  EXPECT_EQ(call("/prihvat.procurement.v1.ProcurementService/Nonsense", "").code,
            StatusCode::UNIMPLEMENTED);
  const Failure garbage =
      call("/prihvat.procurement.v1.ProcurementService/GetOperation", "\xff\xff\xff");
  const std::string method = "/prihvat.procurement.v1.ProcurementService/GetOperation";
  ExpectTold(garbage, {.code = StatusCode::INVALID_ARGUMENT,
                       .reason = "UNPARSABLE_REQUEST",
                       .numbers = {{"method", method}},
                       .said = {method}});
  const Failure stream = call("/prihvat.admin.v1.ChangeFeedService/Watch", "\xff\xff\xff");
  ExpectTold(stream, {.code = StatusCode::INVALID_ARGUMENT,
                      .reason = "UNPARSABLE_REQUEST",
                      .numbers = {{"method", "/prihvat.admin.v1.ChangeFeedService/Watch"}}});
  GetOperationRequest get;
  get.set_name("operations/ba");
  EXPECT_TRUE(As(kManager).Call(&ProcurementService::Stub::GetOperation, get).ok());
}

TEST_F(BadInput, TheRejectionOfARuleCarriesItsNumbers) {
  CreateOperationRequest zone = Operation(100);
  zone.set_name("operations/xx");
  zone.set_time_zone("Europe/Nowhere");
  const auto answer = As(kManager).Call(&ProcurementService::Stub::CreateOperation, zone);
  ExpectTold(answer.failure, {.code = StatusCode::INVALID_ARGUMENT,
                              .reason = "INVALID_FIELD",
                              .fields = {"time_zone"},
                              .said = {"time_zone: ", "Europe/Nowhere"}});
}

}  // namespace
}  // namespace prihvat::e2e
