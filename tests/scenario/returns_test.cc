// What goes back to the supplier is told of once, to handover or to procurement, and each
// of the two hears of it from the other, exactly once (G8), through crashes and lost answers.
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "libs/testkit/world.h"
#include "prihvat/common/v1/work_list.pb.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/handover/definition.h"
#include "services/procurement/definition.h"

namespace prihvat {
namespace {

using event_log::testing::AppendFault;
using testkit::World;

constexpr char kOperation[] = "operations/ba";
constexpr char kOrder[] = "operations/ba/purchaseOrders/po";
constexpr char kRequester[] = "organisations/iom/people/requester";
constexpr char kApprover[] = "organisations/iom/people/approver";
constexpr char kReceiver[] = "organisations/iom/people/receiver";

class Returns : public ::testing::Test {
 protected:
  Returns()
      : world_({{.name = "prihvat.procurement", .partitions = 1},
                {.name = "prihvat.handover", .partitions = 1}},
               1, 11),
        procurement_(world_.Add(procurement::ProcurementDefinition(), "procurement-0")),
        handover_(world_.Add(handover::HandoverDefinition(), "handover-0")) {
    world_.Settle();
    OrderRadiosAndCable();
  }

  template <class Command>
  runtime::CommandRequest RequestOf(const Command& command, const std::string& person) {
    runtime::CommandRequest request;
    request.operation = kOperation;
    request.command = std::make_shared<Command>(command);
    request.principal = person;
    request.request_id = fmt::format("00000000-0000-4000-8000-{:012}", ++asked_);
    return request;
  }
  template <class Command>
  runtime::CommandReply Ask(World::Instance& service, const Command& command,
                            const std::string& person = kRequester) {
    return world_.Do(service, RequestOf(command, person));
  }
  // While the other service stands still, and so hears of nothing.
  template <class Command>
  runtime::CommandReply AskAlone(World::Instance& service, const Command& command) {
    runtime::CommandReply reply;
    bool answered = false;
    service.core->Submit(RequestOf(command, kReceiver), [&](runtime::CommandReply r) {
      reply = std::move(r);
      answered = true;
    });
    for (int i = 0; i < 1000 && !answered; ++i) world_.Step(service);
    EXPECT_TRUE(answered);
    return reply;
  }
  template <class Command>
  void Do(World::Instance& service, const Command& command,
          const std::string& person = kRequester) {
    const auto reply = Ask(service, command, person);
    ASSERT_TRUE(reply.status.ok()) << command.GetTypeName() << ": " << reply.status;
  }

  void OrderRadiosAndCable() {
    procurement::v1::CreateOperationRequest operation;
    operation.set_name(kOperation);
    operation.set_display_name("Bosnia and Herzegovina");
    operation.set_time_zone("Europe/Sarajevo");
    Do(procurement_, operation);
    procurement::v1::CreateProjectRequest project;
    project.set_parent(kOperation);
    project.set_project_id("radios");
    project.mutable_project()->set_display_name("Radios");
    project.mutable_project()->set_donor("organisations/eu");
    project.mutable_project()->set_currency("EUR");
    Do(procurement_, project);
    procurement::v1::CreateBudgetLineRequest line;
    line.set_parent("operations/ba/projects/radios");
    line.set_budget_line_id("radios");
    line.mutable_budget_line()->set_display_name("Radios");
    line.mutable_budget_line()->mutable_amount()->set_currency_code("BAM");
    line.mutable_budget_line()->mutable_amount()->set_units(1000);
    Do(procurement_, line);
    procurement::v1::RegisterSupplierRequest supplier;
    supplier.set_parent(kOperation);
    supplier.set_supplier_id("s");
    supplier.mutable_supplier()->set_display_name("S d.o.o.");
    supplier.mutable_supplier()->set_country_code("BA");
    Do(procurement_, supplier);
    procurement::v1::CreatePurchaseOrderRequest draft;
    draft.set_parent(kOperation);
    draft.set_purchase_order_id("po");
    auto& order = *draft.mutable_purchase_order();
    order.set_budget_line("operations/ba/projects/radios/budgetLines/radios");
    order.set_supplier("operations/ba/suppliers/s");
    order.set_display_name("Radios");
    auto& radios = *order.add_lines();
    radios.set_kind(procurement::v1::LINE_KIND_GOODS_SERIAL);
    radios.set_description("radio");
    radios.set_unit("piece");
    radios.mutable_quantity()->set_value("4");
    radios.mutable_unit_price()->set_currency_code("BAM");
    radios.mutable_unit_price()->set_units(100);
    auto& cable = *order.add_lines();
    cable.set_kind(procurement::v1::LINE_KIND_GOODS_QUANTITY);
    cable.set_description("cable");
    cable.set_unit("m");
    cable.mutable_quantity()->set_value("100");
    cable.mutable_unit_price()->set_currency_code("BAM");
    cable.mutable_unit_price()->set_units(1);
    Do(procurement_, draft);
    procurement::v1::ApprovePurchaseOrderRequest approve;
    approve.set_name(kOrder);
    Do(procurement_, approve, kApprover);
    procurement::v1::IssuePurchaseOrderRequest issue;
    issue.set_name(kOrder);
    Do(procurement_, issue);
  }

  runtime::CommandReply Receive(const std::string& id, const std::vector<std::string>& serials) {
    procurement::v1::PostGoodsReceiptRequest post;
    post.set_parent(kOperation);
    post.set_goods_receipt_id(id);
    post.mutable_goods_receipt()->set_purchase_order(kOrder);
    auto& line = *post.mutable_goods_receipt()->add_lines();
    line.set_line_number(1);
    line.mutable_accepted()->set_value(std::to_string(serials.size()));
    for (const std::string& serial : serials) {
      auto& piece = *line.add_serials();
      piece.set_serial(serial);
      piece.set_manufacturer("Motorola");
    }
    return Ask(procurement_, post, kReceiver);
  }
  runtime::CommandReply ReceiveCable(const std::string& id, const std::string& metres) {
    procurement::v1::PostGoodsReceiptRequest post;
    post.set_parent(kOperation);
    post.set_goods_receipt_id(id);
    post.mutable_goods_receipt()->set_purchase_order(kOrder);
    auto& line = *post.mutable_goods_receipt()->add_lines();
    line.set_line_number(2);
    line.mutable_accepted()->set_value(metres);
    return Ask(procurement_, post, kReceiver);
  }
  static handover::v1::ReturnAssetToSupplierRequest SendBack(const std::string& asset) {
    handover::v1::ReturnAssetToSupplierRequest back;
    back.set_name(asset);
    back.set_reason("faulty");
    return back;
  }

  procurement::v1::OrderLine Line(int index = 0) const {
    const auto look = procurement_.core->Look();
    return es::View(look->entities()).Find<procurement::v1::PurchaseOrder>(kOrder)->lines(index);
  }
  // The names of what is there.
  template <class T>
  std::vector<std::string> Names(World::Instance& service, std::string_view collection) {
    std::vector<std::string> names;
    const auto look = service.core->Look();
    es::View(look->entities()).ForEach<T>(collection, [&](std::string_view name, const T&) {
      names.emplace_back(name);
      return true;
    });
    return names;
  }
  int Said(const std::string& topic, std::string_view type) {
    int count = 0;
    for (const auto& judged : world_.Admitted({topic, 0})) {
      for (const auto& event : judged.record.commit().events()) count += event.type() == type;
    }
    return count;
  }

  World world_;
  World::Instance& procurement_;
  World::Instance& handover_;
  int asked_ = 0;
};

TEST_F(Returns, G8_APieceThatHandoverSendsBackGoesBackInProcurementOnce) {
  ASSERT_TRUE(Receive("one", {"R1", "R2"}).status.ok());
  world_.Settle(absl::Seconds(60));
  const auto assets = Names<handover::v1::Asset>(handover_, "operations/ba/assets");
  ASSERT_EQ(assets.size(), 2u);
  procurement_.log->FailNextAppends(1, AppendFault::kLoseAnswer);
  Do(handover_, SendBack(assets[0]), kReceiver);
  world_.Step(procurement_);
  world_.Crash(procurement_);
  ASSERT_TRUE(world_.Start(procurement_).ok());
  world_.Settle(absl::Seconds(120));
  EXPECT_EQ(Line().returned_accepted().value(), "1");
  EXPECT_EQ(Line().outstanding().value(), "3");
  EXPECT_EQ(Said("prihvat.procurement", "prihvat.procurement.v1.GoodsReturned"), 1);
  EXPECT_EQ(Said("prihvat.handover", "prihvat.handover.v1.AssetReturnedToSupplier"), 1);
  // The serial comes again, and is an asset again.
  ASSERT_TRUE(Receive("two", {"R1"}).status.ok());
  world_.Settle(absl::Seconds(60));
  EXPECT_EQ(Names<handover::v1::Asset>(handover_, "operations/ba/assets").size(), 3u);
  EXPECT_EQ(Said("prihvat.procurement", "prihvat.common.v1.ReactionRejected"), 0);
  EXPECT_EQ(Said("prihvat.handover", "prihvat.common.v1.ReactionRejected"), 0);
}

TEST_F(Returns, G8_WhatBothAreToldGoesBackOnce) {
  ASSERT_TRUE(Receive("one", {"R1", "R2"}).status.ok());
  world_.Settle(absl::Seconds(60));
  const auto assets = Names<handover::v1::Asset>(handover_, "operations/ba/assets");
  procurement::v1::ReturnGoodsRequest back;
  back.set_name("operations/ba/goodsReceipts/one");
  back.set_reason("faulty");
  auto& line = *back.add_lines();
  line.set_line_number(1);
  line.mutable_accepted()->set_value("1");
  line.add_serials()->set_serial("R1");
  line.mutable_serials(0)->set_manufacturer("Motorola");
  // Neither has heard of the other's when it is told.
  ASSERT_TRUE(AskAlone(procurement_, back).status.ok());
  ASSERT_TRUE(AskAlone(handover_, SendBack(assets[0])).status.ok());
  world_.Settle(absl::Seconds(60));
  EXPECT_EQ(Line().returned_accepted().value(), "1");
  EXPECT_EQ(Said("prihvat.procurement", "prihvat.procurement.v1.GoodsReturned"), 1);
  EXPECT_EQ(Said("prihvat.procurement", "prihvat.common.v1.ReactionRejected"), 0);
  EXPECT_EQ(Said("prihvat.handover", "prihvat.common.v1.ReactionRejected"), 0);
}

TEST_F(Returns, G8_APartOfALotThatHandoverSendsBackGoesBackInProcurementOnce) {
  ASSERT_TRUE(ReceiveCable("cable", "100").status.ok());
  world_.Settle(absl::Seconds(60));
  const auto lots = Names<handover::v1::AssetLot>(handover_, "operations/ba/assetLots");
  ASSERT_EQ(lots.size(), 1u);
  handover::v1::ReturnAssetLotToSupplierRequest back;
  back.set_name(lots[0]);
  back.mutable_quantity()->set_value("30.5");
  back.set_reason("wrong gauge");
  procurement_.log->FailNextAppends(1, AppendFault::kLoseAnswer);
  Do(handover_, back, kReceiver);
  world_.Step(procurement_);
  world_.Crash(procurement_);
  ASSERT_TRUE(world_.Start(procurement_).ok());
  world_.Settle(absl::Seconds(120));
  EXPECT_EQ(Line(1).returned_accepted().value(), "30.5");
  EXPECT_EQ(Line(1).outstanding().value(), "30.5");
  EXPECT_EQ(Said("prihvat.procurement", "prihvat.procurement.v1.GoodsReturned"), 1);
  EXPECT_EQ(Said("prihvat.handover", "prihvat.handover.v1.AssetLotReturnedToSupplier"), 1);
  // As much may come again.
  ASSERT_TRUE(ReceiveCable("again", "30.5").status.ok());
  world_.Settle(absl::Seconds(60));
  EXPECT_EQ(Names<handover::v1::AssetLot>(handover_, "operations/ba/assetLots").size(), 2u);
  EXPECT_EQ(Said("prihvat.procurement", "prihvat.common.v1.ReactionRejected"), 0);
  EXPECT_EQ(Said("prihvat.handover", "prihvat.common.v1.ReactionRejected"), 0);
}

TEST_F(Returns, WhatProcurementRefusesIsPutOnItsWorkList) {
  ASSERT_TRUE(Receive("one", {"R1"}).status.ok());
  world_.Settle(absl::Seconds(60));
  const auto assets = Names<handover::v1::Asset>(handover_, "operations/ba/assets");
  procurement::v1::ReverseGoodsReceiptRequest reverse;
  reverse.set_name("operations/ba/goodsReceipts/one");
  reverse.set_reason("of another order");
  ASSERT_TRUE(AskAlone(procurement_, reverse).status.ok());
  ASSERT_TRUE(AskAlone(handover_, SendBack(assets[0])).status.ok());
  world_.Settle(absl::Seconds(60));
  EXPECT_EQ(Names<common::v1::WorkItem>(procurement_, "operations/ba/workItems").size(), 1u);
  EXPECT_EQ(Said("prihvat.procurement", "prihvat.procurement.v1.GoodsReturned"), 0);
}

}  // namespace
}  // namespace prihvat
