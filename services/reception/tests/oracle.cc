#include "services/reception/tests/oracle.h"

#include "libs/base/check.h"
#include "libs/es/values.h"
#include "prihvat/reception/v1/events.pb.h"

namespace prihvat::reception::testing {
namespace {

template <class Event>
bool Is(const log::v1::Event& stored, Event& event) {
  if (stored.type() != event.GetTypeName()) return false;
  PRIHVAT_CHECK(event.ParseFromString(stored.payload()), stored.type());
  return true;
}

}  // namespace

Oracle::Oracle(const std::vector<log::v1::Commit>& log) {
  for (const log::v1::Commit& commit : log) {
    for (const log::v1::Event& event : commit.events()) {
      Tell(event, es::FromProto(event.effective_at()));
    }
  }
}

void Oracle::Tell(const log::v1::Event& event, absl::Time at) {
  v1::CheckedIn in;
  v1::BedAssigned bed;
  v1::LeaveStarted leave;
  v1::LeaveEnded back;
  v1::TransferDeparted departed;
  v1::TransferArrived arrived;
  v1::CheckedOut out;
  v1::ConflictDetected conflict;
  if (Is(event, in)) {
    stays_[in.stay()].person = in.person();
    stays_[in.stay()].spans.push_back({at, in.centre(), in.bed(), v1::STAY_STATE_CHECKED_IN});
  } else if (Is(event, bed)) {
    Span next = stays_.at(bed.stay()).spans.back();
    next.start = at;
    next.bed = bed.bed();
    stays_.at(bed.stay()).spans.push_back(next);
  } else if (Is(event, leave)) {
    stays_.at(leave.stay())
        .spans.push_back(
            {at, leave.centre(), leave.bed_kept() ? leave.bed() : "", v1::STAY_STATE_ON_LEAVE});
  } else if (Is(event, back)) {
    stays_.at(back.stay())
        .spans.push_back({at, back.centre(), back.bed(), v1::STAY_STATE_CHECKED_IN});
  } else if (Is(event, departed)) {
    stays_.at(departed.stay()).spans.push_back({at, "", "", v1::STAY_STATE_IN_TRANSIT});
  } else if (Is(event, arrived)) {
    stays_.at(arrived.stay())
        .spans.push_back({at, arrived.centre(), arrived.bed(), v1::STAY_STATE_CHECKED_IN});
  } else if (Is(event, out)) {
    stays_.at(out.stay()).spans.push_back({at, "", "", v1::STAY_STATE_CHECKED_OUT});
    stays_.at(out.stay()).nights = out.nights();
  } else if (Is(event, conflict)) {
    conflicts_.push_back({conflict.kind(), conflict.fact(), conflict.other()});
  }
}

bool Oracle::HasConflict(v1::ConflictKind kind, const std::string& a, const std::string& b) const {
  for (const ConflictTold& told : conflicts_) {
    if (told.kind != kind) continue;
    if ((told.fact == a && told.other == b) || (told.fact == b && told.other == a)) return true;
  }
  return false;
}

std::map<std::string, Oracle::Counts> Oracle::At(absl::Time time) const {
  std::map<std::string, Counts> counts;
  for (const auto& [name, stay] : stays_) {
    const Span* now = nullptr;
    for (const Span& span : stay.spans) {
      if (span.start <= time) now = &span;
    }
    if (now == nullptr || now->state == v1::STAY_STATE_CHECKED_OUT) continue;
    if (now->state == v1::STAY_STATE_ON_LEAVE) {
      ++counts[now->centre].on_leave;
    } else {
      ++counts[now->centre].present;
    }
  }
  return counts;
}

}  // namespace prihvat::reception::testing
