// Random lawful histories: thirty people in three small centres over twelve days, two of which have
// 23 or 25 hours, with facts told late, told wrongly and told twice. Whatever is accepted, the
// invariants hold, and presence and census agree with an oracle that knows the events only.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/random.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/domain/bed_use.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/times.h"
#include "services/reception/testing/story.h"
#include "services/reception/tests/oracle.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception {
namespace {

using testing::Bed;
using testing::Centre;
using testing::Oracle;
using testing::Person;
using testing::Stay;
using testing::Story;

constexpr int kPeople = 30;
constexpr int kBeds = 6;
constexpr int kCommands = 700;
const char* const kCentres[] = {"usivak", "blazuj", "lipa"};

// One history, told command by command.
class History {
 public:
  History(uint64_t seed, absl::CivilDay first_day) : random_(seed), first_day_(first_day) {
    story_.At(absl::CivilSecond(first_day));
    for (const char* centre : kCentres) story_.OpenCentre(centre, kBeds);
    for (int i = 0; i < kPeople; ++i) story_.Register(fmt::format("p-{}", i));
    for (int i = 0; i < kCommands; ++i) Step();
  }

  const Story& story() const { return story_; }
  absl::CivilDay first_day() const { return first_day_; }
  absl::CivilDay last_day() const { return absl::ToCivilDay(story_.now(), story_.zone()); }
  int accepted() const { return accepted_; }
  int rejected() const { return rejected_; }

 private:
  int Below(int bound) { return static_cast<int>(random_.Uniform(bound)); }
  bool OneIn(int times) { return Below(times) == 0; }

  std::string AnyBed(std::string_view centre) {
    return Bed(centre, fmt::format("b{}", Below(kBeds) + 1));
  }

  // Most of the time the stay that the person has, so that most commands make sense.
  std::string AnyStay() {
    const auto person = story_.Entity<v1::Person>(Person(fmt::format("p-{}", Below(kPeople))));
    if (!person.open_stays().empty() && !OneIn(20)) {
      return person.open_stays(Below(person.open_stays_size()));
    }
    return stays_ == 0 ? Stay("s-0") : Stay(fmt::format("s-{}", Below(stays_)));
  }

  void Step() {
    story_.At(story_.now() + absl::Minutes(Below(50)));
    if (OneIn(4)) story_.Effective(story_.now() - absl::Minutes(Below(600)));
    // At midnight itself, now and then.
    if (OneIn(25)) {
      story_.Effective(absl::FromCivil(absl::CivilDay(last_day()), story_.zone()));
    }
    switch (Below(10)) {
      case 0:
      case 1:
      case 2:
        return TellCheckIn();
      case 3:
        return TellAboutABed();
      case 4: {
        v1::StartLeaveRequest command;
        command.set_keep_bed(OneIn(2));
        return Tell(std::move(command));
      }
      case 5: {
        v1::ReturnFromLeaveRequest command;
        command.set_reported_fact(OneIn(10));
        return Tell(std::move(command));
      }
      case 6: {
        v1::RequestTransferRequest command;
        command.set_to_centre(Centre(kCentres[Below(3)]));
        return Tell(std::move(command));
      }
      case 7:
        return OneIn(6) ? Tell(v1::WithdrawTransferRequest()) : Tell(v1::DepartTransferRequest());
      case 8:
        return TellArrival();
      default: {
        v1::CheckOutRequest command;
        command.set_reason(static_cast<v1::ExitReason>(Below(6) + 1));
        command.set_bed_needs_cleaning(OneIn(3));
        return Tell(std::move(command));
      }
    }
  }

  void TellCheckIn() {
    v1::CheckInRequest command;
    command.set_parent(std::string(testing::kOperation));
    command.set_stay_id(fmt::format("s-{}", stays_));
    command.set_person(Person(fmt::format("p-{}", Below(kPeople))));
    const char* centre = kCentres[Below(3)];
    command.set_centre(Centre(centre));
    if (!OneIn(4)) command.set_bed(AnyBed(centre));
    if (OneIn(8)) command.set_origin(v1::STAY_ORIGIN_BIRTH);
    command.set_reported_fact(OneIn(10));
    TellIt(command);
    stays_ += story_.entities().Get(Stay(command.stay_id())).has_value();
  }

  void TellAboutABed() {
    const std::string bed = AnyBed(kCentres[Below(3)]);
    switch (Below(5)) {
      case 0: {
        v1::ReserveBedRequest command;
        command.set_name(bed);
        command.set_person(Person(fmt::format("p-{}", Below(kPeople))));
        *command.mutable_expire_time() = ToProto(story_.now() + absl::Minutes(Below(2000)));
        return TellIt(command);
      }
      case 1: {
        v1::BlockBedRequest command;
        command.set_name(bed);
        command.set_reason("broken frame");
        return TellIt(command);
      }
      case 2: {
        v1::UnblockBedRequest command;
        command.set_name(bed);
        return TellIt(command);
      }
      case 3: {
        v1::FinishBedCleaningRequest command;
        command.set_name(bed);
        return TellIt(command);
      }
      default: {
        v1::AssignBedRequest command;
        command.set_bed(bed);
        command.set_reported_fact(OneIn(10));
        return Tell(std::move(command));
      }
    }
  }

  void TellArrival() {
    v1::ArriveTransferRequest command;
    command.set_name(AnyStay());
    const es::View view(story_.entities());
    const auto* stay = view.Find<v1::Stay>(command.name());
    if (stay != nullptr && OneIn(5)) command.set_centre(stay->centre());
    if (stay != nullptr && !stay->transfer_centre().empty() && OneIn(2)) {
      const std::string& where =
          command.centre().empty() ? stay->transfer_centre() : command.centre();
      command.set_bed(AnyBed(IdOf(where)));
    }
    command.set_reported_fact(OneIn(10));
    TellIt(command);
  }

  template <class Command>
  void Tell(Command command) {
    command.set_name(AnyStay());
    TellIt(command);
  }

  void TellIt(const google::protobuf::Message& command) {
    const absl::Time effective_at = story_.effective_at();
    const bool accepted = story_.Tell(command).accepted();
    (accepted ? accepted_ : rejected_) += 1;
    if (!accepted || !OneIn(3)) return;
    // Told again, it is refused or adds nothing.
    const es::Decision& again = story_.Effective(effective_at).Tell(command);
    EXPECT_TRUE(!again.accepted() || again.events().empty()) << command.ShortDebugString();
  }

  base::SeededRandom random_;
  const absl::CivilDay first_day_;
  Story story_;
  int stays_ = 0;
  int accepted_ = 0;
  int rejected_ = 0;
};

// The history of a seed, told once for all tests. Odd seeds go through the spring's change of the
// clocks, even ones through the autumn's.
const History& HistoryOf(int seed) {
  static auto& told = *new std::map<int, std::unique_ptr<const History>>;
  std::unique_ptr<const History>& history = told[seed];
  if (history == nullptr) {
    history = std::make_unique<const History>(
        static_cast<uint64_t>(seed),
        seed % 2 == 1 ? absl::CivilDay(2024, 3, 28) : absl::CivilDay(2024, 10, 24));
  }
  return *history;
}

class Histories : public ::testing::TestWithParam<int> {
 protected:
  Histories() : history_(HistoryOf(GetParam())), oracle_(history_.story().log()) {}

  const Story& story() const { return history_.story(); }

  const History& history_;
  const Oracle oracle_;
};

// [start, end) of each stay in each bed, joined where the next span has the same bed.
struct BedTaken {
  std::string stay;
  std::string person;
  std::string bed;
  Interval when;
};

std::vector<BedTaken> BedsTaken(const Oracle& oracle) {
  std::vector<BedTaken> taken;
  for (const auto& [name, stay] : oracle.stays()) {
    for (size_t i = 0; i < stay.spans.size(); ++i) {
      if (stay.spans[i].bed.empty()) continue;
      const absl::Time end =
          i + 1 < stay.spans.size() ? stay.spans[i + 1].start : absl::InfiniteFuture();
      if (stay.spans[i].start < end) {
        taken.push_back({name, stay.person, stay.spans[i].bed, {stay.spans[i].start, end}});
      }
    }
  }
  return taken;
}

TEST_P(Histories, AreLively) {
  EXPECT_GT(history_.accepted(), 150);
  EXPECT_GT(history_.rejected(), 50);
  EXPECT_GE(history_.last_day() - history_.first_day(), 8);
}

TEST_P(Histories, INV20_WhoShareABedOrHaveTwoStaysAreNamedInAConflict) {
  const std::vector<BedTaken> taken = BedsTaken(oracle_);
  for (size_t i = 0; i < taken.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (taken[i].bed != taken[j].bed || taken[i].person == taken[j].person) continue;
      if (!Overlap(taken[i].when, taken[j].when)) continue;
      EXPECT_TRUE(oracle_.HasConflict(v1::CONFLICT_KIND_BED_TAKEN, taken[i].stay, taken[j].stay))
          << taken[i].bed << ": " << taken[i].stay << ", " << taken[j].stay;
    }
  }
  for (const auto& [a, stay] : oracle_.stays()) {
    for (const auto& [b, other] : oracle_.stays()) {
      if (b >= a || stay.person != other.person) continue;
      const auto when = [](const Oracle::StayTold& told) {
        return Interval{told.spans.front().start,
                        told.nights < 0 ? absl::InfiniteFuture() : told.spans.back().start};
      };
      const Interval first = when(stay);
      const Interval second = when(other);
      if (first.start == first.end || second.start == second.end) continue;
      if (!Overlap(first, second)) continue;
      EXPECT_TRUE(oracle_.HasConflict(v1::CONFLICT_KIND_TWO_STAYS, a, b)) << a << ", " << b;
    }
  }
}

TEST_P(Histories, INV21_EveryBedIsCountedOnce) {
  for (const char* centre : kCentres) {
    const v1::Occupancy o = story().OccupancyNow(centre);
    EXPECT_EQ(o.beds(), kBeds);
    EXPECT_EQ(o.occupied() + o.held() + o.reserved() + o.cleaning() + o.blocked() + o.free(),
              o.beds());
    EXPECT_GE(o.people_without_bed(), 0);
    EXPECT_EQ(o.people_present(), o.occupied() + o.people_sharing_a_bed() + o.people_without_bed());
  }
}

TEST_P(Histories, INV22_INV24_PresenceIsWhatTheEventsSay_AtAnyTime) {
  const absl::Time start = absl::FromCivil(history_.first_day(), story().zone());
  for (absl::Time t = start; t <= story().now(); t += absl::Minutes(97)) {
    std::map<std::string, Oracle::Counts> expected = oracle_.At(t);
    const v1::NationalPresence national =
        NationalPresenceAt(story().presence(), testing::kOperation, t);
    int64_t total = expected[""].present;
    EXPECT_EQ(national.in_transit(), expected[""].present);
    for (const v1::Presence& centre : national.centres()) {
      const Oracle::Counts& counts = expected[centre.centre()];
      EXPECT_EQ(centre.present(), counts.present) << centre.centre() << " " << t;
      EXPECT_EQ(centre.on_leave(), counts.on_leave) << centre.centre() << " " << t;
      total += counts.present + counts.on_leave;
    }
    EXPECT_EQ(national.total(), total);
  }
}

TEST_P(Histories, INV22_ACentreKnowsHowManyAreOnItsBooks) {
  std::map<std::string, Oracle::Counts> expected = oracle_.At(story().now());
  for (const char* centre : kCentres) {
    const auto tally = story().Entity<v1::CentreTally>(TallyName(Centre(centre)));
    const Oracle::Counts& counts = expected[Centre(centre)];
    EXPECT_EQ(tally.on_the_books(), counts.present + counts.on_leave) << centre;
    EXPECT_EQ(tally.beds(), kBeds);
  }
}

TEST_P(Histories, INV22_INV23_EveryDayOfEveryCentreReconciles) {
  for (const char* centre : kCentres) {
    int64_t present = 0;
    int64_t on_the_books = 0;
    for (absl::CivilDay day = history_.first_day() - 1; day <= history_.last_day(); ++day) {
      const v1::Census census = story().CensusOfDay(centre, day);
      const v1::Flows& f = census.flows();
      EXPECT_EQ(census.present_opening(), present) << "closing of the day before, " << day;
      EXPECT_EQ(census.on_the_books_opening(), on_the_books) << day;
      EXPECT_EQ(census.present_closing(), census.present_opening() + f.admissions() + f.births() +
                                              f.transfers_in() + f.leave_returns() - f.exits() -
                                              f.transfers_out() - f.deaths() -
                                              f.leave_departures());
      EXPECT_EQ(census.on_the_books_closing(), census.on_the_books_opening() + f.admissions() +
                                                   f.births() + f.transfers_in() - f.exits() -
                                                   f.transfers_out() - f.deaths() -
                                                   f.exits_on_leave() - f.deaths_on_leave());
      EXPECT_TRUE(census.unexplained_people().empty()) << census.ShortDebugString();
      present = census.present_closing();
      on_the_books = census.on_the_books_closing();
      // Midnight belongs to the next day: the oracle is asked for the microsecond before it.
      const absl::Time end = absl::FromCivil(day + 1, story().zone()) - absl::Microseconds(1);
      EXPECT_EQ(present, oracle_.At(end)[Centre(centre)].present) << centre << " " << day;
    }
  }
}

TEST_P(Histories, INV24_TransfersChangeNoTotal) {
  int64_t total = 0;
  for (absl::CivilDay day = history_.first_day() - 1; day <= history_.last_day(); ++day) {
    const v1::NationalCensus census = story().NationalCensusOfDay(day);
    const v1::Flows& f = census.flows();
    EXPECT_EQ(census.total_opening(), total);
    EXPECT_EQ(census.total_closing(), census.total_opening() + f.admissions() + f.births() -
                                          f.exits() - f.deaths() - f.exits_on_leave() -
                                          f.deaths_on_leave() - f.exits_in_transit() -
                                          f.deaths_in_transit());
    EXPECT_EQ(census.in_transit_closing(), census.in_transit_opening() + f.transfers_out() -
                                               f.transfers_in() - f.exits_in_transit() -
                                               f.deaths_in_transit());
    total = census.total_closing();
  }
}

TEST_P(Histories, INV25_NightsAreMidnightsPassed) {
  for (const auto& [name, stay] : oracle_.stays()) {
    if (stay.nights < 0) continue;
    int64_t midnights = 0;
    for (absl::CivilDay day = history_.first_day(); day <= history_.last_day() + 1; ++day) {
      const absl::Time midnight = absl::FromCivil(day, story().zone());
      midnights += stay.spans.front().start < midnight && midnight <= stay.spans.back().start;
    }
    EXPECT_EQ(stay.nights, midnights) << name;
  }
}

TEST_P(Histories, INV40_FoldedAgainTheyGiveEqualState) {
  es::MapRows entities;
  es::MapRows presence;
  for (size_t i = 0; i < story().log().size(); ++i) {
    testing::Fold(story().log()[i], static_cast<int64_t>(i), entities, presence);
  }
  EXPECT_EQ(entities.map(), story().entities().map());
  EXPECT_EQ(presence.map(), story().presence().map());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Histories, ::testing::Range(1, 13));

}  // namespace
}  // namespace prihvat::reception
