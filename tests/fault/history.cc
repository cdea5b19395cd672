#include "tests/fault/history.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "fmt/format.h"

namespace prihvat::fault {
namespace {

using event_log::JudgedRecord;
using event_log::TopicPartition;
using event_log::Verdict;

constexpr size_t kReadRecords = 1000;

struct Place {
  TopicPartition tp;
  int64_t offset = 0;
};

TopicPartition PartitionOf(const common::v1::Position& position) {
  return {position.topic(), position.partition()};
}

std::string ToString(const Place& place) {
  return fmt::format("{} offset {}", event_log::ToString(place.tp), place.offset);
}

// Where each request id stands. Two places are a contradiction, and so are two claims of one term.
std::map<std::string, Place> PlacesOf(const LogContents& contents, std::vector<std::string>& said) {
  std::map<std::string, Place> places;
  for (const auto& [tp, records] : contents) {
    std::map<uint64_t, int64_t> owners;
    for (const JudgedRecord& record : records) {
      const Place here{tp, record.offset};
      if (record.verdict == Verdict::kAdmittedClaim) {
        if (!owners.emplace(record.record.claim().term(), record.offset).second) {
          said.push_back(fmt::format("two owners in term {}: {}", record.record.claim().term(),
                                     ToString(here)));
        }
      }
      if (record.verdict != Verdict::kAdmittedCommit) continue;
      const std::string& id = record.record.commit().request_id();
      if (id.empty()) continue;
      const auto [first, fresh] = places.emplace(id, here);
      if (!fresh) {
        said.push_back(fmt::format("G3: request id {} took effect at {} and again at {}", id,
                                   ToString(first->second), ToString(here)));
      }
    }
  }
  return places;
}

void CheckAcknowledged(const Call& call, const std::map<std::string, Place>& places,
                       std::vector<std::string>& said) {
  const auto place = places.find(call.request_id);
  if (place == places.end()) {
    said.push_back(fmt::format("G1: request id {} was acknowledged and is lost", call.request_id));
    return;
  }
  // A repeat is told a position that has seen the first one.
  const bool right = place->second.tp == PartitionOf(call.position) &&
                     (call.repeated ? place->second.offset <= call.position.offset()
                                    : place->second.offset == call.position.offset());
  if (!right) {
    said.push_back(fmt::format("G1: request id {} was acknowledged {} {} and stands at {}",
                               call.request_id, call.repeated ? "by" : "at",
                               ToString({PartitionOf(call.position), call.position.offset()}),
                               ToString(place->second)));
  }
}

// A call that began after another's answer must not stand before it.
void CheckOrder(const History& history, std::vector<std::string>& said) {
  struct Step {
    int64_t at;
    const Call* call;
    bool answer;
  };
  std::vector<Step> steps;
  for (const Call& call : history.calls()) {
    if (call.outcome != Call::Outcome::kAcknowledged || call.repeated) continue;
    steps.push_back({call.invoked, &call, false});
    steps.push_back({call.answered, &call, true});
  }
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
  std::map<TopicPartition, int64_t> floor;
  for (const Step& step : steps) {
    const TopicPartition tp = PartitionOf(step.call->position);
    const auto seen = floor.find(tp);
    if (step.answer) {
      int64_t& highest = seen == floor.end() ? floor[tp] : seen->second;
      highest = std::max(highest, step.call->position.offset());
    } else if (seen != floor.end() && step.call->position.offset() <= seen->second) {
      said.push_back(
          fmt::format("order: request id {} was asked for after offset {} was acknowledged in {}, "
                      "and stands at {}",
                      step.call->request_id, seen->second, event_log::ToString(tp),
                      step.call->position.offset()));
    }
  }
}

}  // namespace

size_t History::Invoke(std::string request_id) {
  calls_.push_back({.request_id = std::move(request_id), .invoked = steps_++});
  return calls_.size() - 1;
}

void History::Acknowledge(size_t call, common::v1::Position position, bool repeated) {
  Call& answered = calls_.at(call);
  answered.answered = steps_++;
  answered.outcome = Call::Outcome::kAcknowledged;
  answered.position = std::move(position);
  answered.repeated = repeated;
}

void History::Fail(size_t call, Call::Outcome outcome) {
  Call& answered = calls_.at(call);
  answered.answered = steps_++;
  answered.outcome = outcome;
}

size_t History::Count(Call::Outcome outcome) const {
  return static_cast<size_t>(std::count_if(
      calls_.begin(), calls_.end(), [&](const Call& call) { return call.outcome == outcome; }));
}

absl::StatusOr<LogContents> ReadLog(event_log::EventLog& log,
                                    const std::vector<std::string>& topics, int32_t partitions,
                                    absl::Time deadline) {
  LogContents contents;
  for (const std::string& topic : topics) {
    for (int32_t partition = 0; partition < partitions; ++partition) {
      const TopicPartition tp{topic, partition};
      auto reader = event_log::AdmittedReader::Open(log, tp, {}, nullptr);
      if (!reader.ok()) return reader.status();
      while (true) {
        auto records = (*reader)->Read(kReadRecords, deadline);
        if (absl::IsUnavailable(records.status()) && absl::Now() < deadline) continue;
        if (!records.ok()) return records.status();
        if (records->empty()) break;
        std::move(records->begin(), records->end(), std::back_inserter(contents[tp]));
      }
    }
  }
  return contents;
}

std::vector<std::string> Contradictions(const History& history, const LogContents& contents) {
  std::vector<std::string> said;
  const std::map<std::string, Place> places = PlacesOf(contents, said);
  std::map<std::string, bool> may_be_there;
  for (const Call& call : history.calls()) {
    bool& may = may_be_there[call.request_id];
    may = may || call.outcome != Call::Outcome::kNothingDone;
    if (call.outcome == Call::Outcome::kAcknowledged) CheckAcknowledged(call, places, said);
  }
  for (const auto& [request_id, may] : may_be_there) {
    if (!may && places.count(request_id) > 0) {
      said.push_back(fmt::format("request id {} was answered \"nothing done\" and stands at {}",
                                 request_id, ToString(places.at(request_id))));
    }
  }
  CheckOrder(history, said);
  return said;
}

std::map<std::string, int> CountEvents(const LogContents& contents, const KeyOf& key_of) {
  std::map<std::string, int> counts;
  for (const auto& [tp, records] : contents) {
    for (const JudgedRecord& record : records) {
      if (record.verdict != Verdict::kAdmittedCommit) continue;
      for (const log::v1::Event& event : record.record.commit().events()) {
        if (const auto key = key_of(record.record.commit(), event)) ++counts[*key];
      }
    }
  }
  return counts;
}

int64_t CountVoid(const LogContents& contents) {
  int64_t count = 0;
  for (const auto& [tp, records] : contents) {
    count += std::count_if(records.begin(), records.end(), [](const JudgedRecord& record) {
      return record.verdict == Verdict::kVoid;
    });
  }
  return count;
}

}  // namespace prihvat::fault
