// What callers were told, and what the log says: the checker behind G1, G3 and G8.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/event_log/admitted_reader.h"
#include "libs/event_log/event_log.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::fault {

// One attempt to have a command carried out. Retries of one request id are calls of their own.
struct Call {
  enum class Outcome {
    kOpen,          // no answer (yet): it may have happened
    kAcknowledged,  // OK
    kNothingDone,   // an answer that promises that this call changed nothing
    kUnknown,       // an error that promises nothing
  };
  std::string request_id;
  int64_t invoked = 0;    // steps of the history's own count
  int64_t answered = -1;  // the step of the answer
  Outcome outcome = Outcome::kOpen;
  bool repeated = false;          // acknowledged as a repeat of what had been done before
  common::v1::Position position;  // that the answer's token names
};

// The calls of a test in the order in which it made them. One thread.
class History {
 public:
  // Returns the call's number.
  size_t Invoke(std::string request_id);
  void Acknowledge(size_t call, common::v1::Position position, bool repeated);
  void Fail(size_t call, Call::Outcome outcome);

  const std::vector<Call>& calls() const { return calls_; }
  size_t Count(Call::Outcome outcome) const;

 private:
  std::vector<Call> calls_;
  int64_t steps_ = 0;
};

// Every record of the topics, judged afresh from the log alone.
using LogContents = std::map<event_log::TopicPartition, std::vector<event_log::JudgedRecord>>;
absl::StatusOr<LogContents> ReadLog(event_log::EventLog& log,
                                    const std::vector<std::string>& topics, int32_t partitions,
                                    absl::Time deadline);

// What of the history the log contradicts, in words; empty if nothing:
//   G1  an acknowledged command is there, where its token says;
//   order: what was acknowledged before another call began stands before it;
//   G3  no request id is there twice;
//   a request id whose every call was answered "nothing done" is not there;
//   one owner a term.
std::vector<std::string> Contradictions(const History& history, const LogContents& contents);

// How often admitted events name each key; `key_of` says nothing for an event that does not count.
using KeyOf =
    std::function<std::optional<std::string>(const log::v1::Commit&, const log::v1::Event&)>;
std::map<std::string, int> CountEvents(const LogContents& contents, const KeyOf& key_of);

// Records that do not count, claims and commits.
int64_t CountVoid(const LogContents& contents);

}  // namespace prihvat::fault
