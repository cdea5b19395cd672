// What reception's journal says of one centre: who was there when, and what was delivered.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/es/rows.h"
#include "prihvat/reception/v1/events.pb.h"
#include "services/reporting/views/facts.h"

namespace prihvat::reporting {

// Somebody came to, or left, the centre. A person who is to be moved is there; one who is on leave
// or under way is not.
enum class MoveKind {
  kArrival,
  kBirth,
  kTransferIn,  // also back from the way
  kLeaveReturn,
  kExit,
  kDeath,
  kTransferOut,
  kLeaveDeparture,
  kEndElsewhere,  // the stay ended on leave or under way: nobody who is there leaves
};

bool IsEntry(MoveKind kind);  // the first four

struct Move {
  FactTime time;
  MoveKind kind = MoveKind::kArrival;
  reception::v1::ExitReason exit_reason = reception::v1::EXIT_REASON_UNSPECIFIED;  // of ends
};

// A stay's moves at this centre in the order in which they took effect.
struct StayAtCentre {
  std::string person;
  std::vector<Move> moves;
};

// Present over [from, until); until is the end of time while it lasts.
struct Presence {
  absl::Time from;
  absl::Time until;
};

// The times over which the stay's person is there. An entry of one who is there, and a leaving of
// one who is not (facts told late or twice), change nothing.
std::vector<Presence> PresencesOf(const StayAtCentre& stay);

struct CentreFacts {
  bool known = false;  // the centre was created
  std::string display_name;
  std::map<std::string, StayAtCentre> stays;  // by name
  std::vector<std::pair<FactTime, reception::v1::ServiceDelivered>> services;
};

// Reads one centre from the centres' journal.
absl::StatusOr<CentreFacts> ReadCentre(const es::Rows& centres, std::string_view centre,
                                       const TimeCut& cut);

// In use at a centre over [from, until); until is the end of time while it lasts.
struct Use {
  std::string centre;
  absl::Time from;
  absl::Time until = absl::InfiniteFuture();
};

// Counts persons who were at centres while things were in use there. Keeps what it has read and
// counted, since many things come into use at one moment. `centres` outlives it; one thread.
class PeopleServed {
 public:
  PeopleServed(const es::Rows& centres, TimeCut cut) : centres_(centres), cut_(cut) {}

  // Distinct persons present at some instant of any of the uses, at its centre.
  absl::StatusOr<int64_t> Count(const std::vector<Use>& uses);

  // Distinct persons over all that was counted.
  int64_t CountAll() const;

 private:
  struct PersonPresence {
    int person;
    Presence presence;
  };
  using People = std::vector<int>;  // numbers of persons, sorted
  absl::StatusOr<const std::vector<PersonPresence>*> At(const std::string& centre);
  absl::StatusOr<const People*> During(const Use& use);

  const es::Rows& centres_;
  TimeCut cut_;
  std::map<std::string, int> numbers_;  // a person has one, at whatever centre
  std::map<std::string, std::vector<PersonPresence>> presences_;  // by centre
  std::map<std::tuple<std::string, absl::Time, absl::Time>, People> counted_;
};

}  // namespace prihvat::reporting
