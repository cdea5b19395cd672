#include "libs/config/options.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::config {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<ParsedOptions> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "prihvatd");
  return ParseOptions("prihvatd", "A test", static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, TheDataDirectoryIsEnough) {
  const auto parsed = Parse({"--data-dir=/d"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->options.log, LogEngine::kEmbedded);
  EXPECT_EQ(parsed->options.data_dir, "/d");
  EXPECT_EQ(parsed->options.listen, "127.0.0.1:8443");
  EXPECT_EQ(parsed->options.instance, "prihvatd-0");
  EXPECT_EQ(parsed->options.partitions, 4);
  EXPECT_FALSE(parsed->options.insecure_dev);
}

TEST(Options, TheRankIsTheNumberAtTheEndOfTheInstance) {
  for (const auto& [instance, rank] : std::vector<std::pair<std::string, int>>{
           {"procurement-0", 0}, {"procurement-12", 12}, {"main", 0}}) {
    HostOptions options;
    options.instance = instance;
    EXPECT_EQ(options.rank(), rank) << instance;
  }
}

TEST(Options, SealsAreBounded) {
  const auto parsed = Parse({"--data-dir=/d"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(parsed->options.seal_key.empty());
  EXPECT_EQ(parsed->options.seal_every_records, 1000);
  EXPECT_EQ(parsed->options.seal_after, absl::Minutes(5));
  for (const char* wrong : {"--seal-every-records=0", "--seal-every-records=100001",
                            "--seal-after=0", "--seal-after=nan", "--seal-key=/no/such/file"})
    EXPECT_FALSE(Parse({"--data-dir=/d", wrong}).ok()) << wrong;
}

TEST(Options, KafkaNeedsItsBrokers) {
  EXPECT_THAT(Parse({"--data-dir=/d", "--log=kafka"}).status().ToString(), HasSubstr("--brokers"));
  EXPECT_THAT(Parse({"--data-dir=/d", "--brokers=b:1"}).status().ToString(),
              HasSubstr("--log=kafka"));
  const auto parsed = Parse({"--data-dir=/d", "--log=kafka", "--brokers=b:1,c:2",
                             "--kafka-property=security.protocol=ssl"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->options.log, LogEngine::kKafka);
  EXPECT_EQ(parsed->options.brokers, "b:1,c:2");
  EXPECT_EQ(parsed->options.kafka_properties.at("security.protocol"), "ssl");
}

TEST(Options, AWrongValueNamesTheOptionAndWhatItMayBe) {
  EXPECT_THAT(Parse({"--data-dir=/d", "--log=postgres"}).status().ToString(),
              AllOf(HasSubstr("--log"), HasSubstr("embedded")));
  EXPECT_THAT(Parse({"--data-dir=/d", "--partitions=0"}).status().ToString(),
              HasSubstr("--partitions"));
  EXPECT_THAT(Parse({"--data-dir=/d", "--partitions=many"}).status().ToString(),
              HasSubstr("--partitions"));
  EXPECT_THAT(Parse({"--data-dir=/d", "--grace=0"}).status().ToString(), HasSubstr("--grace"));
  EXPECT_THAT(Parse({"--data-dir=/d", "--kafka-property=x"}).status().ToString(),
              HasSubstr("NAME=VALUE"));
  EXPECT_THAT(Parse({"--data-dir=/d", "--unheard-of"}).status().ToString(),
              HasSubstr("--unheard-of"));
  EXPECT_THAT(Parse({}).status().ToString(), HasSubstr("--data-dir"));
}

TEST(Options, CertificatesComeAllTogetherOrNotAtAll) {
  const std::string file = (std::filesystem::path(::testing::TempDir()) / "some.pem").string();
  std::ofstream(file) << "x";
  const std::string cert = "--tls-cert=" + file;
  const std::string key = "--tls-key=" + file;
  const std::string ca = "--tls-client-ca=" + file;
  const std::string identities = "--identities=" + file;
  const auto parsed =
      Parse({"--data-dir=/d", cert.c_str(), key.c_str(), ca.c_str(), identities.c_str()});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->options.tls_cert, file);
  EXPECT_EQ(parsed->options.tls_client_ca, file);
  EXPECT_EQ(parsed->options.identities, file);
  EXPECT_THAT(Parse({"--data-dir=/d", cert.c_str(), key.c_str(), ca.c_str()}).status().ToString(),
              HasSubstr("go together"));
  EXPECT_THAT(Parse({"--data-dir=/d", identities.c_str()}).status().ToString(),
              HasSubstr("go together"));
  EXPECT_THAT(Parse({"--data-dir=/d", "--insecure-dev", cert.c_str(), key.c_str(), ca.c_str(),
                     identities.c_str()})
                  .status()
                  .ToString(),
              HasSubstr("exclude"));
  EXPECT_THAT(Parse({"--data-dir=/d", "--tls-cert=/no/such/file"}).status().ToString(),
              HasSubstr("--tls-cert"));
}

TEST(Options, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
  const std::string file = (std::filesystem::path(::testing::TempDir()) / "options.conf").string();
  std::ofstream(file) << "data-dir = \"/from-file\"\npartitions = 3\ninstance = \"from-file-3\"\n";
  setenv("PRIHVAT_PARTITIONS", "5", 1);
  setenv("PRIHVAT_INSTANCE", "from-env-5", 1);
  const auto parsed = Parse({"--config", file.c_str(), "--instance=from-flag-7"});
  unsetenv("PRIHVAT_PARTITIONS");
  unsetenv("PRIHVAT_INSTANCE");
  std::filesystem::remove(file);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->options.data_dir, "/from-file");
  EXPECT_EQ(parsed->options.instance, "from-flag-7");
  EXPECT_EQ(parsed->options.partitions, 5);
}

TEST(Options, AWordTheFileMayNotHoldIsAnError) {
  const std::string file = (std::filesystem::path(::testing::TempDir()) / "typo.conf").string();
  std::ofstream(file) << "data-dir = \"/d\"\npartitionz = 3\n";
  EXPECT_THAT(Parse({"--config", file.c_str()}).status().ToString(), HasSubstr("partitionz"));
  std::filesystem::remove(file);
}

TEST(Options, BoundsAndThePolicyCanBeSet) {
  const std::string file = (std::filesystem::path(::testing::TempDir()) / "access.yaml").string();
  std::ofstream(file) << "name: x\n";
  const std::string policy = "--access-policy=" + file;
  const auto parsed =
      Parse({"--data-dir=/d", policy.c_str(), "--mailbox-limit=10", "--batch-limit=5",
             "--store-cache-mib=16", "--call-memory-mib=64", "--disk-reserve-mib=32"});
  std::filesystem::remove(file);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->options.access_policy, file);
  EXPECT_EQ(parsed->options.mailbox_limit, 10u);
  EXPECT_EQ(parsed->options.batch_limit, 5u);
  EXPECT_EQ(parsed->options.store_cache_mib, std::optional<size_t>(16));
  EXPECT_EQ(parsed->options.call_memory_mib, std::optional<size_t>(64));
  EXPECT_EQ(parsed->options.disk_reserve_mib, 32u);
  EXPECT_THAT(Parse({"--data-dir=/d", policy.c_str()}).status().ToString(),
              HasSubstr("--access-policy"));
  EXPECT_THAT(Parse({"--data-dir=/d", "--mailbox-limit=0"}).status().ToString(),
              HasSubstr("--mailbox-limit"));
}

TEST(Options, MemoryIsANumberOfMibOrAuto) {
  const auto unsaid = Parse({"--data-dir=/d"});
  EXPECT_EQ(unsaid->options.store_cache_mib, std::optional<size_t>(64));
  EXPECT_EQ(unsaid->options.call_memory_mib, std::optional<size_t>(256));
  const auto parsed = Parse({"--data-dir=/d", "--store-cache-mib=auto", "--call-memory-mib=auto"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->options.store_cache_mib, std::nullopt);
  EXPECT_EQ(parsed->options.call_memory_mib, std::nullopt);
  for (const char* option : {"--store-cache-mib", "--call-memory-mib"}) {
    for (const char* value : {"7", "1048577", "-1", "64.5", "64MiB", "automatic", "0x40", "1e3"}) {
      const std::string flag = std::string(option) + "=" + value;
      EXPECT_THAT(Parse({"--data-dir=/d", flag.c_str()}).status().ToString(),
                  AllOf(HasSubstr(option), HasSubstr(value)))
          << flag;
    }
  }
}

// "PRIHVAT_INSECURE_DEV=" in a compose file must not open the door.
TEST(Options, AnEmptyVariableIsNotSet) {
  for (const char* variable : {"PRIHVAT_INSECURE_DEV", "PRIHVAT_LISTEN", "PRIHVAT_PARTITIONS"})
    setenv(variable, "", 1);
  const auto parsed = Parse({"--data-dir=/d"});
  for (const char* variable : {"PRIHVAT_INSECURE_DEV", "PRIHVAT_LISTEN", "PRIHVAT_PARTITIONS"})
    unsetenv(variable);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_FALSE(parsed->options.insecure_dev);
  EXPECT_EQ(parsed->options.listen, "127.0.0.1:8443");
  EXPECT_EQ(parsed->options.partitions, 4);
}

TEST(Options, SecondsThatAreNoNumberAreRefused) {
  for (const char* option : {"--grace", "--takeover-after", "--drain-delay"}) {
    for (const char* value : {"nan", "-nan", "inf", "0"}) {
      const std::string flag = std::string(option) + "=" + value;
      EXPECT_THAT(Parse({"--data-dir=/d", flag.c_str()}).status().ToString(), HasSubstr(option))
          << flag;
    }
  }
}

TEST(Options, AClockIsConfirmedByATimeAndForAnEmbeddedLog) {
  EXPECT_EQ(Parse({"--data-dir=/d"})->options.clock_confirmed, absl::InfinitePast());
  EXPECT_EQ(
      Parse({"--data-dir=/d", "--clock-confirmed=2023-11-14T22:13:20Z"})->options.clock_confirmed,
      absl::FromUnixSeconds(1'700'000'000));
  for (const char* wrong : {"--clock-confirmed=yes", "--clock-confirmed=2023-11-14"}) {
    EXPECT_THAT(Parse({"--data-dir=/d", wrong}).status().ToString(),
                HasSubstr("is no time as 2023-11-14T22:00:00Z"));
  }
  EXPECT_THAT(Parse({"--data-dir=/d", "--log=kafka", "--brokers=b:1",
                     "--clock-confirmed=2023-11-14T22:13:20Z"})
                  .status()
                  .ToString(),
              HasSubstr("of no use with --log=kafka"));
}

TEST(Options, TheDrainDelayLiesWithinTheGrace) {
  EXPECT_EQ(Parse({"--data-dir=/d"})->options.drain_delay, absl::ZeroDuration());
  EXPECT_EQ(Parse({"--data-dir=/d", "--drain-delay=19"})->options.drain_delay, absl::Seconds(19));
  EXPECT_THAT(Parse({"--data-dir=/d", "--drain-delay=5", "--grace=5"}).status().ToString(),
              HasSubstr("--drain-delay: 5 s leave nothing of the 5 s of --grace"));
}

TEST(Options, HelpNamesEveryOptionAndIsNoError) {
  const auto parsed = Parse({"--help"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(parsed->finished);
  for (const char* option : {"--log", "--brokers", "--data-dir", "--listen", "--metrics-listen",
                             "--insecure-dev", "--partitions", "--grace", "PRIHVAT_DATA_DIR"}) {
    EXPECT_THAT(parsed->output, HasSubstr(option));
  }
}

}  // namespace
}  // namespace prihvat::config
