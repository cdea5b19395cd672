#include "services/reporting/views/centre_summary.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/base/civil.h"
#include "libs/base/status_macros.h"
#include "services/reporting/views/centre_facts.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

void Count(v1::CentreMovements& movements, MoveKind kind) {
  switch (kind) {
    case MoveKind::kArrival:
      return movements.set_arrivals(movements.arrivals() + 1);
    case MoveKind::kBirth:
      return movements.set_births(movements.births() + 1);
    case MoveKind::kTransferIn:
      return movements.set_transfers_in(movements.transfers_in() + 1);
    case MoveKind::kLeaveReturn:
      return movements.set_leave_returns(movements.leave_returns() + 1);
    case MoveKind::kExit:
      return movements.set_exits(movements.exits() + 1);
    case MoveKind::kDeath:
      return movements.set_deaths(movements.deaths() + 1);
    case MoveKind::kTransferOut:
      return movements.set_transfers_out(movements.transfers_out() + 1);
    case MoveKind::kLeaveDeparture:
      return movements.set_leave_departures(movements.leave_departures() + 1);
    case MoveKind::kEndElsewhere:
      return;
  }
}

// What is counted over the stays, before it is laid out by day.
struct Tally {
  std::map<absl::CivilDay, v1::CentreMovements> movements;  // of the days that had any
  std::map<absl::CivilDay, int64_t> change;                 // of who is present, by local day
  int64_t before = 0;                                       // present when the first day began
  std::set<std::string> persons;
  std::map<std::string, int64_t> exits;  // by reason
};

void TallyStay(const StayAtCentre& stay, const CentrePeriod& period, Tally& tally) {
  bool there = false;
  for (const Move& move : stay.moves) {
    const absl::CivilDay day = base::LocalDay(move.time.effective, period.zone);
    const bool within = period.first <= day && day <= period.last;
    if (within && move.exit_reason != reception::v1::EXIT_REASON_UNSPECIFIED) {
      ++tally.exits[reception::v1::ExitReason_Name(move.exit_reason)];
    }
    // What PresencesOf leaves out changes nothing here either.
    if (move.kind == MoveKind::kEndElsewhere || IsEntry(move.kind) == there) continue;
    there = !there;
    const int64_t change = there ? 1 : -1;
    if (day < period.first) {
      tally.before += change;
    } else if (within) {
      tally.change[day] += change;
      Count(tally.movements[day], move.kind);
    }
  }
  const absl::Time start = base::DayStart(period.first, period.zone);
  const absl::Time end = base::DayStart(period.last + 1, period.zone);
  for (const Presence& presence : PresencesOf(stay)) {
    if (std::max(presence.from, start) < std::min(presence.until, end)) {
      tally.persons.insert(stay.person);
    }
  }
}

void LayOutDays(const CentrePeriod& period, Tally& tally, v1::CentreSummary& summary) {
  int64_t present = tally.before;
  summary.set_opening(present);
  for (absl::CivilDay day = period.first; day <= period.last; ++day) {
    v1::CentreDay& row = *summary.add_days();
    *row.mutable_date() = ToProto(day);
    row.set_opening(present);
    *row.mutable_movements() = tally.movements[day];
    present += tally.change[day];
    row.set_closing(present);
    summary.set_nights(summary.nights() + present);
  }
  summary.set_closing(present);
}

v1::CentreMovements Sum(const std::map<absl::CivilDay, v1::CentreMovements>& by_day) {
  v1::CentreMovements sum;
  for (const auto& [day, of_day] : by_day) {
    sum.set_arrivals(sum.arrivals() + of_day.arrivals());
    sum.set_births(sum.births() + of_day.births());
    sum.set_transfers_in(sum.transfers_in() + of_day.transfers_in());
    sum.set_leave_returns(sum.leave_returns() + of_day.leave_returns());
    sum.set_exits(sum.exits() + of_day.exits());
    sum.set_deaths(sum.deaths() + of_day.deaths());
    sum.set_transfers_out(sum.transfers_out() + of_day.transfers_out());
    sum.set_leave_departures(sum.leave_departures() + of_day.leave_departures());
  }
  return sum;
}

absl::Status AddServices(const CentreFacts& facts, const CentrePeriod& period,
                         v1::CentreSummary& summary) {
  std::map<std::tuple<std::string, std::string, std::string>, v1::ServiceSummary> services;
  for (const auto& [time, delivery] : facts.services) {
    const absl::CivilDay day = base::LocalDay(time.effective, period.zone);
    if (day < period.first || day > period.last) continue;
    const std::string kind = reception::v1::ServiceKind_Name(delivery.kind());
    v1::ServiceSummary& sum = services[{delivery.agency(), kind, delivery.unit()}];
    sum.set_agency(delivery.agency());
    sum.set_kind(kind);
    sum.set_unit(delivery.unit());
    sum.set_deliveries(sum.deliveries() + 1);
    sum.set_contacts(sum.contacts() + delivery.persons());
    PRIHVAT_ASSIGN_OR_RETURN(const base::Decimal so_far, CheckedFromProto(sum.quantity()));
    PRIHVAT_ASSIGN_OR_RETURN(const base::Decimal more, CheckedFromProto(delivery.quantity()));
    PRIHVAT_ASSIGN_OR_RETURN(const base::Decimal together, base::CheckedAdd(so_far, more));
    *sum.mutable_quantity() = ToProto(together);
  }
  for (auto& [key, sum] : services) *summary.add_services() = std::move(sum);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CentreSummary> SummariseCentre(const es::Rows& centres,
                                                  const CentrePeriod& period) {
  PRIHVAT_CHECK(period.first <= period.last, "the caller checks the period");
  PRIHVAT_ASSIGN_OR_RETURN(
      const CentreFacts facts,
      ReadCentre(centres, period.centre, TimeCut{.known_at = period.known_at}));
  if (!facts.known) return absl::NotFoundError(fmt::format("there is no {}", period.centre));

  Tally tally;
  for (const auto& [name, stay] : facts.stays) TallyStay(stay, period, tally);

  v1::CentreSummary summary;
  summary.set_centre(period.centre);
  summary.set_display_name(facts.display_name);
  *summary.mutable_start_date() = ToProto(period.first);
  *summary.mutable_end_date() = ToProto(period.last);
  *summary.mutable_movements() = Sum(tally.movements);
  LayOutDays(period, tally, summary);
  summary.set_persons(static_cast<int64_t>(tally.persons.size()));
  for (const auto& [reason, count] : tally.exits) {
    v1::ExitCount& exits = *summary.add_exit_reasons();
    exits.set_reason(reason);
    exits.set_count(count);
  }
  PRIHVAT_RETURN_IF_ERROR(AddServices(facts, period, summary));
  return summary;
}

}  // namespace prihvat::reporting
