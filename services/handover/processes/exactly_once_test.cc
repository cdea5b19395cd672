// A posted receipt makes its assets once (G8), through crashes of the handover service and answers
// of the log that were lost; what cannot be registered is put on the work list.
#include "gtest/gtest.h"
#include "libs/testkit/world.h"
#include "prihvat/common/v1/work_list.pb.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "services/handover/definition.h"
#include "services/handover/domain/names.h"

namespace prihvat::handover {
namespace {

using event_log::testing::AppendFault;
using testkit::World;

// Says what it is told to say: procurement, as far as handover knows it.
template <class Event>
es::Decision Say(const es::View&, const Event& event, es::Context&) {
  return es::Accepted(event);
}
template <class Event>
void Ignore(es::Entities&, const Event&, const es::EventContext&) {}

runtime::ServiceDefinition Procurement() {
  static const es::Decider& decider = *[] {
    auto* d = new es::Decider;
    d->On<procurement::v1::OperationCreated>(&Say<procurement::v1::OperationCreated>);
    d->On<procurement::v1::GoodsReceiptPosted>(&Say<procurement::v1::GoodsReceiptPosted>);
    d->Fold<procurement::v1::OperationCreated>(&Ignore<procurement::v1::OperationCreated>);
    d->Fold<procurement::v1::GoodsReceiptPosted>(&Ignore<procurement::v1::GoodsReceiptPosted>);
    return d;
  }();
  return {"procurement", "prihvat.procurement", &decider, {}, {}};
}

class ExactlyOnce : public ::testing::Test {
 protected:
  ExactlyOnce()
      : world_({{.name = "prihvat.procurement", .partitions = 1},
                {.name = "prihvat.handover", .partitions = 1}},
               1, 7),
        procurement_(world_.Add(Procurement(), "procurement-0")),
        handover_(world_.Add(HandoverDefinition(), "handover-0")) {
    world_.Settle();
    procurement::v1::OperationCreated operation;
    operation.set_operation("operations/ba");
    operation.set_time_zone("Europe/Sarajevo");
    Tell(operation);
  }

  template <class Event>
  void Tell(const Event& event) {
    runtime::CommandRequest request;
    request.operation = "operations/ba";
    request.command = std::make_shared<Event>(event);
    request.principal = "organisations/iom/people/storekeeper";
    request.request_id = fmt::format("00000000-0000-4000-8000-{:012}", ++told_);
    const auto reply = world_.Do(procurement_, request);
    ASSERT_TRUE(reply.status.ok()) << reply.status;
  }

  // A command of handover's own.
  template <class Command>
  runtime::CommandReply Ask(const Command& command) {
    runtime::CommandRequest request;
    request.operation = "operations/ba";
    request.command = std::make_shared<Command>(command);
    request.principal = "organisations/iom/people/storekeeper";
    request.request_id = fmt::format("00000000-0000-4000-8000-{:012}", ++told_);
    return world_.Do(handover_, request);
  }

  // A receipt with `serials`, one line.
  void TellReceipt(int number, const std::vector<std::string>& serials) {
    procurement::v1::GoodsReceiptPosted event;
    event.set_receipt(fmt::format("operations/ba/goodsReceipts/gr-{}", number));
    auto& line = *event.add_lines();
    line.set_line_number(1);
    line.set_kind(procurement::v1::LINE_KIND_GOODS_SERIAL);
    line.mutable_accepted()->set_value(std::to_string(serials.size()));
    for (const std::string& serial : serials) line.add_serials()->set_serial(serial);
    line.mutable_value()->set_currency_code("BAM");
    line.mutable_value()->set_units(300);
    line.mutable_unit_price()->set_currency_code("BAM");
    line.mutable_unit_price()->set_units(100);
    Tell(event);
  }

  // How often the admitted log of handover says an event of that type.
  int Said(std::string_view type) {
    int count = 0;
    for (const auto& judged : world_.Admitted({"prihvat.handover", 0})) {
      for (const auto& event : judged.record.commit().events()) count += event.type() == type;
    }
    return count;
  }

  template <class T>
  int Stored(std::string_view collection) {
    int count = 0;
    const auto look = handover_.core->Look();
    es::View(look->entities()).ForEach<T>(collection, [&](std::string_view, const T&) {
      return ++count > 0;
    });
    return count;
  }

  World world_;
  World::Instance& procurement_;
  World::Instance& handover_;
  int told_ = 0;
};

TEST_F(ExactlyOnce, G8_AReceiptMakesItsAssetsOnceThroughCrashesAndLostAnswers) {
  constexpr int kReceipts = 12;
  for (int i = 0; i < kReceipts; ++i) {
    if (i % 3 == 0) {
      handover_.log->FailNextAppends(
          1, i % 2 == 0 ? AppendFault::kLoseAnswer : AppendFault::kLoseRecords);
    }
    TellReceipt(i, {fmt::format("S-{}-a", i), fmt::format("S-{}-b", i), fmt::format("S-{}-c", i)});
    if (i % 4 == 1) {
      world_.Step(handover_);
      world_.Crash(handover_);
      ASSERT_TRUE(world_.Start(handover_).ok());
    }
  }
  world_.Settle(absl::Seconds(120));
  EXPECT_EQ(Said("prihvat.handover.v1.AssetRegistered"), 3 * kReceipts);
  EXPECT_EQ(Stored<v1::Asset>("operations/ba/assets"), 3 * kReceipts);
  EXPECT_EQ(Said("prihvat.common.v1.ReactionRejected"), 0);
}

TEST_F(ExactlyOnce, INV12_ASerialThatIsTakenIsPutOnTheWorkListAndTheNextReceiptIsTaken) {
  TellReceipt(1, {"S-1", "S-2", "S-3"});
  TellReceipt(2, {"S-4", "S-2", "S-5"});
  TellReceipt(3, {"S-6", "S-7", "S-8"});
  world_.Settle(absl::Seconds(60));
  EXPECT_EQ(Stored<v1::Asset>("operations/ba/assets"), 6);
  EXPECT_EQ(Stored<common::v1::WorkItem>("operations/ba/workItems"), 1);
  EXPECT_EQ(Said("prihvat.common.v1.ReactionRejected"), 1);

  // Tried again it is refused again, until the number is free; then the line's things are there as
  // of when they came.
  std::string item;
  const auto look = handover_.core->Look();
  es::View(look->entities())
      .ForEach<common::v1::WorkItem>("operations/ba/workItems",
                                     [&](std::string_view name, const common::v1::WorkItem&) {
                                       item = std::string(name);
                                       return false;
                                     });
  common::v1::RetryWorkItemRequest retry;
  retry.set_name(item);
  EXPECT_EQ(Ask(retry).reason, "SERIAL_TAKEN");
  v1::ReturnAssetToSupplierRequest back;
  back.set_name(AssetName("operations/ba/goodsReceipts/gr-1", 1, 2));
  back.set_reason("typed wrongly");
  EXPECT_TRUE(Ask(back).status.ok());
  EXPECT_TRUE(Ask(retry).status.ok());
  EXPECT_EQ(Stored<v1::Asset>("operations/ba/assets"), 9);
  EXPECT_EQ(Ask(retry).reason, "WRONG_STATE");
  EXPECT_EQ(Stored<v1::Asset>("operations/ba/assets"), 9);
}

}  // namespace
}  // namespace prihvat::handover
