// Why the reception service says no. Facts are not refused for a broken rule: see conflicts.h.
#pragma once

#include <span>

#include "libs/es/decision.h"

namespace prihvat::reception {

inline constexpr es::Reason kBedTaken{
    "BED_TAKEN", absl::StatusCode::kFailedPrecondition,
    "Somebody has the bed, or is to have it, at that time: a bed is given to one person at a time.",
    "Take another bed, or check in without one; what has happened already is told with "
    "reported_fact."};
inline constexpr es::Reason kBedBlocked{"BED_BLOCKED", absl::StatusCode::kFailedPrecondition,
                                        "The bed is out of use.",
                                        "Take another bed, or put this one back into use."};
inline constexpr es::Reason kBedNotReady{"BED_NOT_READY", absl::StatusCode::kFailedPrecondition,
                                         "The bed is being made ready for the next person.",
                                         "Take another bed, or record that this one is ready."};
inline constexpr es::Reason kOpenStay{
    "OPEN_STAY", absl::StatusCode::kFailedPrecondition,
    "The person has another stay at that time: one open stay a person.",
    "Transfer or end the other stay; what has happened already is told with reported_fact."};
inline constexpr es::Reason kCentreNotOpen{
    "CENTRE_NOT_OPEN", absl::StatusCode::kFailedPrecondition,
    "The centre did not take people at that time.",
    "Open the centre, choose another, or correct the effective time; what has happened already is "
    "told with reported_fact."};
inline constexpr es::Reason kCentreNotEmpty{
    "CENTRE_NOT_EMPTY", absl::StatusCode::kFailedPrecondition,
    "People have open stays at the centre.", "Transfer them or end their stays first."};
inline constexpr es::Reason kBeforeLastMove{
    "BEFORE_LAST_MOVE", absl::StatusCode::kFailedPrecondition,
    "The move would take effect before the one that it follows.",
    "Correct the effective time; moves are told in the order in which they happened."};
inline constexpr es::Reason kNoReservation{"NO_RESERVATION", absl::StatusCode::kFailedPrecondition,
                                           "The bed is not promised to that person.",
                                           "Get the bed to see to whom it is promised."};

inline constexpr es::Reason kAgencyNotYours{
    "AGENCY_NOT_YOURS", absl::StatusCode::kPermissionDenied,
    "An agency tells of its own deliveries only.",
    "Name your own organisation, or have the other one tell of it."};

// All of them, for the error catalogue.
inline std::span<const es::Reason* const> ReceptionReasons() {
  static constexpr const es::Reason* kAll[] = {
      &kBedTaken,       &kBedBlocked,     &kBedNotReady,   &kOpenStay,       &kCentreNotOpen,
      &kCentreNotEmpty, &kBeforeLastMove, &kNoReservation, &kAgencyNotYours,
  };
  return kAll;
}

}  // namespace prihvat::reception
