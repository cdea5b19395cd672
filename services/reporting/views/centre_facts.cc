#include "services/reporting/views/centre_facts.h"

#include <algorithm>
#include <iterator>

#include "libs/base/status_macros.h"

namespace prihvat::reporting {
namespace {

namespace reception = ::prihvat::reception::v1;

MoveKind KindOf(const reception::CheckedOut& event) {
  const bool was_there = event.previous_state() == reception::STAY_STATE_CHECKED_IN ||
                         event.previous_state() == reception::STAY_STATE_TRANSFER_REQUESTED;
  if (!was_there) return MoveKind::kEndElsewhere;
  return event.reason() == reception::EXIT_REASON_DECEASED ? MoveKind::kDeath : MoveKind::kExit;
}

template <class Event>
void AddMove(CentreFacts& centre, const Event& event, Move move) {
  StayAtCentre& stay = centre.stays[event.stay()];
  stay.person = event.person();
  stay.moves.push_back(move);
}

template <class Event>
void ReadMoves(FactReader& reader, CentreFacts& centre, MoveKind kind) {
  reader.On<Event>([&centre, kind](const Event& event, const FactTime& time) {
    AddMove(centre, event, Move{time, kind});
    return absl::OkStatus();
  });
}

FactReader ReaderInto(CentreFacts& centre) {
  FactReader reader;
  reader.On<reception::CentreCreated>(
      [&centre](const reception::CentreCreated& event, const FactTime&) {
        centre.known = true;
        centre.display_name = event.display_name();
        return absl::OkStatus();
      });
  reader.On<reception::CheckedIn>(
      [&centre](const reception::CheckedIn& event, const FactTime& time) {
        const bool birth = event.origin() == reception::STAY_ORIGIN_BIRTH;
        AddMove(centre, event, Move{time, birth ? MoveKind::kBirth : MoveKind::kArrival});
        return absl::OkStatus();
      });
  reader.On<reception::CheckedOut>(
      [&centre](const reception::CheckedOut& event, const FactTime& time) {
        AddMove(centre, event, Move{time, KindOf(event), event.reason()});
        return absl::OkStatus();
      });
  ReadMoves<reception::TransferArrived>(reader, centre, MoveKind::kTransferIn);
  ReadMoves<reception::TransferDeparted>(reader, centre, MoveKind::kTransferOut);
  ReadMoves<reception::LeaveStarted>(reader, centre, MoveKind::kLeaveDeparture);
  ReadMoves<reception::LeaveEnded>(reader, centre, MoveKind::kLeaveReturn);
  reader.On<reception::ServiceDelivered>(
      [&centre](const reception::ServiceDelivered& event, const FactTime& time) {
        centre.services.emplace_back(time, event);
        return absl::OkStatus();
      });
  return reader;
}

}  // namespace

bool IsEntry(MoveKind kind) { return kind <= MoveKind::kLeaveReturn; }

std::vector<Presence> PresencesOf(const StayAtCentre& stay) {
  std::vector<Presence> presences;
  bool there = false;
  for (const Move& move : stay.moves) {
    if (IsEntry(move.kind) && !there) {
      presences.push_back({move.time.effective, absl::InfiniteFuture()});
      there = true;
    } else if (!IsEntry(move.kind) && move.kind != MoveKind::kEndElsewhere && there) {
      presences.back().until = move.time.effective;
      there = false;
    }
  }
  return presences;
}

absl::StatusOr<CentreFacts> ReadCentre(const es::Rows& centres, std::string_view centre,
                                       const TimeCut& cut) {
  CentreFacts facts;
  PRIHVAT_RETURN_IF_ERROR(ReaderInto(facts).Read(centres, centre, cut));
  for (auto& [name, stay] : facts.stays) {
    std::sort(stay.moves.begin(), stay.moves.end(),
              [](const Move& a, const Move& b) { return a.time < b.time; });
  }
  return facts;
}

absl::StatusOr<const std::vector<PeopleServed::PersonPresence>*> PeopleServed::At(
    const std::string& centre) {
  const auto [entry, is_new] = presences_.try_emplace(centre);
  if (is_new) {
    PRIHVAT_ASSIGN_OR_RETURN(const CentreFacts facts, ReadCentre(centres_, centre, cut_));
    for (const auto& [name, stay] : facts.stays) {
      const int person =
          numbers_.try_emplace(stay.person, static_cast<int>(numbers_.size())).first->second;
      for (const Presence& presence : PresencesOf(stay)) {
        entry->second.push_back({person, presence});
      }
    }
  }
  return &entry->second;
}

absl::StatusOr<const PeopleServed::People*> PeopleServed::During(const Use& use) {
  const auto [entry, is_new] = counted_.try_emplace({use.centre, use.from, use.until});
  if (is_new) {
    PRIHVAT_ASSIGN_OR_RETURN(const auto* const presences, At(use.centre));
    People& people = entry->second;
    for (const PersonPresence& at : *presences) {
      // Two half-open spans meet where the later start lies before the earlier end.
      if (std::max(at.presence.from, use.from) < std::min(at.presence.until, use.until)) {
        people.push_back(at.person);
      }
    }
    std::sort(people.begin(), people.end());
    people.erase(std::unique(people.begin(), people.end()), people.end());
  }
  return &entry->second;
}

absl::StatusOr<int64_t> PeopleServed::Count(const std::vector<Use>& uses) {
  People together;
  for (const Use& use : uses) {
    PRIHVAT_ASSIGN_OR_RETURN(const People* const people, During(use));
    if (uses.size() == 1) return static_cast<int64_t>(people->size());
    People merged;
    std::set_union(together.begin(), together.end(), people->begin(), people->end(),
                   std::back_inserter(merged));
    together = std::move(merged);
  }
  return static_cast<int64_t>(together.size());
}

int64_t PeopleServed::CountAll() const {
  std::vector<bool> counted(numbers_.size());
  for (const auto& [use, people] : counted_) {
    for (const int person : people) counted[static_cast<size_t>(person)] = true;
  }
  return std::count(counted.begin(), counted.end(), true);
}

}  // namespace prihvat::reporting
