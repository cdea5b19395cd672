#include "services/reporting/views/centre_summary.h"

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "prihvat/reception/v1/events.pb.h"
#include "services/reporting/views/testing/story.h"

namespace prihvat::reporting {
namespace {

namespace reception = ::prihvat::reception::v1;
using testing::At;
using testing::DecimalOf;
using testing::Story;

using Day = absl::CivilDay;

constexpr char kUsivak[] = "operations/ba/centres/usivak";
constexpr char kLipa[] = "operations/ba/centres/lipa";

template <class Event>
Event OfStay(std::string_view person) {
  Event event;
  event.set_stay(fmt::format("operations/ba/stays/{}", person));
  event.set_person(fmt::format("operations/ba/persons/{}", person));
  return event;
}

void Create(Story& story, std::string_view centre) {
  reception::CentreCreated event;
  event.set_centre(std::string(centre));
  event.set_display_name("Ušivak");
  story.Tell(event);
}

void CheckIn(Story& story, std::string_view person, absl::Time at,
             reception::StayOrigin origin = reception::STAY_ORIGIN_ARRIVAL,
             std::string_view centre = kUsivak) {
  auto event = OfStay<reception::CheckedIn>(person);
  event.set_centre(std::string(centre));
  event.set_origin(origin);
  story.TellAsOf(at, event);
}

void CheckOut(Story& story, std::string_view person, absl::Time at,
              reception::ExitReason reason = reception::EXIT_REASON_DEPARTED,
              reception::StayState previous = reception::STAY_STATE_CHECKED_IN) {
  auto event = OfStay<reception::CheckedOut>(person);
  event.set_centre(kUsivak);
  event.set_reason(reason);
  event.set_previous_state(previous);
  story.TellAsOf(at, event);
}

void Transfer(Story& story, std::string_view person, absl::Time departed, absl::Time arrived,
              std::string_view from, std::string_view to) {
  auto out = OfStay<reception::TransferDeparted>(person);
  out.set_from_centre(std::string(from));
  out.set_to_centre(std::string(to));
  story.TellAsOf(departed, out);
  auto in = OfStay<reception::TransferArrived>(person);
  in.set_from_centre(std::string(from));
  in.set_centre(std::string(to));
  story.TellAsOf(arrived, in);
}

v1::CentreSummary Summarise(Story& story, absl::CivilDay first, absl::CivilDay last,
                            absl::Time known_at = absl::InfiniteFuture()) {
  auto summary =
      SummariseCentre(story.Fold().centres, {kUsivak, first, last, testing::Sarajevo(), known_at});
  EXPECT_TRUE(summary.ok()) << summary.status();
  return summary.ok() ? *summary : v1::CentreSummary();
}

// Closing = opening + in - out, day by day, each day opening as the day before closed.
void ExpectReconciled(const v1::CentreSummary& summary) {
  int64_t present = summary.opening();
  int64_t nights = 0;
  for (const v1::CentreDay& day : summary.days()) {
    EXPECT_EQ(day.opening(), present);
    const v1::CentreMovements& m = day.movements();
    present += m.arrivals() + m.births() + m.transfers_in() + m.leave_returns() - m.exits() -
               m.deaths() - m.transfers_out() - m.leave_departures();
    EXPECT_EQ(day.closing(), present) << day.ShortDebugString();
    nights += present;
  }
  EXPECT_EQ(summary.closing(), present);
  EXPECT_EQ(summary.nights(), nights);
}

TEST(CentreSummary, INV25_T11_NightsAreChangesOfTheLocalDateAlsoWhenTheClocksChange) {
  Story story;
  Create(story, kUsivak);
  CheckIn(story, "spring", At(2024, 3, 30, 23));
  CheckOut(story, "spring", At(2024, 4, 1, 22));
  CheckIn(story, "autumn", At(2024, 10, 26, 1));
  CheckOut(story, "autumn", At(2024, 10, 28, 23));
  EXPECT_EQ(Summarise(story, Day(2024, 3, 1), Day(2024, 4, 30)).nights(), 2);
  EXPECT_EQ(Summarise(story, Day(2024, 10, 1), Day(2024, 11, 30)).nights(), 2);
}

TEST(CentreSummary, INV25_TheExitNightIsNotCounted) {
  Story story;
  Create(story, kUsivak);
  CheckIn(story, "p1", At(2024, 5, 1, 20));
  CheckOut(story, "p1", At(2024, 5, 4, 23, 59));
  CheckIn(story, "same-day", At(2024, 5, 2, 8));
  CheckOut(story, "same-day", At(2024, 5, 2, 23));
  const v1::CentreSummary summary = Summarise(story, Day(2024, 5, 1), Day(2024, 5, 31));
  EXPECT_EQ(summary.nights(), 3);
  EXPECT_EQ(summary.persons(), 2);
}

TEST(CentreSummary, INV22_PresentAtMidnightIsWhoIsThereAndNotWhoIsOnTheBooks) {
  Story story;
  Create(story, kUsivak);
  for (int i = 0; i < 517; ++i) {
    const std::string person = fmt::format("p{}", i);
    CheckIn(story, person, At(2024, 5, 1, 9));
    if (i >= 403) {
      auto leave = OfStay<reception::LeaveStarted>(person);
      leave.set_centre(kUsivak);
      story.TellAsOf(At(2024, 5, 3, 18), leave);
    }
  }
  const v1::CentreSummary summary = Summarise(story, Day(2024, 5, 3), Day(2024, 5, 3));
  EXPECT_EQ(summary.opening(), 517);
  EXPECT_EQ(summary.closing(), 403);
  EXPECT_EQ(summary.movements().leave_departures(), 114);
  ExpectReconciled(summary);
}

TEST(CentreSummary, INV22_T12_AMoveAtMidnightBelongsToTheDayThatBegins) {
  Story story;
  Create(story, kUsivak);
  CheckIn(story, "at-midnight", At(2023, 7, 1, 0, 0));  // 22:00Z of 30 June
  CheckIn(story, "half-past", At(2023, 7, 1, 0, 30));   // 22:30Z of 30 June
  CheckIn(story, "before", At(2023, 6, 30, 23, 59));
  CheckOut(story, "before", At(2023, 7, 1, 0, 0));
  const v1::CentreSummary summary = Summarise(story, Day(2023, 6, 30), Day(2023, 7, 1));
  EXPECT_EQ(summary.days(0).movements().arrivals(), 1);
  EXPECT_EQ(summary.days(0).closing(), 1);  // who left at midnight spent the night of the 30th
  EXPECT_EQ(summary.days(1).movements().arrivals(), 2);
  EXPECT_EQ(summary.days(1).movements().exits(), 1);
  ExpectReconciled(summary);
}

TEST(CentreSummary, T5_WhoCameBeforeThePeriodAndIsStillThereCounts) {
  Story story;
  Create(story, kUsivak);
  CheckIn(story, "p1", At(2024, 6, 28));
  const v1::CentreSummary summary = Summarise(story, Day(2024, 7, 1), Day(2024, 7, 7));
  EXPECT_EQ(summary.opening(), 1);
  EXPECT_EQ(summary.closing(), 1);
  EXPECT_EQ(summary.nights(), 7);
  EXPECT_EQ(summary.persons(), 1);
  EXPECT_EQ(summary.movements().arrivals(), 0);
}

TEST(CentreSummary, INV23_T6_EveryDayOpensAsTheDayBeforeClosed) {
  Story story;
  Create(story, kUsivak);
  CheckIn(story, "stays", At(2024, 5, 1));
  CheckIn(story, "born", At(2024, 5, 2), reception::STAY_ORIGIN_BIRTH);
  CheckIn(story, "leaves", At(2024, 5, 1));
  auto leave = OfStay<reception::LeaveStarted>("leaves");
  leave.set_centre(kUsivak);
  story.TellAsOf(At(2024, 5, 2), leave);
  auto back = OfStay<reception::LeaveEnded>("leaves");
  back.set_centre(kUsivak);
  story.TellAsOf(At(2024, 5, 4), back);
  CheckIn(story, "moves", At(2024, 5, 1));
  Transfer(story, "moves", At(2024, 5, 3, 8), At(2024, 5, 3, 16), kUsivak, kLipa);
  CheckIn(story, "comes", At(2024, 5, 1), reception::STAY_ORIGIN_ARRIVAL, kLipa);
  Transfer(story, "comes", At(2024, 5, 3, 8), At(2024, 5, 3, 16), kLipa, kUsivak);
  CheckIn(story, "dies", At(2024, 5, 1));
  CheckOut(story, "dies", At(2024, 5, 5), reception::EXIT_REASON_DECEASED);
  CheckIn(story, "absconds", At(2024, 5, 1));
  auto gone = OfStay<reception::LeaveStarted>("absconds");
  gone.set_centre(kUsivak);
  story.TellAsOf(At(2024, 5, 2), gone);
  CheckOut(story, "absconds", At(2024, 5, 6), reception::EXIT_REASON_ABSENT,
           reception::STAY_STATE_ON_LEAVE);

  const v1::CentreSummary summary = Summarise(story, Day(2024, 5, 1), Day(2024, 5, 7));
  ExpectReconciled(summary);
  const v1::CentreMovements& m = summary.movements();
  EXPECT_EQ(m.arrivals(), 5);
  EXPECT_EQ(m.births(), 1);
  EXPECT_EQ(m.leave_departures(), 2);
  EXPECT_EQ(m.leave_returns(), 1);
  EXPECT_EQ(m.transfers_in(), 1);
  EXPECT_EQ(m.transfers_out(), 1);
  EXPECT_EQ(m.exits(), 0);
  EXPECT_EQ(m.deaths(), 1);
  EXPECT_EQ(summary.closing(), 4);  // stays, born, leaves, comes
  ASSERT_EQ(summary.exit_reasons_size(), 2);
  EXPECT_EQ(summary.exit_reasons(0).reason(), "EXIT_REASON_ABSENT");
  EXPECT_EQ(summary.exit_reasons(0).count(), 1);
  EXPECT_EQ(summary.exit_reasons(1).reason(), "EXIT_REASON_DECEASED");
}

TEST(CentreSummary, AFactToldLateTakesItsPlaceInTime) {
  Story story;
  story.Clock(At(2024, 5, 1));
  Create(story, kUsivak);
  CheckIn(story, "p1", At(2024, 5, 1));
  CheckOut(story, "p1", At(2024, 5, 9));
  story.Clock(At(2024, 5, 20));
  auto leave = OfStay<reception::LeaveStarted>("p1");
  leave.set_centre(kUsivak);
  story.TellAsOf(At(2024, 5, 3), leave);
  auto back = OfStay<reception::LeaveEnded>("p1");
  back.set_centre(kUsivak);
  story.TellAsOf(At(2024, 5, 5), back);
  const v1::CentreSummary now = Summarise(story, Day(2024, 5, 1), Day(2024, 5, 31));
  EXPECT_EQ(now.nights(), 6);
  ExpectReconciled(now);
  EXPECT_EQ(Summarise(story, Day(2024, 5, 1), Day(2024, 5, 31), At(2024, 5, 10)).nights(), 8);
}

TEST(CentreSummary, ToldTwiceNobodyIsThereTwice) {
  Story story;
  Create(story, kUsivak);
  CheckIn(story, "p1", At(2024, 5, 1));
  CheckOut(story, "p1", At(2024, 5, 3));
  CheckOut(story, "p1", At(2024, 5, 4));
  const v1::CentreSummary summary = Summarise(story, Day(2024, 5, 1), Day(2024, 5, 31));
  EXPECT_EQ(summary.nights(), 2);
  EXPECT_EQ(summary.closing(), 0);
  ExpectReconciled(summary);
}

TEST(CentreSummary, ServicesByAgencyKindAndUnit) {
  Story story;
  Create(story, kUsivak);
  const auto deliver = [&](std::string_view agency, reception::ServiceKind kind,
                           std::string_view quantity, int persons, absl::Time at) {
    reception::ServiceDelivered event;
    event.set_centre(kUsivak);
    event.set_agency(std::string(agency));
    event.set_kind(kind);
    *event.mutable_quantity() = DecimalOf(quantity);
    event.set_unit("meal");
    event.set_persons(persons);
    story.TellAsOf(at, event);
  };
  deliver("organisations/iom", reception::SERVICE_KIND_FOOD, "100.5", 90, At(2024, 5, 1));
  deliver("organisations/iom", reception::SERVICE_KIND_FOOD, "0.5", 1, At(2024, 5, 2));
  deliver("organisations/unicef", reception::SERVICE_KIND_FOOD, "3", 3, At(2024, 5, 2));
  deliver("organisations/iom", reception::SERVICE_KIND_FOOD, "7", 7, At(2024, 6, 1));
  const v1::CentreSummary summary = Summarise(story, Day(2024, 5, 1), Day(2024, 5, 31));
  ASSERT_EQ(summary.services_size(), 2);
  EXPECT_EQ(summary.services(0).agency(), "organisations/iom");
  EXPECT_EQ(summary.services(0).kind(), "SERVICE_KIND_FOOD");
  EXPECT_EQ(summary.services(0).deliveries(), 2);
  EXPECT_EQ(summary.services(0).quantity().value(), "101");
  EXPECT_EQ(summary.services(0).contacts(), 91);
}

TEST(CentreSummary, ACentreThatIsNotThereIsNotFound) {
  Story story;
  Create(story, kLipa);
  const auto summary = SummariseCentre(
      story.Fold().centres, {kUsivak, Day(2024, 5, 1), Day(2024, 5, 2), testing::Sarajevo()});
  EXPECT_EQ(summary.status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace prihvat::reporting
