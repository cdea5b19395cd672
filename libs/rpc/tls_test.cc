// Callers and instances with certificates, over real connections.
#include "libs/rpc/tls.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/partitioner.h"
#include "libs/rpc/identities.h"
#include "libs/rpc/metadata.h"
#include "libs/rpc/testing/certificates.h"
#include "libs/rpc/testing/test_server.h"

namespace prihvat::rpc::testing {
namespace {

using rpctest::v1::BoardService;
using rpctest::v1::Note;
using rpctest::v1::PinNoteRequest;
using ::testing::HasSubstr;
using Stub = BoardService::Stub;

constexpr char kIdentities[] = R"(identities:
  - certificate: subject:CN=ana,O=test
    principal: organisations/test/people/ana;roles=writer;operations=operations/ba
  - certificate: uri:spiffe://test/gateway
    speaks_for: [organisations/test]
  - certificate: dns:board.test
    speaks_for: ["*"]
)";
const Saying kNothing{.principal = ""};

PinNoteRequest Pin(int n) {
  PinNoteRequest request;
  request.set_parent("operations/ba");
  request.set_note_id("n" + std::to_string(n));
  request.mutable_note()->set_text("buy milk");
  request.set_request_id(RequestId(n));
  return request;
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    certificates_.Issue("board", "/O=test/CN=board", "IP:127.0.0.1,DNS:board.test");
    certificates_.Issue("ana", "/O=test/CN=ana");
    certificates_.Issue("gateway", "/CN=gateway", "URI:spiffe://test/gateway");
    certificates_.Issue("stranger", "/O=test/CN=stranger", "DNS:stranger.test");
    auto identities = Identities::Parse(kIdentities);
    EXPECT_TRUE(identities.ok()) << identities.status();
    authenticator_ = std::make_unique<CertificateAuthenticator>(*std::move(identities));
  }

  InstanceOptions Secure() const {
    auto tls = MakeTlsCredentials(certificates_.FilesOf("board"));
    EXPECT_TRUE(tls.ok()) << tls.status();
    InstanceOptions options;
    options.authenticator = authenticator_.get();
    options.tls = *std::move(tls);
    return options;
  }

  Outcome PinAs(const std::string& caller, const std::string& address, int n,
                const Saying& saying = kNothing) {
    const auto stub =
        BoardService::NewStub(grpc::CreateChannel(address, certificates_.CallerOf(caller)));
    Note note;
    return Call(*stub, &Stub::PinNote, Pin(n), &note, saying);
  }

  Certificates certificates_;
  std::unique_ptr<CertificateAuthenticator> authenticator_;
};

TEST_F(TlsTest, G12_ACallerIsWhomItsCertificateNames) {
  Instance board(BoardStorage(), Secure());
  const Outcome pinned = PinAs("ana", board.address(), 1);
  EXPECT_TRUE(pinned.status.ok()) << pinned.status.error_message();
  // It may not say to be somebody else, nor herself with more roles.
  const Outcome spoken = PinAs("ana", board.address(), 2, {.principal = kNurse});
  EXPECT_EQ(spoken.status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(spoken.status.error_message(), HasSubstr("may not speak for others"));
  const Outcome stranger = PinAs("stranger", board.address(), 3);
  EXPECT_EQ(stranger.status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(stranger.status.error_message(), HasSubstr("dns:stranger.test"));
}

TEST_F(TlsTest, G12_AGatewaySpeaksForThoseOfItsOrganisationsOnly) {
  Instance board(BoardStorage(), Secure());
  const Outcome pinned = PinAs("gateway", board.address(), 1, {.principal = kAna});
  EXPECT_TRUE(pinned.status.ok()) << pinned.status.error_message();
  const Outcome silent = PinAs("gateway", board.address(), 2);
  EXPECT_EQ(silent.status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  const Outcome other =
      PinAs("gateway", board.address(), 3,
            {.principal = "organisations/eu/people/x;roles=writer;operations=operations/ba"});
  EXPECT_EQ(other.status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(other.status.error_message(), HasSubstr("may not speak for organisations/eu"));
  const Outcome garbled = PinAs("gateway", board.address(), 4, {.principal = "ana"});
  EXPECT_EQ(garbled.status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(TlsTest, G12_WithoutABelievedCertificateNobodyGetsThrough) {
  Instance board(BoardStorage(), Secure());
  Certificates foreign;  // another authority
  foreign.Issue("ana", "/O=test/CN=ana");
  grpc::SslCredentialsOptions options;
  std::ifstream in(certificates_.File("ca.crt"));
  options.pem_root_certs = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  for (const auto& [file, into] : {std::pair(foreign.File("ana.crt"), &options.pem_cert_chain),
                                   std::pair(foreign.File("ana.key"), &options.pem_private_key)}) {
    std::ifstream pem(file);
    *into = {std::istreambuf_iterator<char>(pem), std::istreambuf_iterator<char>()};
  }
  for (const auto& credentials : {grpc::SslCredentials(options), certificates_.CallerOf(""),
                                  grpc::InsecureChannelCredentials()}) {
    const auto stub = BoardService::NewStub(grpc::CreateChannel(board.address(), credentials));
    Note note;
    const Outcome outcome = Call(*stub, &Stub::PinNote, Pin(1), &note,
                                 {.principal = kAna, .timeout = absl::Seconds(5)});
    EXPECT_TRUE(outcome.status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                outcome.status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED)
        << outcome.status.error_code() << outcome.status.error_message();
  }
}

TEST_F(TlsTest, AnInstanceSendsACallOnInTheNameOfItsCaller) {
  const auto storage = BoardStorage();
  Instance owner(storage, Secure());
  InstanceOptions options = Secure();
  options.name = "board-1";
  options.rank = 1;
  options.last_heard = [](const std::string&) { return absl::Now(); };
  Instance standby(storage, options);
  const Outcome pinned = PinAs("ana", standby.address(), 1);
  ASSERT_TRUE(pinned.status.ok()) << pinned.status.error_message();
  const auto changes = owner.service().Changes(event_log::PartitionOf("operations/ba", 2), -1, 10);
  ASSERT_TRUE(changes.ok()) << changes.status();
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ((*changes)[0].commit.principal(), "organisations/test/people/ana");
}

TEST_F(TlsTest, ARenewedCertificateIsTakenWithoutARestart) {
  Instance board(BoardStorage(), Secure());
  ASSERT_TRUE(PinAs("ana", board.address(), 1).status.ok());
  // The new one has another name, which a caller can ask for.
  certificates_.Issue("board", "/O=test/CN=renewed", "DNS:renewed.test");
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("renewed.test");
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  Outcome outcome;
  int n = 2;
  do {
    const auto stub = BoardService::NewStub(
        grpc::CreateCustomChannel(board.address(), certificates_.CallerOf("ana"), arguments));
    Note note;
    outcome = Call(*stub, &Stub::PinNote, Pin(n++), &note,
                   {.principal = "", .timeout = absl::Seconds(2)});
  } while (!outcome.status.ok() && absl::Now() < deadline);
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.error_message();
}

TEST_F(TlsTest, FilesThatCannotServeAreNamed) {
  const auto refused = [&](const TlsFiles& files, const std::string& what) {
    const auto made = MakeTlsCredentials(files);
    ASSERT_FALSE(made.ok()) << what;
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(made.status().ToString()), HasSubstr(what));
  };
  TlsFiles files = certificates_.FilesOf("board");
  files.certificate = certificates_.File("none.crt");
  refused(files, "--tls-cert");
  files = certificates_.FilesOf("board");
  files.key = certificates_.File("ana.key");
  refused(files, "--tls-key");
  // A key of another kind than the certificate's.
  ASSERT_EQ(std::system(("openssl genrsa -out " + certificates_.File("rsa.key").string() +
                         " 2048 2>" + certificates_.File("rsa.log").string())
                            .c_str()),
            0);
  files.key = certificates_.File("rsa.key");
  refused(files, "the certificate is for an EC key, this is an RSA key");
  files = certificates_.FilesOf("board");
  files.client_ca = certificates_.File("board.key");
  refused(files, "--tls-client-ca");
}

TEST_F(TlsTest, WithCertificatesAServerMayListenBeyondLoopback) {
  auto tls = MakeTlsCredentials(certificates_.FilesOf("board"));
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_TRUE(Server::Start({.listen = "0.0.0.0:0", .credentials = tls->server}, {}).ok());
}

}  // namespace
}  // namespace prihvat::rpc::testing
