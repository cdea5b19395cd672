// The API behind a gRPC server, over a log in memory: what a caller sends and gets.
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/access/policy.h"
#include "libs/base/clock.h"
#include "libs/base/digest.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "libs/event_log/testing/memory_log.h"
#include "libs/rpc/authenticator.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/forwarder.h"
#include "libs/rpc/testing/test_server.h"
#include "libs/runtime/service.h"
#include "libs/telemetry/rpc_metrics.h"
#include "prihvat/common/v1/options.pb.h"
#include "services/handover/api/handover_service.h"
#include "services/handover/definition.h"
#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using rpc::testing::Outcome;
using testing::AssetOf;
using ::testing::ElementsAre;
using testing::kCase;
using testing::kDcpb;
using testing::kEuHead;
using testing::kIom;
using testing::kJulyDirector;
using testing::LotOf;
using testing::Signed;
using ::testing::StartsWith;
using testing::To;
using Stub = v1::HandoverService::Stub;

constexpr char kApi[] = "prihvat.handover.v1.HandoverService";
constexpr char kClerk[] = "organisations/iom/people/clerk";
constexpr char kUsivak[] = "operations/ba/centres/usivak";

// One instance of the service that knows an operation and three assets and a lot of it; and a
// client.
class Api : public ::testing::Test {
 protected:
  Api()
      : log_({{.name = "prihvat.handover", .partitions = 1},
              {.name = "prihvat.procurement", .partitions = 1}}),
        directory_(::testing::TempDir() + "handover-" + base::MakeUuid(random_)),
        metrics_(registry_),
        forwarder_(grpc::InsecureChannelCredentials()),
        executor_(std::make_unique<rpc::Executor>(2)) {
    runtime::ServiceOptions options;
    options.instance = "handover-0";
    options.address = "in-process";
    options.store_dir = directory_;
    options.partitions = 1;
    auto service = runtime::Service::Start(HandoverDefinition(), options, log_, clock_, random_);
    PRIHVAT_CHECK(service.ok(), service.status().ToString());
    service_ = *std::move(service);
    calls_ = std::make_unique<rpc::Calls>(*service_, kApi,
                                          rpc::Environment{.clock = &clock_,
                                                           .access = &access::Policy::Default(),
                                                           .authenticator = &authenticator_,
                                                           .executor = executor_.get(),
                                                           .forwarder = &forwarder_,
                                                           .metrics = &metrics_});
    api_ = std::make_unique<HandoverServiceImpl>(*calls_);
    grpc::ServerBuilder builder;
    builder.RegisterService(api_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::HandoverService::NewStub(server_->InProcessChannel({}));
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    while (!service_->Ready() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
    SetTheStage();
  }

  ~Api() override {
    server_->Shutdown();
    service_->Stop(absl::Now() + absl::Seconds(10));
    executor_.reset();
    service_.reset();
    std::filesystem::remove_all(directory_);
  }

  // What the processes tell the service: no rpc leads there.
  template <class Command>
  void Tell(Command command) {
    runtime::CommandRequest request;
    request.operation = "operations/ba";
    request.command = std::make_shared<Command>(std::move(command));
    request.principal = "processes/test";
    request.request_id = base::MakeUuid(random_);
    absl::Notification told;
    service_->Submit(std::move(request), [&](runtime::CommandReply reply) {
      EXPECT_TRUE(reply.status.ok()) << reply.status;
      told.Notify();
    });
    told.WaitForNotification();
  }

  void SetTheStage() {
    v1::RegisterOperationRequest operation;
    operation.set_operation("operations/ba");
    operation.set_time_zone("Europe/Sarajevo");
    Tell(operation);
    v1::RegisterProjectRequest project;
    project.set_operation("operations/ba");
    project.mutable_project()->set_name("operations/ba/projects/measure");
    project.mutable_project()->mutable_display_name()->set_en("Individual measure");
    project.mutable_project()->set_funding_source("European Union");
    Tell(project);
    Tell(testing::ReceivedPieces({"A-1", "A-2", "A-3"}, "300.00"));
    Tell(testing::ReceivedLot("10", "1000.00", "100.00"));
    const auto from = testing::Day(2020, 1, 1);
    const auto until = testing::Day(2199, 12, 31);
    Do(&Stub::GrantMandate, testing::Mandate("eu", kEuHead, from, until));
    Do(&Stub::GrantMandate, testing::Mandate("july", kJulyDirector, from, until));
  }

  // Makes the call as `person`; a mutation gets a request id of its own.
  template <class Request, class Response>
  Outcome Try(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              Request request, Response* response, const std::string& person = kClerk,
              const std::string& roles = "handover_officer") {
    if constexpr (requires { request.set_request_id(""); }) {
      base::SystemRandom random;  // calls come from several threads
      request.set_request_id(base::MakeUuid(random));
    }
    return rpc::testing::Call(
        *stub_, method, request, response,
        {.principal = person + ";roles=" + roles + ";operations=operations/ba"});
  }

  template <class Request, class Response>
  Response Do(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request, const std::string& person = kClerk,
              const std::string& roles = "handover_officer") {
    Response response;
    const Outcome outcome = Try(method, request, &response, person, roles);
    EXPECT_TRUE(outcome.status.ok())
        << request.GetTypeName() << ": " << outcome.status.error_message();
    return response;
  }

  // A case of those items up to the count.
  void Counted(const std::vector<v1::HandoverItem>& items) {
    Do(&Stub::CreateHandoverCase, testing::Case(items));
    auto authorise = To<v1::AuthoriseHandoverCaseRequest>();
    authorise.set_authorised_by("Head of Cooperation");
    authorise.set_authorisation_reference("letter 12");
    Do(&Stub::AuthoriseHandoverCase, authorise);
    auto schedule = To<v1::ScheduleHandoverCaseRequest>();
    schedule.set_place("Sarajevo");
    *schedule.mutable_scheduled_date() = testing::Day(2023, 7, 13);
    Do(&Stub::ScheduleHandoverCase, schedule);
    Do(&Stub::RecordDelivery, To<v1::RecordDeliveryRequest>());
    Do(&Stub::RecordCount, To<v1::RecordCountRequest>());
  }

  v1::HandoverCase SignedByBoth() {
    Do(&Stub::SignHandoverCase, Signed(v1::HANDOVER_PARTY_GIVER), kEuHead, "recipient");
    return Do(&Stub::SignHandoverCase, Signed(v1::HANDOVER_PARTY_RECIPIENT), kJulyDirector,
              "recipient");
  }

  // The names of the assets that a filter leaves.
  std::vector<std::string> Assets(v1::ListAssetsRequest request) {
    request.set_parent("operations/ba");
    std::vector<std::string> names;
    const v1::ListAssetsResponse page = Do(&Stub::ListAssets, request);
    for (const v1::Asset& asset : page.assets()) names.push_back(asset.name());
    return names;
  }

  template <class Request>
  static Request Named(const std::string& name) {
    Request request;
    request.set_name(name);
    return request;
  }

  base::SystemClock clock_;
  base::SystemRandom random_;
  event_log::testing::MemoryLog log_;
  std::string directory_;
  prometheus::Registry registry_;
  telemetry::RpcMetrics metrics_;
  rpc::InsecureDevAuthenticator authenticator_;
  rpc::Forwarder forwarder_;
  std::unique_ptr<rpc::Executor> executor_;
  std::unique_ptr<runtime::Service> service_;
  std::unique_ptr<rpc::Calls> calls_;
  std::unique_ptr<HandoverServiceImpl> api_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Stub> stub_;
};

TEST(HandoverApi, EveryMethodHasAPermissionAndEveryCommandADecider) {
  const auto* service = v1::CreateHandoverCaseRequest::descriptor()->file()->service(0);
  ASSERT_EQ(service->full_name(), kApi);
  for (int i = 0; i < service->method_count(); ++i) {
    const auto* method = service->method(i);
    EXPECT_THAT(method->options().GetExtension(common::v1::permission), StartsWith("handover."))
        << method->full_name();
    const bool mutates = method->input_type()->FindFieldByName("request_id") != nullptr;
    EXPECT_EQ(HandoverDefinition().decider->Knows(method->input_type()->full_name()), mutates)
        << method->full_name();
  }
}

TEST_F(Api, ACaseIsHandedOverAndItsCertificatePrinted) {
  Counted({testing::Asset(1), testing::Lot("4")});
  const std::string certificate_name = SignedByBoth().certificate();
  const auto done = Do(&Stub::MakeHandoverEffective, To<v1::MakeHandoverEffectiveRequest>());
  EXPECT_EQ(done.state(), v1::HANDOVER_CASE_STATE_EFFECTIVE);
  EXPECT_NE(done.etag(), "");

  const auto certificate =
      Do(&Stub::GetCertificate, Named<v1::GetCertificateRequest>(certificate_name));
  EXPECT_EQ(certificate.signatures_size(), 2);
  const auto pdf =
      Do(&Stub::RenderCertificate, Named<v1::RenderCertificateRequest>(certificate_name),
         kJulyDirector, "recipient");
  EXPECT_THAT(pdf.content(), StartsWith("%PDF-"));
  EXPECT_EQ(pdf.content_type(), "application/pdf");
  EXPECT_EQ(pdf.file_name(), certificate.number() + ".pdf");
  EXPECT_EQ(pdf.canonical_sha256(), certificate.canonical_sha256());
  EXPECT_EQ(base::Sha256Hex(pdf.canonical_content()), pdf.canonical_sha256());
  EXPECT_EQ(pdf.signed_code(), "") << "this installation has no key";
}

TEST_F(Api, PapersOfACaseAndTheRegisterAreMadeForWhoMayReadThem) {
  Counted({testing::Asset(1), testing::Lot("4")});
  const auto note = Do(&Stub::RenderDeliveryNote, Named<v1::RenderDeliveryNoteRequest>(kCase),
                       kJulyDirector, "recipient");
  EXPECT_THAT(note.content(), StartsWith("%PDF-"));
  EXPECT_EQ(note.file_name(), "clothing-delivery-note.pdf");
  v1::PaperResponse paper;
  EXPECT_EQ(
      Try(&Stub::RenderDiscrepancyNote, Named<v1::RenderDiscrepancyNoteRequest>(kCase), &paper)
          .status.error_code(),
      grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Try(&Stub::RenderResponsibilityProtocol,
                Named<v1::RenderResponsibilityProtocolRequest>(
                    "operations/ba/responsibilityTransfers/none"),
                &paper)
                .status.error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::ExportAssetRegisterRequest request;
  request.set_parent("operations/ba");
  v1::ExportAssetRegisterResponse file;
  EXPECT_EQ(Try(&Stub::ExportAssetRegister, request, &file).status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.set_format(v1::REGISTER_FORMAT_CSV);
  file = Do(&Stub::ExportAssetRegister, request);
  EXPECT_GT(file.line_count(), 3);
  EXPECT_THAT(file.content(), ::testing::HasSubstr(AssetOf(1)));
  EXPECT_THAT(file.file_name(), ::testing::EndsWith(".csv"));
  for (const auto& [format, start] :
       {std::pair(v1::REGISTER_FORMAT_PDF, "%PDF-"), {v1::REGISTER_FORMAT_XLSX, "PK"}}) {
    request.set_format(format);
    EXPECT_THAT(Do(&Stub::ExportAssetRegister, request).content(), StartsWith(start));
  }
  request.mutable_as_of_time()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(48)));
  EXPECT_EQ(Try(&Stub::ExportAssetRegister, request, &file).status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Api, ARegisterThatIsTooLongForAPaperIsRefusedAndStillATable) {
  constexpr int kReceipts = 26;
  constexpr int kPieces = 200;
  for (int receipt = 0; receipt < kReceipts; ++receipt) {
    std::vector<std::string> serials;
    for (int piece = 0; piece < kPieces; ++piece)
      serials.push_back(std::to_string(receipt * kPieces + piece) + "-many");
    Tell(testing::ReceivedPieces(serials, "1000.00",
                                 "operations/ba/goodsReceipts/many-" + std::to_string(receipt)));
  }
  v1::ExportAssetRegisterRequest request;
  request.set_parent("operations/ba");
  request.set_format(v1::REGISTER_FORMAT_PDF);
  v1::ExportAssetRegisterResponse file;
  const Outcome outcome = Try(&Stub::ExportAssetRegister, request, &file);
  EXPECT_EQ(outcome.reason, "REGISTER_TOO_LARGE");
  EXPECT_EQ(outcome.metadata.at("limit"), "5000");
  request.set_format(v1::REGISTER_FORMAT_CSV);
  EXPECT_GT(Do(&Stub::ExportAssetRegister, request).line_count(), kReceipts * kPieces);
}

TEST_F(Api, AVoidedCertificateIsNotPrinted) {
  Counted({testing::Asset(1)});
  const std::string certificate = SignedByBoth().certificate();
  auto voided = To<v1::VoidHandoverCaseRequest>();
  voided.set_reason("withdrawn");
  Do(&Stub::VoidHandoverCase, voided);
  v1::RenderCertificateResponse response;
  const Outcome outcome =
      Try(&Stub::RenderCertificate, Named<v1::RenderCertificateRequest>(certificate), &response);
  EXPECT_EQ(outcome.reason, "CERTIFICATE_VOIDED");
  EXPECT_EQ(outcome.metadata.at("certificate"), certificate);
  EXPECT_EQ(response.content(), "");
  EXPECT_EQ(Try(&Stub::RenderCertificate,
                Named<v1::RenderCertificateRequest>("operations/ba/certificates/none"), &response)
                .status.error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(Api, INV18_ACorrectionAnswersTheNewCertificateWhichBothSign) {
  Counted({testing::Asset(1)});
  const std::string old = SignedByBoth().certificate();
  Do(&Stub::MakeHandoverEffective, To<v1::MakeHandoverEffectiveRequest>());
  auto correct = To<v1::CorrectHandoverCaseRequest>();
  correct.set_reason("the place was Ilidža");
  correct.set_place("Ilidža");
  const auto corrected = Do(&Stub::CorrectHandoverCase, correct);
  EXPECT_EQ(corrected.corrects(), old);
  EXPECT_EQ(corrected.place(), "Ilidža");
  // Who has to sign finds it.
  v1::ListHandoverCasesRequest cases;
  cases.set_parent("operations/ba");
  cases.set_pending_signature(true);
  EXPECT_EQ(Do(&Stub::ListHandoverCases, cases).handover_cases_size(), 1);
  v1::ListCertificatesRequest certificates;
  certificates.set_parent("operations/ba");
  certificates.set_pending_signature(true);
  const auto pending = Do(&Stub::ListCertificates, certificates);
  ASSERT_EQ(pending.certificates_size(), 1);
  EXPECT_EQ(pending.certificates(0).name(), corrected.name());
  auto sign = Named<v1::SignCorrectiveCertificateRequest>(corrected.name());
  sign.set_etag(corrected.etag());
  sign.set_canonical_sha256(corrected.canonical_sha256());
  sign.set_party(v1::HANDOVER_PARTY_RECIPIENT);
  EXPECT_EQ(
      Do(&Stub::SignCorrectiveCertificate, sign, kJulyDirector, "recipient").signatures_size(), 1);
  sign.set_party(v1::HANDOVER_PARTY_GIVER);  // with the etag from before the other signature
  v1::Certificate response;
  EXPECT_EQ(Try(&Stub::SignCorrectiveCertificate, sign, &response, kEuHead, "recipient").reason,
            "STALE_ETAG");
  sign.clear_etag();
  EXPECT_EQ(Do(&Stub::SignCorrectiveCertificate, sign, kEuHead, "recipient").signatures_size(), 2);
  EXPECT_EQ(Do(&Stub::ListHandoverCases, cases).handover_cases_size(), 0);
  EXPECT_EQ(Do(&Stub::ListCertificates, certificates).certificates_size(), 0);
  const auto pdf =
      Do(&Stub::RenderCertificate, Named<v1::RenderCertificateRequest>(corrected.name()));
  EXPECT_EQ(pdf.canonical_sha256(), corrected.canonical_sha256());
}

TEST_F(Api, A5_OnlyTheRecipientsRepresentativeAccepts) {
  Counted({testing::Asset(1)});
  v1::HandoverCase response;
  const Outcome outcome = Try(&Stub::SignHandoverCase, Signed(v1::HANDOVER_PARTY_RECIPIENT),
                              &response, "organisations/unhcr/people/officer", "recipient");
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(outcome.reason, "NOT_THE_SIGNATORY");
  EXPECT_EQ(outcome.metadata.at("signatory"), kJulyDirector);
  const auto after = Do(&Stub::GetHandoverCase, Named<v1::GetHandoverCaseRequest>(kCase));
  EXPECT_EQ(after.state(), v1::HANDOVER_CASE_STATE_COUNTED);
}

TEST_F(Api, A3_T4_OfTwoCasesAtOnceOneGetsTheAsset) {
  for (int round = 1; round <= 3; ++round) {
    Outcome outcomes[2];
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 2; ++caller) {
      callers.emplace_back([&, caller] {
        v1::HandoverCase response;
        const std::string id = fmt::format("case-{}-{}", round, caller);
        outcomes[caller] =
            Try(&Stub::CreateHandoverCase, testing::Case({testing::Asset(round)}, id), &response);
      });
    }
    for (std::thread& caller : callers) caller.join();
    EXPECT_NE(outcomes[0].status.ok(), outcomes[1].status.ok());
    const Outcome& loser = outcomes[outcomes[0].status.ok() ? 1 : 0];
    EXPECT_EQ(loser.reason, "ITEM_NOT_AVAILABLE") << loser.status.error_message();
  }
}

TEST_F(Api, INV14_ListsSayWhoHadWhatAsOfATime) {
  Counted({testing::Asset(2)});
  SignedByBoth();
  const absl::Time before = clock_.Now();
  Do(&Stub::MakeHandoverEffective, To<v1::MakeHandoverEffectiveRequest>());

  v1::ListAssetsRequest filter;
  filter.set_title_holder(kDcpb);
  EXPECT_THAT(Assets(filter), ElementsAre(AssetOf(2)));
  *filter.mutable_as_of_time() = ToProto(before);
  EXPECT_THAT(Assets(filter), ElementsAre());
  filter.set_title_holder(kIom);
  EXPECT_THAT(Assets(filter), ElementsAre(AssetOf(1), AssetOf(2), AssetOf(3)));
  *filter.mutable_as_of_time() = ToProto(clock_.Now());
  EXPECT_THAT(Assets(filter), ElementsAre(AssetOf(1), AssetOf(3)));
  filter.clear_title_holder();
  filter.set_custodian(kDcpb);
  EXPECT_THAT(Assets(filter), ElementsAre(AssetOf(2)));
}

TEST_F(Api, ListsFilterByWhoHasAndWhoPaid) {
  Counted({testing::Asset(2), testing::Lot("4")});
  SignedByBoth();
  Do(&Stub::MakeHandoverEffective, To<v1::MakeHandoverEffectiveRequest>());

  v1::ListAssetsRequest filter;
  EXPECT_THAT(Assets(filter), ElementsAre(AssetOf(1), AssetOf(2), AssetOf(3)));
  filter.set_recipient(kDcpb);
  EXPECT_THAT(Assets(filter), ElementsAre(AssetOf(2)));
  filter.Clear();
  filter.set_custodian(kIom);
  EXPECT_THAT(Assets(filter), ElementsAre(AssetOf(1), AssetOf(3)));
  filter.set_donor("organisations/norway");
  EXPECT_THAT(Assets(filter), ElementsAre());
  filter.Clear();
  filter.set_state(v1::ASSET_STATE_TITLE_PASSED);
  EXPECT_THAT(Assets(filter), ElementsAre(AssetOf(2)));

  v1::ListAssetLotsRequest lots;
  lots.set_parent("operations/ba");
  lots.set_title_holder(kDcpb);
  EXPECT_EQ(Do(&Stub::ListAssetLots, lots).asset_lots_size(), 1);
  lots.set_custodian(kIom);  // no part has that title holder and that custodian
  EXPECT_EQ(Do(&Stub::ListAssetLots, lots).asset_lots_size(), 0);

  v1::ListHandoverCasesRequest cases;
  cases.set_parent("operations/ba");
  cases.set_pending_signature(true);
  EXPECT_EQ(Do(&Stub::ListHandoverCases, cases).handover_cases_size(), 0);
  cases.set_pending_signature(false);
  cases.set_recipient(kDcpb);
  EXPECT_EQ(Do(&Stub::ListHandoverCases, cases).handover_cases_size(), 1);
  cases.set_lacking_proof(true);  // nothing costs so much
  EXPECT_EQ(Do(&Stub::ListHandoverCases, cases).handover_cases_size(), 0);

  v1::ListMandatesRequest mandates;
  mandates.set_parent("operations/ba");
  mandates.set_organisation(kDcpb);
  *mandates.mutable_valid_on() = testing::Day(2020, 1, 1);
  EXPECT_EQ(Do(&Stub::ListMandates, mandates).mandates_size(), 1);
  *mandates.mutable_valid_on() = testing::Day(2019, 12, 31);
  EXPECT_EQ(Do(&Stub::ListMandates, mandates).mandates_size(), 0);
}

TEST_F(Api, INV19_OfTwoTransfersAtOnceOneTakesEffectAndTheCentreHasOneBody) {
  v1::EstablishResponsibilityRequest first;
  first.set_parent(kUsivak);
  first.set_function("security");
  first.set_body(kIom);
  const auto responsibility = Do(&Stub::EstablishResponsibility, first);
  const std::vector<std::string> takers = {kDcpb, "organisations/sfa"};
  for (const std::string& taker : takers) {
    v1::CreateResponsibilityTransferRequest plan;
    plan.set_parent("operations/ba");
    const std::string id(taker.substr(taker.find('/') + 1));
    plan.set_responsibility_transfer_id(id);
    auto& wanted = *plan.mutable_responsibility_transfer();
    wanted.set_centre(kUsivak);
    wanted.set_function("security");
    wanted.set_giver(kIom);
    wanted.set_taker(taker);
    *wanted.mutable_planned_date() = testing::Day(2022, 2, 1);
    const std::string name = Do(&Stub::CreateResponsibilityTransfer, plan).name();
    auto assess = Named<v1::AssessReadinessRequest>(name);
    assess.set_readiness("ready");
    Do(&Stub::AssessReadiness, assess);
    auto agree = Named<v1::AgreeResponsibilityTransferRequest>(name);
    agree.set_agreement("protocol");
    Do(&Stub::AgreeResponsibilityTransfer, agree);
  }
  Outcome outcomes[2];
  std::vector<std::thread> callers;
  for (size_t i = 0; i < 2; ++i) {
    callers.emplace_back([&, i] {
      v1::ResponsibilityTransfer response;
      const std::string id = takers[i].substr(takers[i].find('/') + 1);
      outcomes[i] = Try(&Stub::MakeResponsibilityTransferEffective,
                        Named<v1::MakeResponsibilityTransferEffectiveRequest>(
                            "operations/ba/responsibilityTransfers/" + id),
                        &response);
    });
  }
  for (std::thread& caller : callers) caller.join();
  ASSERT_NE(outcomes[0].status.ok(), outcomes[1].status.ok());
  const size_t winner = outcomes[0].status.ok() ? 0 : 1;
  EXPECT_EQ(outcomes[1 - winner].reason, "NOT_RESPONSIBLE");

  auto ask = Named<v1::GetResponsibleBodyRequest>(responsibility.name());
  EXPECT_EQ(Do(&Stub::GetResponsibleBody, ask).answering().body(), takers[winner]);
  *ask.mutable_as_of_time() = responsibility.periods(0).start_time();
  EXPECT_EQ(Do(&Stub::GetResponsibleBody, ask).answering().body(), kIom);
  *ask.mutable_as_of_time() =
      ToProto(absl::FromCivil(absl::CivilDay(2019, 1, 1), absl::UTCTimeZone()));
  v1::GetResponsibleBodyResponse nobody;
  EXPECT_EQ(Try(&Stub::GetResponsibleBody, ask, &nobody).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
  // Nobody knows who will answer: as reception says it too.
  *ask.mutable_as_of_time() = ToProto(absl::Now() + absl::Hours(1));
  EXPECT_EQ(Try(&Stub::GetResponsibleBody, ask, &nobody).reason, "INVALID_FIELD");
  *ask.mutable_as_of_time() = ToProto(absl::Now() + absl::Minutes(1));  // a clock that is ahead
  EXPECT_EQ(Do(&Stub::GetResponsibleBody, ask).answering().body(), takers[winner]);
}

}  // namespace
}  // namespace prihvat::handover
