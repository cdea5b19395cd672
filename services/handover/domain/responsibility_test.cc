// The transfer of a responsibility: one body answers at every instant.
#include "services/handover/domain/responsibilities.h"

#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::Day;
using testing::kDcpb;
using testing::kIom;
using testing::Story;
using testing::To;

constexpr char kCentre[] = "operations/ba/centres/usivak";
constexpr char kSecurity[] = "operations/ba/centres/usivak/responsibilities/security";

std::string Name(const std::string& id) { return "operations/ba/responsibilityTransfers/" + id; }

v1::EstablishResponsibilityRequest Established(const std::string& body) {
  v1::EstablishResponsibilityRequest command;
  command.set_parent(kCentre);
  command.set_function("security");
  command.set_body(body);
  command.set_agreement("contract 3/2019");
  return command;
}

v1::CreateResponsibilityTransferRequest Planned(const std::string& id, const std::string& taker,
                                                const std::string& giver = kIom) {
  v1::CreateResponsibilityTransferRequest command;
  command.set_parent("operations/ba");
  command.set_responsibility_transfer_id(id);
  v1::ResponsibilityTransfer& plan = *command.mutable_responsibility_transfer();
  plan.set_centre(kCentre);
  plan.set_function("security");
  plan.set_giver(giver);
  plan.set_taker(taker);
  *plan.mutable_planned_date() = Day(2022, 2, 1);
  return command;
}

class Transfers : public Story {
 public:
  // IOM answers since 1 January 2022, 08:00.
  Transfers() {
    At(absl::CivilSecond(2022, 1, 1, 8, 0, 0));
    Do(Established(kIom));
    At(absl::CivilSecond(2022, 1, 10, 8, 0, 0));
  }

  // Planned, assessed and agreed.
  void Agree(const std::string& id, const std::string& taker, const std::string& giver = kIom) {
    Do(Planned(id, taker, giver));
    auto assess = To<v1::AssessReadinessRequest>(Name(id));
    assess.set_readiness("60 officers, trained");
    Do(assess);
    auto agree = To<v1::AgreeResponsibilityTransferRequest>(Name(id));
    agree.set_agreement("protocol 01-22");
    Do(agree);
  }

  v1::MakeResponsibilityTransferEffectiveRequest Effect(const std::string& id) const {
    return To<v1::MakeResponsibilityTransferEffectiveRequest>(Name(id));
  }

  // Who answers at that instant; "" for nobody.
  std::string Who(absl::Time time) const {
    const auto responsibility = Entity<v1::Responsibility>(kSecurity);
    const auto* period = AnsweringAt(responsibility, time);
    return period == nullptr ? "" : period->body();
  }
  // Of 2022 in Sarajevo.
  absl::Time Of(int month, int day, int hour) const {
    return absl::FromCivil(absl::CivilSecond(2022, month, day, hour, 0, 0), zone());
  }

  void ExpectNoGapAndNoOverlap() const {
    const auto responsibility = Entity<v1::Responsibility>(kSecurity);
    for (int i = 0; i + 1 < responsibility.periods_size(); ++i) {
      const auto& period = responsibility.periods(i);
      EXPECT_LT(FromProto(period.start_time()), FromProto(period.end_time()));
      EXPECT_EQ(FromProto(period.end_time()),
                FromProto(responsibility.periods(i + 1).start_time()));
    }
    EXPECT_FALSE(responsibility.periods().rbegin()->has_end_time());
  }
};

TEST(Responsibility, INV19_PassesAtAnInstantWithoutGapAndOverlap) {
  Transfers story;
  story.Agree("t", kDcpb);
  story.At(absl::CivilSecond(2022, 2, 1, 6, 0, 0));
  story.Do(story.Effect("t"));
  const auto event = story.Event<v1::ResponsibilityTransferred>();
  EXPECT_EQ(event.centre(), kCentre);
  EXPECT_EQ(event.function(), "security");
  EXPECT_EQ(event.giver(), kIom);
  EXPECT_EQ(event.taker(), kDcpb);
  EXPECT_EQ(event.agreement(), "protocol 01-22");
  EXPECT_EQ(event.protocol_number(), "RP-2022-0001");
  EXPECT_EQ(event.start_date().day(), 1);
  const absl::Duration tick = absl::Microseconds(1);
  EXPECT_EQ(story.Who(story.Of(1, 1, 8) - tick), "");
  EXPECT_EQ(story.Who(story.Of(1, 1, 8)), kIom);
  EXPECT_EQ(story.Who(story.Of(2, 1, 6) - tick), kIom);
  EXPECT_EQ(story.Who(story.Of(2, 1, 6)), kDcpb);
  story.ExpectNoGapAndNoOverlap();
}

TEST(Responsibility, INV19_OfTwoTransfersThatRaceOneWins) {
  Transfers story;
  story.Agree("a", kDcpb);
  story.Agree("b", "organisations/sfa");
  story.At(absl::CivilSecond(2022, 2, 1, 6, 0, 0));
  story.Do(story.Effect("a"));
  story.When(story.Effect("b")).ThenRejected("NOT_RESPONSIBLE", {{"body", kDcpb}, {"giver", kIom}});
  story.At(absl::CivilSecond(2022, 2, 2, 6, 0, 0));
  story.When(story.Effect("b")).ThenRejected("NOT_RESPONSIBLE");
  story.ExpectNoGapAndNoOverlap();
}

TEST(Responsibility, INV19_ItCannotPassBeforeItWasHad) {
  Transfers story;
  story.Agree("a", kDcpb);
  story.At(absl::CivilSecond(2022, 2, 10, 6, 0, 0));
  story.Do(story.Effect("a"));
  // At the instant at which the giver itself began.
  story.Agree("b", "organisations/sfa", kDcpb);
  story.When(story.Effect("b")).ThenRejected("BEFORE_LAST_MOVE");
  story.ExpectNoGapAndNoOverlap();
}

TEST(Responsibility, INV19_AFunctionHasOneFirstBody) {
  Transfers story;
  story.When(Established(kDcpb)).ThenRejected("ALREADY_EXISTS");
  auto unknown = Established(kDcpb);
  unknown.set_function("parking");
  story.When(unknown).ThenRejectedField("function");
}

TEST(Responsibility, APlanComesFromTheBodyThatAnswers) {
  Transfers story;
  story.When(Planned("t", kDcpb, "organisations/unhcr")).ThenRejected("NOT_RESPONSIBLE");
  story.When(Planned("t", kIom)).ThenRejectedField("responsibility_transfer.taker");
  auto other = Planned("t", kDcpb);
  other.mutable_responsibility_transfer()->set_function("food");
  story.When(other).ThenRejected("NOT_FOUND");
}

TEST(Responsibility, DuringTheParallelRunTheGiverAnswersAndTheTakerAssists) {
  Transfers story;
  story.Agree("t", kDcpb);
  story.At(absl::CivilSecond(2022, 1, 20, 6, 0, 0));
  story.Do(To<v1::StartParallelRunRequest>(Name("t")));
  story.At(absl::CivilSecond(2022, 2, 1, 6, 0, 0));
  story.Do(story.Effect("t"));
  const auto responsibility = story.Entity<v1::Responsibility>(kSecurity);
  const absl::Time during = story.Of(1, 25, 0);
  EXPECT_EQ(story.Who(during), kIom);
  ASSERT_EQ(AssistingAt(responsibility, during).size(), 1u);
  EXPECT_EQ(AssistingAt(responsibility, during)[0]->body(), kDcpb);
  EXPECT_TRUE(AssistingAt(responsibility, story.Of(1, 19, 0)).empty());
  EXPECT_TRUE(AssistingAt(responsibility, story.Of(2, 1, 6)).empty());
}

TEST(Responsibility, NotBeforeTheAgreedDay) {
  Transfers story;
  story.Agree("t", kDcpb);
  story.At(absl::CivilSecond(2022, 1, 31, 23, 59, 59));
  story.When(story.Effect("t"))
      .ThenRejected("BEFORE_AGREED_DAY",
                    {{"planned_date", "2022-02-01"}, {"effective_date", "2022-01-31"}});
  story.At(absl::CivilSecond(2022, 2, 1, 0, 0, 0));  // local midnight, 23:00 in UTC
  story.When(story.Effect("t")).ThenAccepted();
}

TEST(Responsibility, SuspendedItGoesOnWhereItWas) {
  Transfers story;
  story.Agree("t", kDcpb);
  story.Do(To<v1::StartParallelRunRequest>(Name("t")));
  auto suspend = To<v1::SuspendResponsibilityTransferRequest>(Name("t"));
  suspend.set_reason("no budget yet");
  story.At(absl::CivilSecond(2022, 1, 15, 0, 0, 0));
  story.Do(suspend);
  story.At(absl::CivilSecond(2022, 2, 1, 6, 0, 0));
  story.When(story.Effect("t"))
      .ThenRejected("WRONG_STATE",
                    {{"state", "SUSPENDED"}, {"open_moves", "resume, record readiness, cancel"}});
  EXPECT_TRUE(AssistingAt(story.Entity<v1::Responsibility>(kSecurity), story.Of(1, 20, 0)).empty());
  story.Do(To<v1::ResumeResponsibilityTransferRequest>(Name("t")));
  EXPECT_EQ(story.Entity<v1::ResponsibilityTransfer>(Name("t")).state(),
            v1::RESPONSIBILITY_TRANSFER_STATE_PARALLEL_RUN);
  EXPECT_EQ(AssistingAt(story.Entity<v1::Responsibility>(kSecurity), story.Of(2, 1, 7)).size(), 1u);
  story.When(story.Effect("t")).ThenAccepted();
}

TEST(Responsibility, CancelledItEndsAndTheGiverGoesOnAnswering) {
  Transfers story;
  story.Agree("t", kDcpb);
  auto cancel = To<v1::CancelResponsibilityTransferRequest>(Name("t"));
  cancel.set_reason("not agreed by the ministry");
  story.Do(cancel);
  story.At(absl::CivilSecond(2022, 2, 1, 6, 0, 0));
  story.When(story.Effect("t")).ThenRejected("WRONG_STATE", {{"open_moves", "none"}});
  EXPECT_EQ(story.Who(story.Of(2, 2, 0)), kIom);
}

TEST(Responsibility, ReviewedClosedAndNotRevertedAfterwards) {
  Transfers story;
  story.Agree("t", kDcpb);
  story.At(absl::CivilSecond(2022, 2, 1, 6, 0, 0));
  story.Do(story.Effect("t"));
  story.When(To<v1::CloseResponsibilityTransferRequest>(Name("t"))).ThenRejected("WRONG_STATE");
  auto review = To<v1::ReviewResponsibilityTransferRequest>(Name("t"));
  review.set_review("all posts are manned");
  story.Do(review);
  story.Do(To<v1::CloseResponsibilityTransferRequest>(Name("t")));
  auto revert = To<v1::RevertResponsibilityTransferRequest>(Name("t"));
  revert.set_agreement("protocol 02-22");
  revert.set_reason("x");
  story.When(revert).ThenRejected("WRONG_STATE", {{"state", "CLOSED"}});
}

TEST(Responsibility, INV19_RevertedItGoesBackAtAnInstant) {
  Transfers story;
  story.Agree("t", kDcpb);
  story.At(absl::CivilSecond(2022, 2, 1, 6, 0, 0));
  story.Do(story.Effect("t"));
  auto revert = To<v1::RevertResponsibilityTransferRequest>(Name("t"));
  revert.set_agreement("protocol 02-22");
  revert.set_reason("officers were recalled");
  story.At(absl::CivilSecond(2022, 3, 1, 6, 0, 0));
  story.Do(revert);
  EXPECT_TRUE(story.Event<v1::ResponsibilityTransferred>().reverted());
  EXPECT_EQ(story.Who(story.Of(2, 15, 0)), kDcpb);
  EXPECT_EQ(story.Who(story.Of(3, 1, 6)), kIom);
  story.ExpectNoGapAndNoOverlap();
}

v1::RecordReadinessItemRequest Ready(const std::string& id, int item, bool done = true) {
  auto command = To<v1::RecordReadinessItemRequest>(Name(id));
  command.set_item_number(item);
  command.set_done(done);
  command.set_note("seen on site");
  return command;
}

// With two items by the plan, of which one is mandatory, and a mandatory one by the assessment.
void AgreeWithItems(Transfers& story) {
  auto plan = Planned("t", kDcpb);
  v1::ReadinessItem& trained = *plan.mutable_responsibility_transfer()->add_readiness_items();
  trained.mutable_display_name()->set_en("Officers trained");
  trained.set_mandatory(true);
  trained.set_done(true);  // nobody says so of a plan
  plan.mutable_responsibility_transfer()->add_readiness_items()->mutable_display_name()->set_en(
      "Gate painted");
  story.Do(plan);
  auto assess = To<v1::AssessReadinessRequest>(Name("t"));
  assess.set_readiness("radios are lacking");
  assess.add_readiness_items()->mutable_display_name()->set_en("Radios issued");
  assess.mutable_readiness_items(0)->set_mandatory(true);
  story.Do(assess);
  auto agree = To<v1::AgreeResponsibilityTransferRequest>(Name("t"));
  agree.set_agreement("protocol 01-22");
  story.Do(agree);
}

TEST(Readiness, NothingPassesBeforeAllThatIsMandatoryIsDone) {
  Transfers story;
  AgreeWithItems(story);
  story.At(absl::CivilSecond(2022, 2, 1, 6, 0, 0));
  story.When(story.Effect("t")).ThenRejected("READINESS_INCOMPLETE", {{"item_numbers", "1,3"}});
  story.Do(Ready("t", 1));
  story.When(story.Effect("t")).ThenRejected("READINESS_INCOMPLETE", {{"item_numbers", "3"}});
  story.Do(Ready("t", 3));
  story.Do(Ready("t", 1, false));
  story.When(story.Effect("t")).ThenRejected("READINESS_INCOMPLETE", {{"item_numbers", "1"}});
  story.Do(Ready("t", 1));
  story.Do(story.Effect("t"));
  story.When(Ready("t", 2)).ThenRejected("WRONG_STATE", {{"state", "EFFECTIVE"}});
}

TEST(Readiness, EachItemSaysWhoSaidSoAndWhen) {
  Transfers story;
  AgreeWithItems(story);
  story.At(absl::CivilSecond(2022, 1, 20, 6, 0, 0));
  story.As("organisations/dcpb/people/captain").When(Ready("t", 1)).ThenAccepted();
  const auto transfer = story.Entity<v1::ResponsibilityTransfer>(Name("t"));
  EXPECT_EQ(transfer.state(), v1::RESPONSIBILITY_TRANSFER_STATE_AGREED);
  ASSERT_EQ(transfer.readiness_items_size(), 3);
  EXPECT_TRUE(transfer.readiness_items(0).done());
  EXPECT_EQ(transfer.readiness_items(0).person(), "organisations/dcpb/people/captain");
  EXPECT_EQ(FromProto(transfer.readiness_items(0).record_time()), story.Of(1, 20, 6));
  EXPECT_FALSE(transfer.readiness_items(2).done());
  EXPECT_TRUE(transfer.readiness_items(2).mandatory());
}

TEST(Readiness, OnlyWhatIsListedIsDone) {
  Transfers story;
  AgreeWithItems(story);
  story.When(Ready("t", 0)).ThenRejectedField("item_number");
  story.When(Ready("t", 4)).ThenRejectedField("item_number");
  auto plan = Planned("u", kDcpb);
  plan.mutable_responsibility_transfer()->add_readiness_items();
  story.When(plan).ThenRejectedField("responsibility_transfer.readiness_items[0].display_name.en");
  plan.mutable_responsibility_transfer()->clear_readiness_items();
  for (int i = 0; i < 101; ++i) {
    plan.mutable_responsibility_transfer()->add_readiness_items()->mutable_display_name()->set_en(
        "x");
  }
  story.When(plan).ThenRejectedField("responsibility_transfer.readiness_items");
}

}  // namespace
}  // namespace prihvat::handover
