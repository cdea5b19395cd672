#include "services/prihvatctl/doctor.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/testing/memory_log.h"
#include "prihvat/log/v1/record.pb.h"
#include "services/prihvatctl/cli.h"
#include "services/prihvatctl/testing_api.h"

namespace prihvat::ctl {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
constexpr int64_t kGib = int64_t{1} << 30;

void Set(absl::Time time, google::protobuf::Timestamp* into) {
  into->set_seconds(absl::ToUnixSeconds(time));
}

admin::v1::Partition PartitionOf(const std::string& service, int32_t number,
                                 const std::string& owner, const std::string& state = "Owning") {
  admin::v1::Partition partition;
  partition.set_service(service);
  partition.set_topic("prihvat." + service);
  partition.set_partition(number);
  partition.set_state(state);
  partition.set_term(3);
  partition.set_owner_instance(owner);
  partition.set_owner_address(owner + ":8443");
  partition.set_applied_offset(99);
  partition.set_end_offset(100);
  return partition;
}

// A server that is well, with all services.
Examination Well(const std::string& name = "prihvatd-0") {
  Examination server;
  server.address = name + ":8443";
  admin::v1::Instance& instance = server.instance;
  instance.set_instance(name);
  instance.set_program("prihvatd");
  instance.set_version("0.1.0");
  Set(kNow, instance.mutable_time());
  for (const std::string& service : AllServices()) {
    instance.add_services(service);
    server.partitions.push_back(PartitionOf(service, 0, name));
  }
  instance.set_log_engine("embedded");
  instance.set_partitions(1);
  instance.set_replication(1);
  instance.mutable_disk()->set_directory("/data");
  instance.mutable_disk()->set_size_bytes(100 * kGib);
  instance.mutable_disk()->set_free_bytes(50 * kGib);
  instance.mutable_disk()->set_reserve_bytes(kGib);
  admin::v1::Certificate& certificate = *instance.add_certificates();
  certificate.set_option("--tls-cert");
  Set(kNow - absl::Hours(1), certificate.mutable_valid_from_time());
  Set(kNow + absl::Hours(24 * 90), certificate.mutable_valid_until_time());
  instance.set_seal_key_id("0123456789abcdef");
  instance.mutable_seal_interval()->set_seconds(300);
  return server;
}

// The findings that are not "ok": "warning disk prihvatd-0:8443: ...".
std::vector<std::string> Wrong(const std::vector<Examination>& servers) {
  std::vector<std::string> wrong;
  for (const Finding& finding : JudgeServers(servers, kNow)) {
    EXPECT_EQ(finding.advice.empty(), finding.severity == Severity::kFine) << finding.found;
    if (finding.severity == Severity::kFine) continue;
    wrong.push_back((finding.severity == Severity::kWarning ? "warning " : "problem ") +
                    finding.check + " " + finding.subject + ": " + finding.found);
  }
  return wrong;
}

void ExpectOne(const std::vector<Examination>& servers, const std::string& begins,
               const std::string& says) {
  const std::vector<std::string> wrong = Wrong(servers);
  ASSERT_EQ(wrong.size(), 1u) << ::testing::PrintToString(wrong);
  EXPECT_EQ(wrong[0].compare(0, begins.size(), begins), 0) << wrong[0];
  EXPECT_THAT(wrong[0], HasSubstr(says));
}

TEST(JudgeServers, OfOneThatIsWellAllIsWell) {
  EXPECT_TRUE(Wrong({Well()}).empty());
  // Each kind of check says so.
  std::set<std::string> checks;
  for (const Finding& finding : JudgeServers({Well()}, kNow)) checks.insert(finding.check);
  EXPECT_THAT(checks, ::testing::IsSupersetOf(
                          {"server", "clock", "disk", "certificate", "lag", "seal", "owner"}));
}

TEST(JudgeServers, AClockIsMeasuredAsWellAsItCanBe) {
  Examination server = Well();
  server.clock_ahead = absl::Seconds(3);
  ExpectOne({server}, "warning clock", "3.0 s ahead of");
  server.clock_ahead = -absl::Seconds(6);
  ExpectOne({server}, "problem clock", "6.0 s behind");
  server.clock_known_to = absl::Seconds(7);  // the call took 14 s: nothing is known
  EXPECT_TRUE(Wrong({server}).empty());
}

TEST(JudgeServers, ADiskIsJudgedByItsReserve) {
  Examination server = Well();
  admin::v1::Disk& disk = *server.instance.mutable_disk();
  disk.set_free_bytes(kGib / 2);
  ExpectOne({server}, "problem disk", "commands are refused");
  disk.set_free_bytes(9 * kGib);  // a tenth of the disk is ten
  ExpectOne({server}, "warning disk", "9216 of 102400 MiB are free");
  disk.set_free_bytes(50 * kGib);
  disk.set_reserve_bytes(26 * kGib);  // twice this is more
  ExpectOne({server}, "warning disk", "the reserve is 26624 MiB");
  disk.set_reserve_bytes(kGib);
  disk.set_read_only(true);
  ExpectOne({server}, "problem disk", "read-only");
}

TEST(JudgeServers, ACertificateIsToldOfTwoWeeksBeforeItExpires) {
  Examination server = Well();
  admin::v1::Certificate& certificate = *server.instance.mutable_certificates(0);
  Set(kNow + absl::Hours(24 * 13), certificate.mutable_valid_until_time());
  ExpectOne({server}, "warning certificate", "is good until 2023-11-27");
  Set(kNow - absl::Hours(1), certificate.mutable_valid_until_time());
  ExpectOne({server}, "problem certificate", "has expired");
  Set(kNow + absl::Hours(24 * 90), certificate.mutable_valid_until_time());
  Set(kNow + absl::Hours(1), certificate.mutable_valid_from_time());
  ExpectOne({server}, "problem certificate", "is good from");
  certificate.set_problem("the certificate is for another key");
  ExpectOne({server}, "problem certificate", "another key");
}

TEST(JudgeServers, LagAndAStopAreToldOfTheirPartition) {
  Examination server = Well();
  server.partitions[2].set_end_offset(2000);
  ExpectOne({server}, "warning lag", "reception/0 is 1900 records behind");
  server = Well();
  server.partitions[2].set_stopped_reason("a record cannot be read");
  ExpectOne({server}, "problem partition", "reception/0 has stopped: a record cannot be read");
}

TEST(JudgeServers, ASealIsLateByTheServersOwnClockAndItsOwnersWord) {
  Examination server = Well();
  server.instance.clear_seal_key_id();
  ExpectOne({server}, "warning seal", "not sealed");
  server = Well();
  Set(kNow - absl::Seconds(661), server.partitions[1].mutable_unsealed_since_time());
  ExpectOne({server}, "problem seal", "handover/0 has records that have stood unsealed for 661 s");
  Set(kNow - absl::Seconds(659), server.partitions[1].mutable_unsealed_since_time());
  EXPECT_TRUE(Wrong({server}).empty());
}

TEST(JudgeServers, AnOwnerIsOneAndAnswers) {
  Examination standby = Well("prihvatd-1");
  for (admin::v1::Partition& partition : standby.partitions) {
    partition.set_state("Following");
    partition.set_owner_instance("prihvatd-0");
  }
  EXPECT_TRUE(Wrong({Well(), standby}).empty());
  // The owner is not there.
  const std::vector<std::string> wrong = Wrong({standby});
  ASSERT_EQ(wrong.size(), 4u);
  EXPECT_THAT(wrong[0],
              HasSubstr("problem owner handover/0: prihvatd-0 at prihvatd-1:8443 claimed"));
  EXPECT_THAT(wrong[0], HasSubstr("was not reached"));
  // It is there and does not own.
  Examination passing = Well();
  passing.partitions[0].set_state("Claiming");
  ExpectOne({passing}, "problem owner procurement/0", "does not own it just now");
  // Two believe to own.
  Examination second = Well("prihvatd-1");
  second.partitions = {PartitionOf("procurement", 0, "prihvatd-1")};
  ExpectOne({Well(), second}, "warning owner procurement/0", "believe that they own it");
  // Nobody ever has.
  Examination fresh = Well();
  fresh.partitions[3].clear_owner_instance();
  fresh.partitions[3].set_state("Following");
  ExpectOne({fresh}, "problem owner reporting/0", "nobody has ever claimed it");
}

TEST(JudgeServers, VersionsThatDifferAndServicesThatNobodyHosts) {
  Examination other = Well("prihvatd-1");
  other.partitions.clear();
  other.instance.set_version("0.2.0");
  ExpectOne({Well(), other}, "warning version", "0.1.0: prihvatd-0:8443; 0.2.0: prihvatd-1:8443");
  Examination part = Well();
  part.instance.mutable_services()->RemoveLast();
  part.partitions.pop_back();
  ExpectOne({part}, "warning service reporting", "no server that was asked hosts it");
}

TEST(JudgeServers, OneThatGivesNoAnswerIsToldWhy) {
  Examination gone;
  gone.address = "gone:8443";
  gone.status = absl::UnavailableError("connection refused");
  ExpectOne({Well(), gone}, "problem server gone:8443", "does not answer: connection refused");
  gone.status = absl::PermissionDeniedError("PERMISSION_DENIED");
  ExpectOne({Well(), gone}, "problem server gone:8443", "refuses you");
  gone.status = absl::UnimplementedError("");
  ExpectOne({Well(), gone}, "problem server gone:8443", "older than this prihvatctl");
}

// The command line over an Api that answers as it is told.
class Doctor : public ::testing::Test {
 protected:
  class Told final : public Api {
   public:
    Told(Doctor& test, std::string address) : test_(test), address_(std::move(address)) {}
    absl::StatusOr<Reply> Call(const google::protobuf::MethodDescriptor& method,
                               const google::protobuf::Message&, const CallOptions&) override {
      const auto found = std::find_if(test_.servers_.begin(), test_.servers_.end(),
                                      [&](const auto& s) { return s.address == address_; });
      if (found == test_.servers_.end()) return absl::UnavailableError("connection refused");
      if (method.name() == "GetInstance") {
        auto instance = std::make_unique<admin::v1::Instance>(found->instance);
        Set(absl::Now(), instance->mutable_time());
        return Reply{std::move(instance), ""};
      }
      auto listed = std::make_unique<admin::v1::ListPartitionsResponse>();
      for (const auto& partition : found->partitions) *listed->add_partitions() = partition;
      return Reply{std::move(listed), ""};
    }
    absl::Status Stream(const google::protobuf::MethodDescriptor&, const google::protobuf::Message&,
                        const CallOptions&,
                        absl::FunctionRef<bool(const google::protobuf::Message&)>) override {
      return absl::UnimplementedError("");
    }

   private:
    Doctor& test_;
    const std::string address_;
  };

  Doctor() {
    for (admin::v1::Certificate& certificate : *servers_[0].instance.mutable_certificates())
      Set(absl::Now() + absl::Hours(24 * 90), certificate.mutable_valid_until_time());
  }

  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    Surroundings surroundings{out_, err_, in_};
    surroundings.connect = [this](const Connection& connection) {
      return std::make_unique<Told>(*this, connection.servers);
    };
    surroundings.wait = [](absl::Duration) {};
    surroundings.open_log = [this](const LogPlace&) -> absl::StatusOr<OpenedLog> {
      if (!brokers_.ok()) return brokers_;
      OpenedLog opened;
      for (const std::string& service : AllServices())
        opened.topics.push_back({.name = "prihvat." + service, .partitions = 1});
      opened.log = std::make_unique<event_log::testing::MemoryLog>(opened.topics);
      return opened;
    };
    surroundings.audit_topics = [this](const LogPlace&,
                                       const std::vector<event_log::TopicSpec>& topics) {
      audited_.insert(audited_.end(), topics.begin(), topics.end());
      return topics[0].name == "prihvat.handover" ? audit_ : absl::OkStatus();
    };
    return RunCommandLine(std::move(arguments), surroundings);
  }

  std::vector<Examination> servers_ = {Well()};
  absl::Status brokers_;
  absl::Status audit_;
  std::vector<event_log::TopicSpec> audited_;
  std::stringstream in_, out_, err_;
};

TEST_F(Doctor, OfAnInstallationThatIsWellIsDone) {
  EXPECT_EQ(Run({"doctor", "--server", "prihvatd-0:8443"}), kDone) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("ok       server       prihvatd-0:8443"));
  EXPECT_THAT(out_.str(), HasSubstr("0 to look into, 0 wrong"));
}

TEST_F(Doctor, AProblemIsToldInTheExitCodeAndAWarningWhereAskedFor) {
  servers_[0].instance.clear_seal_key_id();
  EXPECT_EQ(Run({"doctor", "--server", "prihvatd-0:8443"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("what to do: prihvatctl keys generate"));
  EXPECT_EQ(Run({"doctor", "--server", "prihvatd-0:8443", "--strict"}), kUnwell);
  EXPECT_EQ(Run({"doctor", "--server", "prihvatd-0:8443", "--instance", "none:1"}), kUnwell);
  EXPECT_EQ(Run({"doctor", "--server", "none:1", "--json"}), kUnwell);
  const auto json = nlohmann::json::parse(out_.str());
  EXPECT_EQ(json["problems"], 1);
  EXPECT_EQ(json["findings"][0]["check"], "server");
  EXPECT_EQ(json["findings"][0]["severity"], "problem");
  EXPECT_THAT(json["findings"][0]["advice"].get<std::string>(), HasSubstr("instance-down.md"));
}

TEST_F(Doctor, AnOwnerThatAServerNamesIsAskedToo) {
  Examination standby = Well("prihvatd-1");
  for (admin::v1::Partition& partition : standby.partitions) {
    partition.set_state("Following");
    partition.set_owner_instance("prihvatd-0");
    partition.set_owner_address("prihvatd-0:8443");
  }
  standby.instance.clear_certificates();
  servers_.push_back(standby);
  EXPECT_EQ(Run({"doctor", "--server", "prihvatd-1:8443"}), kDone) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("server       prihvatd-0:8443"));
}

TEST_F(Doctor, BrokersAndTopicsAreLookedAtWhereNamed) {
  EXPECT_EQ(Run({"doctor", "--server", "prihvatd-0:8443"}), kDone);
  EXPECT_TRUE(audited_.empty());
  const std::vector<std::string> line = {"doctor", "--server", "prihvatd-0:8443", "--brokers",
                                         "kafka:9092"};
  EXPECT_EQ(Run(line), kDone) << out_.str();
  EXPECT_EQ(audited_.size(), 4u);
  audit_ = absl::FailedPreconditionError("retention.ms is 1000, must be -1");
  EXPECT_EQ(Run(line), kUnwell);
  EXPECT_THAT(out_.str(),
              HasSubstr("problem  topics       prihvat.handover: retention.ms is 1000"));
  brokers_ = absl::UnavailableError("no broker answers");
  EXPECT_EQ(Run(line), kUnwell);
  EXPECT_THAT(out_.str(), HasSubstr("problem  brokers      kafka:9092: no broker answers"));
}

}  // namespace
}  // namespace prihvat::ctl
