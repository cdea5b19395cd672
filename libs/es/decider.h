// The pure part of a service: decide(view of state, command) -> events or rejection, and
// evolve(state, event).
//
// A service builds one Decider, registers a function for each command and each event, and hands it
// to the runtime. The functions do no I/O and know no clock and no randomness: what they need comes
// with the Context. A Decider is immutable once built and may be used by many threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/es/decision.h"
#include "libs/es/entities.h"
#include "prihvat/common/v1/work_list.pb.h"

namespace prihvat::es {

// A document number, gapless for each operation, kind and local year of recorded_at.
struct DocumentNumber {
  std::string kind;  // "PO"
  int32_t year = 0;
  int64_t number = 0;
  std::string ToString() const;  // "PO-2026-0001"
  friend bool operator==(const DocumentNumber&, const DocumentNumber&) = default;
};

// What a command comes with.
struct Context {
  std::string operation;             // "operations/ba"
  std::string principal;             // "organisations/iom/people/p-017" or "processes/NAME"
  absl::Time recorded_at;            // max(owner's clock, last admitted record's time)
  absl::Time effective_at;           // what the user says, else recorded_at
  std::string import_id;             // of the import that the command belongs to, "" for none
  absl::TimeZone zone;               // the operation's
  std::function<uint64_t()> random;  // for new ids

  // The next number of the kind; handed out for good once the command is accepted. Kinds are short
  // upper-case codes.
  DocumentNumber NextNumber(const View& view, std::string_view kind);
  // 20 lower-case letters and digits, for a resource whose caller gave no id.
  std::string NewId();
  absl::CivilDay EffectiveDay() const { return absl::ToCivilDay(effective_at, zone); }

  std::vector<DocumentNumber> numbers;  // handed out so far by this command
};

// What an event comes with when it is folded.
struct EventContext {
  std::string_view operation;
  std::string_view principal;
  absl::Time recorded_at;
  absl::Time effective_at;
  std::string_view import_id;
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  int index = 0;  // within its commit
};

// How far a command's effective time may lie from the time of recording (DOMAIN invariant 34).
struct TimePolicy {
  absl::Duration future_skew = absl::Minutes(5);
  int backdating_days = 30;
};

class Decider {
 public:
  Decider();

  template <class Command>
  void On(Decision (*decide)(const View&, const Command&, Context&)) {
    AddCommand(
        Command::default_instance(),
        [decide](const View& view, const google::protobuf::Message& command, Context& context) {
          return decide(view, static_cast<const Command&>(command), context);
        });
  }

  template <class Event>
  void Fold(void (*evolve)(Entities&, const Event&, const EventContext&)) {
    AddEvent(Event::default_instance(),
             [evolve](Entities& entities, const google::protobuf::Message& event,
                      const EventContext& context) {
               evolve(entities, static_cast<const Event&>(event), context);
             });
  }

  // The zone of an operation; UTC until set or where `zone_of` returns UTC. It may rest on the
  // entity of the operation's own name alone: what was found is kept until that changes.
  void SetZoneOf(absl::TimeZone (*zone_of)(const View&, std::string_view operation)) {
    zone_of_ = zone_of;
  }
  void SetTimePolicy(TimePolicy policy) { time_policy_ = policy; }

  // Whether commands of that full type name are known; a fresh message of it.
  bool Knows(std::string_view command_type) const;
  std::unique_ptr<google::protobuf::Message> NewCommand(std::string_view command_type) const;

  // Checks what holds for every command (INV-34), then asks the command's function. A command of
  // unknown type is a broken invariant. RetryWorkItemRequest and DismissWorkItemRequest are known
  // to every decider.
  Decision Decide(const View& view, const google::protobuf::Message& command,
                  Context& context) const;

  absl::TimeZone ZoneOf(const View& view, std::string_view operation) const;

  // Folds one event. FAILED_PRECONDITION for an event of unknown type, DATA_LOSS for one that
  // cannot be parsed: the reader stops there, and skips nothing.
  absl::Status Evolve(Entities& entities, std::string_view type, std::string_view payload,
                      const EventContext& context) const;

  // Full type names, sorted.
  std::vector<std::string> command_types() const;
  std::vector<std::string> event_types() const;

 private:
  // Decides the command that the work item holds again, as of when it was to take effect.
  Decision Retry(const View& view, const common::v1::RetryWorkItemRequest& request,
                 Context& context) const;

  using DecideFn = std::function<Decision(const View&, const google::protobuf::Message&, Context&)>;
  using EvolveFn =
      std::function<void(Entities&, const google::protobuf::Message&, const EventContext&)>;
  void AddCommand(const google::protobuf::Message& prototype, DecideFn decide);
  void AddEvent(const google::protobuf::Message& prototype, EvolveFn evolve);

  struct CommandEntry {
    const google::protobuf::Message* prototype;
    DecideFn decide;
  };
  struct EventEntry {
    const google::protobuf::Message* prototype;
    EvolveFn evolve;
  };
  std::map<std::string, CommandEntry, std::less<>> commands_;
  std::map<std::string, EventEntry, std::less<>> events_;
  absl::TimeZone (*zone_of_)(const View&, std::string_view) = nullptr;
  TimePolicy time_policy_;
};

// The row that counts the numbers of one kind and year, and its fold; the runtime applies it for
// each number that an admitted commit carries.
std::string NumberCounterName(std::string_view operation, std::string_view kind, int32_t year);
void FoldDocumentNumber(Entities& entities, std::string_view operation,
                        const DocumentNumber& number);

}  // namespace prihvat::es
