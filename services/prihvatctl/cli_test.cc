#include "services/prihvatctl/cli.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"
#include "libs/base/bytes.h"
#include "libs/base/digest.h"
#include "libs/base/random.h"
#include "libs/base/sealed_box.h"
#include "libs/base/uuid.h"
#include "libs/documents/certificate_content.h"
#include "libs/event_log/seal.h"
#include "libs/event_log/testing/records.h"
#include "libs/evidence/log_file.h"
#include "prihvat/admin/v1/service.pb.h"
#include "prihvat/common/v1/common.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/sourcing.pb.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "prihvat/reporting/v1/service.pb.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/testing_api.h"

namespace prihvat::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// An Api that another one answers for, so that a test can look at it afterwards.
class Borrowed final : public Api {
 public:
  explicit Borrowed(Api& api) : api_(api) {}
  absl::StatusOr<Reply> Call(const google::protobuf::MethodDescriptor& method,
                             const google::protobuf::Message& request,
                             const CallOptions& options) override {
    return api_.Call(method, request, options);
  }
  absl::Status Stream(const google::protobuf::MethodDescriptor& method,
                      const google::protobuf::Message& request, const CallOptions& options,
                      absl::FunctionRef<bool(const google::protobuf::Message&)> visit) override {
    return api_.Stream(method, request, options, visit);
  }

 private:
  Api& api_;
};

class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest()
      : folder_(testing::TempDir() + "/prihvatctl_" + std::to_string(getpid()) + "_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
  }
  ~CommandLineTest() override { std::filesystem::remove_all(folder_); }

  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    Surroundings surroundings{out_, err_, in_};
    surroundings.connect = [this](const Connection& connection) {
      address_ = connection.servers;
      connection_ = connection;
      return std::make_unique<Borrowed>(api_);
    };
    surroundings.wait = [](absl::Duration) {};
    return RunCommandLine(std::move(arguments), surroundings);
  }

  template <class T>
  void Answers(const T& message, const std::string& token = "") {
    api_.Then([message, token](const auto&) -> absl::StatusOr<Reply> {
      return Reply{std::make_unique<T>(message), token};
    });
  }
  std::string File(const std::string& name) const { return folder_ + "/" + name; }

  const std::string folder_;
  TestingApi api_;
  std::string address_;
  Connection connection_;
  std::stringstream in_;
  std::stringstream out_;
  std::stringstream err_;
};

reception::v1::Centre CentreNamed(const std::string& id) {
  reception::v1::Centre centre;
  centre.set_name("operations/ba/centres/" + id);
  centre.set_state(reception::v1::CENTRE_STATE_OPEN);
  return centre;
}

TEST_F(CommandLineTest, HelpIsDoneAndNothingIsUsage) {
  EXPECT_EQ(Run({"--help"}), kDone);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("play"), HasSubstr("Exit codes")));
  EXPECT_EQ(Run({}), kUsage);
  EXPECT_EQ(Run({"list", "centres"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--parent must say what the centres stand under"));
  EXPECT_TRUE(api_.received().empty());
}

TEST_F(CommandLineTest, AServerThatIsNoAddressIsWrongUsageAndNothingIsSent) {
  for (const std::string server : {"nonsense", "localhost:", "localhost:http", ":8443",
                                   "localhost:99999", "procurement=nonsense"}) {
    EXPECT_EQ(Run({"--server", server, "get", "operations/ba/centres/usivak"}), kUsage) << server;
    EXPECT_THAT(err_.str(), AllOf(HasSubstr("--server"), HasSubstr("must be host:port")));
  }
  EXPECT_TRUE(api_.received().empty());
}

TEST_F(CommandLineTest, GetAsksTheServiceThatHasTheCollection) {
  Answers(CentreNamed("usivak"));
  EXPECT_EQ(Run({"--server", "127.0.0.1:9", "--principal", "organisations/iom/people/amra", "get",
                 "operations/ba/centres/usivak"}),
            kDone);
  EXPECT_EQ(address_, "127.0.0.1:9");
  ASSERT_EQ(api_.received().size(), 1u);
  EXPECT_EQ(api_.received()[0].method, "GetCentre");
  EXPECT_EQ(api_.received()[0].options.principal, "organisations/iom/people/amra");
  EXPECT_EQ(out_.str(), "name: operations/ba/centres/usivak\nstate: open\n");
}

TEST_F(CommandLineTest, CertificatesAreReadFromTheirFiles) {
  for (const char* name : {"ca.pem", "cert.pem", "key.pem"})
    std::ofstream(File(name)) << "-----BEGIN " << name;
  std::ofstream(File("other")) << "x";
  const auto get = [&](std::vector<std::string> flags) {
    flags.insert(flags.end(), {"get", "operations/ba/centres/usivak"});
    return Run(flags);
  };
  Answers(CentreNamed("usivak"));
  EXPECT_EQ(get({"--tls-ca", File("ca.pem"), "--tls-cert", File("cert.pem"), "--tls-key",
                 File("key.pem")}),
            kDone)
      << err_.str();
  EXPECT_EQ(connection_.ca, "-----BEGIN ca.pem");
  EXPECT_EQ(connection_.certificate, "-----BEGIN cert.pem");
  EXPECT_EQ(connection_.key, "-----BEGIN key.pem");
  EXPECT_EQ(get({"--tls-ca", File("ca.pem")}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--tls-ca requires --tls-"));
  EXPECT_EQ(
      get({"--tls-ca", File("ca.pem"), "--tls-cert", File("other"), "--tls-key", File("key.pem")}),
      kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("is no PEM file"));
}

TEST_F(CommandLineTest, OperationsAreGotByNameAndListedUnderNothing) {
  EXPECT_EQ(Run({"get", "operations/ba"}), kDone);
  EXPECT_EQ(api_.received()[0].method, "GetOperation");
  procurement::v1::ListOperationsResponse page;
  page.add_operations()->set_name("operations/ba");
  Answers(page);
  EXPECT_EQ(Run({"list", "operations", "--where", "display_name=Bosna"}), kDone) << err_.str();
  ASSERT_EQ(api_.received().size(), 2u);
  EXPECT_EQ(api_.received()[1].method, "ListOperations");
  EXPECT_EQ(dynamic_cast<const procurement::v1::ListOperationsRequest&>(*api_.received()[1].request)
                .display_name(),
            "Bosna");
  EXPECT_THAT(out_.str(), HasSubstr("operations/ba"));
  EXPECT_EQ(Run({"list", "operations", "--parent", "operations/ba"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("operations stand under nothing"));
  EXPECT_EQ(api_.received().size(), 2u);
}

TEST_F(CommandLineTest, WhatIsListedWithoutPagesIsListed) {
  admin::v1::ListPartitionsResponse all;
  all.add_partitions()->set_state("Owning");
  Answers(all);
  EXPECT_EQ(Run({"list", "partitions", "--where", "service=reception"}), kDone) << err_.str();
  EXPECT_EQ(api_.received().size(), 1u);
  EXPECT_THAT(out_.str(), HasSubstr("Owning"));
}

std::string FromBase64(const std::string& text) {
  google::protobuf::BytesValue value;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage("\"" + text + "\"", &value).ok());
  return value.value();
}

TEST_F(CommandLineTest, BidKeysAreAPair) {
  EXPECT_EQ(Run({"--json", "bid-keys"}), kDone);
  const auto keys = nlohmann::json::parse(out_.str());
  EXPECT_EQ(base::BoxPublicKey(FromBase64(keys["privateKey"])).value(),
            FromBase64(keys["publicKey"]));
  EXPECT_TRUE(api_.received().empty());
}

TEST_F(CommandLineTest, SealBidSealsForAllOpenersAndSendsNothing) {
  base::SeededRandom random(1);
  const base::BoxKeys first = base::MakeBoxKeys(random);
  const base::BoxKeys second = base::MakeBoxKeys(random);
  procurement::v1::SourcingProcess process;
  process.add_openers()->set_public_key(first.public_key);
  process.add_openers()->set_public_key(second.public_key);
  Answers(process);
  ASSERT_TRUE(ReplaceFile(File("bid.json"),
                          R"({"offers": [{"lotNumber": 1, "description": "as specified"}]})")
                  .ok());
  ASSERT_EQ(Run({"seal-bid", "operations/ba/sourcingProcesses/s", File("bid.json")}), kDone)
      << err_.str();
  ASSERT_EQ(api_.received().size(), 1u);
  EXPECT_EQ(api_.received()[0].method, "GetSourcingProcess");
  const std::string text = out_.str();
  const std::string sealed = FromBase64(text.substr(0, text.size() - 1));
  procurement::v1::BidContent content;
  ASSERT_TRUE(content.ParseFromString(
      base::OpenBox(base::OpenBox(sealed, second.private_key).value(), first.private_key).value()));
  EXPECT_EQ(content.offers(0).description(), "as specified");
}

TEST_F(CommandLineTest, SealBidRefusesWhatIsNoBid) {
  ASSERT_TRUE(ReplaceFile(File("bid.json"), R"({"price": 1})").ok());
  EXPECT_EQ(Run({"seal-bid", "operations/ba/sourcingProcesses/s", File("bid.json")}), kUsage);
  ASSERT_TRUE(ReplaceFile(File("bid.json"), "{}").ok());
  EXPECT_EQ(Run({"seal-bid", "operations/ba/sourcingProcesses/s", File("bid.json")}), kUsage);
  EXPECT_TRUE(api_.received().empty());
}

TEST_F(CommandLineTest, WhereTwoServicesHaveACollectionItIsAsked) {
  const std::string name = "operations/ba/centres/usivak/responsibilities/security";
  EXPECT_EQ(Run({"get", name}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--service"));
  EXPECT_EQ(Run({"get", name, "--service", "handover"}), kDone);
  EXPECT_EQ(api_.received()[0].request->GetDescriptor()->full_name(),
            "prihvat.handover.v1.GetResponsibilityRequest");
}

TEST_F(CommandLineTest, ListReadsAllPagesWithTypedFilters) {
  reception::v1::ListCentresResponse first;
  *first.add_centres() = CentreNamed("blazuj");
  first.set_next_page_token("next");
  reception::v1::ListCentresResponse second;
  *second.add_centres() = CentreNamed("lipa");
  Answers(first);
  Answers(second);
  EXPECT_EQ(
      Run({"list", "centres", "--parent", "operations/ba", "--where", "state=CENTRE_STATE_OPEN"}),
      kDone);
  ASSERT_EQ(api_.received().size(), 2u);
  const auto& request =
      dynamic_cast<const reception::v1::ListCentresRequest&>(*api_.received()[1].request);
  EXPECT_EQ(request.page_token(), "next");
  EXPECT_EQ(request.state(), reception::v1::CENTRE_STATE_OPEN);
  EXPECT_EQ(request.parent(), "operations/ba");
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("centres/blazuj"), HasSubstr("centres/lipa")));
}

TEST_F(CommandLineTest, ListStopsAtItsLimit) {
  reception::v1::ListCentresResponse page;
  *page.add_centres() = CentreNamed("blazuj");
  *page.add_centres() = CentreNamed("lipa");
  page.set_next_page_token("next");
  Answers(page);
  EXPECT_EQ(Run({"--json", "list", "centres", "--parent", "operations/ba", "--limit", "1"}), kDone);
  EXPECT_EQ(api_.received().size(), 1u);
  const auto json = nlohmann::json::parse(out_.str());
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0]["name"], "operations/ba/centres/blazuj");
}

TEST_F(CommandLineTest, ARefusalIsExitCodeOne) {
  api_.ThenError(RefusedWith(absl::StatusCode::kNotFound, "NOT_FOUND", "there is no such centre"));
  EXPECT_EQ(Run({"get", "operations/ba/centres/none"}), kRefused);
  EXPECT_EQ(err_.str(), "refused: NOT_FOUND\n  there is no such centre\n");
  EXPECT_EQ(out_.str(), "");
}

TEST_F(CommandLineTest, NoAnswerIsExitCodeThreeAndIsTriedAgain) {
  for (int i = 0; i < 4; ++i) {
    api_.ThenError(ServerError(absl::StatusCode::kUnavailable, "nobody listens", ""));
  }
  EXPECT_EQ(Run({"--json", "get", "operations/ba/centres/usivak"}), kNotReached);
  EXPECT_EQ(api_.received().size(), 4u);
  EXPECT_EQ(nlohmann::json::parse(err_.str())["error"]["code"], "UNAVAILABLE");
}

TEST_F(CommandLineTest, CallGivesACommandARequestIdAndTellsItWhenItFails) {
  api_.ThenError(RefusedWith(absl::StatusCode::kInternal, "INTERNAL", ""));
  EXPECT_EQ(Run({"call", "reception.OpenCentre", R"({"name": "operations/ba/centres/usivak"})"}),
            kRefused);
  const auto& request =
      dynamic_cast<const reception::v1::OpenCentreRequest&>(*api_.received()[0].request);
  EXPECT_TRUE(base::IsUuid(request.request_id()));
  EXPECT_THAT(err_.str(), HasSubstr("request id: " + request.request_id()));
}

TEST_F(CommandLineTest, CallKeepsTheRequestIdThatItIsGivenAndReadsStandardInput) {
  in_.str(R"({"name": "operations/ba/centres/usivak", "requestId": "abc"})");
  EXPECT_EQ(Run({"call", "reception.OpenCentre", "-", "--import", "history"}), kDone);
  const auto& request =
      dynamic_cast<const reception::v1::OpenCentreRequest&>(*api_.received()[0].request);
  EXPECT_EQ(request.request_id(), "abc");
  EXPECT_EQ(api_.received()[0].options.import_id, "history");
}

TEST_F(CommandLineTest, CallRefusesAFieldThatIsNotThere) {
  EXPECT_EQ(Run({"call", "reception.OpenCentre", R"({"nam": "x"})"}), kUsage);
  EXPECT_TRUE(api_.received().empty());
}

TEST_F(CommandLineTest, ATokenFileLetsALaterCommandSeeWhatAnEarlierOneWrote) {
  common::v1::Token token;
  token.add_positions()->set_topic("prihvat.reception");
  Answers(CentreNamed("usivak"), base::Base64UrlEncode(token.SerializeAsString()));
  EXPECT_EQ(Run({"--token-file", File("token"), "call", "reception.OpenCentre", "{}"}), kDone);
  EXPECT_EQ(Run({"--token-file", File("token"), "get", "operations/ba/centres/usivak"}), kDone);
  EXPECT_EQ(api_.received()[0].options.token, "");
  EXPECT_EQ(api_.received()[1].options.token, base::Base64UrlEncode(token.SerializeAsString()));
}

reporting::v1::LineOfSight Report() {
  reporting::v1::LineOfSight report;
  auto* row = report.add_rows();
  row->set_budget_line("operations/ba/projects/p/budgetLines/vehicles");
  row->set_vin("WXY4X4BA2P0000101");
  row->mutable_value()->set_currency_code("BAM");
  row->mutable_value()->set_units(725000);
  row->set_certificate_number("DC-2023-0001");
  row->set_recipient("organisations/dcpb");
  report.set_row_count(1);
  auto* value = report.add_values();
  value->mutable_value()->set_currency_code("BAM");
  value->mutable_value()->set_units(895900);
  value->mutable_value_eur()->set_currency_code("EUR");
  value->mutable_value_eur()->set_units(458066);
  value->mutable_value_eur()->set_nanos(400000000);
  *report.mutable_eur()->mutable_total() = value->value_eur();
  return report;
}

TEST_F(CommandLineTest, WorkedCase_BothDonationsTogetherAre895900KmAnd458066_40Eur) {
  Answers(Report());
  EXPECT_EQ(Run({"report", "line-of-sight", "--operation", "operations/ba", "--where",
                 "project=operations/ba/projects/p"}),
            kDone);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("total 895,900.00 KM = EUR 458,066.40"),
                                HasSubstr("WXY4X4BA2P0000101"), HasSubstr("725000.00"),
                                HasSubstr("DC-2023-0001"), HasSubstr("dcpb")));
  const auto& request =
      dynamic_cast<const reporting::v1::GetLineOfSightRequest&>(*api_.received()[0].request);
  EXPECT_EQ(request.filter().project(), "operations/ba/projects/p");
}

TEST_F(CommandLineTest, ALineOfSightOfSeveralPagesIsOneTable) {
  reporting::v1::LineOfSight first = Report();
  first.set_next_page_token("more");
  reporting::v1::LineOfSight second = Report();
  second.mutable_rows(0)->set_vin("WXY4X4BA4P0000102");
  Answers(first);
  Answers(second);
  EXPECT_EQ(Run({"report", "line-of-sight", "--operation", "operations/ba"}), kDone);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("WXY4X4BA2P0000101"), HasSubstr("WXY4X4BA4P0000102")));
}

TEST_F(CommandLineTest, AnExportIsWrittenInTheFormatOfItsName) {
  reporting::v1::ExportLineOfSightResponse file;
  file.set_content("a,b\r\n");
  file.set_row_count(1);
  Answers(file);
  EXPECT_EQ(Run({"export", "line-of-sight", "--operation", "operations/ba", "-o", File("x.csv")}),
            kDone);
  EXPECT_EQ(*ReadFile(File("x.csv")), "a,b\r\n");
  EXPECT_EQ(
      dynamic_cast<const reporting::v1::ExportLineOfSightRequest&>(*api_.received()[0].request)
          .format(),
      reporting::v1::EXPORT_FORMAT_CSV);
  EXPECT_EQ(Run({"export", "line-of-sight", "--operation", "operations/ba", "-o", File("x.pdf")}),
            kUsage);
}

TEST_F(CommandLineTest, ACertificateIsWrittenAsItCame) {
  handover::v1::RenderCertificateResponse document;
  document.set_content(std::string("%PDF-1.5\0\xff", 10));
  document.set_canonical_sha256("ab12");
  Answers(document);
  EXPECT_EQ(Run({"certificate", "operations/ba/certificates/DC-2023-0001", "-o", File("c.pdf")}),
            kDone);
  EXPECT_EQ(*ReadFile(File("c.pdf")), document.content());
  EXPECT_THAT(err_.str(), HasSubstr("ab12"));
}

TEST_F(CommandLineTest, ACertificateIsAskedForInALanguage) {
  Answers(handover::v1::RenderCertificateResponse());
  EXPECT_EQ(Run({"certificate", "operations/ba/certificates/DC-2023-0001", "-o", File("c.pdf"),
                 "--language", "serbian-cyrillic"}),
            kDone);
  EXPECT_EQ(dynamic_cast<const handover::v1::RenderCertificateRequest&>(*api_.received()[0].request)
                .language(),
            handover::v1::CERTIFICATE_LANGUAGE_SERBIAN_CYRILLIC);
  EXPECT_EQ(Run({"certificate", "operations/ba/certificates/x", "--language", "serb"}), kUsage);
}

TEST_F(CommandLineTest, ACertificateGoesOutToBeSignedAndComesBack) {
  const std::string content = "format: prihvat-certificate/1\nplace: Bihać \"<&>\"\n";
  handover::v1::CertificateForSigning file;
  file.set_format("prihvat-certificate-for-signing/1");
  file.set_name("operations/ba/certificates/DC-2023-0001");
  file.set_canonical_content(content);
  file.set_canonical_sha256(base::Sha256Hex(content));
  auto& signatory = *file.add_signatories();
  signatory.set_party(handover::v1::HANDOVER_PARTY_RECIPIENT);
  signatory.set_person("organisations/dcpb/people/director");
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(file, &json).ok());
  handover::v1::ExportCertificateResponse exported;
  exported.set_content(json);
  Answers(exported);
  EXPECT_EQ(Run({"export-certificate", file.name(), "-o", File("out.json")}), kDone);
  EXPECT_EQ(Run({"signing-content", File("out.json"), "-o", File("content")}), kDone);
  EXPECT_EQ(*ReadFile(File("content")), content);

  ASSERT_TRUE(ReplaceFile(File("image.png"), "an image").ok());
  handover::v1::Certificate certificate;
  certificate.set_name(file.name());
  certificate.add_signatures();
  Answers(certificate);
  const std::vector<std::string> back = {
      "return-certificate", File("out.json"), "--party", "recipient", "--date",
      "2023-07-14",         "--place",        "Bihać"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), back.begin(), back.end());
    return Run(more);
  };
  EXPECT_EQ(with({"--image", File("image.png")}), kDone) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("is signed by 1 of 2"));
  const auto& sent = dynamic_cast<const handover::v1::ReturnSignedCertificateRequest&>(
      *api_.received().back().request);
  EXPECT_EQ(sent.person(), signatory.person());
  EXPECT_EQ(sent.canonical_sha256(), file.canonical_sha256());
  EXPECT_EQ(sent.image(), "an image");
  EXPECT_EQ(sent.sign_date().day(), 14);
  EXPECT_EQ(with({"--signature", File("image.png")}), kUsage) << "without a key";
  EXPECT_EQ(with({"--image", File("image.png"), "--key", "card"}), kUsage);
  // A file whose content was changed is not signed.
  file.set_canonical_content(content + "x");
  json.clear();
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(file, &json).ok());
  ASSERT_TRUE(ReplaceFile(File("out.json"), json).ok());
  EXPECT_NE(Run({"signing-content", File("out.json"), "-o", File("content")}), kDone);
  EXPECT_THAT(err_.str(), HasSubstr("it was changed"));
}

TEST_F(CommandLineTest, APaperIsWrittenByItsKindOrWhatItsNameMostlyMeans) {
  procurement::v1::PaperResponse document;
  document.set_content("%PDF-1.5 paper");
  for (const auto& [name, kind, method] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"purchaseOrders/po", "", "RenderPurchaseOrder"},
           {"purchaseOrders/po", "vat-exemption", "RenderVatExemption"},
           {"goodsReceipts/grn", "rejection-note", "RenderRejectionNote"},
           {"sourcingProcesses/src", "award-memo", "RenderAwardMemo"},
           {"requisitions/pr", "", "RenderRequisition"}}) {
    Answers(document);
    std::vector<std::string> arguments = {"paper", "operations/ba/" + name, "-o", File("p.pdf")};
    if (!kind.empty()) arguments.insert(arguments.end(), {"--kind", kind});
    EXPECT_EQ(Run(arguments), kDone) << err_.str();
    EXPECT_EQ(api_.received().back().method, method);
    EXPECT_EQ(*ReadFile(File("p.pdf")), document.content());
  }
  EXPECT_EQ(Run({"paper", "operations/ba/requisitions/pr", "--kind", "order"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("requisitions have no paper order, but requisition"));
  EXPECT_EQ(Run({"paper", "operations/ba/suppliers/s"}), kUsage);
}

TEST_F(CommandLineTest, PapersOfHandoverAndTheRegisterAreWrittenToo) {
  handover::v1::PaperResponse document;
  document.set_content("%PDF-1.5 note");
  document.set_file_name("clothing-delivery-note.pdf");
  Answers(document);
  EXPECT_EQ(Run({"paper", "operations/ba/handoverCases/clothing", "-o", File("n.pdf")}), kDone)
      << err_.str();
  EXPECT_EQ(api_.received().back().method, "RenderDeliveryNote");
  EXPECT_EQ(*ReadFile(File("n.pdf")), document.content());
  handover::v1::ExportAssetRegisterResponse file;
  file.set_content("item,description");
  file.set_line_count(7);
  Answers(file);
  EXPECT_EQ(
      Run({"export", "asset-register", "--operation", "operations/ba", "--as-of",
           "2023-07-14T00:00:00Z", "--where", "donor=organisations/eu", "-o", File("r.xlsx")}),
      kDone)
      << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("7 lines"));
  const auto& sent = dynamic_cast<const handover::v1::ExportAssetRegisterRequest&>(
      *api_.received().back().request);
  EXPECT_EQ(sent.format(), handover::v1::REGISTER_FORMAT_XLSX);
  EXPECT_EQ(sent.donor(), "organisations/eu");
  EXPECT_TRUE(sent.has_as_of_time());
  EXPECT_EQ(Run({"export", "asset-register", "--operation", "operations/ba", "-o", File("r.txt")}),
            kUsage);
}

TEST_F(CommandLineTest, AFundingSplitIsATableWithTotals) {
  procurement::v1::FundingSplit split;
  split.set_document("operations/ba/purchaseOrders/po");
  split.set_document_number("PO-2023-0001");
  split.mutable_total()->set_currency_code("BAM");
  split.mutable_total()->set_units(100);
  procurement::v1::SplitLine& line = *split.add_lines();
  line.set_line_number(1);
  line.set_description("boots");
  procurement::v1::SplitShare& share = *line.add_shares();
  share.set_donor("organisations/eu");
  share.mutable_percent()->set_value("66.6667");
  share.mutable_amount()->set_currency_code("BAM");
  share.mutable_amount()->set_units(66);
  share.mutable_amount()->set_nanos(670'000'000);
  share.mutable_rounding_difference()->set_currency_code("BAM");
  *split.add_shares() = share;
  Answers(split);
  EXPECT_EQ(Run({"report", "funding", "operations/ba/purchaseOrders/po"}), kDone) << err_.str();
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("operations/ba/purchaseOrders/po, PO-2023-0001: 100.00 KM"),
            HasSubstr("boots"), HasSubstr("66.6667"), HasSubstr("66.67"), HasSubstr("total")));
}

TEST_F(CommandLineTest, AFileThatCannotBeWrittenIsExitCodeFour) {
  Answers(handover::v1::RenderCertificateResponse());
  EXPECT_EQ(Run({"certificate", "operations/ba/certificates/DC-2023-0001", "-o",
                 File("no/such/folder/c.pdf")}),
            kLocalFailure);
}

TEST_F(CommandLineTest, PlayTellsHowFarItGotAndGoesOnThere) {
  ASSERT_TRUE(ReplaceFile(File("story.yaml"), R"(
scenario: story
principals: {amra: organisations/iom/people/amra}
steps:
  - {step: one, as: amra, call: reception.RegisterPerson}
  - {step: two, as: amra, call: reception.CheckIn}
)")
                  .ok());
  Answers(reception::v1::Person());
  api_.ThenError(RefusedWith(absl::StatusCode::kFailedPrecondition, "OPEN_STAY", "one stay"));
  const std::vector<std::string> play = {"play", File("story.yaml"), "--state", File("state")};
  EXPECT_EQ(Run(play), kRefused);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("refused: OPEN_STAY"), HasSubstr("step two (line 6)")));
  EXPECT_EQ(Run(play), kDone);
  EXPECT_THAT(err_.str(), HasSubstr("played 1 of 2 steps of story (1 were done before"));
  EXPECT_EQ(api_.received().size(), 3u);
}

TEST_F(CommandLineTest, PlayTakesOtherValuesForTheVariablesOfAFile) {
  ASSERT_TRUE(ReplaceFile(File("story.yaml"), R"(
scenario: story
variables: {each: 5}
principals: {amra: organisations/iom/people/amra}
steps:
  - {step: one, for: {n: "1..${each}"}, as: amra, call: reception.RegisterPerson}
)")
                  .ok());
  Answers(reception::v1::Person());
  Answers(reception::v1::Person());
  EXPECT_EQ(Run({"play", File("story.yaml"), "--set", "each=2"}), kDone) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("played 2 of 2 steps"));
  EXPECT_EQ(Run({"play", File("story.yaml"), "--set", "each"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'each' must be NAME=VALUE"));
  EXPECT_EQ(Run({"play", File("story.yaml"), "--set", "many=2"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("no variable 'many'"));
  EXPECT_EQ(Run({"play", File("story.yaml"), "--set", "each=2", "--set", "each=3"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("each is given twice"));
}

TEST_F(CommandLineTest, PlayTriesAStepAsOftenAsItIsTold) {
  ASSERT_TRUE(ReplaceFile(File("story.yaml"), R"(
scenario: story
principals: {amra: organisations/iom/people/amra}
steps:
  - {step: one, as: amra, call: reception.RegisterPerson}
)")
                  .ok());
  const absl::Status away = RefusedWith(absl::StatusCode::kUnavailable, "NOT_OWNER", "away");
  api_.ThenError(away);
  Answers(reception::v1::Person());
  EXPECT_EQ(Run({"play", File("story.yaml"), "--attempts", "2"}), kDone);
  EXPECT_THAT(err_.str(), HasSubstr("; 1 tried again)"));
  api_.ThenError(away);
  api_.ThenError(away);
  Answers(reception::v1::Person());
  EXPECT_NE(Run({"play", File("story.yaml"), "--attempts", "2"}), kDone);
  EXPECT_THAT(err_.str(), HasSubstr("step one (line 5)"));
  EXPECT_EQ(Run({"play", File("story.yaml"), "--attempts", "0"}), kUsage);
}

TEST_F(CommandLineTest, AScenarioThatIsWrongSendsNothing) {
  ASSERT_TRUE(ReplaceFile(File("story.yaml"), "scenario: x\nsteps: [{step: one}]\n").ok());
  EXPECT_EQ(Run({"play", File("story.yaml")}), kUsage);
  EXPECT_EQ(Run({"play", File("no.yaml")}), kUsage);
  EXPECT_TRUE(api_.received().empty());
}

admin::v1::WatchResponse ChangeOf(const std::string& resource, const std::string& resume_token) {
  admin::v1::WatchResponse response;
  response.set_resume_token(resume_token);
  response.mutable_change()->set_resource(resource);
  response.mutable_change()->mutable_record_time()->set_seconds(1641798000);
  response.mutable_change()->add_events()->PackFrom(reception::v1::CentreOpened());
  return response;
}

admin::v1::WatchResponse HeartbeatOf(const std::string& resume_token) {
  admin::v1::WatchResponse response;
  response.set_resume_token(resume_token);
  response.mutable_heartbeat();
  return response;
}

const admin::v1::WatchRequest& WatchRequestOf(const TestingApi::Received& received) {
  return dynamic_cast<const admin::v1::WatchRequest&>(*received.request);
}

TEST_F(CommandLineTest, WatchPrintsChangesAndStopsAtItsLimit) {
  api_.ThenStream<admin::v1::WatchResponse>(
      {ChangeOf("operations/ba/centres/lipa", "t1"), HeartbeatOf("t2"),
       ChangeOf("operations/ba/centres/usivak", "t3"), ChangeOf("never", "t4")},
      absl::OkStatus());
  EXPECT_EQ(Run({"watch", "centres", "--limit", "2"}), kDone);
  EXPECT_EQ(out_.str(),
            "2022-01-10T07:00:00Z  operations/ba/centres/lipa  CentreOpened\n"
            "2022-01-10T07:00:00Z  operations/ba/centres/usivak  CentreOpened\n");
  EXPECT_EQ(WatchRequestOf(api_.received()[0]).collections(0), "centres");
  EXPECT_EQ(WatchRequestOf(api_.received()[0]).service(), "reception");
  EXPECT_EQ(api_.received()[0].options.timeout, absl::InfiniteDuration());
}

TEST_F(CommandLineTest, AWatchNamesACollectionOrAService) {
  EXPECT_EQ(Run({"watch"}), kUsage);
  EXPECT_EQ(Run({"watch", "centers"}), kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean centres?"));
  EXPECT_TRUE(api_.received().empty());
}

TEST_F(CommandLineTest, AWatchThatBreaksGoesOnWhereItWas) {
  api_.ThenStream<admin::v1::WatchResponse>(
      {ChangeOf("a", "t1"), HeartbeatOf("t2")},
      ServerError(absl::StatusCode::kUnavailable, "gone", ""));
  api_.ThenStream<admin::v1::WatchResponse>({ChangeOf("b", "t3")}, absl::OkStatus());
  EXPECT_EQ(Run({"watch", "--service", "reception", "--limit", "2"}), kDone);
  ASSERT_EQ(api_.received().size(), 2u);
  EXPECT_EQ(WatchRequestOf(api_.received()[0]).resume_token(), "");
  EXPECT_EQ(WatchRequestOf(api_.received()[1]).resume_token(), "t2");
}

TEST_F(CommandLineTest, AWatchGoesOnWhereAnEarlierOneWasEnded) {
  api_.ThenStream<admin::v1::WatchResponse>({ChangeOf("a", "t1")}, absl::OkStatus());
  api_.ThenStream<admin::v1::WatchResponse>({ChangeOf("b", "t2")}, absl::OkStatus());
  const std::vector<std::string> watch = {"watch", "--service", "reception",   "--limit",
                                          "1",     "--resume",  File("resume")};
  EXPECT_EQ(Run(watch), kDone);
  EXPECT_EQ(Run(watch), kDone);
  EXPECT_EQ(WatchRequestOf(api_.received()[1]).resume_token(), "t1");
  EXPECT_EQ(*ReadFile(File("resume")), "t2");
}

TEST_F(CommandLineTest, AWatchGivesUpWhereNobodyListens) {
  for (int i = 0; i < 9; ++i) {
    api_.ThenStream<admin::v1::WatchResponse>(
        {}, ServerError(absl::StatusCode::kUnavailable, "nobody", ""));
  }
  EXPECT_EQ(Run({"watch", "--service", "reception"}), kNotReached);
  EXPECT_EQ(api_.received().size(), 4u);
}

TEST_F(CommandLineTest, AWatchThatIsRefusedIsNotTriedAgain) {
  api_.ThenStream<admin::v1::WatchResponse>(
      {}, RefusedWith(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED", "no"));
  EXPECT_EQ(Run({"watch", "--service", "reception"}), kRefused);
  EXPECT_EQ(api_.received().size(), 1u);
}

TEST_F(CommandLineTest, LogTailIsALineOfJsonForEachCommitWithItsEventsReadable) {
  admin::v1::TailLogResponse commit;
  commit.mutable_position()->set_offset(7);
  commit.mutable_commit()->set_operation("operations/ba");
  reception::v1::CentreOpened opened;
  opened.set_centre("operations/ba/centres/lipa");
  commit.add_events()->PackFrom(opened);
  api_.ThenStream<admin::v1::TailLogResponse>({commit, commit}, absl::OkStatus());
  EXPECT_EQ(Run({"log", "tail", "--service", "reception"}), kDone);
  std::string line;
  int lines = 0;
  while (std::getline(out_, line)) {
    ++lines;
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["position"]["offset"], "7");
    EXPECT_EQ(json["events"][0]["centre"], "operations/ba/centres/lipa");
  }
  EXPECT_EQ(lines, 2);
}

TEST_F(CommandLineTest, ChecksumsAreOfEachService) {
  for (const char* service : {"procurement", "handover", "reception", "reporting", "reception"}) {
    admin::v1::Checksum checksum;
    checksum.set_service(service);
    checksum.set_sha256("ab");
    checksum.set_requests_sha256("cd");
    Answers(checksum);
  }
  EXPECT_EQ(Run({"store", "checksum"}), kDone);
  EXPECT_EQ(out_.str(), "ab  procurement\nab  handover\nab  reception\nab  reporting\n");
  out_.str("");
  EXPECT_EQ(Run({"store", "checksum", "--service", "reception", "--requests"}), kDone);
  EXPECT_EQ(out_.str(), "cd  reception\n");
}

TEST_F(CommandLineTest, G6_StoresAreCopiedForANewInstanceAndCheckedOnTheWay) {
  const auto answers = [&] {
    admin::v1::Instance instance;
    instance.set_instance("reception-0");
    instance.add_services("reception");
    Answers(instance);
    admin::v1::Checkpoint checkpoint;
    checkpoint.set_directory(File("there"));
    Answers(checkpoint);
  };
  std::filesystem::create_directories(File("there"));
  std::ofstream(File("there/CURRENT")) << "MANIFEST-000005";
  answers();
  EXPECT_EQ(Run({"store", "checkpoint", "--id", "one", "-o", File("copy")}), kDone) << err_.str();
  EXPECT_EQ(api_.received().back().method, "CreateCheckpoint");
  EXPECT_EQ(Run({"restore", File("copy"), "--data-dir", File("new")}), kDone) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("1 files as they were backed up"));
  EXPECT_THAT(out_.str(), HasSubstr("from reception-0, stores alone"));
  std::string text;
  std::getline(std::ifstream(File("new/store/reception/CURRENT")), text);
  EXPECT_EQ(text, "MANIFEST-000005");

  EXPECT_NE(Run({"store", "checkpoint", "-o", File("copy")}), kDone) << "never over another";
  EXPECT_NE(Run({"restore", File("copy"), "--data-dir", File("logs"), "--log-only"}), kDone);
  EXPECT_THAT(err_.str(), HasSubstr("holds stores alone"));
  std::ofstream(File("copy/store/reception/CURRENT")) << "MANIFEST-000006";
  EXPECT_EQ(Run({"restore", File("copy"), "--data-dir", File("changed")}), kNotIntact);
  std::filesystem::remove_all(File("there"));
  answers();
  EXPECT_NE(Run({"store", "checkpoint", "-o", File("another")}), kDone);
  EXPECT_THAT(err_.str(), HasSubstr("on the server's machine, which is not this one"));
}

TEST_F(CommandLineTest, PartitionsAreATable) {
  admin::v1::ListPartitionsResponse response;
  auto* partition = response.add_partitions();
  partition->set_service("reception");
  partition->set_state("Owning");
  partition->set_term(3);
  Answers(response);
  EXPECT_EQ(Run({"partitions"}), kDone);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("reception"), HasSubstr("Owning"), HasSubstr("3")));
}

TEST_F(CommandLineTest, MethodsNameTheirPermissions) {
  EXPECT_EQ(Run({"methods"}), kDone);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("reception.CheckIn"), HasSubstr("reception.stays.checkIn")));
}

// A log of one topic with a claim, two commits and a seal, as `log export` writes it.
void WriteLog(const std::string& path, const event_log::SealSigner& signer) {
  using event_log::testing::Id16;
  const event_log::TopicPartition tp{"prihvat.handover", 0};
  auto writer = evidence::LogFileWriter::Create(
      path, {absl::UnixEpoch(), {{.name = tp.topic, .partitions = 1}}});
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->BeginPartition(tp, 0).ok());
  event_log::TermFence fence;
  const auto add = [&](const log::v1::Record& record) {
    const std::string bytes = record.SerializeAsString();
    const event_log::Offset offset = fence.state().next_offset;
    ASSERT_TRUE(fence.Admit(offset, bytes, record).ok());
    ASSERT_TRUE((*writer)->Add(offset, bytes).ok());
  };
  add(event_log::testing::MakeClaim(tp, fence.state(), Id16(1), "i", Id16(2), 1));
  for (const char* id : {"a", "b"})
    add(event_log::testing::MakeCommit(Id16(1), fence.state().chain, id, 1'800'000'000));
  add(event_log::testing::MakeSeal(tp, fence.state(), signer, 1'800'000'000));
  ASSERT_TRUE((*writer)->EndPartition().ok());
  ASSERT_TRUE((*writer)->Finish().ok());
}

TEST_F(CommandLineTest, G10_VerifySaysHowMuchIsSealedAndWritesTheSealsDown) {
  const auto signer = event_log::testing::KnownSigner();
  WriteLog(File("log"), *signer);
  ASSERT_TRUE(ReplaceFile(File("keys"),
                          event_log::TrustedKeys::LineOf({signer->key_id(), signer->public_key()}))
                  .ok());
  EXPECT_EQ(Run({"verify", "--file", File("log"), "--trusted-keys", File("keys"), "--seals-out",
                 File("seals")}),
            kDone)
      << out_.str() << err_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("intact: 4 records in 1 partitions; 1 of them are not sealed\n"));
  const auto seals = event_log::ParseSeals(*ReadFile(File("seals")));
  ASSERT_TRUE(seals.ok()) << seals.status();
  ASSERT_EQ(seals->size(), 1u);
  EXPECT_EQ((*seals)[0].last_offset(), 2);

  EXPECT_EQ(Run({"verify", "--file", File("log"), "--trusted-keys", File("keys"), "--from-seals",
                 File("seals"), "--json"}),
            kDone);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\"intact\": true"), HasSubstr("\"fromOffset\": 3")));

  EXPECT_EQ(Run({"verify", "--file", File("log"), "--no-signatures"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("no signature was checked"));
  EXPECT_EQ(Run({"verify", "--file", File("log")}), kUsage)
      << "signatures are never left out unsaid";
  EXPECT_EQ(Run({"verify", "--file", File("log"), "--brokers", "b", "--no-signatures"}), kUsage);
  EXPECT_EQ(Run({"verify", "--file", File("none"), "--no-signatures"}), kUsage);
}

TEST_F(CommandLineTest, G10_VerifyEndsWithFiveWhereSomethingIsWrong) {
  WriteLog(File("log"), *event_log::testing::KnownSigner());
  const auto other = event_log::SealSigner::Generate();
  ASSERT_TRUE(ReplaceFile(File("keys"),
                          event_log::TrustedKeys::LineOf({other->key_id(), other->public_key()}))
                  .ok());
  EXPECT_EQ(Run({"verify", "--file", File("log"), "--trusted-keys", File("keys")}), kNotIntact);
  EXPECT_THAT(out_.str(), HasSubstr("prihvat.handover/0 offset 3: the seal does not hold: its key "
                                    "56475aa75463474c is not among the trusted ones"));
  EXPECT_THAT(err_.str(), HasSubstr("the log is NOT as it was written"));
  std::string bytes = *ReadFile(File("log"));
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(ReplaceFile(File("log"), bytes).ok());
  EXPECT_EQ(Run({"verify", "--file", File("log"), "--no-signatures"}), kNotIntact);
  EXPECT_THAT(out_.str(), HasSubstr("this block was changed"));
}

TEST_F(CommandLineTest, G10_ACertificatesCodeIsCheckedWithoutAServer) {
  const auto signer = event_log::testing::KnownSigner();
  const std::string content = "format: prihvat-certificate/1\n";
  documents::CertificateStatement statement = {.name = "operations/ba/certificates/DC-2023-0001",
                                               .digest_hex = base::Sha256Hex(content),
                                               .signed_at = absl::FromUnixSeconds(1'800'000'000),
                                               .key_id = signer->key_id(),
                                               .signature = ""};
  statement.signature = signer->SignText(documents::StatementText(statement));
  const std::string code = documents::SignedQrText(statement);
  const auto trust = [&](const event_log::TrustedKey& key) {
    ASSERT_TRUE(ReplaceFile(File("keys"), event_log::TrustedKeys::LineOf(key)).ok());
  };
  const auto verify = [&](const std::string& of, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"verify-certificate", of, "--trusted-keys", File("keys")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  };
  trust({signer->key_id(), signer->public_key()});
  ASSERT_TRUE(ReplaceFile(File("content"), content).ok());

  EXPECT_EQ(verify(code + "\n", {"--content", File("content")}), kDone) << err_.str();
  EXPECT_EQ(out_.str(),
            fmt::format("operations/ba/certificates/DC-2023-0001 holds: signed with key "
                        "56475aa75463474c at 2027-01-15T08:00:00+00:00\n  {} is its content\n",
                        File("content")));
  EXPECT_EQ(verify(code, {"--json"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"contentChecked\": false"));

  ASSERT_TRUE(ReplaceFile(File("other"), content + " ").ok());
  EXPECT_EQ(verify(code, {"--content", File("other")}), kNotIntact);
  EXPECT_THAT(err_.str(), HasSubstr("does NOT hold"));
  std::string forged = code;
  forged.replace(forged.find("DC-2023-0001"), 12, "DC-2023-0002");
  EXPECT_EQ(verify(forged), kNotIntact);
  EXPECT_THAT(err_.str(), HasSubstr("its signature is not one of key 56475aa75463474c"));
  trust({signer->key_id(), signer->public_key(), absl::InfinitePast(),
         absl::FromUnixSeconds(1'800'000'000)});
  EXPECT_EQ(verify(code), kNotIntact) << "signed when its key was trusted no more";
  const auto stranger = event_log::SealSigner::Generate();
  trust({stranger->key_id(), stranger->public_key()});
  EXPECT_EQ(verify(code), kNotIntact);
  EXPECT_THAT(err_.str(), HasSubstr("is not among the trusted ones"));

  EXPECT_NE(verify("prihvat:certificate:1:operations/ba/certificates/DC-2023-0001:" +
                   statement.digest_hex),
            kDone);
  EXPECT_THAT(err_.str(), HasSubstr("bears no signature, so it proves nothing"));
  EXPECT_EQ(verify("prihvat:certificate:2:short"), kUsage);
}

TEST_F(CommandLineTest, G10_KeysAreMadeRotatedAndRetired) {
  const auto generate = [&](const std::string& key, const std::string& from) {
    return Run(
        {"keys", "generate", "-o", File(key), "--trusted-keys", File("trusted"), "--from", from});
  };
  ASSERT_EQ(generate("one", "2027-01-01T00:00:00Z"), kDone) << err_.str();
  const auto one = event_log::SealSigner::Parse(*ReadFile(File("one")));
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_NE(generate("one", "2027-02-01T00:00:00Z"), kDone) << "a key is never overwritten";
  EXPECT_EQ(generate("two", "2026-01-01T00:00:00Z"), kUsage) << "before the one that it replaces";
  ASSERT_EQ(generate("two", "2027-06-01T00:00:00Z"), kDone) << err_.str();
  auto trusted = event_log::TrustedKeys::Parse(*ReadFile(File("trusted")));
  ASSERT_TRUE(trusted.ok()) << trusted.status();
  ASSERT_EQ(trusted->keys().size(), 2u);
  EXPECT_EQ(trusted->keys()[0].public_key, (*one)->public_key());
  EXPECT_EQ(trusted->keys()[0].until, trusted->keys()[1].from);
  const std::string id = base::HexEncode(trusted->keys()[1].key_id);
  ASSERT_EQ(Run({"keys", "retire", id, "--trusted-keys", File("trusted"), "--until",
                 "2027-07-01T00:00:00Z"}),
            kDone)
      << err_.str();
  EXPECT_EQ(Run({"keys", "list", "--trusted-keys", File("trusted")}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("from 2027-06-01T00:00:00Z until 2027-07-01T00:00:00Z"));
  EXPECT_EQ(Run({"keys", "retire", "0000000000000000", "--trusted-keys", File("trusted")}), kUsage);
}

}  // namespace
}  // namespace prihvat::ctl
