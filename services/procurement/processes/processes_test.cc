// What handover's events become here.
#include "services/procurement/processes/processes.h"

#include "gtest/gtest.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/definition.h"

namespace prihvat::procurement {
namespace {

std::vector<es::Reaction> React(const google::protobuf::Message& event) {
  log::v1::Commit commit;
  commit.set_operation("operations/ba");
  commit.add_events()->set_type(event.GetDescriptor()->full_name());
  commit.mutable_events(0)->set_payload(event.SerializeAsString());
  const es::Process& process = *ProcurementProcesses().front();
  EXPECT_EQ(process.source_topic(), "prihvat.handover");
  auto reactions = process.React(commit, {process.source_topic(), 0, 0, -1});
  EXPECT_TRUE(reactions.ok()) << reactions.status();
  return *std::move(reactions);
}

TEST(FromHandover, INV12_TheNumbersOfWhatIsNoLongerLiveAreReleased) {
  handover::v1::AssetChanged event;
  event.set_asset("operations/ba/assets/gr-1-2-1");
  event.set_change(handover::v1::ASSET_CHANGE_LOST);
  EXPECT_TRUE(React(event).empty());  // it may be found
  event.set_change(handover::v1::ASSET_CHANGE_WRITTEN_OFF);
  event.mutable_freed()->set_receipt("operations/ba/goodsReceipts/gr-1");
  event.mutable_freed()->set_line_number(2);
  event.mutable_freed()->set_serial("A-1");
  event.mutable_freed()->set_manufacturer("Haix");
  const auto reactions = React(event);
  ASSERT_EQ(reactions.size(), 1u);
  EXPECT_EQ(reactions[0].operation, "operations/ba");
  const auto& command = dynamic_cast<const v1::ReleaseSerialRequest&>(*reactions[0].command);
  EXPECT_EQ(command.receipt(), "operations/ba/goodsReceipts/gr-1");
  EXPECT_EQ(command.line_number(), 2);
  EXPECT_EQ(command.item().serial(), "A-1");
  EXPECT_EQ(command.item().manufacturer(), "Haix");
  EXPECT_TRUE(ProcurementDefinition().decider->Knows(command.GetDescriptor()->full_name()));
  EXPECT_EQ(ProcurementDefinition().processes.size(), 1u);
}

TEST(FromHandover, WhatWentBackThereGoesBackHereUnlessItWasToldHere) {
  handover::v1::AssetReturnedToSupplier event;
  event.set_asset("operations/ba/assets/gr-1-2-1");
  event.set_reason("faulty");
  EXPECT_TRUE(React(event).empty());
  event.mutable_freed()->set_receipt("operations/ba/goodsReceipts/gr-1");
  event.mutable_freed()->set_line_number(2);
  event.mutable_freed()->set_serial("A-1");
  event.mutable_freed()->set_manufacturer("Haix");
  const auto reactions = React(event);
  ASSERT_EQ(reactions.size(), 1u);
  const auto& command = dynamic_cast<const v1::RecordReturnedPieceRequest&>(*reactions[0].command);
  EXPECT_EQ(command.receipt(), "operations/ba/goodsReceipts/gr-1");
  EXPECT_EQ(command.line_number(), 2);
  EXPECT_EQ(command.item().serial(), "A-1");
  EXPECT_EQ(command.reason(), "faulty");
  EXPECT_TRUE(ProcurementDefinition().decider->Knows(command.GetDescriptor()->full_name()));
}

TEST(FromHandover, APartOfALotThatWentBackThereGoesBackHereUnlessItWasToldHere) {
  handover::v1::AssetLotReturnedToSupplier event;
  event.set_asset_lot("operations/ba/assetLots/gr-1-2");
  event.mutable_quantity()->set_value("12.5");
  event.set_reason("wrong size");
  EXPECT_TRUE(React(event).empty());
  event.mutable_received_by()->set_receipt("operations/ba/goodsReceipts/gr-1");
  event.mutable_received_by()->set_line_number(2);
  const auto reactions = React(event);
  ASSERT_EQ(reactions.size(), 1u);
  const auto& command = dynamic_cast<const v1::RecordReturnedLotRequest&>(*reactions[0].command);
  EXPECT_EQ(command.receipt(), "operations/ba/goodsReceipts/gr-1");
  EXPECT_EQ(command.line_number(), 2);
  EXPECT_EQ(command.quantity().value(), "12.5");
  EXPECT_EQ(command.reason(), "wrong size");
  EXPECT_TRUE(ProcurementDefinition().decider->Knows(command.GetDescriptor()->full_name()));
}

}  // namespace
}  // namespace prihvat::procurement
