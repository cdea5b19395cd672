// The API behind a gRPC server, over a log in memory: what a caller sends and gets.
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/access/policy.h"
#include "libs/base/bytes.h"
#include "libs/base/civil.h"
#include "libs/base/clock.h"
#include "libs/base/digest.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "libs/documents/certificate_content.h"
#include "libs/documents/testing/probe.h"
#include "libs/documents/testing/sample_images.h"
#include "libs/documents/testing/signatory.h"
#include "libs/event_log/seal.h"
#include "libs/event_log/testing/memory_log.h"
#include "libs/event_log/testing/records.h"
#include "libs/rpc/authenticator.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/forwarder.h"
#include "libs/rpc/testing/test_server.h"
#include "libs/runtime/service.h"
#include "libs/telemetry/rpc_metrics.h"
#include "prihvat/common/v1/options.pb.h"
#include "services/handover/api/certificate_queries.h"
#include "services/handover/api/handover_service.h"
#include "services/handover/definition.h"
#include "services/handover/documents/certificate_pdf.h"
#include "services/handover/domain/certificates.h"
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
  // `signer`: the installation's key, nullptr without one.
  explicit Api(std::shared_ptr<const event_log::SealSigner> signer = nullptr)
      : signer_(std::move(signer)),
        log_({{.name = "prihvat.handover", .partitions = 1},
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
                                                           .metrics = &metrics_,
                                                           .signer = signer_.get()});
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

  const std::shared_ptr<const event_log::SealSigner> signer_;
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
    // Policy, and whose key is whose, is for who sets up an operation.
    EXPECT_THAT(method->options().GetExtension(common::v1::permission),
                ::testing::AnyOf(StartsWith("handover."), StartsWith("policies."),
                                 StartsWith("signingKeys.")))
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

// An installation with a key.
class SigningApi : public Api {
 protected:
  SigningApi() : Api(event_log::testing::KnownSigner()) {}
};

TEST_F(SigningApi, G10_TheInstallationVouchesOnlyForWhatBothHaveSigned) {
  Counted({testing::Asset(1)});
  const auto render = [this](const std::string& name) {
    return Do(&Stub::RenderCertificate, Named<v1::RenderCertificateRequest>(name));
  };
  const auto digest_alone = [](const v1::RenderCertificateResponse& paper,
                               const std::string& name) {
    EXPECT_EQ(paper.signed_code(), "");
    EXPECT_EQ(documents::DecodeQrOnPage(paper.content(), 1).value_or("unreadable"),
              fmt::format("prihvat:certificate:1:{}:{}\n", name, paper.canonical_sha256()));
  };
  const std::string name = Do(&Stub::DrawUpCertificate, To<v1::DrawUpCertificateRequest>()).name();
  digest_alone(render(name), name);
  Do(&Stub::SignHandoverCase, Signed(v1::HANDOVER_PARTY_GIVER), kEuHead, "recipient");
  digest_alone(render(name), name);
  Do(&Stub::SignHandoverCase, Signed(v1::HANDOVER_PARTY_RECIPIENT), kJulyDirector, "recipient");

  const auto paper = render(name);
  EXPECT_EQ(documents::DecodeQrOnPage(paper.content(), 1).value_or("unreadable"),
            paper.signed_code() + "\n");
  EXPECT_THAT(documents::PdfText(paper.content()).value_or(""),
              ::testing::HasSubstr(base::HexEncode(signer_->key_id())));
  const auto statement = documents::ParseCertificateQr(paper.signed_code());
  ASSERT_TRUE(statement.ok()) << statement.status();
  EXPECT_EQ(statement->name, name);
  EXPECT_EQ(statement->digest_hex, paper.canonical_sha256());
  const auto keys = event_log::TrustedKeys::Parse(
      event_log::TrustedKeys::LineOf({signer_->key_id(), signer_->public_key()}));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_TRUE(keys->CheckText(documents::StatementText(*statement), statement->key_id,
                              statement->signature, statement->signed_at)
                  .ok());
  // Another certificate is not printed under that code.
  v1::Certificate other = Do(&Stub::GetCertificate, Named<v1::GetCertificateRequest>(name));
  EXPECT_EQ(SignCertificate(other, nullptr, absl::Now()), "") << "without a key nobody signs";
  other.set_name("operations/ba/certificates/DC-2023-0099");
  other.set_canonical_sha256(*CanonicalDigest(other));
  EXPECT_EQ(RenderCertificatePdf(other, {.signed_code = paper.signed_code()}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(Api, ACertificateGoesOutToBeSignedAndComesBack) {
  Counted({testing::Asset(1)});
  const auto certificate = Do(&Stub::DrawUpCertificate, To<v1::DrawUpCertificateRequest>());
  v1::ListCertificatesRequest pending;
  pending.set_parent("operations/ba");
  pending.set_pending_signature(true);
  EXPECT_EQ(Do(&Stub::ListCertificates, pending).certificates_size(), 1);

  const auto exported =
      Do(&Stub::ExportCertificate, Named<v1::ExportCertificateRequest>(certificate.name()));
  EXPECT_EQ(exported.file_name(), certificate.number() + "-for-signing.json");
  v1::CertificateForSigning file;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(exported.content(), &file).ok());
  EXPECT_EQ(base::Sha256Hex(file.canonical_content()), certificate.canonical_sha256());
  ASSERT_EQ(file.signatories_size(), 2);
  EXPECT_EQ(file.signatories(1).person(), kJulyDirector);
  EXPECT_FALSE(file.signatories(1).already_signed());

  v1::ReturnSignedCertificateRequest back;
  back.set_name(file.name());
  back.set_canonical_sha256(file.canonical_sha256());
  back.set_party(v1::HANDOVER_PARTY_RECIPIENT);
  back.set_person(kJulyDirector);
  *back.mutable_sign_date() = certificate.issue_date();
  back.set_place("Bihać");
  back.set_image(documents::SignaturePng(90, 30));
  v1::Certificate response;
  EXPECT_EQ(Try(&Stub::ReturnSignedCertificate, back, &response, kJulyDirector, "recipient")
                .status.error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Do(&Stub::ReturnSignedCertificate, back).signatures_size(), 1);
  EXPECT_EQ(Do(&Stub::ReturnSignedCertificate, back).signatures_size(), 1) << "the same again";
  back.set_place("Sarajevo");
  EXPECT_EQ(Try(&Stub::ReturnSignedCertificate, back, &response).reason, "RETURN_DIFFERS");

  auto download = Named<v1::DownloadSignatureRequest>(certificate.name());
  download.set_party(v1::HANDOVER_PARTY_RECIPIENT);
  const auto image = Do(&Stub::DownloadSignature, download);
  EXPECT_EQ(image.content(), back.image());
  EXPECT_EQ(image.file_name(), certificate.number() + "-recipient.png");
  v1::PaperResponse nothing;
  EXPECT_EQ(Try(&Stub::DownloadSignature, download, &nothing, kClerk, "viewer").status.error_code(),
            grpc::StatusCode::PERMISSION_DENIED)
      << "who sees no personal data";
  EXPECT_EQ(Try(&Stub::DownloadSignature, download, &nothing, kJulyDirector, "recipient")
                .status.error_code(),
            grpc::StatusCode::PERMISSION_DENIED)
      << "every recipient would have every signature of the operation";
  download.set_party(v1::HANDOVER_PARTY_GIVER);
  EXPECT_EQ(Try(&Stub::DownloadSignature, download, &nothing).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
  auto ask = Named<v1::RenderCertificateRequest>(certificate.name());
  ask.set_language(v1::CERTIFICATE_LANGUAGE_SERBIAN_CYRILLIC);
  const auto paper = Do(&Stub::RenderCertificate, ask);
  EXPECT_THAT(documents::PdfText(paper.content()).value_or(""),
              ::testing::HasSubstr("Мјесто: Bihać"));
  const documents::ScratchDir folder;
  EXPECT_THAT(documents::RunProgram({"pdfimages", "-list", folder.Write("c", paper.content())})
                  .value_or(""),
              ::testing::HasSubstr("90    30"));
  ask.set_language(static_cast<v1::CertificateLanguage>(77));
  v1::RenderCertificateResponse none;
  EXPECT_EQ(Try(&Stub::RenderCertificate, ask, &none).reason, "INVALID_FIELD");
}

TEST_F(Api, INV18_OfTwoDifferentReturnsAtOnceOneCounts) {
  Counted({testing::Asset(1)});
  const auto certificate = Do(&Stub::DrawUpCertificate, To<v1::DrawUpCertificateRequest>());
  Outcome outcomes[2];
  std::vector<std::thread> clerks;
  for (int i = 0; i < 2; ++i) {
    clerks.emplace_back([&, i] {
      auto back = Named<v1::ReturnSignedCertificateRequest>(certificate.name());
      back.set_canonical_sha256(certificate.canonical_sha256());
      back.set_party(v1::HANDOVER_PARTY_GIVER);
      back.set_person(kEuHead);
      *back.mutable_sign_date() = certificate.issue_date();
      back.set_place("Sarajevo");
      back.set_image(documents::SignaturePng(40 + i, 20));
      v1::Certificate response;
      outcomes[i] = Try(&Stub::ReturnSignedCertificate, back, &response);
    });
  }
  for (std::thread& clerk : clerks) clerk.join();
  EXPECT_NE(outcomes[0].status.ok(), outcomes[1].status.ok());
  EXPECT_EQ(outcomes[0].status.ok() ? outcomes[1].reason : outcomes[0].reason, "RETURN_DIFFERS");
  EXPECT_EQ(Do(&Stub::GetCertificate, Named<v1::GetCertificateRequest>(certificate.name()))
                .signatures_size(),
            1);
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

TEST_F(Api, LotsAreListedByWhomTheyWereHandedToAndAsOfATime) {
  const absl::Time before = clock_.Now();
  Counted({testing::Lot("4")});
  SignedByBoth();
  Do(&Stub::MakeHandoverEffective, To<v1::MakeHandoverEffectiveRequest>());
  v1::ListAssetLotsRequest lots;
  lots.set_parent("operations/ba");
  const auto count = [&] { return Do(&Stub::ListAssetLots, lots).asset_lots_size(); };
  lots.set_recipient(kDcpb);
  EXPECT_EQ(count(), 1);
  lots.set_recipient(kIom);  // it has a part, which nobody handed to it
  EXPECT_EQ(count(), 0);
  *lots.mutable_as_of_time() = ToProto(before);
  lots.set_recipient(kDcpb);
  EXPECT_EQ(count(), 0);
  lots.clear_recipient();
  lots.set_custodian(kDcpb);
  EXPECT_EQ(count(), 0);
  lots.set_custodian(kIom);
  EXPECT_EQ(count(), 1);
  *lots.mutable_as_of_time() = ToProto(before - absl::Hours(24));  // it was not there
  lots.clear_custodian();
  EXPECT_EQ(count(), 0);
}

TEST_F(Api, ThePolicyInForceIsShownAlsoWhereNoneWasAdopted) {
  v1::GetHandoverPolicyInForceRequest request;
  request.set_parent("operations/ba");
  const auto built_in = Do(&Stub::GetHandoverPolicyInForce, request);
  EXPECT_EQ(built_in.name(), "");
  EXPECT_EQ(built_in.max_case_items(), 1000);
  EXPECT_EQ(built_in.proof_required_above().units(), 5000);

  v1::AdoptHandoverPolicyRequest adopt;
  adopt.set_parent("operations/ba");
  *adopt.mutable_handover_policy() = built_in;
  *adopt.mutable_handover_policy()->mutable_valid_from() = testing::Day(2199, 1, 1);
  adopt.mutable_handover_policy()->set_proof_days(60);
  v1::HandoverPolicy adopted;
  EXPECT_EQ(Try(&Stub::AdoptHandoverPolicy, adopt, &adopted).reason, "PERMISSION_DENIED");
  adopted = Do(&Stub::AdoptHandoverPolicy, adopt, kClerk, "operation_manager");
  EXPECT_EQ(adopted.name(), "operations/ba/handoverPolicies/2199-01-01");
  EXPECT_NE(adopted.etag(), "");
  EXPECT_EQ(Do(&Stub::GetHandoverPolicyInForce, request).proof_days(), 0);
  *request.mutable_date() = testing::Day(2199, 1, 1);
  EXPECT_EQ(Do(&Stub::GetHandoverPolicyInForce, request).proof_days(), 60);
  request.mutable_date()->set_month(13);
  EXPECT_EQ(Try(&Stub::GetHandoverPolicyInForce, request, &adopted).reason, "INVALID_FIELD");
  v1::ListHandoverPoliciesRequest list;
  list.set_parent("operations/ba");
  EXPECT_EQ(Do(&Stub::ListHandoverPolicies, list).handover_policies_size(), 1);
}

TEST_F(Api, FunctionsAreListedPageByPageWithThoseThatNobodyAdded) {
  v1::AddCentreFunctionRequest add;
  add.set_parent("operations/ba");
  add.set_centre_function_id("internet");
  add.mutable_display_name()->set_en("Internet access");
  *add.mutable_valid_from() = testing::Day(2199, 1, 1);
  add.set_reason("decision 7");
  v1::CentreFunction added;
  EXPECT_EQ(Try(&Stub::AddCentreFunction, add, &added).reason, "PERMISSION_DENIED");
  added = Do(&Stub::AddCentreFunction, add, kClerk, "operation_manager");
  EXPECT_EQ(Do(&Stub::GetCentreFunction, Named<v1::GetCentreFunctionRequest>(added.name()))
                .display_name()
                .en(),
            "Internet access");
  EXPECT_EQ(Do(&Stub::GetCentreFunction,
               Named<v1::GetCentreFunctionRequest>("operations/ba/centreFunctions/security"))
                .display_name()
                .bs(),
            "Sigurnost");
  EXPECT_EQ(Try(&Stub::GetCentreFunction,
                Named<v1::GetCentreFunctionRequest>("operations/ba/assets/security"), &added)
                .reason,
            "NOT_FOUND");
  v1::ListCentreFunctionsRequest list;
  list.set_parent("operations/ba");
  list.set_page_size(10);
  const auto first = Do(&Stub::ListCentreFunctions, list);
  EXPECT_EQ(first.centre_functions_size(), 10);
  list.set_page_token(first.next_page_token());
  const auto second = Do(&Stub::ListCentreFunctions, list);
  EXPECT_EQ(second.centre_functions_size(), 5);
  EXPECT_EQ(second.next_page_token(), "");
  list.Clear();
  list.set_parent("operations/ba");
  *list.mutable_valid_on() = testing::Day(2198, 12, 31);
  EXPECT_EQ(Do(&Stub::ListCentreFunctions, list).centre_functions_size(), 14);
}

TEST_F(Api, ChecksAndVisibilityAreListedByWhatOneLooksFor) {
  v1::PlanPostDonationCheckRequest plan;
  plan.set_parent("operations/ba");
  plan.set_post_donation_check_id("c");
  plan.mutable_post_donation_check()->set_item(AssetOf(1));
  plan.mutable_post_donation_check()->set_kind(v1::CHECK_KIND_END_USE);
  *plan.mutable_post_donation_check()->mutable_due_date() = testing::Day(2070, 5, 1);
  const std::string name = Do(&Stub::PlanPostDonationCheck, plan).name();
  v1::ListPostDonationChecksRequest list;
  list.set_parent("operations/ba");
  const auto count = [&] {
    return Do(&Stub::ListPostDonationChecks, list).post_donation_checks_size();
  };
  *list.mutable_due_before() = testing::Day(2070, 5, 1);
  EXPECT_EQ(count(), 0);
  *list.mutable_due_before() = testing::Day(2070, 5, 2);
  EXPECT_EQ(count(), 1);
  list.set_kind(v1::CHECK_KIND_MAINTENANCE);
  EXPECT_EQ(count(), 0);
  auto done = Named<v1::CompletePostDonationCheckRequest>(name);
  done.set_findings("the mirror is broken");
  done.set_follow_up(true);
  done.set_condition(v1::ASSET_CONDITION_WORN);
  EXPECT_EQ(Do(&Stub::CompletePostDonationCheck, done).checker(), kClerk);
  list.set_kind(v1::CHECK_KIND_END_USE);
  EXPECT_EQ(count(), 0);
  list.clear_due_before();
  plan.set_post_donation_check_id("d");
  done = Named<v1::CompletePostDonationCheckRequest>(Do(&Stub::PlanPostDonationCheck, plan).name());
  done.set_findings("all in order");
  Do(&Stub::CompletePostDonationCheck, done);
  EXPECT_EQ(count(), 2);
  list.set_follow_up(true);
  EXPECT_EQ(count(), 1);
  v1::ListAssetsRequest worn;
  worn.set_condition(v1::ASSET_CONDITION_WORN);
  EXPECT_THAT(Assets(worn), ElementsAre(AssetOf(1)));

  v1::RecordVisibilityCheckRequest seen;
  seen.set_parent("operations/ba");
  seen.set_visibility_check_id("v");
  seen.mutable_visibility_check()->set_item(kUsivak);
  seen.mutable_visibility_check()->set_donor(testing::kEu);
  seen.mutable_visibility_check()->set_emblem_seen(true);
  seen.mutable_visibility_check()->set_note("the statement is painted over");
  EXPECT_FALSE(Do(&Stub::RecordVisibilityCheck, seen).conforms());
  seen.set_visibility_check_id("w");
  seen.mutable_visibility_check()->set_statement_seen(true);
  EXPECT_TRUE(Do(&Stub::RecordVisibilityCheck, seen).conforms());
  v1::ListVisibilityChecksRequest failed;
  failed.set_parent("operations/ba");
  EXPECT_EQ(Do(&Stub::ListVisibilityChecks, failed).visibility_checks_size(), 2);
  failed.set_failed(true);
  EXPECT_EQ(Do(&Stub::ListVisibilityChecks, failed).visibility_checks_size(), 1);
  failed.set_donor("organisations/ch");
  EXPECT_EQ(Do(&Stub::ListVisibilityChecks, failed).visibility_checks_size(), 0);
}

TEST_F(Api, WarrantiesThatEndAndWhatLacksADocumentAreListed) {
  auto warranted = testing::ReceivedPieces({"W-1"}, "100.00", "operations/ba/goodsReceipts/gr-9");
  warranted.set_warranty_months(24);
  Tell(warranted);
  const std::string asset = AssetOf(1, "operations/ba/goodsReceipts/gr-9");
  const absl::CivilDay today = absl::ToCivilDay(clock_.Now(), *base::LoadZone("Europe/Sarajevo"));
  v1::ListAssetsRequest ending;
  *ending.mutable_warranty_ends_until() = ToProto(absl::CivilDay(today.year() + 3, 1, 1));
  EXPECT_THAT(Assets(ending), ElementsAre(asset));
  *ending.mutable_warranty_ends_from() = ToProto(absl::CivilDay(today.year() + 3, 1, 1));
  EXPECT_THAT(Assets(ending), ElementsAre());

  v1::OpenWarrantyClaimRequest open;
  open.set_parent("operations/ba");
  open.mutable_warranty_claim()->set_item(asset);
  open.mutable_warranty_claim()->set_defect("does not start");
  const auto claim = Do(&Stub::OpenWarrantyClaim, open);
  EXPECT_EQ(claim.name(), "operations/ba/warrantyClaims/" + claim.number());
  v1::ListWarrantyClaimsRequest claims;
  claims.set_parent("operations/ba");
  claims.set_state(v1::WARRANTY_CLAIM_STATE_OPENED);
  EXPECT_EQ(Do(&Stub::ListWarrantyClaims, claims).warranty_claims_size(), 1);
  claims.set_supplier("operations/ba/suppliers/another");
  EXPECT_EQ(Do(&Stub::ListWarrantyClaims, claims).warranty_claims_size(), 0);

  auto gone = Named<v1::RecordAssetChangeRequest>(asset);
  gone.set_change(v1::ASSET_CHANGE_DESTROYED);
  gone.set_reason("fire");
  Do(&Stub::RecordAssetChange, gone);
  v1::ListAssetsRequest lacking;
  lacking.set_lacking_evidence(true);
  EXPECT_THAT(Assets(lacking), ElementsAre(asset));
  const auto tag =
      Do(&Stub::RenderAssetTag, Named<v1::RenderAssetTagRequest>(asset), kClerk, "viewer");
  EXPECT_THAT(tag.content(), StartsWith("%PDF-"));
  EXPECT_EQ(tag.file_name(), "gr-9-1-1-tag.pdf");
}

TEST_F(Api, WhatBecameOfAnAssetIsToldAndItsDocumentsFollow) {
  const std::string asset = AssetOf(1);
  Do(&Stub::TakeAssetIntoCustody, Named<v1::TakeAssetIntoCustodyRequest>(asset));
  auto change = Named<v1::RecordAssetChangeRequest>(asset);
  change.set_change(v1::ASSET_CHANGE_LOST);
  change.set_reason("not found at the count");
  EXPECT_THAT(Do(&Stub::RecordAssetChange, change).lacks_evidence_of(),
              ElementsAre(v1::ASSET_CHANGE_LOST));
  change.set_change(v1::ASSET_CHANGE_DESTROYED);
  change.set_reason("burnt");
  v1::Asset response;
  const Outcome refused = Try(&Stub::RecordAssetChange, change, &response);
  EXPECT_EQ(refused.reason, "EVIDENCE_MISSING");
  EXPECT_EQ(refused.metadata.at("lacks_evidence_of"), "LOST");
  auto attach = Named<v1::AttachAssetEvidenceRequest>(asset);
  attach.set_change(v1::ASSET_CHANGE_LOST);
  attach.mutable_evidence()->set_kind(v1::EVIDENCE_KIND_COMMISSION_MINUTES);
  attach.mutable_evidence()->set_reference("minutes 4");
  Do(&Stub::AttachAssetEvidence, attach);
  const v1::Asset destroyed = Do(&Stub::RecordAssetChange, change);
  EXPECT_EQ(destroyed.state(), v1::ASSET_STATE_DESTROYED);
  EXPECT_THAT(destroyed.lacks_evidence_of(), ElementsAre(v1::ASSET_CHANGE_DESTROYED));
  attach.set_change(v1::ASSET_CHANGE_DESTROYED);
  const v1::Asset shown = Do(&Stub::AttachAssetEvidence, attach);
  EXPECT_EQ(shown.lacks_evidence_of_size(), 0);
  EXPECT_EQ(shown.evidence_size(), 2);
}

TEST_F(Api, AWarrantyClaimMovesUntilItIsSettled) {
  auto warranted = testing::ReceivedPieces({"W-1"}, "100.00", "operations/ba/goodsReceipts/gr-9");
  warranted.set_warranty_months(24);
  Tell(warranted);
  v1::OpenWarrantyClaimRequest open;
  open.set_parent("operations/ba");
  open.mutable_warranty_claim()->set_item(AssetOf(1));
  open.mutable_warranty_claim()->set_defect("does not start");
  v1::WarrantyClaim response;
  EXPECT_EQ(Try(&Stub::OpenWarrantyClaim, open, &response).reason, "NOT_UNDER_WARRANTY");
  open.mutable_warranty_claim()->set_item(AssetOf(1, "operations/ba/goodsReceipts/gr-9"));
  auto move = Named<v1::MoveWarrantyClaimRequest>(Do(&Stub::OpenWarrantyClaim, open).name());
  move.set_note("letter of the supplier");
  move.set_state(v1::WARRANTY_CLAIM_STATE_SETTLED);
  move.set_resolution(v1::WARRANTY_RESOLUTION_REPLACED);
  EXPECT_EQ(Try(&Stub::MoveWarrantyClaim, move, &response).reason, "WRONG_STATE");
  move.set_state(v1::WARRANTY_CLAIM_STATE_ACCEPTED);
  move.clear_resolution();
  EXPECT_EQ(Do(&Stub::MoveWarrantyClaim, move).state(), v1::WARRANTY_CLAIM_STATE_ACCEPTED);
  move.set_state(v1::WARRANTY_CLAIM_STATE_SETTLED);
  const Outcome silent = Try(&Stub::MoveWarrantyClaim, move, &response);
  ASSERT_EQ(silent.bad_request.field_violations_size(), 1);
  EXPECT_EQ(silent.bad_request.field_violations(0).field(), "resolution");
  move.set_resolution(v1::WARRANTY_RESOLUTION_REPLACED);
  const v1::WarrantyClaim settled = Do(&Stub::MoveWarrantyClaim, move);
  EXPECT_EQ(settled.resolution(), v1::WARRANTY_RESOLUTION_REPLACED);
  move.set_state(v1::WARRANTY_CLAIM_STATE_WITHDRAWN);
  move.clear_resolution();
  EXPECT_EQ(Try(&Stub::MoveWarrantyClaim, move, &response).reason, "WRONG_STATE");
}

TEST_F(Api, ATransferTakesEffectOnceWhatMustBeSoIsDone) {
  v1::EstablishResponsibilityRequest first;
  first.set_parent(kUsivak);
  first.set_function("security");
  first.set_body(kIom);
  Do(&Stub::EstablishResponsibility, first);
  v1::CreateResponsibilityTransferRequest plan;
  plan.set_parent("operations/ba");
  plan.set_responsibility_transfer_id("guards");
  auto& wanted = *plan.mutable_responsibility_transfer();
  wanted.set_centre(kUsivak);
  wanted.set_function("security");
  wanted.set_giver(kIom);
  wanted.set_taker(kDcpb);
  *wanted.mutable_planned_date() = testing::Day(2022, 2, 1);
  v1::ReadinessItem& posts = *wanted.add_readiness_items();
  posts.mutable_display_name()->set_en("Posts are manned");
  posts.mutable_display_name()->set_bs("Punktovi su popunjeni");
  posts.set_mandatory(true);
  const std::string name = Do(&Stub::CreateResponsibilityTransfer, plan).name();
  auto assess = Named<v1::AssessReadinessRequest>(name);
  assess.set_readiness("nearly");
  Do(&Stub::AssessReadiness, assess);
  auto agree = Named<v1::AgreeResponsibilityTransferRequest>(name);
  agree.set_agreement("protocol");
  Do(&Stub::AgreeResponsibilityTransfer, agree);
  const auto effective = Named<v1::MakeResponsibilityTransferEffectiveRequest>(name);
  v1::ResponsibilityTransfer response;
  const Outcome refused = Try(&Stub::MakeResponsibilityTransferEffective, effective, &response);
  EXPECT_EQ(refused.reason, "READINESS_INCOMPLETE");
  EXPECT_EQ(refused.metadata.at("item_numbers"), "1");
  auto done = Named<v1::RecordReadinessItemRequest>(name);
  done.set_item_number(2);
  done.set_done(true);
  EXPECT_EQ(Try(&Stub::RecordReadinessItem, done, &response).reason, "INVALID_FIELD");
  done.set_item_number(1);
  const v1::ResponsibilityTransfer ready = Do(&Stub::RecordReadinessItem, done);
  EXPECT_TRUE(ready.readiness_items(0).done());
  EXPECT_EQ(Do(&Stub::MakeResponsibilityTransferEffective, effective).state(),
            v1::RESPONSIBILITY_TRANSFER_STATE_EFFECTIVE);
}

TEST_F(Api, INV15_AKeyThatIsRevokedSignsNothingAndStopsTheTitle) {
  const std::string manager = "organisations/iom/people/manager";
  const documents::testing::Signatory director("director");
  auto key = Named<v1::RegisterSigningKeyRequest>("operations/ba/mandates/july");
  key.mutable_signing_key()->set_id("card");
  key.mutable_signing_key()->set_ed25519_public_key(director.ed25519_key());
  *key.mutable_signing_key()->mutable_valid_from() = testing::Day(2020, 1, 1);
  key.mutable_signing_key()->set_reference("handed over in person");
  v1::Mandate mandate;
  EXPECT_EQ(Try(&Stub::RegisterSigningKey, key, &mandate).status.error_code(),
            grpc::StatusCode::PERMISSION_DENIED)
      << "who hands over does not say whose key is whose";
  Do(&Stub::RegisterSigningKey, key, manager, "operation_manager");
  Counted({testing::Asset(1)});
  const auto certificate = Do(&Stub::DrawUpCertificate, To<v1::DrawUpCertificateRequest>());
  v1::CertificateForSigning file;
  const auto exported =
      Do(&Stub::ExportCertificate, Named<v1::ExportCertificateRequest>(certificate.name()));
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(exported.content(), &file).ok());
  Do(&Stub::SignHandoverCase, Signed(v1::HANDOVER_PARTY_GIVER), kEuHead, "recipient");
  auto back = Named<v1::ReturnSignedCertificateRequest>(certificate.name());
  back.set_canonical_sha256(certificate.canonical_sha256());
  back.set_party(v1::HANDOVER_PARTY_RECIPIENT);
  back.set_person(kJulyDirector);
  *back.mutable_sign_date() = certificate.issue_date();
  back.set_place("Bihać");
  back.set_signing_key("card");
  back.set_electronic_signature(director.SignEd25519(file.canonical_content() + " "));
  v1::Certificate response;
  EXPECT_EQ(Try(&Stub::ReturnSignedCertificate, back, &response).reason, "SIGNATURE_INVALID");
  back.set_electronic_signature(director.SignEd25519(file.canonical_content()));
  EXPECT_EQ(Do(&Stub::ReturnSignedCertificate, back).signatures_size(), 2);
  auto revoke = Named<v1::RevokeSigningKeyRequest>("operations/ba/mandates/july");
  revoke.set_signing_key("card");
  *revoke.mutable_revoked_from() = certificate.issue_date();
  revoke.set_reason("stolen");
  Do(&Stub::RevokeSigningKey, revoke, manager, "operation_manager");
  v1::HandoverCase of;
  const Outcome refused =
      Try(&Stub::MakeHandoverEffective, To<v1::MakeHandoverEffectiveRequest>(), &of);
  EXPECT_EQ(refused.reason, "SIGNING_KEY_NOT_VALID");
  EXPECT_EQ(refused.metadata.at("signing_key"), "card");
}

}  // namespace
}  // namespace prihvat::handover
