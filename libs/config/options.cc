#include "libs/config/options.h"

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "fmt/format.h"

namespace prihvat::config {
namespace {

// CLI11 throws; nothing beyond this file sees it.
struct Texts {
  std::string log = "embedded";
  std::string data_dir;
  std::string access_policy;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  std::string identities;
  std::string seal_key;
  std::string clock_confirmed;
  std::string store_cache_mib = "64";
  std::string call_memory_mib = "256";
  double seal_seconds = 300;
  std::vector<std::string> kafka_properties;
  double takeover_seconds = 2;
  double grace_seconds = 20;
  double drain_delay_seconds = 0;
  double stuck_seconds = 120;
};

std::string Variable(const std::string& flag) {
  std::string name = "PRIHVAT_";
  for (const char c : flag) name += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

template <class T>
CLI::Option* Add(CLI::App& app, const std::string& flag, T& into, const std::string& help) {
  return app.add_option("--" + flag, into, help)->envname(Variable(flag))->capture_default_str();
}

// Range alone lets "nan" pass, which is neither below nor above.
CLI::Validator Seconds() {
  const CLI::Range range(0.1, 3600.0);
  return CLI::Validator(
      [range](std::string& text) {
        double seconds = 0;
        if (CLI::detail::lexical_cast(text, seconds) && std::isnan(seconds))
          return fmt::format("{} is no number", text);
        return range(text);
      },
      range.get_description());
}

constexpr char kAuto[] = "auto";
constexpr size_t kMostMib = 1'048'576;

CLI::Validator MibOrAuto(size_t least) {
  return CLI::Validator(
      [least](std::string& text) {
        size_t mib = 0;
        if (text == kAuto || (absl::SimpleAtoi(text, &mib) && mib >= least && mib <= kMostMib))
          return std::string();
        return fmt::format("{} is neither a number from {} to {} nor {}", text, least, kMostMib,
                           kAuto);
      },
      fmt::format("{} to {}, or {}", least, kMostMib, kAuto));
}

// Of a text that MibOrAuto has let pass.
std::optional<size_t> ToMib(const std::string& text) {
  size_t mib = 0;
  return absl::SimpleAtoi(text, &mib) ? std::optional(mib) : std::nullopt;
}

void DeclareIdentity(CLI::App& app, Texts& texts) {
  const auto file = [&](const char* flag, std::string& into, const char* help) {
    Add(app, flag, into, help)->check(CLI::ExistingFile);
  };
  file("tls-cert", texts.tls_cert, "This server's certificate with its chain, PEM");
  file("tls-key", texts.tls_key, "The key of --tls-cert, PEM");
  file("tls-client-ca", texts.tls_client_ca,
       "Certificates of those whose certificates are believed, callers' and instances', PEM");
  file("identities", texts.identities, "Whose which client certificate is, YAML");
}

absl::Status CompleteIdentity(HostOptions& options, const Texts& texts) {
  options.tls_cert = texts.tls_cert;
  options.tls_key = texts.tls_key;
  options.tls_client_ca = texts.tls_client_ca;
  options.identities = texts.identities;
  int given = 0;
  for (const auto* path :
       {&options.tls_cert, &options.tls_key, &options.tls_client_ca, &options.identities})
    given += path->empty() ? 0 : 1;
  if (given != 0 && given != 4)
    return absl::InvalidArgumentError(
        "--tls-cert, --tls-key, --tls-client-ca and --identities go together: give all or none");
  if (given != 0 && options.insecure_dev)
    return absl::InvalidArgumentError("--insecure-dev and --tls-cert exclude each other");
  return absl::OkStatus();
}

void Declare(CLI::App& app, HostOptions& options, Texts& texts) {
  app.set_config("--config", "", "A file of options, \"name = value\" a line")
      ->envname("PRIHVAT_CONFIG");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.set_version_flag("--version", std::string("0.1.0"));
  Add(app, "log", texts.log, "Where events are kept")->check(CLI::IsMember({"embedded", "kafka"}));
  Add(app, "brokers", options.brokers, "Kafka's bootstrap servers, host:port,... (--log=kafka)");
  Add(app, "kafka-property", texts.kafka_properties,
      "A property of librdkafka, NAME=VALUE (security, tuning); may be given again");
  Add(app, "data-dir", texts.data_dir,
      "Folder of the stores and of the embedded log; made if missing")
      ->required();
  Add(app, "listen", options.listen, "Address of the gRPC server, host:port; port 0: any free one");
  Add(app, "advertise", options.advertise,
      "Where other instances reach this one, host:port (default: as it listens)");
  Add(app, "metrics-listen", options.metrics_listen,
      "Address of /metrics, /startupz, /readyz and /livez");
  app.add_flag("--insecure-dev", options.insecure_dev,
               "Believe what callers say of themselves, without encryption; loopback only")
      ->envname("PRIHVAT_INSECURE_DEV");
  Add(app, "partitions", options.partitions,
      "Partitions of every topic; recorded in the log, and never changed after the first start")
      ->check(CLI::Range(1, 256));
  Add(app, "replication", options.replication, "Replicas of Kafka's topics")
      ->check(CLI::Range(1, 9));
  Add(app, "instance", options.instance,
      "Name of this instance; the number at its end is its rank (default: PROGRAM-0)");
  Add(app, "takeover-after", texts.takeover_seconds,
      "Seconds without an answer after which an owner may be replaced")
      ->check(Seconds());
  Add(app, "grace", texts.grace_seconds, "Seconds for calls under way after SIGTERM")
      ->check(Seconds());
  Add(app, "drain-delay", texts.drain_delay_seconds,
      "Seconds after SIGTERM for which new connections are still taken (default: none); load "
      "balancers take that long to look elsewhere")
      ->check(Seconds());
  Add(app, "stuck-after", texts.stuck_seconds,
      "Seconds after which a service that finishes no step of its work fails /livez")
      ->check(Seconds());
  DeclareIdentity(app, texts);
  Add(app, "access-policy", texts.access_policy,
      "File of the access policy (default: the one that is built in)")
      ->check(CLI::ExistingFile);
  Add(app, "mailbox-limit", options.mailbox_limit,
      "Commands that may wait for one partition; more are refused with a time to retry")
      ->check(CLI::Range(1, 1'000'000));
  Add(app, "batch-limit", options.batch_limit, "Commands of one append to the log")
      ->check(CLI::Range(1, 10'000));
  Add(app, "store-cache-mib", texts.store_cache_mib,
      "Memory of each service's store for blocks and write buffers, MiB; auto: four tenths of what "
      "the process may take, shared by its stores")
      ->check(MibOrAuto(8));
  Add(app, "call-memory-mib", texts.call_memory_mib,
      "Memory for what callers send and are sent, MiB; where it is full, callers have to wait; "
      "auto: a quarter of what the process may take")
      ->check(MibOrAuto(16));
  Add(app, "disk-reserve-mib", options.disk_reserve_mib,
      "Free space below which the embedded log refuses writes until there is more, MiB; 0: none")
      ->check(CLI::Range(0, 1'048'576));
  Add(app, "clock-confirmed", texts.clock_confirmed,
      "What time it is about, as 2023-11-14T22:00:00Z: says to the embedded log that the machine's "
      "clock is right, after it has jumped by more than a day; of no effect a day later");
  Add(app, "seal-key", texts.seal_key,
      "File with the private key that seals of the log are signed with, as prihvatctl keys "
      "generate "
      "writes it (default: nothing is sealed)")
      ->check(CLI::ExistingFile);
  Add(app, "seal-every-records", options.seal_every_records,
      "A partition is sealed at the latest after so many records")
      ->check(CLI::Range(1, 100'000));
  Add(app, "seal-after", texts.seal_seconds,
      "Seconds after which what was recorded is sealed though there are fewer")
      ->check(Seconds());
  Add(app, "log-level", options.log_level, "What is logged, on standard error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
}

// The command line with the environment's options put before it, so that a flag goes before a
// variable and that before the file: CLI11 itself would take the file's word first.
std::vector<std::string> WithEnvironment(CLI::App& app, int argc, const char* const* argv) {
  std::vector<std::string> arguments = {argv[0]};
  for (CLI::Option* option : app.get_options()) {
    const char* value = std::getenv(option->get_envname().c_str());
    // An empty one is not set: a flag would be taken for given.
    if (option->get_envname().empty() || value == nullptr || *value == '\0') continue;
    if (option->get_expected_max() <= 1)
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    arguments.push_back(fmt::format("--{}={}", option->get_lnames().front(), value));
  }
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  return arguments;
}

absl::Status CompleteClock(HostOptions& options, const std::string& confirmed) {
  if (confirmed.empty()) return absl::OkStatus();
  std::string why;
  if (!absl::ParseTime(absl::RFC3339_full, confirmed, &options.clock_confirmed, &why))
    return absl::InvalidArgumentError(
        fmt::format("--clock-confirmed: '{}' is no time as 2023-11-14T22:00:00Z", confirmed));
  if (options.log == LogEngine::kKafka)
    return absl::InvalidArgumentError(
        "--clock-confirmed is of no use with --log=kafka: its brokers tell the time");
  return absl::OkStatus();
}

absl::Status Complete(HostOptions& options, const Texts& texts) {
  options.log = texts.log == "kafka" ? LogEngine::kKafka : LogEngine::kEmbedded;
  options.data_dir = texts.data_dir;
  options.access_policy = texts.access_policy;
  options.store_cache_mib = ToMib(texts.store_cache_mib);
  options.call_memory_mib = ToMib(texts.call_memory_mib);
  options.seal_key = texts.seal_key;
  options.seal_after = absl::Seconds(texts.seal_seconds);
  options.takeover_after = absl::Seconds(texts.takeover_seconds);
  options.grace = absl::Seconds(texts.grace_seconds);
  options.drain_delay = absl::Seconds(texts.drain_delay_seconds);
  if (options.drain_delay >= options.grace) {
    return absl::InvalidArgumentError(
        fmt::format("--drain-delay: {} s leave nothing of the {} s of --grace",
                    texts.drain_delay_seconds, texts.grace_seconds));
  }
  options.stuck_after = absl::Seconds(texts.stuck_seconds);
  if (absl::Status s = CompleteIdentity(options, texts); !s.ok()) return s;
  if (absl::Status s = CompleteClock(options, texts.clock_confirmed); !s.ok()) return s;
  if (options.instance.empty()) options.instance = options.program + "-0";
  if (options.log == LogEngine::kKafka && options.brokers.empty())
    return absl::InvalidArgumentError("--brokers is required with --log=kafka");
  if (options.log == LogEngine::kEmbedded && !options.brokers.empty())
    return absl::InvalidArgumentError("--brokers is of no use without --log=kafka");
  for (const std::string& property : texts.kafka_properties) {
    const size_t equals = property.find('=');
    if (equals == std::string::npos || equals == 0)
      return absl::InvalidArgumentError(
          fmt::format("--kafka-property: '{}' is not NAME=VALUE", property));
    options.kafka_properties[property.substr(0, equals)] = property.substr(equals + 1);
  }
  return absl::OkStatus();
}

}  // namespace

int HostOptions::rank() const {
  size_t digits = instance.size();
  while (digits > 0 && std::isdigit(static_cast<unsigned char>(instance[digits - 1])) != 0)
    --digits;
  int rank = 0;
  return absl::SimpleAtoi(instance.substr(digits), &rank) ? rank : 0;
}

absl::StatusOr<ParsedOptions> ParseOptions(const std::string& program,
                                           const std::string& description, int argc,
                                           const char* const* argv) {
  ParsedOptions parsed;
  parsed.options.program = program;
  Texts texts;
  CLI::App app(description, program);
  Declare(app, parsed.options, texts);
  try {
    const std::vector<std::string> arguments = WithEnvironment(app, argc, argv);
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    app.parse(static_cast<int>(pointers.size()), pointers.data());
  } catch (const CLI::Success& finished) {  // --help, --version
    std::ostringstream out;
    app.exit(finished, out, out);
    parsed.finished = true;
    parsed.output = out.str();
    return parsed;
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  if (absl::Status s = Complete(parsed.options, texts); !s.ok()) return s;
  return parsed;
}

}  // namespace prihvat::config
