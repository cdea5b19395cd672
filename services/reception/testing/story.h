// A story told to the reception service: commands at times of Sarajevo, decided and folded into the
// entities and, commit by commit, into the views. For tests only; one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "libs/es/decider.h"
#include "libs/es/rows.h"
#include "prihvat/log/v1/record.pb.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"

namespace prihvat::reception::testing {

inline constexpr std::string_view kOperation = "operations/ba";

std::string Centre(std::string_view id);  // operations/ba/centres/ID
std::string Bed(std::string_view centre_id, std::string_view bed_id);
std::string Person(std::string_view id);
std::string Stay(std::string_view id);

// Folds a commit at that offset into entities and views, as the runtime would.
void Fold(const log::v1::Commit& commit, int64_t offset, es::MapRows& entities,
          es::MapRows& presence);

class Story {
 public:
  // operations/ba in the zone Europe/Sarajevo, at noon of 13 July 2023.
  Story();

  // The time of what follows: of recording and of taking effect.
  Story& At(absl::Time time);
  Story& At(absl::CivilSecond local) { return At(absl::FromCivil(local, zone_)); }
  // The next command took effect then.
  Story& Effective(absl::Time time);
  Story& Effective(absl::CivilSecond local) { return Effective(absl::FromCivil(local, zone_)); }

  // Decides a command; what is accepted happens.
  const es::Decision& Tell(const google::protobuf::Message& command);
  // The same, and expects it to be accepted.
  const es::Decision& Do(const google::protobuf::Message& command);
  // Expects a rejection for that reason; answers its message.
  std::string Refused(const google::protobuf::Message& command, std::string_view reason);
  // An event that no decision made, as another build might have written it.
  void Happened(const google::protobuf::Message& event);

  // An open centre with one room and beds b1 .. bN.
  void OpenCentre(std::string_view id, int beds);
  void Register(std::string_view person_id);
  // Registers the person p-ID and begins the stay s-ID there; `bed` is a bed's id, "" for none.
  const es::Decision& Arrive(std::string_view id, std::string_view centre_id,
                             std::string_view bed = "");
  // The commands of the stay s-ID.
  v1::CheckInRequest CheckIn(std::string_view id, std::string_view centre_id,
                             std::string_view bed = "") const;
  const es::Decision& Leave(std::string_view id, bool keep_bed);
  const es::Decision& Return(std::string_view id);
  const es::Decision& AskTransfer(std::string_view id, std::string_view to_centre_id);
  const es::Decision& Depart(std::string_view id);
  const es::Decision& ArriveThere(std::string_view id, std::string_view bed_name = "");
  const es::Decision& Exit(std::string_view id, v1::ExitReason reason = v1::EXIT_REASON_DEPARTED);

  template <class T>
  T Entity(std::string_view name) const {
    es::View view(entities_);
    const T* found = view.Find<T>(name);
    EXPECT_NE(found, nullptr) << "no " << name;
    return found == nullptr ? T() : *found;
  }
  // The resources directly in a collection of the operation, such as "conflicts".
  template <class T>
  std::vector<T> All(std::string_view collection) const {
    std::vector<T> all;
    es::View view(entities_);
    view.ForEach<T>(std::string(kOperation) + "/" + std::string(collection),
                    [&](std::string_view, const T& entity) {
                      all.push_back(entity);
                      return true;
                    });
    return all;
  }

  v1::Presence PresenceNow(std::string_view centre_id) const;
  v1::Presence PresenceAsOf(std::string_view centre_id, absl::CivilSecond local) const;
  v1::NationalPresence NationalNow() const;
  v1::Census CensusOfDay(std::string_view centre_id, absl::CivilDay day) const;
  v1::NationalCensus NationalCensusOfDay(absl::CivilDay day) const;
  v1::Occupancy OccupancyNow(std::string_view centre_id) const;

  // All that happened, commit by commit.
  const std::vector<log::v1::Commit>& log() const { return log_; }
  const es::MapRows& entities() const { return entities_; }
  const es::MapRows& presence() const { return presence_; }
  absl::Time now() const { return now_; }
  absl::Time effective_at() const { return effective_at_; }  // of the next command
  absl::TimeZone zone() const { return zone_; }

 private:
  void Commit(const std::vector<const google::protobuf::Message*>& events);

  absl::TimeZone zone_;
  absl::Time now_;
  absl::Time effective_at_;
  uint64_t random_ = 7;
  std::vector<log::v1::Commit> log_;
  es::MapRows entities_;
  es::MapRows presence_;
  std::unique_ptr<es::Decision> decision_;
};

}  // namespace prihvat::reception::testing
