// What other services' events become here.
#include "services/reception/processes/processes.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/definition.h"

namespace prihvat::reception {
namespace {

// The commands that the process of that source makes of one event, effective at 1,000 s.
std::vector<es::Reaction> React(std::string_view source_topic,
                                const google::protobuf::Message& event) {
  log::v1::Commit commit;
  commit.set_operation("operations/ba");
  commit.mutable_recorded_at()->set_seconds(2000);
  commit.add_events()->set_type(event.GetDescriptor()->full_name());
  commit.mutable_events(0)->set_payload(event.SerializeAsString());
  commit.mutable_events(0)->mutable_effective_at()->set_seconds(1000);
  std::vector<es::Reaction> all;
  for (const es::Process* process : ReceptionProcesses()) {
    if (process->source_topic() != source_topic) continue;
    auto reactions = process->React(commit, {source_topic, 0, 0, -1});
    EXPECT_TRUE(reactions.ok()) << reactions.status();
    for (es::Reaction& reaction : *reactions) all.push_back(std::move(reaction));
  }
  return all;
}

template <class Command>
Command Only(const std::vector<es::Reaction>& reactions) {
  EXPECT_EQ(reactions.size(), 1u);
  if (reactions.size() != 1) return {};
  EXPECT_EQ(reactions[0].operation, "operations/ba");
  EXPECT_EQ(reactions[0].effective_at, absl::FromUnixSeconds(1000));
  return dynamic_cast<const Command&>(*reactions[0].command);
}

TEST(OperationsProcess, RegistersAnOperationWithItsZone) {
  procurement::v1::OperationCreated event;
  event.set_operation("operations/ba");
  event.set_display_name("Bosnia and Herzegovina");
  event.set_time_zone("Europe/Sarajevo");
  const auto command = Only<v1::RegisterOperationRequest>(React("prihvat.procurement", event));
  EXPECT_EQ(command.operation(), "operations/ba");
  EXPECT_EQ(command.display_name(), "Bosnia and Herzegovina");
  EXPECT_EQ(command.time_zone(), "Europe/Sarajevo");
}

TEST(ResponsibilitiesProcess, RecordsWhoAnswersFirst) {
  handover::v1::ResponsibilityEstablished event;
  event.set_centre("operations/ba/centres/usivak");
  event.set_function("security");
  event.set_body("organisations/iom");
  event.mutable_start_time()->set_seconds(900);
  event.set_agreement("contract 17");
  const auto command = Only<v1::RecordResponsibilityRequest>(React("prihvat.handover", event));
  EXPECT_EQ(command.centre(), "operations/ba/centres/usivak");
  EXPECT_EQ(command.function(), "security");
  EXPECT_EQ(command.giver(), "");
  EXPECT_EQ(command.taker(), "organisations/iom");
  EXPECT_EQ(command.start_time().seconds(), 900);
  EXPECT_EQ(command.agreement(), "contract 17");
}

TEST(ResponsibilitiesProcess, RecordsATransfer) {
  handover::v1::ResponsibilityTransferred event;
  event.set_responsibility_transfer("operations/ba/responsibilityTransfers/t-1");
  event.set_centre("operations/ba/centres/usivak");
  event.set_function("security");
  event.set_giver("organisations/iom");
  event.set_taker("organisations/dcpb");
  event.mutable_start_time()->set_seconds(950);
  const auto command = Only<v1::RecordResponsibilityRequest>(React("prihvat.handover", event));
  EXPECT_EQ(command.giver(), "organisations/iom");
  EXPECT_EQ(command.taker(), "organisations/dcpb");
  EXPECT_EQ(command.start_time().seconds(), 950);
  EXPECT_EQ(command.agreement(), "operations/ba/responsibilityTransfers/t-1");
}

TEST(Definition, EveryCommandOfAProcessHasADecider) {
  const runtime::ServiceDefinition definition = ReceptionDefinition();
  EXPECT_EQ(definition.topic, "prihvat.reception");
  EXPECT_EQ(definition.processes.size(), 2u);
  EXPECT_EQ(definition.projections.size(), 1u);
  EXPECT_TRUE(definition.decider->Knows("prihvat.reception.v1.RegisterOperationRequest"));
  EXPECT_TRUE(definition.decider->Knows("prihvat.reception.v1.RecordResponsibilityRequest"));
}

}  // namespace
}  // namespace prihvat::reception
