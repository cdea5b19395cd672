// Asks servers and brokers, and prints what follows.
#include "services/prihvatctl/doctor.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/es/values.h"
#include "libs/rpc/certificates.h"
#include "nlohmann/json.hpp"
#include "prihvat/log/v1/record.pb.h"
#include "services/prihvatctl/cli.h"

namespace prihvat::ctl {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);  // for one answer
constexpr size_t kMostServers = 64;
constexpr absl::Duration kExpiryWarning = absl::Hours(24 * 14);
constexpr absl::Duration kAppendSkew = absl::Seconds(5);  // as the runtime has it

std::string Words(const absl::Status& status) {
  return std::string(base::FromAbsl(status.message()));
}

template <class Response>
absl::StatusOr<Response> Ask(CommandContext& context, Api& api, std::string_view method,
                             const google::protobuf::Message& request) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto* found, context.catalogue.FindMethod(method));
  CallOptions options = context.call;
  options.timeout = std::min(options.timeout, kPatience);
  PRIHVAT_ASSIGN_OR_RETURN(const Reply reply, api.Call(*found, request, options));
  Response response;
  response.CopyFrom(*reply.message);
  return response;
}

absl::Status Examine(CommandContext& context, Api& api, Examination& server) {
  const absl::Time asked = absl::Now();
  PRIHVAT_ASSIGN_OR_RETURN(
      server.instance,
      Ask<admin::v1::Instance>(context, api, "admin.GetInstance", admin::v1::GetInstanceRequest()));
  const absl::Time answered = absl::Now();
  const absl::Time told = es::FromProto(server.instance.time());
  server.clock_known_to = (answered - asked) / 2;
  server.clock_ahead = told - (asked + server.clock_known_to);
  PRIHVAT_ASSIGN_OR_RETURN(const auto listed, Ask<admin::v1::ListPartitionsResponse>(
                                                  context, api, "admin.ListPartitions",
                                                  admin::v1::ListPartitionsRequest()));
  server.partitions.assign(listed.partitions().begin(), listed.partitions().end());
  return absl::OkStatus();
}

// Those of the flags, and whoever these say owns a partition and none of them is.
std::vector<Examination> ExamineAll(CommandContext& context, const DoctorTools& tools,
                                    const std::vector<std::string>& named) {
  std::vector<Examination> all;
  std::deque<std::string> to_ask(named.begin(), named.end());
  std::set<std::string> known(named.begin(), named.end());
  const auto ask = [&](bool was_named) {
    while (!to_ask.empty() && all.size() < kMostServers) {
      Examination& server = all.emplace_back();
      server.address = to_ask.front();
      server.was_named = was_named;
      to_ask.pop_front();
      const std::unique_ptr<Api> api = tools.connect(server.address);
      server.status = Examine(context, *api, server);
    }
  };
  ask(true);
  std::set<std::string> instances;
  for (const Examination& server : all) instances.insert(server.instance.instance());
  for (const Examination& server : all) {
    for (const admin::v1::Partition& partition : server.partitions) {
      if (partition.owner_instance().empty() || instances.contains(partition.owner_instance()))
        continue;
      if (known.insert(partition.owner_address()).second)
        to_ask.push_back(partition.owner_address());
    }
  }
  ask(false);
  return all;
}

void AddOwnFile(const char* option, const std::string& pem, absl::Time now,
                std::vector<Finding>& findings) {
  const auto all = rpc::ParseCertificates(pem);
  const std::string advice = "get a new one from whoever issues certificates for Prihvat";
  if (!all.ok()) {
    findings.push_back({Severity::kProblem, "certificate", "this side",
                        fmt::format("{}: {}", option, Words(all.status())), advice});
    return;
  }
  for (const rpc::Certificate& certificate : *all) {
    const absl::Time until = certificate.not_after;
    Severity severity = until < now + kExpiryWarning ? Severity::kWarning : Severity::kFine;
    if (until < now || certificate.not_before > now) severity = Severity::kProblem;
    findings.push_back(
        {severity, "certificate", "this side",
         fmt::format("{} ({}) is good from {} until {}", option, certificate.subject,
                     absl::FormatTime("%Y-%m-%d", certificate.not_before, absl::UTCTimeZone()),
                     absl::FormatTime("%Y-%m-%d", until, absl::UTCTimeZone())),
         severity == Severity::kFine ? "" : advice});
  }
}

// The caller's own files, and what each server shows: also one that refuses a call for it.
void JudgeEncryption(const Connection& connection, const std::vector<Examination>& servers,
                     absl::Time now, std::vector<Finding>& findings) {
  if (connection.ca.empty()) return;
  AddOwnFile("--tls-ca", connection.ca, now, findings);
  AddOwnFile("--tls-cert", connection.certificate, now, findings);
  const absl::Status fits = rpc::CheckKeyOf(connection.certificate, connection.key);
  if (!fits.ok()) {
    findings.push_back({Severity::kProblem, "certificate", "this side",
                        fmt::format("--tls-key: {}", Words(fits)),
                        "give the key that the certificate was made for"});
    return;
  }
  for (const Examination& server : servers) {
    const auto shown = rpc::AskForCertificate(
        server.address, {connection.ca, connection.certificate, connection.key}, kPatience);
    if (!shown.ok()) {
      findings.push_back({Severity::kProblem, "certificate", server.address, Words(shown.status()),
                          "see whether it runs there, and with --tls-cert"});
      continue;
    }
    if (!shown->not_believed.empty())
      findings.push_back(
          {Severity::kProblem, "certificate", server.address,
           fmt::format("it shows one for {} that is not believed: {}", shown->certificate.subject,
                       shown->not_believed),
           "give --tls-ca the authority that signed it, or have the server's renewed"});
    if (!shown->named)
      findings.push_back(
          {Severity::kProblem, "certificate", server.address,
           fmt::format("it shows one for {} ({}), not for this address",
                       fmt::join(shown->certificate.names, ", "), shown->certificate.subject),
           "ask by a name that it is for, or have the server's made for this one too"});
  }
}

// The newest record of the topics: when its writer made it, and when the broker took it.
void JudgeBrokerClock(event_log::EventLog& log, const std::vector<event_log::TopicSpec>& topics,
                      const std::string& brokers, std::vector<Finding>& findings) {
  absl::Time newest = absl::InfinitePast();
  absl::Duration late;
  const absl::Time deadline = absl::Now() + kPatience;
  for (const event_log::TopicSpec& topic : topics) {
    for (int32_t p = 0; p < topic.partitions; ++p) {
      const event_log::TopicPartition tp{topic.name, p};
      const auto end = log.End(tp, deadline);
      if (!end.ok() || *end == 0) continue;
      auto reader = log.OpenReader(tp, *end - 1, [] {});
      if (!reader.ok()) continue;
      const auto records = (*reader)->Read(1, deadline);
      log::v1::Record record;
      if (!records.ok() || records->empty() || !record.ParseFromString((*records)[0].bytes))
        continue;
      const google::protobuf::Timestamp& at =
          record.has_commit() ? record.commit().recorded_at() : record.seal().recorded_at();
      if (at.seconds() == 0 || (*records)[0].append_time < newest) continue;  // a claim has none
      newest = (*records)[0].append_time;
      late = newest - es::FromProto(at);
    }
  }
  if (newest == absl::InfinitePast()) return;
  const std::string found =
      fmt::format("the newest record was taken {:.1f} s {} its owner's clock had it, at {}",
                  absl::ToDoubleSeconds(absl::AbsDuration(late)),
                  late < absl::ZeroDuration() ? "before" : "after",
                  absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", newest, absl::UTCTimeZone()));
  const bool well = absl::AbsDuration(late) <= kAppendSkew;
  findings.push_back({well ? Severity::kFine : Severity::kProblem, "clock", brokers, found,
                      well ? ""
                           : "set the clocks of brokers and instances by NTP; beyond 5 s an owner "
                             "writes nothing"});
}

void JudgeBrokers(const DoctorTools& tools, const DoctorArguments& arguments,
                  const std::vector<Examination>& servers, std::vector<Finding>& findings) {
  LogPlace place{.directory = "", .brokers = arguments.brokers, .kafka_properties = {}};
  for (const std::string& property : arguments.kafka_properties) {
    const size_t equals = property.find('=');
    place.kafka_properties[property.substr(0, equals)] = property.substr(equals + 1);
  }
  const auto opened = tools.open_log(place);
  if (!opened.ok()) {
    findings.push_back({Severity::kProblem, "brokers", arguments.brokers,
                        absl::IsNotFound(opened.status()) ? "answer, and have no topic of Prihvat"
                                                          : Words(opened.status()),
                        absl::IsNotFound(opened.status())
                            ? "start a server with --log=kafka, or make them: deploy/kafka"
                            : "see whether they run, and whether address, TLS and SASL properties "
                              "are those that the servers have"});
    return;
  }
  findings.push_back({Severity::kFine, "brokers", arguments.brokers, "answer", ""});
  for (event_log::TopicSpec topic : opened->topics) {
    // As the servers that write it were told.
    int16_t replication = 1;
    for (const Examination& server : servers) {
      const bool writes =
          std::any_of(server.partitions.begin(), server.partitions.end(),
                      [&topic](const admin::v1::Partition& p) { return p.topic() == topic.name; });
      if (!writes) continue;
      topic.partitions = server.instance.partitions();
      replication = static_cast<int16_t>(server.instance.replication());
    }
    topic.replication_factor = replication;
    topic.min_insync_replicas = std::min<int16_t>(replication, 2);
    const absl::Status audited = tools.audit_topics(place, {topic});
    findings.push_back({audited.ok() ? Severity::kFine : Severity::kProblem, "topics", topic.name,
                        audited.ok() ? fmt::format("{} partitions, replication {}, and settings "
                                                   "as the guarantees need them",
                                                   topic.partitions, replication)
                                     : Words(audited),
                        audited.ok() ? ""
                                     : "change the topic (kafka-configs.sh --alter), not the "
                                       "servers; deploy/kafka/topics.yaml has every setting"});
  }
  JudgeBrokerClock(*opened->log, opened->topics, arguments.brokers, findings);
}

const char* ToText(Severity severity) {
  if (severity == Severity::kFine) return "ok";
  return severity == Severity::kWarning ? "warning" : "problem";
}

void Print(CommandContext& context, const std::vector<Finding>& findings, int64_t warnings,
           int64_t problems) {
  if (context.json) {
    nlohmann::json all = nlohmann::json::array();
    for (const Finding& finding : findings)
      all.push_back({{"severity", ToText(finding.severity)},
                     {"check", finding.check},
                     {"subject", finding.subject},
                     {"found", finding.found},
                     {"advice", finding.advice}});
    context.out << nlohmann::json(
                       {{"findings", all}, {"warnings", warnings}, {"problems", problems}})
                       .dump(2)
                << "\n";
    return;
  }
  for (const Finding& finding : findings) {
    context.out << fmt::format("{:<8} {:<12} {}: {}\n", ToText(finding.severity), finding.check,
                               finding.subject, finding.found);
    if (!finding.advice.empty())
      context.out << fmt::format("{:21} what to do: {}\n", "", finding.advice);
  }
  context.out << fmt::format("{} looked at: {} well, {} to look into, {} wrong\n", findings.size(),
                             static_cast<int64_t>(findings.size()) - warnings - problems, warnings,
                             problems);
}

}  // namespace

absl::Status RunDoctor(CommandContext& context, const DoctorTools& tools,
                       const DoctorArguments& arguments) {
  std::vector<std::string> named;
  const auto add = [&named](const std::string& entry) {
    const std::string address = entry.substr(entry.find('=') + 1);
    if (std::find(named.begin(), named.end(), address) == named.end()) named.push_back(address);
  };
  const std::vector<std::string> entries = absl::StrSplit(tools.connection.servers, ',');
  for (const std::string& entry : entries) add(entry);
  for (const std::string& address : arguments.instances) add(address);
  for (const std::string& property : arguments.kafka_properties)
    if (property.find('=') == std::string::npos)
      return absl::InvalidArgumentError(
          fmt::format("--kafka-property: '{}' is not NAME=VALUE", property));

  const std::vector<Examination> servers = ExamineAll(context, tools, named);
  const absl::Time now = absl::Now();
  std::vector<Finding> findings = JudgeServers(servers, now);
  JudgeEncryption(tools.connection, servers, now, findings);
  if (!arguments.brokers.empty()) JudgeBrokers(tools, arguments, servers, findings);

  const auto count = [&findings](Severity severity) {
    return std::count_if(findings.begin(), findings.end(),
                         [severity](const Finding& f) { return f.severity == severity; });
  };
  const int64_t warnings = count(Severity::kWarning);
  const int64_t problems = count(Severity::kProblem);
  Print(context, findings, warnings, problems);
  if (problems > 0 || (arguments.strict && warnings > 0)) context.exit_code = kUnwell;
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
