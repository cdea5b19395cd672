#include "libs/es/decider.h"

#include "gtest/gtest.h"
#include "libs/testkit/given_when_then.h"
#include "prihvat/common/v1/common.pb.h"
#include "prihvat/common/v1/work_list.pb.h"

namespace prihvat::es {
namespace {

using common::v1::Actor;     // stands in for a command here
using common::v1::Decimal;   // for an event
using common::v1::Position;  // for an entity
using testkit::DeciderSpec;

Decision DecideActor(const View& view, const Actor& command, Context& context) {
  if (command.person().empty()) return InvalidField("person", "must not be empty");
  if (view.Exists("operations/ba/things/" + command.person()))
    return AlreadyExists(command.person());
  Decimal event;
  event.set_value(command.person() + " " + context.NextNumber(view, "PO").ToString());
  return Accepted(std::move(event)).Naming("operations/ba/things/" + command.person());
}

void FoldDecimal(Entities& entities, const Decimal& event, const EventContext&) {
  Position thing;
  thing.set_topic(event.value());
  entities.Put("operations/ba/things/" + event.value().substr(0, event.value().find(' ')), thing);
}

const Decider& TestDecider() {
  static const Decider& decider = *[] {
    auto* d = new Decider;
    d->On<Actor>(&DecideActor);
    d->Fold<Decimal>(&FoldDecimal);
    return d;
  }();
  return decider;
}

Actor Create(std::string id) {
  Actor command;
  command.set_person(std::move(id));
  return command;
}

TEST(Decider, AcceptedCommandsYieldEventsAndARepeatIsRejected) {
  Decimal event;
  event.set_value("x PO-2023-0001");
  DeciderSpec(TestDecider())
      .When(Create("x"))
      .Then(event)
      .When(Create("x"))
      .ThenRejected("ALREADY_EXISTS");
  DeciderSpec(TestDecider())
      .When(Create(""))
      .ThenRejected("INVALID_FIELD")
      .ThenRejectedField("person");
}

TEST(Decider, DocumentNumbersAreGaplessPerKindAndLocalYear) {
  DeciderSpec spec(TestDecider());
  spec.At(absl::CivilSecond(2023, 12, 31, 12, 0, 0));
  EXPECT_EQ(spec.When(Create("a")).numbers().front().ToString(), "PO-2023-0001");
  spec.When(Create("a")).ThenRejected("ALREADY_EXISTS");  // a rejected command uses up no number
  EXPECT_EQ(spec.When(Create("b")).numbers().front().ToString(), "PO-2023-0002");
  spec.At(absl::CivilSecond(2024, 1, 2, 12, 0, 0));
  EXPECT_EQ(spec.When(Create("c")).numbers().front().ToString(), "PO-2024-0001");
}

TEST(Decider, INV34_WhatIsToldLiesInThePastAndNotTooFarBack) {
  DeciderSpec spec(TestDecider());
  const absl::Time now = absl::FromCivil(absl::CivilSecond(2023, 7, 13, 12, 0, 0), spec.zone());
  spec.At(now).Effective(now + absl::Minutes(5)).When(Create("a")).ThenAccepted();
  spec.At(now)
      .Effective(now + absl::Minutes(6))
      .When(Create("b"))
      .ThenRejected("EFFECTIVE_IN_FUTURE");
  spec.At(now).Effective(now - absl::Hours(24 * 30)).When(Create("c")).ThenAccepted();
  spec.At(now)
      .Effective(now - absl::Hours(24 * 31))
      .When(Create("d"))
      .ThenRejected("BACKDATED_TOO_FAR", {{"days_back", "31"}, {"limit_days", "30"}});
  spec.At(now)
      .Effective(now - absl::Hours(24 * 500))
      .AsImport("story")
      .When(Create("e"))
      .ThenAccepted();
}

TEST(Decider, K10_AnUnknownOrDamagedEventStopsTheReader) {
  MapRows rows;
  Entities entities(rows);
  EXPECT_EQ(TestDecider().Evolve(entities, "prihvat.x.v1.FromTheFuture", "", {}).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      TestDecider().Evolve(entities, Decimal::descriptor()->full_name(), "\xff\xff", {}).code(),
      absl::StatusCode::kDataLoss);
  EXPECT_TRUE(rows.map().empty());
}

TEST(Decider, ARejectedReactionBecomesAWorkItem) {
  common::v1::ReactionRejected rejected;
  rejected.set_process("p");
  rejected.set_reason("ASSET_EXISTS");
  DeciderSpec spec(TestDecider());
  spec.Given(rejected);
  EXPECT_EQ(
      spec.Entity<common::v1::WorkItem>("operations/ba/workItems/spec-0-0-0").rejected().reason(),
      "ASSET_EXISTS");
}

constexpr char kItem[] = "operations/ba/workItems/spec-0-0-0";

// A process wanted to create x, effective a year ago, and was refused.
DeciderSpec& WithWorkItem(DeciderSpec& spec) {
  common::v1::ReactionRejected rejected;
  rejected.set_process("p");
  rejected.set_reason("ALREADY_EXISTS");
  rejected.set_command_type(Actor::descriptor()->full_name());
  rejected.set_command(Create("x").SerializeAsString());
  rejected.mutable_effective_time()->set_seconds(1'657'700'000);
  return spec.Given(rejected);
}

common::v1::RetryWorkItemRequest RetryOf(const std::string& name = kItem) {
  common::v1::RetryWorkItemRequest request;
  request.set_name(name);
  return request;
}

TEST(WorkItems, ARetryDoesWhatWasRefusedAsOfWhenItWasToTakeEffect) {
  DeciderSpec spec(TestDecider());
  WithWorkItem(spec).When(RetryOf()).ThenAccepted();
  ASSERT_EQ(spec.decision().events().size(), 2u);
  EXPECT_EQ(spec.decision().events()[0].message->GetDescriptor(), Decimal::descriptor());
  EXPECT_EQ(spec.decision().events()[0].effective_at, absl::FromUnixSeconds(1'657'700'000));
  EXPECT_EQ(spec.decision().resource(), kItem);
  const auto item = spec.Entity<common::v1::WorkItem>(kItem);
  EXPECT_TRUE(item.has_settle_time());
  EXPECT_EQ(item.resolution(), "");
  spec.When(RetryOf()).ThenRejected("WRONG_STATE", {{"state", "SETTLED"}});
}

TEST(WorkItems, ARetryThatIsRefusedAgainChangesNothing) {
  DeciderSpec spec(TestDecider());
  WithWorkItem(spec).When(Create("x")).ThenAccepted();
  spec.When(RetryOf()).ThenRejected("ALREADY_EXISTS");
  EXPECT_FALSE(spec.Entity<common::v1::WorkItem>(kItem).has_settle_time());
}

TEST(WorkItems, AreDismissedWithAResolution) {
  DeciderSpec spec(TestDecider());
  common::v1::DismissWorkItemRequest dismiss;
  dismiss.set_name(kItem);
  WithWorkItem(spec).When(dismiss).ThenRejectedField("resolution");
  dismiss.set_resolution("entered by hand");
  spec.When(dismiss).ThenAccepted();
  EXPECT_EQ(spec.Entity<common::v1::WorkItem>(kItem).resolution(), "entered by hand");
  spec.When(RetryOf()).ThenRejected("WRONG_STATE");
  spec.When(dismiss).ThenRejected("WRONG_STATE");
}

TEST(WorkItems, OnlyOnesThatAreThereAndCanBeReadAreRetried) {
  DeciderSpec spec(TestDecider());
  spec.When(RetryOf()).ThenRejected("NOT_FOUND");
  spec.When(RetryOf("operations/rs/workItems/spec-0-0-0")).ThenRejectedField("name");
  common::v1::ReactionRejected unknown;
  unknown.set_command_type("prihvat.x.v1.FromTheFuture");
  spec.Given(unknown).When(RetryOf()).ThenRejected("COMMAND_UNKNOWN");
  EXPECT_THAT(spec.decision().rejection().message(), testing::HasSubstr("was too large to hold"));
  common::v1::ReactionRejected nested;
  nested.set_command_type(common::v1::RetryWorkItemRequest::descriptor()->full_name());
  nested.set_command(RetryOf("operations/ba/workItems/spec-0-1-0").SerializeAsString());
  spec.Given(nested)
      .When(RetryOf("operations/ba/workItems/spec-0-1-0"))
      .ThenRejected("COMMAND_UNKNOWN");
}

TEST(Entities, ForEachVisitsDirectChildrenOnly) {
  MapRows rows;
  Entities entities(rows);
  Position thing;
  for (const char* name : {"operations/ba/beds/1", "operations/ba/beds/2",
                           "operations/ba/beds/2/parts/1", "operations/ba/bedsides/1"}) {
    thing.set_topic(name);
    entities.Put(name, thing);
  }
  std::vector<std::string> seen;
  View(rows).ForEach<Position>("operations/ba/beds",
                               [&](std::string_view name, const Position& entity) {
                                 EXPECT_EQ(name, entity.topic());
                                 seen.emplace_back(name);
                                 return true;
                               });
  EXPECT_EQ(seen, (std::vector<std::string>{"operations/ba/beds/1", "operations/ba/beds/2"}));
}

TEST(Entities, G13_ANameOfAnotherTypeFindsNothing) {
  MapRows rows;
  Entities entities(rows);
  Position thing;
  thing.set_topic("t");
  entities.Put("operations/ba/beds/1", thing);
  EXPECT_EQ(View(rows).Find<common::v1::Token>("operations/ba/beds/1"), nullptr);
  EXPECT_EQ(entities.Find<common::v1::Token>("operations/ba/beds/1"), nullptr) << "nor if cached";
  ASSERT_NE(entities.Find<Position>("operations/ba/beds/1"), nullptr);
  EXPECT_EQ(entities.Find<Position>("operations/ba/beds/1")->topic(), "t");
}

TEST(Entities, EtagFollowsTheContent) {
  Position a;
  a.set_topic("a");
  Position b = a;
  EXPECT_EQ(EtagOf(a), EtagOf(b));
  b.set_offset(1);
  EXPECT_NE(EtagOf(a), EtagOf(b));
}

}  // namespace
}  // namespace prihvat::es
