// What happens in a stay: another bed, leave, transfer between centres, check-out.
#include <algorithm>

#include "libs/base/civil.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "services/reception/domain/bed_use.h"
#include "services/reception/domain/centres.h"
#include "services/reception/domain/conflicts.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/registration.h"
#include "services/reception/domain/stays.h"

namespace prihvat::reception {
namespace {

template <class Event>
Event About(const v1::Stay& stay) {
  Event event;
  event.set_stay(stay.name());
  event.set_person(stay.person());
  return event;
}

es::Decision DecideAssignBed(const es::View& view, const v1::AssignBedRequest& command,
                             es::Context& context) {
  const v1::Stay* stay = nullptr;
  if (auto no = CheckStayMove(
          view, command.name(), command.etag(),
          {v1::STAY_STATE_CHECKED_IN, v1::STAY_STATE_TRANSFER_REQUESTED, v1::STAY_STATE_ON_LEAVE},
          "be given a bed", context, stay)) {
    return *std::move(no);
  }
  if (command.bed().empty()) return es::InvalidField("bed", "must be given");
  const v1::Bed* bed = nullptr;
  if (auto no = RequireBedOf(view, stay->centre(), command.bed(), context, bed)) {
    return *std::move(no);
  }
  if (command.bed() == stay->bed()) return es::Accepted().Naming(command.name());

  auto event = About<v1::BedAssigned>(*stay);
  event.set_centre(stay->centre());
  event.set_bed(command.bed());
  event.set_previous_bed(stay->bed());
  event.set_stay_state(stay->state());
  es::Decision decision = es::Accepted(std::move(event)).Naming(command.name());
  if (auto no = CheckOrReportBed(view, bed, stay->name(), stay->person(), command.reported_fact(),
                                 context, decision)) {
    return *std::move(no);
  }
  return decision;
}

void FoldBedAssigned(es::Entities& entities, const v1::BedAssigned& event,
                     const es::EventContext& context) {
  LeaveBed(entities, BedName(event.previous_bed()), StayName(event.stay()), false, context);
  TakeBed(entities, BedName(event.bed()), StayName(event.stay()), PersonName(event.person()),
          event.stay_state() == v1::STAY_STATE_ON_LEAVE ? v1::BED_USE_KIND_HELD
                                                        : v1::BED_USE_KIND_OCCUPIED,
          context);
  entities.Edit<v1::Stay>(event.stay(), [&](v1::Stay& stay) {
    stay.set_bed(event.bed());
    stay.set_without_bed(false);
    if (stay.bed_moves_size() == kBedMovesKept) stay.mutable_bed_moves()->DeleteSubrange(0, 1);
    v1::BedMove& move = *stay.add_bed_moves();
    move.set_bed(event.bed());
    move.set_previous_bed(event.previous_bed());
    *move.mutable_move_time() = ToProto(context.effective_at);
    Stamp(stay, context);
  });
}

es::Decision DecideStartLeave(const es::View& view, const v1::StartLeaveRequest& command,
                              es::Context& context) {
  const v1::Stay* stay = nullptr;
  if (auto no = CheckStayMove(view, command.name(), command.etag(), {v1::STAY_STATE_CHECKED_IN},
                              "go on leave", context, stay)) {
    return *std::move(no);
  }
  auto event = About<v1::LeaveStarted>(*stay);
  event.set_centre(stay->centre());
  event.set_bed(stay->bed());
  event.set_bed_kept(command.keep_bed() && !stay->bed().empty());
  if (command.has_expected_return_time()) {
    if (auto no = CheckTimestamp("expected_return_time", command.expected_return_time())) {
      return *std::move(no);
    }
    if (FromProto(command.expected_return_time()) <= context.effective_at) {
      return es::InvalidField("expected_return_time",
                              fmt::format("should be after {}, when the leave begins",
                                          Say(context.effective_at, context.zone)));
    }
    if (event.bed_kept()) {
      if (auto no = CheckHorizon("expected_return_time", FromProto(command.expected_return_time()),
                                 context)) {
        return *std::move(no);
      }
    }
    *event.mutable_expected_return_time() = command.expected_return_time();
  }
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldLeaveStarted(es::Entities& entities, const v1::LeaveStarted& event,
                      const es::EventContext& context) {
  if (event.bed_kept()) {
    ChangeBedUse(entities, BedName(event.bed()), StayName(event.stay()), v1::BED_USE_KIND_HELD,
                 context);
  } else {
    LeaveBed(entities, BedName(event.bed()), StayName(event.stay()), false, context);
  }
  entities.Edit<v1::Stay>(event.stay(), [&](v1::Stay& stay) {
    if (!event.bed_kept()) stay.clear_bed();
    if (event.has_expected_return_time()) {
      *stay.mutable_expected_return_time() = event.expected_return_time();
    }
    SetState(stay, v1::STAY_STATE_ON_LEAVE, context);
  });
}

es::Decision DecideReturnFromLeave(const es::View& view, const v1::ReturnFromLeaveRequest& command,
                                   es::Context& context) {
  const v1::Stay* stay = nullptr;
  if (auto no = CheckStayMove(view, command.name(), command.etag(), {v1::STAY_STATE_ON_LEAVE},
                              "return from leave", context, stay)) {
    return *std::move(no);
  }
  const v1::Bed* bed = nullptr;
  if (auto no = RequireBedOf(view, stay->centre(), command.bed(), context, bed)) {
    return *std::move(no);
  }
  const bool another_bed = bed != nullptr && bed->name() != stay->bed();
  auto event = About<v1::LeaveEnded>(*stay);
  event.set_centre(stay->centre());
  event.set_bed(another_bed ? command.bed() : stay->bed());
  if (another_bed) event.set_released_bed(stay->bed());
  es::Decision decision = es::Accepted(std::move(event)).Naming(command.name());
  if (auto no = CheckOrReportBed(view, another_bed ? bed : nullptr, stay->name(), stay->person(),
                                 command.reported_fact(), context, decision)) {
    return *std::move(no);
  }
  return decision;
}

void FoldLeaveEnded(es::Entities& entities, const v1::LeaveEnded& event,
                    const es::EventContext& context) {
  const auto* before = entities.Find<v1::Stay>(event.stay());
  if (before != nullptr && before->bed() == event.bed()) {
    ChangeBedUse(entities, BedName(event.bed()), StayName(event.stay()), v1::BED_USE_KIND_OCCUPIED,
                 context);
  } else {
    LeaveBed(entities, BedName(event.released_bed()), StayName(event.stay()), false, context);
    TakeBed(entities, BedName(event.bed()), StayName(event.stay()), PersonName(event.person()),
            v1::BED_USE_KIND_OCCUPIED, context);
  }
  entities.Edit<v1::Stay>(event.stay(), [&](v1::Stay& stay) {
    stay.set_bed(event.bed());
    stay.clear_expected_return_time();
    SetState(stay, v1::STAY_STATE_CHECKED_IN, context);
  });
}

es::Decision DecideRequestTransfer(const es::View& view, const v1::RequestTransferRequest& command,
                                   es::Context& context) {
  const v1::Stay* stay = nullptr;
  if (auto no = CheckStayMove(view, command.name(), command.etag(), {v1::STAY_STATE_CHECKED_IN},
                              "be moved to another centre", context, stay)) {
    return *std::move(no);
  }
  const v1::Centre* to = nullptr;
  if (auto no = Require(view, "to_centre", command.to_centre(), context, to)) {
    return *std::move(no);
  }
  if (command.to_centre() == stay->centre()) {
    return es::InvalidField("to_centre", fmt::format("is {}, where the person is", stay->centre()));
  }
  if (const auto why = WhyCentreTakesNobody(view, *to, context)) return CentreNotOpen(*to, *why);

  auto event = About<v1::TransferRequested>(*stay);
  event.set_from_centre(stay->centre());
  event.set_to_centre(command.to_centre());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldTransferRequested(es::Entities& entities, const v1::TransferRequested& event,
                           const es::EventContext& context) {
  entities.Edit<v1::Stay>(event.stay(), [&](v1::Stay& stay) {
    stay.set_transfer_centre(event.to_centre());
    SetState(stay, v1::STAY_STATE_TRANSFER_REQUESTED, context);
  });
}

v1::TransferWithdrawn Withdrawn(const v1::Stay& stay, std::string_view reason) {
  auto event = About<v1::TransferWithdrawn>(stay);
  event.set_from_centre(stay.centre());
  event.set_to_centre(stay.transfer_centre());
  event.set_reason(std::string(reason));
  return event;
}

es::Decision DecideWithdrawTransfer(const es::View& view,
                                    const v1::WithdrawTransferRequest& command,
                                    es::Context& context) {
  const v1::Stay* stay = nullptr;
  if (auto no =
          CheckStayMove(view, command.name(), command.etag(), {v1::STAY_STATE_TRANSFER_REQUESTED},
                        "have a transfer withdrawn", context, stay)) {
    return *std::move(no);
  }
  return es::Accepted(Withdrawn(*stay, command.reason())).Naming(command.name());
}

void FoldTransferWithdrawn(es::Entities& entities, const v1::TransferWithdrawn& event,
                           const es::EventContext& context) {
  entities.Edit<v1::Stay>(event.stay(), [&](v1::Stay& stay) {
    stay.clear_transfer_centre();
    SetState(stay, v1::STAY_STATE_CHECKED_IN, context);
  });
}

es::Decision DecideDepartTransfer(const es::View& view, const v1::DepartTransferRequest& command,
                                  es::Context& context) {
  const v1::Stay* stay = nullptr;
  if (auto no = CheckStayMove(view, command.name(), command.etag(),
                              {v1::STAY_STATE_TRANSFER_REQUESTED}, "depart", context, stay)) {
    return *std::move(no);
  }
  auto event = About<v1::TransferDeparted>(*stay);
  event.set_from_centre(stay->centre());
  event.set_to_centre(stay->transfer_centre());
  event.set_released_bed(stay->bed());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldTransferDeparted(es::Entities& entities, const v1::TransferDeparted& event,
                          const es::EventContext& context) {
  LeaveBed(entities, BedName(event.released_bed()), StayName(event.stay()), false, context);
  CountOnTheBooks(entities, event.from_centre(), -1);
  entities.Edit<v1::Stay>(event.stay(), [&](v1::Stay& stay) {
    stay.clear_bed();
    stay.set_transfer_centre(event.to_centre());
    SetState(stay, v1::STAY_STATE_IN_TRANSIT, context);
  });
}

es::Decision DecideArriveTransfer(const es::View& view, const v1::ArriveTransferRequest& command,
                                  es::Context& context) {
  const v1::Stay* stay = nullptr;
  if (auto no = CheckStayMove(view, command.name(), command.etag(), {v1::STAY_STATE_IN_TRANSIT},
                              "arrive", context, stay)) {
    return *std::move(no);
  }
  const std::string where = command.centre().empty() ? stay->transfer_centre() : command.centre();
  const v1::Centre* centre = nullptr;
  if (auto no = Require(view, "centre", where, context, centre)) return *std::move(no);
  if (where != stay->transfer_centre() && where != stay->centre()) {
    return es::InvalidField("centre", fmt::format("is {}; the person is under way from {} to {}",
                                                  where, stay->centre(), stay->transfer_centre()));
  }
  const v1::Bed* bed = nullptr;
  if (auto no = RequireBedOf(view, where, command.bed(), context, bed)) return *std::move(no);

  auto event = About<v1::TransferArrived>(*stay);
  event.set_from_centre(stay->centre());
  event.set_centre(where);
  event.set_bed(command.bed());
  event.set_reported_fact(command.reported_fact());
  es::Decision decision = es::Accepted(std::move(event)).Naming(command.name());
  if (auto no = CheckOrReportCentre(view, *centre, stay->name(), command.reported_fact(), context,
                                    decision)) {
    return *std::move(no);
  }
  if (auto no = CheckOrReportBed(view, bed, stay->name(), stay->person(), command.reported_fact(),
                                 context, decision)) {
    return *std::move(no);
  }
  return decision;
}

void FoldTransferArrived(es::Entities& entities, const v1::TransferArrived& event,
                         const es::EventContext& context) {
  TakeBed(entities, BedName(event.bed()), StayName(event.stay()), PersonName(event.person()),
          v1::BED_USE_KIND_OCCUPIED, context);
  CountOnTheBooks(entities, event.centre(), 1);
  entities.Edit<v1::Stay>(event.stay(), [&](v1::Stay& stay) {
    stay.set_centre(event.centre());
    stay.set_bed(event.bed());
    stay.clear_transfer_centre();
    SetState(stay, v1::STAY_STATE_CHECKED_IN, context);
  });
}

// The exit comes after the last move of the stay's state. That somebody was given another bed is no
// such move: an exit before it is a fact, and the move the error.
std::optional<es::Rejection> CheckExitTime(const v1::Stay& stay, const es::Context& context) {
  absl::Time last = FromProto(stay.state_time());
  if (stay.bed_moves_size() == kBedMovesKept) {  // what was before these is not known here any more
    last = std::max(last, FromProto(stay.bed_moves(0).move_time()));
  }
  return CheckNotBefore(stay.name(), last, context);
}

// Names the bed that was given to somebody who had left by then.
void ReportMovesAfterExit(const v1::Stay& stay, es::Context& context, es::Decision& decision) {
  for (const v1::BedMove& move : stay.bed_moves()) {
    const absl::Time moved = FromProto(move.move_time());
    if (moved <= context.effective_at) continue;
    decision.Add(Detected(
        {.kind = v1::CONFLICT_KIND_BED_MOVE_AFTER_EXIT,
         .centre = stay.centre(),
         .bed = move.bed(),
         .fact = stay.name(),
         .other = move.bed(),
         .description = fmt::format(
             "{} left at {}, and was told before to have been given {} at {}", stay.name(),
             Say(context.effective_at, context.zone), move.bed(), Say(moved, context.zone))},
        context));
  }
}

es::Decision DecideCheckOut(const es::View& view, const v1::CheckOutRequest& command,
                            es::Context& context) {
  const v1::Stay* stay = nullptr;
  if (auto no = FindStay(view, command.name(), command.etag(),
                         {v1::STAY_STATE_CHECKED_IN, v1::STAY_STATE_ON_LEAVE,
                          v1::STAY_STATE_TRANSFER_REQUESTED, v1::STAY_STATE_IN_TRANSIT},
                         "be ended", context, stay)) {
    return *std::move(no);
  }
  if (auto no = CheckExitTime(*stay, context)) return *std::move(no);
  if (command.reason() == v1::EXIT_REASON_UNSPECIFIED ||
      !v1::ExitReason_IsValid(command.reason())) {
    return es::InvalidField("reason", "must be given");
  }
  es::Decision decision = es::Accepted().Naming(command.name());
  v1::StayState previous = stay->state();
  if (previous == v1::STAY_STATE_TRANSFER_REQUESTED) {
    // An exit is a fact, whatever was planned: the plan falls with it.
    decision.Add(Withdrawn(*stay, "the stay ended"));
    previous = v1::STAY_STATE_CHECKED_IN;
  }
  const auto nights =
      base::NightsBetween(FromProto(stay->check_in_time()), context.effective_at, context.zone);
  PRIHVAT_CHECK(nights.ok(), "a check-out is not before its check-in");
  auto event = About<v1::CheckedOut>(*stay);
  event.set_centre(stay->centre());
  event.set_released_bed(stay->bed());
  event.set_bed_needs_cleaning(command.bed_needs_cleaning() && !stay->bed().empty());
  event.set_reason(command.reason());
  event.set_previous_state(previous);
  *event.mutable_check_in_time() = stay->check_in_time();
  event.set_nights(*nights);
  decision.Add(std::move(event));
  ReportMovesAfterExit(*stay, context, decision);
  return decision;
}

void FoldCheckedOut(es::Entities& entities, const v1::CheckedOut& event,
                    const es::EventContext& context) {
  LeaveBed(entities, BedName(event.released_bed()), StayName(event.stay()),
           event.bed_needs_cleaning(), context);
  // Beds that the person was told to have had after leaving stood empty.
  const v1::Stay before = *entities.Find<v1::Stay>(event.stay());
  for (const v1::BedMove& move : before.bed_moves()) {
    const absl::Time moved = FromProto(move.move_time());
    if (moved <= context.effective_at || move.previous_bed().empty()) continue;
    ShortenUse(entities, BedName(move.previous_bed()), moved, StayName(event.stay()), context);
  }
  if (event.previous_state() != v1::STAY_STATE_IN_TRANSIT) {
    CountOnTheBooks(entities, event.centre(), -1);
  }
  entities.Edit<v1::Stay>(event.stay(), [&](v1::Stay& stay) {
    stay.clear_bed();
    stay.clear_transfer_centre();
    stay.clear_expected_return_time();
    *stay.mutable_check_out_time() = ToProto(context.effective_at);
    stay.set_exit_reason(event.reason());
    stay.set_nights(event.nights());
    SetState(stay, v1::STAY_STATE_CHECKED_OUT, context);
  });
  entities.Edit<v1::Person>(event.person(), [&](v1::Person& person) {
    auto* open = person.mutable_open_stays();
    open->erase(std::remove(open->begin(), open->end(), event.stay()), open->end());
    Stamp(person, context);
  });
  if (FromProto(event.check_in_time()) >= context.effective_at) return;  // it lasted no time
  v1::PastStay past;
  past.set_stay(event.stay());
  *past.mutable_start_time() = event.check_in_time();
  *past.mutable_end_time() = ToProto(context.effective_at);
  entities.Put(PastStayName(event.person(), context.effective_at, event.stay()), past);
}

}  // namespace

void RegisterStayMoves(es::Decider& decider) {
  OnKnown<v1::AssignBedRequest, &DecideAssignBed>(decider);
  OnKnown<v1::StartLeaveRequest, &DecideStartLeave>(decider);
  OnKnown<v1::ReturnFromLeaveRequest, &DecideReturnFromLeave>(decider);
  OnKnown<v1::RequestTransferRequest, &DecideRequestTransfer>(decider);
  OnKnown<v1::WithdrawTransferRequest, &DecideWithdrawTransfer>(decider);
  OnKnown<v1::DepartTransferRequest, &DecideDepartTransfer>(decider);
  OnKnown<v1::ArriveTransferRequest, &DecideArriveTransfer>(decider);
  OnKnown<v1::CheckOutRequest, &DecideCheckOut>(decider);
  decider.Fold<v1::BedAssigned>(&FoldBedAssigned);
  decider.Fold<v1::LeaveStarted>(&FoldLeaveStarted);
  decider.Fold<v1::LeaveEnded>(&FoldLeaveEnded);
  decider.Fold<v1::TransferRequested>(&FoldTransferRequested);
  decider.Fold<v1::TransferWithdrawn>(&FoldTransferWithdrawn);
  decider.Fold<v1::TransferDeparted>(&FoldTransferDeparted);
  decider.Fold<v1::TransferArrived>(&FoldTransferArrived);
  decider.Fold<v1::CheckedOut>(&FoldCheckedOut);
}

}  // namespace prihvat::reception
