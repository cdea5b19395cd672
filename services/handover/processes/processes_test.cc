// What procurement's events become here.
#include "services/handover/processes/processes.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prihvat/handover/v1/state.pb.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "services/handover/definition.h"

namespace prihvat::handover {
namespace {

std::vector<es::Reaction> React(const google::protobuf::Message& event) {
  log::v1::Commit commit;
  commit.set_operation("operations/ba");
  commit.set_principal("organisations/iom/people/storekeeper");
  commit.add_events()->set_type(event.GetDescriptor()->full_name());
  commit.mutable_events(0)->set_payload(event.SerializeAsString());
  commit.mutable_events(0)->mutable_effective_at()->set_seconds(1000);
  const es::Process& process = *HandoverProcesses().front();
  auto reactions = process.React(commit, {process.source_topic(), 0, 0, -1});
  EXPECT_TRUE(reactions.ok()) << reactions.status();
  for (const es::Reaction& reaction : *reactions) {
    EXPECT_EQ(reaction.operation, "operations/ba");
    EXPECT_EQ(reaction.effective_at, absl::FromUnixSeconds(1000));
    // Whatever is sent is decided.
    EXPECT_TRUE(
        HandoverDefinition().decider->Knows(reaction.command->GetDescriptor()->full_name()));
  }
  return *std::move(reactions);
}

template <class Command>
const Command& As(const es::Reaction& reaction) {
  return dynamic_cast<const Command&>(*reaction.command);
}

procurement::v1::PostedLine& AddLine(procurement::v1::GoodsReceiptPosted& event, int number,
                                     procurement::v1::LineKind kind, const std::string& accepted) {
  procurement::v1::PostedLine& line = *event.add_lines();
  line.set_line_number(number);
  line.set_kind(kind);
  line.set_description("line " + std::to_string(number));
  line.set_unit("pcs");
  line.mutable_accepted()->set_value(accepted);
  line.set_donor("organisations/eu");
  line.set_recipient("organisations/dcpb");
  return line;
}

TEST(FromProcurement, RegistersAnOperationAndAProject) {
  procurement::v1::OperationCreated operation;
  operation.set_operation("operations/ba");
  operation.set_time_zone("Europe/Sarajevo");
  const auto first = React(operation);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(As<v1::RegisterOperationRequest>(first[0]).time_zone(), "Europe/Sarajevo");

  procurement::v1::ProjectCreated project;
  project.set_project("operations/ba/projects/measure");
  project.set_display_name("Measure");
  project.set_display_name_bs("Mjera");
  project.set_funding_source("IPA II");
  const auto second = React(project);
  ASSERT_EQ(second.size(), 1u);
  const auto& facts = As<v1::RegisterProjectRequest>(second[0]).project();
  EXPECT_EQ(facts.name(), "operations/ba/projects/measure");
  EXPECT_EQ(facts.display_name().bs(), "Mjera");
  EXPECT_EQ(facts.funding_source(), "IPA II");
}

TEST(FromProcurement, WhatTheOrderWarrantsIsWarranted) {
  procurement::v1::GoodsReceiptPosted event;
  event.set_receipt("operations/ba/goodsReceipts/gr-1");
  AddLine(event, 2, procurement::v1::LINE_KIND_GOODS_QUANTITY, "1");
  AddLine(event, 3, procurement::v1::LINE_KIND_GOODS_QUANTITY, "1");
  for (const int months : {6, 24, 0}) {
    auto& line = *event.mutable_order()->add_lines();
    line.set_line_number(event.order().lines_size());
    line.set_warranty_months(months);
  }
  const auto reactions = React(event);
  ASSERT_EQ(reactions.size(), 2u);
  EXPECT_EQ(As<v1::RegisterReceivedGoodsRequest>(reactions[0]).warranty_months(), 24);
  EXPECT_EQ(As<v1::RegisterReceivedGoodsRequest>(reactions[1]).warranty_months(), 0);
}

TEST(FromProcurement, EachLineOfGoodsIsACommandAndServicesAreNone) {
  procurement::v1::GoodsReceiptPosted event;
  event.set_receipt("operations/ba/goodsReceipts/gr-1");
  event.set_document_number("GRN-2023-0001");
  event.set_purchase_order("operations/ba/purchaseOrders/po-1");
  event.set_project("operations/ba/projects/measure");
  event.set_budget_line("operations/ba/projects/measure/budgetLines/equipment");
  event.set_supplier("operations/ba/suppliers/s-1");
  event.set_receiver("organisations/iom/people/storekeeper");
  auto& vehicles = AddLine(event, 1, procurement::v1::LINE_KIND_GOODS_SERIAL, "1");
  vehicles.add_serials()->set_vin("JTEBR3FJ70K203117");
  vehicles.mutable_serials(0)->set_manufacturer("Toyota");
  vehicles.mutable_value()->set_units(72500);
  AddLine(event, 2, procurement::v1::LINE_KIND_GOODS_QUANTITY, "12.5");
  AddLine(event, 3, procurement::v1::LINE_KIND_SERVICE, "1");
  AddLine(event, 4, procurement::v1::LINE_KIND_GOODS_QUANTITY, "0");
  AddLine(event, 5, procurement::v1::LINE_KIND_GOODS_QUANTITY, "0.00");
  const auto reactions = React(event);
  ASSERT_EQ(reactions.size(), 2u);

  const auto& assets = As<v1::RegisterReceivedGoodsRequest>(reactions[0]);
  EXPECT_TRUE(assets.serialised());
  EXPECT_EQ(assets.serials(0).vin(), "JTEBR3FJ70K203117");
  EXPECT_EQ(assets.serials(0).manufacturer(), "Toyota");
  EXPECT_EQ(assets.value().units(), 72500);
  EXPECT_EQ(assets.receipt_pieces(), 2);  // the vehicle and the lot
  const v1::Provenance& from = assets.provenance();
  EXPECT_EQ(from.receipt(), event.receipt());
  EXPECT_EQ(from.receipt_number(), "GRN-2023-0001");
  EXPECT_EQ(from.purchase_order(), event.purchase_order());
  EXPECT_EQ(from.line_number(), 1);
  EXPECT_EQ(from.project(), event.project());
  EXPECT_EQ(from.budget_line(), event.budget_line());
  EXPECT_EQ(from.supplier(), event.supplier());
  EXPECT_EQ(from.donor(), "organisations/eu");
  EXPECT_EQ(from.agency(), "organisations/iom");
  EXPECT_EQ(from.intended_recipient(), "organisations/dcpb");

  const auto& lot = As<v1::RegisterReceivedGoodsRequest>(reactions[1]);
  EXPECT_FALSE(lot.serialised());
  EXPECT_EQ(lot.accepted().value(), "12.5");
}

TEST(FromProcurement, WhatWasAcceptedAndWentBackIsRecorded) {
  procurement::v1::GoodsReturned event;
  event.set_receipt("operations/ba/goodsReceipts/gr-1");
  event.set_reason("wrong model");
  auto& line = *event.add_lines();
  line.set_line_number(1);
  line.mutable_accepted()->set_value("2");
  line.add_serials()->set_serial("A-2");
  line.add_serials()->set_serial("A-3");
  auto& lot = *event.add_lines();
  lot.set_line_number(3);
  lot.mutable_accepted()->set_value("12.5");
  lot.mutable_value()->set_units(125);
  auto& rejected = *event.add_lines();
  rejected.set_line_number(2);
  rejected.mutable_rejected()->set_value("3");
  // Piece by piece, so that one that is not known keeps no other from being recorded.
  const auto reactions = React(event);
  ASSERT_EQ(reactions.size(), 3u);
  for (int i = 0; i < 2; ++i) {
    const auto& command = As<v1::RecordReturnedGoodsRequest>(reactions[static_cast<size_t>(i)]);
    EXPECT_EQ(command.receipt(), event.receipt());
    EXPECT_EQ(command.line_number(), 1);
    EXPECT_EQ(command.returned().value(), "1");
    ASSERT_EQ(command.serials_size(), 1);
    EXPECT_EQ(command.serials(0).serial(), i == 0 ? "A-2" : "A-3");
    EXPECT_EQ(command.reason(), "wrong model");
  }
  const auto& of_lot = As<v1::RecordReturnedGoodsRequest>(reactions[2]);
  EXPECT_EQ(of_lot.returned().value(), "12.5");
  EXPECT_EQ(of_lot.value().units(), 125);
  // What handover told procurement of is in these books already.
  event.set_told_by_handover(true);
  EXPECT_TRUE(React(event).empty());
}

TEST(FromProcurement, AReversedReceiptTakesItsThingsWithItAndNothingElse) {
  procurement::v1::GoodsReceiptReversed event;
  event.set_receipt("operations/ba/goodsReceipts/gr-1");
  event.set_reason("entered twice");
  const procurement::v1::LineKind kinds[] = {procurement::v1::LINE_KIND_GOODS_QUANTITY,
                                             procurement::v1::LINE_KIND_FREIGHT};
  for (int i = 0; i < 2; ++i) {
    auto& ordered = *event.mutable_order()->add_lines();
    ordered.set_line_number(i + 1);
    ordered.set_kind(kinds[i]);
    auto& line = *event.add_lines();
    line.set_line_number(i + 1);
    line.mutable_accepted()->set_value("1");
  }
  const auto reactions = React(event);
  ASSERT_EQ(reactions.size(), 1u);
  EXPECT_EQ(As<v1::RecordReturnedGoodsRequest>(reactions[0]).line_number(), 1);
}

}  // namespace
}  // namespace prihvat::handover
