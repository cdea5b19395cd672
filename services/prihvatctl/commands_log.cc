#include "services/prihvatctl/commands_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/documents/text_table.h"
#include "libs/event_log/seal.h"
#include "libs/evidence/log_file.h"
#include "libs/evidence/verifier.h"
#include "nlohmann/json.hpp"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/progress.h"

namespace prihvat::ctl {
namespace {

using event_log::Offset;
using event_log::TopicPartition;
using event_log::TopicSpec;
using event_log::TrustedKeys;
using evidence::PartitionReport;
using evidence::PartitionVerifier;
using log::v1::Seal;

constexpr int64_t kShowEvery = 500;  // records

absl::StatusOr<std::unique_ptr<LogSource>> OpenSource(CommandContext& context, const OpenLog& open,
                                                      const LogArguments& arguments) {
  const int places =
      !arguments.file.empty() + !arguments.directory.empty() + !arguments.brokers.empty();
  if (places > 1) return absl::InvalidArgumentError("name one of --file, --directory, --brokers");
  if (!arguments.file.empty()) return SourceOfFile(arguments.file);
  if (places == 0) {
    std::vector<std::string> services = arguments.services;
    if (services.empty()) services = AllServices();
    return SourceOfServer(context.api, context.catalogue, context.call, services);
  }
  LogPlace place{arguments.directory, arguments.brokers, {}};
  for (const std::string& property : arguments.kafka_properties) {
    const size_t equals = property.find('=');
    if (equals == std::string::npos || equals == 0)
      return absl::InvalidArgumentError(
          fmt::format("--kafka-property: '{}' is not NAME=VALUE", property));
    place.kafka_properties[property.substr(0, equals)] = property.substr(equals + 1);
  }
  PRIHVAT_ASSIGN_OR_RETURN(OpenedLog opened, open(place));
  return SourceOf(std::move(opened));
}

bool IsWanted(const LogArguments& arguments, const std::string& topic) {
  if (arguments.services.empty()) return true;
  return std::any_of(
      arguments.services.begin(), arguments.services.end(),
      [&topic](const std::string& service) { return topic == "prihvat." + service; });
}

// Seals that somebody holds; each must be good in itself.
absl::StatusOr<std::vector<Seal>> ReadSeals(const std::string& file, const TrustedKeys* keys) {
  if (file.empty()) return std::vector<Seal>();
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  absl::StatusOr<std::vector<Seal>> seals = event_log::ParseSeals(text);
  if (!seals.ok())
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", file, base::FromAbsl(seals.status().message())));
  for (const Seal& seal : *seals) {
    const absl::Status good = keys == nullptr ? absl::OkStatus() : keys->Check(seal);
    if (!good.ok())
      return absl::DataLossError(fmt::format("{}: the seal of {}/{} does not hold: {}", file,
                                             seal.topic(), seal.partition(),
                                             base::FromAbsl(good.message())));
  }
  return seals;
}

const Seal* SealOf(const std::vector<Seal>& seals, const TopicPartition& tp) {
  const auto found = std::find_if(seals.begin(), seals.end(), [&tp](const Seal& seal) {
    return seal.topic() == tp.topic && seal.partition() == tp.partition;
  });
  return found == seals.end() ? nullptr : &*found;
}

struct Verification {
  std::optional<TrustedKeys> keys;
  std::vector<Seal> from;
  std::vector<Seal> to;
  std::vector<PartitionReport> reports;
  bool damaged = false;  // records could not be read
  int64_t bytes = 0;     // of the records that were read
  std::string broken;    // what keeps the rest from being read

  const TrustedKeys* trusted() const { return keys ? &*keys : nullptr; }
};

absl::Status VerifyPartition(LogSource& source, Progress& progress, const TopicPartition& tp,
                             int32_t partitions, Verification& all) {
  PartitionVerifier verifier(tp, partitions, all.trusted());
  if (const Seal* from = SealOf(all.from, tp)) verifier.BeginAfter(*from);
  const Seal* to = SealOf(all.to, tp);
  if (to != nullptr) verifier.Expect(*to);
  const std::string label = event_log::ToString(tp);
  absl::Status read = source.Read(tp, verifier.next(), [&](Offset offset, std::string_view record) {
    if (offset % kShowEvery == 0) progress.Show(static_cast<size_t>(source.done()), label);
    all.bytes += static_cast<int64_t>(record.size());
    return verifier.Add(record) &&
           (to == nullptr || verifier.report().sealed_through < to->last_offset());
  });
  if (absl::IsDataLoss(read)) {
    all.damaged = true;
    verifier.Broken(std::string(base::FromAbsl(read.message())));
  } else if (!read.ok()) {
    return read;
  }
  verifier.Finish();
  all.reports.push_back(verifier.report());
  return absl::OkStatus();
}

absl::Status VerifyAll(CommandContext& context, LogSource& source, const LogArguments& arguments,
                       Verification& all) {
  Progress progress(context.err, context.err_is_terminal, static_cast<size_t>(source.size()));
  const absl::Time began = absl::Now();
  absl::Status status;
  for (const TopicSpec& topic : source.topics()) {
    for (int32_t p = 0; p < topic.partitions && status.ok() && all.broken.empty(); ++p) {
      if (!IsWanted(arguments, topic.name)) continue;
      status = VerifyPartition(source, progress, {topic.name, p}, topic.partitions, all);
      // A damaged file cannot be read on; an engine's other partitions can.
      if (!arguments.file.empty() && all.damaged)
        all.broken = "what stands after it in the file was not looked at";
    }
  }
  if (status.ok() && all.broken.empty() && arguments.services.empty()) {
    const absl::Status finished = source.Finish();
    if (absl::IsDataLoss(finished))
      all.broken = std::string(base::FromAbsl(finished.message()));
    else
      status = finished;
  }
  progress.Finish();
  const double seconds = std::max(absl::ToDoubleSeconds(absl::Now() - began), 1e-3);
  const double megabytes = static_cast<double>(all.bytes) / 1e6;
  context.err << fmt::format("{:.1f} MB of records in {:.1f} s, {:.0f} MB/s\n", megabytes, seconds,
                             megabytes / seconds);
  return status;
}

std::string TableText(const std::vector<PartitionReport>& reports, size_t width) {
  documents::Table table;
  table.header = {"partition", "from", "records",        "commits", "claims",
                  "seals",     "void", "sealed through", "unsealed"};
  for (const PartitionReport& report : reports) {
    const auto number = [](int64_t value) { return documents::Number{fmt::format("{}", value)}; };
    std::vector<documents::Cell> row = {documents::Text{event_log::ToString(report.tp)}};
    for (const int64_t value : {report.from, report.end - report.from, report.commits,
                                report.claims, report.seals, report.voids})
      row.emplace_back(number(value));
    row.emplace_back(report.sealed_through < 0 ? documents::Cell(documents::Text{"nothing"})
                                               : documents::Cell(number(report.sealed_through)));
    row.emplace_back(number(report.unsealed()));
    table.rows.push_back(std::move(row));
  }
  documents::TextTableOptions options;
  options.max_width = width;
  return documents::FormatTextTable(table, options).value_or("");
}

nlohmann::json ReportJson(const PartitionReport& report) {
  nlohmann::json json = {{"topic", report.tp.topic},
                         {"partition", report.tp.partition},
                         {"fromOffset", report.from},
                         {"endOffset", report.end},
                         {"commits", report.commits},
                         {"claims", report.claims},
                         {"seals", report.seals},
                         {"voidRecords", report.voids},
                         {"sealedThroughOffset", report.sealed_through},
                         {"unsealedRecords", report.unsealed()}};
  if (report.finding)
    json["finding"] = {{"offset", report.finding->offset}, {"what", report.finding->what}};
  return json;
}

// The last line: what the reader may rely on.
absl::Status Conclude(CommandContext& context, const Verification& all) {
  int64_t records = 0;
  int64_t unsealed = 0;
  std::vector<std::string> wrong;
  for (const PartitionReport& report : all.reports) {
    records += report.end - report.from;
    unsealed += report.unsealed();
    if (report.finding) wrong.push_back(evidence::ToString(*report.finding));
  }
  if (!all.broken.empty()) wrong.push_back(all.broken);
  if (context.json) {
    nlohmann::json json = {{"intact", wrong.empty()},
                           {"signaturesChecked", all.keys.has_value()},
                           {"records", records},
                           {"unsealedRecords", unsealed},
                           {"partitions", nlohmann::json::array()}};
    for (const PartitionReport& report : all.reports)
      json["partitions"].push_back(ReportJson(report));
    context.out << json.dump(2) << "\n";
  } else {
    context.out << TableText(all.reports, context.width) << "\n";
    for (const std::string& what : wrong) context.out << what << "\n";
    if (wrong.empty()) {
      context.out << fmt::format(
          "intact: {} records in {} partitions; {} of them are not sealed{}\n", records,
          all.reports.size(), unsealed, all.keys ? "" : ", and no signature was checked");
    }
  }
  if (wrong.empty()) return absl::OkStatus();
  return absl::DataLossError("the log is NOT as it was written");
}

absl::StatusOr<absl::Time> TimeOf(const std::string& text) {
  if (text.empty()) return absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error))
    return absl::InvalidArgumentError(fmt::format("'{}' is no time in RFC 3339: {}", text, error));
  return time;
}

absl::Status WriteTrusted(const std::string& file, const std::vector<event_log::TrustedKey>& keys) {
  std::string text =
      "# Public keys that seals of the log are checked with, and from when until when.\n";
  for (const event_log::TrustedKey& key : keys) text += TrustedKeys::LineOf(key);
  return ReplaceFile(file, text);
}

}  // namespace

absl::StatusOr<TrustedKeys> ReadTrusted(const std::string& file) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  absl::StatusOr<TrustedKeys> keys = TrustedKeys::Parse(text);
  if (keys.ok()) return keys;
  return absl::InvalidArgumentError(
      fmt::format("{}: {}", file, base::FromAbsl(keys.status().message())));
}

absl::Status RunVerify(CommandContext& context, const OpenLog& open,
                       const VerifyArguments& arguments) {
  Verification all;
  if (arguments.trusted_keys.empty() != arguments.no_signatures)
    return absl::InvalidArgumentError(
        "give --trusted-keys FILE with the public keys that seals are checked with, or "
        "--no-signatures");
  if (!arguments.no_signatures) {
    PRIHVAT_ASSIGN_OR_RETURN(all.keys, ReadTrusted(arguments.trusted_keys));
  }
  PRIHVAT_ASSIGN_OR_RETURN(all.from, ReadSeals(arguments.from_seals, all.trusted()));
  PRIHVAT_ASSIGN_OR_RETURN(all.to, ReadSeals(arguments.to_seals, all.trusted()));
  auto source = OpenSource(context, open, arguments.log);
  if (!source.ok()) return source.status();
  for (const Seal& seal : all.to) {
    const auto& topics = (*source)->topics();
    if (std::none_of(topics.begin(), topics.end(), [&seal](const TopicSpec& topic) {
          return topic.name == seal.topic() && seal.partition() < topic.partitions;
        }))
      all.broken = fmt::format("there is no {}/{}, of which there is a seal", seal.topic(),
                               seal.partition());
  }
  PRIHVAT_RETURN_IF_ERROR(VerifyAll(context, **source, arguments.log, all));
  if (!arguments.seals_out.empty()) {
    std::string text;
    for (const PartitionReport& report : all.reports) {
      if (report.last_seal && !report.finding)
        text += event_log::SealFileText(*report.last_seal) + "\n";
    }
    PRIHVAT_RETURN_IF_ERROR(ReplaceFile(arguments.seals_out, text));
  }
  return Conclude(context, all);
}

absl::Status RunLogExport(CommandContext& context, const OpenLog& open,
                          const LogExportArguments& arguments) {
  if (!arguments.log.file.empty())
    return absl::InvalidArgumentError("--file: that is an exported log already");
  auto source = OpenSource(context, open, arguments.log);
  if (!source.ok()) return source.status();
  evidence::LogFileHeader header{absl::Now(), {}};
  for (const TopicSpec& topic : (*source)->topics()) {
    if (IsWanted(arguments.log, topic.name)) header.topics.push_back(topic);
  }
  PRIHVAT_ASSIGN_OR_RETURN(const auto writer,
                           evidence::LogFileWriter::Create(arguments.output, header));
  Progress progress(context.err, context.err_is_terminal, static_cast<size_t>((*source)->size()));
  int64_t records = 0;
  for (const TopicSpec& topic : header.topics) {
    for (int32_t p = 0; p < topic.partitions; ++p) {
      const TopicPartition tp{topic.name, p};
      PRIHVAT_RETURN_IF_ERROR(writer->BeginPartition(tp, 0));
      absl::Status written;
      PRIHVAT_RETURN_IF_ERROR((*source)->Read(tp, 0, [&](Offset offset, std::string_view record) {
        if (records++ % kShowEvery == 0)
          progress.Show(static_cast<size_t>((*source)->done()), event_log::ToString(tp));
        written = writer->Add(offset, record);
        return written.ok();
      }));
      PRIHVAT_RETURN_IF_ERROR(written);
      PRIHVAT_RETURN_IF_ERROR(writer->EndPartition());
    }
  }
  PRIHVAT_RETURN_IF_ERROR(writer->Finish());
  progress.Finish();
  context.out << fmt::format("{}: {} records, {} bytes\n", arguments.output, records,
                             writer->bytes());
  return absl::OkStatus();
}

absl::Status RunKeysGenerate(CommandContext& context, const KeysGenerateArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const absl::Time from, TimeOf(arguments.from));
  std::vector<event_log::TrustedKey> keys;
  absl::StatusOr<TrustedKeys> trusted = ReadTrusted(arguments.trusted);
  if (trusted.ok()) {
    keys = trusted->keys();
  } else if (!absl::IsNotFound(trusted.status())) {
    return trusted.status();
  }
  for (event_log::TrustedKey& key : keys) {
    if (key.until != absl::InfiniteFuture()) continue;
    if (from <= key.from)
      return absl::InvalidArgumentError("--from: before the key that it replaces is trusted");
    key.until = from;
  }
  const std::unique_ptr<event_log::SealSigner> signer = event_log::SealSigner::Generate();
  // The secret first: a public key without it would be trusted for nothing.
  PRIHVAT_RETURN_IF_ERROR(CreateSecretFile(arguments.output, signer->FileText()));
  keys.push_back({signer->key_id(), signer->public_key(), from, absl::InfiniteFuture()});
  PRIHVAT_RETURN_IF_ERROR(WriteTrusted(arguments.trusted, keys));
  context.out << fmt::format("private key in {}, for --seal-key of the servers\n{}",
                             arguments.output, TrustedKeys::LineOf(keys.back()));
  return absl::OkStatus();
}

absl::Status RunKeysRetire(CommandContext& context, const KeysRetireArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const absl::Time until, TimeOf(arguments.until));
  PRIHVAT_ASSIGN_OR_RETURN(const TrustedKeys trusted, ReadTrusted(arguments.trusted));
  std::vector<event_log::TrustedKey> keys = trusted.keys();
  for (event_log::TrustedKey& key : keys) {
    const std::string line = TrustedKeys::LineOf(key);
    if (line.substr(0, line.find(' ')) != arguments.key_id) continue;
    if (until <= key.from)
      return absl::InvalidArgumentError("--until: before the key was trusted at all");
    key.until = until;
    PRIHVAT_RETURN_IF_ERROR(WriteTrusted(arguments.trusted, keys));
    context.out << TrustedKeys::LineOf(key);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("{} has no key {}", arguments.trusted, arguments.key_id));
}

absl::Status RunKeysList(CommandContext& context, const std::string& trusted) {
  PRIHVAT_ASSIGN_OR_RETURN(const TrustedKeys keys, ReadTrusted(trusted));
  for (const event_log::TrustedKey& key : keys.keys()) context.out << TrustedKeys::LineOf(key);
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
