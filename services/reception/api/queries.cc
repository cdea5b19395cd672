#include "services/reception/api/queries.h"

#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/rpc/errors.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/domain/bed_use.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/policy.h"
#include "services/reception/domain/responsibilities.h"
#include "services/reception/domain/times.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception {
namespace {

// What is asked for as of a time: now where nothing is said. Nobody knows what is to come.
absl::StatusOr<absl::Time> AsOf(const rpc::ReadContext& reads, bool given,
                                const google::protobuf::Timestamp& as_of) {
  if (!given) return reads.now();
  const absl::Time time = FromProto(as_of);
  const Policy& policy = PolicyOn(absl::ToCivilDay(reads.now(), reads.zone()));
  if (time <= reads.now() + policy.skew) return time;
  return rpc::Reject(es::InvalidField(
      "as_of_time",
      fmt::format("{} is after now, {}", Say(time, reads.zone()), Say(reads.now(), reads.zone()))));
}

// The day of a census: yesterday where nothing is said. Today's is as far as it has come.
absl::StatusOr<absl::CivilDay> DayOf(const rpc::ReadContext& reads, bool given,
                                     const google::type::Date& date) {
  const absl::CivilDay today = absl::ToCivilDay(reads.now(), reads.zone());
  if (!given) return today - 1;
  const auto day = CheckedFromProto(date);
  if (!day.ok()) {
    return rpc::Reject(es::InvalidField("day", base::FromAbsl(day.status().message())));
  }
  if (*day <= today) return *day;
  return rpc::Reject(es::InvalidField(
      "day",
      fmt::format("{} is after today, {}", base::FormatDate(*day), base::FormatDate(today))));
}

}  // namespace

absl::Status AnswerBed(const rpc::ReadContext& reads, const v1::GetBedRequest& request,
                       v1::Bed& bed) {
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), bed));
  bed.set_state(BedStateAt(bed, reads.now()));
  return absl::OkStatus();
}

absl::Status AnswerBeds(const rpc::ReadContext& reads, const v1::ListBedsRequest& request,
                        v1::ListBedsResponse& page) {
  std::string last;
  const auto visit = [&](std::string_view name, std::string_view) {
    absl::StatusOr<v1::Bed> bed = reads.Find<v1::Bed>(name);
    if (!bed.ok()) return true;
    bed->set_state(BedStateAt(*bed, reads.now()));
    const bool kept =
        (request.room().empty() || request.room() == bed->room()) &&
        (request.state() == v1::BED_STATE_UNSPECIFIED || request.state() == bed->state());
    if (!kept) return true;
    if (page.beds_size() == reads.page_size()) {
      reads.NextPage(last);
      return false;
    }
    last = std::string(name);
    *page.add_beds() = *std::move(bed);
    return true;
  };
  reads.entities().rows().Scan(request.parent() + "/beds/", reads.page_after(), visit);
  return absl::OkStatus();
}

absl::Status AnswerResponsibleBody(const rpc::ReadContext& reads,
                                   const v1::GetResponsibleBodyRequest& request,
                                   v1::ResponsibleBody& body) {
  v1::Responsibility responsibility;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), responsibility));
  PRIHVAT_ASSIGN_OR_RETURN(const absl::Time as_of,
                           AsOf(reads, request.has_as_of_time(), request.as_of_time()));
  const v1::ResponsibleBody* found = ResponsibleAt(responsibility, as_of);
  if (found == nullptr) {
    return rpc::Reject(es::Rejected(es::kNotFound)
                           .Saying(fmt::format("nobody is known to have answered for {} at {}",
                                               request.name(), Say(as_of, reads.zone())))
                           .With("name", request.name()));
  }
  body = *found;
  return absl::OkStatus();
}

absl::Status AnswerPresence(const rpc::ReadContext& reads, const v1::GetPresenceRequest& request,
                            v1::Presence& presence) {
  v1::Centre centre;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), centre));
  PRIHVAT_ASSIGN_OR_RETURN(const absl::Time as_of,
                           AsOf(reads, request.has_as_of_time(), request.as_of_time()));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, reads.view(kPresenceView));
  presence = PresenceAt(*rows, request.name(), as_of, request.include_people());
  return absl::OkStatus();
}

absl::Status AnswerNationalPresence(const rpc::ReadContext& reads,
                                    const v1::GetNationalPresenceRequest& request,
                                    v1::NationalPresence& presence) {
  v1::OperationFacts operation;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), operation));
  PRIHVAT_ASSIGN_OR_RETURN(const absl::Time as_of,
                           AsOf(reads, request.has_as_of_time(), request.as_of_time()));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, reads.view(kPresenceView));
  presence = NationalPresenceAt(*rows, request.name(), as_of);
  return absl::OkStatus();
}

absl::Status AnswerCensus(const rpc::ReadContext& reads, const v1::GetCensusRequest& request,
                          v1::Census& census) {
  v1::Centre centre;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), centre));
  PRIHVAT_ASSIGN_OR_RETURN(const absl::CivilDay day,
                           DayOf(reads, request.has_day(), request.day()));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, reads.view(kPresenceView));
  census = CensusOf(*rows, request.name(), day, reads.zone());
  return absl::OkStatus();
}

absl::Status AnswerNationalCensus(const rpc::ReadContext& reads,
                                  const v1::GetNationalCensusRequest& request,
                                  v1::NationalCensus& census) {
  v1::OperationFacts operation;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), operation));
  PRIHVAT_ASSIGN_OR_RETURN(const absl::CivilDay day,
                           DayOf(reads, request.has_day(), request.day()));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, reads.view(kPresenceView));
  census = NationalCensusOf(*rows, request.name(), day, reads.zone());
  return absl::OkStatus();
}

absl::Status AnswerOccupancy(const rpc::ReadContext& reads, const v1::GetOccupancyRequest& request,
                             v1::Occupancy& occupancy) {
  v1::Centre centre;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), centre));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, reads.view(kPresenceView));
  occupancy = OccupancyAt(reads.entities(), *rows, centre, reads.now(), reads.zone());
  return absl::OkStatus();
}

}  // namespace prihvat::reception
