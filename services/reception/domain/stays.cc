#include "services/reception/domain/stays.h"

#include <algorithm>

#include "services/reception/domain/bed_use.h"
#include "services/reception/domain/centres.h"
#include "services/reception/domain/conflicts.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {
namespace {

std::string_view OpenMoves(v1::StayState state) {
  switch (state) {
    case v1::STAY_STATE_CHECKED_IN:
      return "assign bed, start leave, request transfer, check out";
    case v1::STAY_STATE_ON_LEAVE:
      return "assign bed, return from leave, check out";
    case v1::STAY_STATE_TRANSFER_REQUESTED:
      return "assign bed, withdraw transfer, depart, check out";
    case v1::STAY_STATE_IN_TRANSIT:
      return "arrive, check out";
    default:
      return "none";
  }
}

}  // namespace

std::optional<es::Rejection> FindStay(const es::View& view, std::string_view name,
                                      std::string_view etag,
                                      std::initializer_list<v1::StayState> from,
                                      std::string_view wish, const es::Context& context,
                                      const v1::Stay*& stay) {
  if (auto no = Require(view, "name", name, context, stay)) return no;
  if (auto no = CheckEtag(name, etag, *stay)) return no;
  if (std::find(from.begin(), from.end(), stay->state()) == from.end()) {
    return es::WrongState(name, ShortName(v1::StayState_Name(stay->state()), "STAY_STATE_"), wish,
                          OpenMoves(stay->state()));
  }
  return std::nullopt;
}

std::optional<es::Rejection> CheckStayMove(const es::View& view, std::string_view name,
                                           std::string_view etag,
                                           std::initializer_list<v1::StayState> from,
                                           std::string_view wish, const es::Context& context,
                                           const v1::Stay*& stay) {
  if (auto no = FindStay(view, name, etag, from, wish, context, stay)) return no;
  const absl::Time last = std::max(FromProto(stay->state_time()),
                                   BedUseStart(view, BedName(stay->bed()), StayName(name)));
  return CheckNotBefore(name, last, context);
}

std::optional<es::Rejection> RequireBedOf(const es::View& view, std::string_view centre,
                                          std::string_view bed, const es::Context& context,
                                          const v1::Bed*& found) {
  found = nullptr;
  if (bed.empty()) return std::nullopt;
  if (auto no =
          CheckReference("bed", bed, fmt::format("centres/{}/beds/*", IdOf(centre)), context)) {
    return no;
  }
  return Require(view, "bed", bed, context, found);
}

std::optional<es::Rejection> CheckOrReportBed(const es::View& view, const v1::Bed* bed,
                                              std::string_view stay, std::string_view person,
                                              bool reported_fact, es::Context& context,
                                              es::Decision& decision) {
  if (bed == nullptr) return std::nullopt;
  const BedWish wish{
      .bed = bed->name(), .stay = stay, .person = person, .when = {context.effective_at}};
  if (!reported_fact) return CheckBedFree(view, *bed, wish, context);
  AddBedConflicts(view, *bed, wish, context, decision);
  return std::nullopt;
}

std::optional<es::Rejection> CheckOrReportCentre(const es::View& view, const v1::Centre& centre,
                                                 std::string_view stay, bool reported_fact,
                                                 es::Context& context, es::Decision& decision) {
  const std::optional<std::string> why = WhyCentreTakesNobody(view, centre, context);
  if (!why) return std::nullopt;
  if (!reported_fact) return CentreNotOpen(centre, *why);
  decision.Add(Detected({.kind = v1::CONFLICT_KIND_CENTRE_NOT_OPEN,
                         .centre = centre.name(),
                         .bed = "",
                         .fact = std::string(stay),
                         .other = centre.name(),
                         .description = fmt::format("{}, and {} came", *why, stay)},
                        context));
  return std::nullopt;
}

void SetState(v1::Stay& stay, v1::StayState state, const es::EventContext& context) {
  stay.set_state(state);
  stay.clear_bed_moves();
  *stay.mutable_state_time() = ToProto(context.effective_at);
  stay.set_without_bed(stay.bed().empty() && state != v1::STAY_STATE_IN_TRANSIT &&
                       state != v1::STAY_STATE_CHECKED_OUT);
  Stamp(stay, context);
}

}  // namespace prihvat::reception
