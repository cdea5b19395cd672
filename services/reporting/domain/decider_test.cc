#include "services/reporting/domain/decider.h"

#include "gtest/gtest.h"
#include "libs/testkit/given_when_then.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/reporting/v1/events.pb.h"
#include "prihvat/reporting/v1/state.pb.h"
#include "services/reporting/processes/processes.h"

namespace prihvat::reporting {
namespace {

v1::RegisterOperationRequest Register(const std::string& zone) {
  v1::RegisterOperationRequest command;
  command.set_operation("operations/ba");
  command.set_display_name("Bosnia and Herzegovina");
  command.set_time_zone(zone);
  return command;
}

v1::OperationRegistered Registered() {
  v1::OperationRegistered event;
  event.set_operation("operations/ba");
  event.set_display_name("Bosnia and Herzegovina");
  event.set_time_zone("Europe/Sarajevo");
  return event;
}

TEST(RegisterOperation, IsKnownFromThenOnWithItsZone) {
  testkit::DeciderSpec(ReportingDecider()).When(Register("Europe/Sarajevo")).Then(Registered());
}

TEST(RegisterOperation, ToldAgainNothingHappens) {
  testkit::DeciderSpec(ReportingDecider())
      .Given(Registered())
      .When(Register("Europe/Vienna"))
      .ThenNothing();
}

TEST(RegisterOperation, AnUnknownZoneIsRefused) {
  testkit::DeciderSpec(ReportingDecider())
      .When(Register("Europe/Atlantis"))
      .ThenRejected("INVALID_FIELD");
}

TEST(RegisterOperation, TheZoneIsTheDecidersFromThenOn) {
  es::MapRows rows;
  es::Entities entities(rows);
  ASSERT_TRUE(ReportingDecider()
                  .Evolve(entities, "prihvat.reporting.v1.OperationRegistered",
                          Registered().SerializeAsString(), es::EventContext{})
                  .ok());
  EXPECT_EQ(ReportingDecider().ZoneOf(entities, "operations/ba").name(), "Europe/Sarajevo");
  EXPECT_EQ(ReportingDecider().ZoneOf(entities, "operations/rs").name(), "UTC");
}

TEST(OperationsProcess, AnOperationThatProcurementCreatedIsRegistered) {
  procurement::v1::OperationCreated created;
  created.set_operation("operations/ba");
  created.set_display_name("Bosnia and Herzegovina");
  created.set_time_zone("Europe/Sarajevo");
  log::v1::Commit commit;
  commit.set_operation("operations/ba");
  log::v1::Event& event = *commit.add_events();
  event.set_type("prihvat.procurement.v1.OperationCreated");
  event.set_payload(created.SerializeAsString());

  ASSERT_EQ(ReportingProcesses().size(), 1u);
  const es::Process& process = *ReportingProcesses().front();
  EXPECT_EQ(process.source_topic(), "prihvat.procurement");
  const auto reactions = process.React(commit, es::CommitContext{});
  ASSERT_TRUE(reactions.ok());
  ASSERT_EQ(reactions->size(), 1u);
  EXPECT_EQ(reactions->front().operation, "operations/ba");
  EXPECT_EQ(reactions->front().command->SerializeAsString(),
            Register("Europe/Sarajevo").SerializeAsString());
}

}  // namespace
}  // namespace prihvat::reporting
