#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

constexpr char kInspector[] = "organisations/iom/people/inspector";

v1::GoodsReceipt Receipt(const ProcurementSpec& spec) {
  return spec.Entity<v1::GoodsReceipt>(kReceipt);
}

TEST(CountGoods, ThreeStepsByThreePeopleAndOnlyTheLastIsSpent) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "10.00"), Pieces("2", "5.00")});
  spec.CountGoods({{1, "7"}, {2, "2"}}).ThenAccepted();
  EXPECT_EQ(Receipt(spec).state(), v1::GOODS_RECEIPT_STATE_COUNTING);
  EXPECT_EQ(Receipt(spec).document_number(), "GRN-2023-0001");
  EXPECT_EQ(Receipt(spec).counter(), kReceiver);
  EXPECT_EQ(spec.Order().receipts(), 0);
  spec.Inspect({{.accepted = "5", .rejected = "1", .surplus = "1", .reason = "wet"},
                {.accepted = "2", .serials = {"a1", "a2"}, .line = 2}},
               "grn", kInspector)
      .ThenAccepted();
  EXPECT_EQ(Receipt(spec).state(), v1::GOODS_RECEIPT_STATE_INSPECTED);
  EXPECT_EQ(spec.Position(), "0.00/110.00/0.00");
  spec.Post("grn", "organisations/iom/people/bookkeeper").ThenAccepted();
  const auto posted = spec.Event<v1::GoodsReceiptPosted>();
  EXPECT_EQ(posted.document_number(), "GRN-2023-0001");
  EXPECT_EQ(posted.counter(), kReceiver);
  EXPECT_EQ(posted.inspector(), kInspector);
  EXPECT_EQ(Text(posted.value()), "60.00 BAM");
  EXPECT_EQ(spec.Position(), "0.00/50.00/60.00");
  EXPECT_EQ(Receipt(spec).state(), v1::GOODS_RECEIPT_STATE_POSTED);
  EXPECT_EQ(Receipt(spec).counter(), kReceiver);
  EXPECT_EQ(spec.Order().receipts(), 1);
  EXPECT_THAT(
      spec.Order().receivers(),
      testing::UnorderedElementsAre(kReceiver, kInspector, "organisations/iom/people/bookkeeper"));
  // The next has the next number, in one step or in three.
  spec.Receive({{.accepted = "1"}}, "next").ThenAccepted();
  EXPECT_EQ(spec.Event<v1::GoodsReceiptPosted>().document_number(), "GRN-2023-0002");
}

TEST(CountGoods, INV08_TheInspectionSaysWhatBecameOfAllThatWasCounted) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "10.00"), Goods("10", "1.00")});
  spec.CountGoods({{1, "7"}, {2, "3"}}).ThenAccepted();
  spec.Inspect({{.accepted = "7"}}).ThenRejectedField("lines");
  spec.Inspect({{.accepted = "7"}, {.accepted = "3"}}).ThenRejectedField("lines[1].line_number");
  spec.Inspect({{.accepted = "7"}, {.accepted = "2", .line = 2}})
      .ThenRejected("DELIVERY_DOES_NOT_ADD_UP", {{"delivered", "3"}, {"accounted_for", "2"}});
  spec.Inspect({{.accepted = "7"}, {.accepted = "2", .rejected = "1", .line = 2}})
      .ThenRejected("REJECTION_REASON_MISSING");
  v1::InspectGoodsReceiptRequest other;
  other.set_name(kReceipt);
  for (const auto& delivered : {Delivered{.accepted = "7"}, {.accepted = "4", .line = 2}}) {
    *other.add_lines() = ReceiptLine(delivered);
    *other.mutable_lines(other.lines_size() - 1)->mutable_delivered() = Number(delivered.accepted);
  }
  spec.When(other).ThenRejectedField("lines[1].delivered");  // 3 were counted
  EXPECT_EQ(Receipt(spec).state(), v1::GOODS_RECEIPT_STATE_COUNTING);
}

TEST(CountGoods, INV07_TheLimitHoldsWhenItIsInspectedAndWhenItIsPosted) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "10.00")});
  spec.CountGoods({{1, "11"}}).ThenAccepted();  // what came is a fact
  spec.Inspect({{.accepted = "11"}}).ThenRejected("OVER_RECEIPT", {{"limit", "10"}});
  spec.Inspect({{.accepted = "10", .surplus = "1"}}).ThenAccepted();
  spec.Receive({{.accepted = "1"}}, "between").ThenAccepted();
  spec.Post().ThenRejected("OVER_RECEIPT", {{"accepted", "11"}, {"limit", "10"}});
  spec.Abandon().ThenAccepted();
  EXPECT_EQ(Receipt(spec).abandonment_reason(), "counted wrongly");
  EXPECT_EQ(spec.Position(), "0.00/90.00/10.00");
}

TEST(CountGoods, INV12_APieceThatCameBetweenIsNotPostedTwice) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("3", "10.00")});
  spec.CountGoods({{1, "1"}}).ThenAccepted();
  spec.Inspect({{.accepted = "1"}}).ThenRejected("SERIALS_DO_NOT_MATCH");
  spec.Inspect({{.accepted = "1", .serials = {"a1"}}}).ThenAccepted();
  spec.Receive({{.accepted = "1", .serials = {"a1"}}}, "between").ThenAccepted();
  spec.Post().ThenRejected("SERIAL_TAKEN");
}

TEST(CountGoods, AFactIsCountedThoughTheOrderIsSuspendedAndIsPostedWhenItGoesOn) {
  ProcurementSpec spec;
  spec.Draft({Goods("10", "10.00")}).ThenAccepted();
  spec.CountGoods({{1, "1"}}).ThenRejected("WRONG_STATE");
  spec.Approve().ThenAccepted();
  spec.CountGoods({{1, "1"}}).ThenRejected("WRONG_STATE");
  spec.Issue().ThenAccepted();
  spec.MoveWithReason<v1::SuspendPurchaseOrderRequest>().ThenAccepted();
  spec.CountGoods({{1, "1"}}).ThenAccepted();
  spec.Inspect({{.accepted = "1"}}).ThenAccepted();
  spec.Post().ThenRejected("WRONG_STATE", {{"state", "suspended"}});
  spec.Move<v1::ResumePurchaseOrderRequest>().ThenAccepted();
  spec.Post().ThenAccepted();
}

TEST(CountGoods, INV10_WhoCountsAndInspectsHasNoOtherDuty) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "40000.00")});
  spec.CountGoods({{1, "1"}}, "grn", kApprover).ThenRejected("DUTIES_NOT_SEPARATE");
  spec.CountGoods({{1, "1"}}).ThenAccepted();
  spec.Inspect({{.accepted = "1"}}, "grn", kRequester).ThenRejected("DUTIES_NOT_SEPARATE");
  spec.Inspect({{.accepted = "1"}}, "grn", kInspector).ThenAccepted();
  // What the inspector did since counts too.
  v1::AmendPurchaseOrderRequest amend;
  amend.set_name(kOrder);
  amend.set_reason("needs changed");
  amend.add_changes()->set_line_number(1);
  *amend.mutable_changes(0)->mutable_quantity() = Number("9");
  spec.As(kInspector).When(amend).ThenAccepted();
  spec.Post().ThenRejected("DUTIES_NOT_SEPARATE",
                           {{"actor", kInspector}, {"duties", "requester, receiver"}});
}

TEST(CountGoods, EachStepComesNotBeforeTheOneBefore) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "10.00")});
  const absl::Time came = absl::FromCivil(absl::CivilSecond(2023, 7, 13, 12, 0, 0), spec.zone());
  spec.CountGoods({{1, "1"}}).ThenAccepted();
  spec.Effective(came - absl::Seconds(1));
  spec.Inspect({{.accepted = "1"}}).ThenRejectedField("effective_time");
  spec.Effective(came);
  spec.Inspect({{.accepted = "1"}}).ThenAccepted();
  spec.Effective(came - absl::Seconds(1));
  spec.Post().ThenRejectedField("effective_time");
  spec.Effective(came);
  spec.Post().ThenAccepted();
}

TEST(CountGoods, ACountSaysWhatCameAndNothingElse) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "10.00")});
  spec.CountGoods({}).ThenRejectedField("goods_receipt.lines");
  spec.CountGoods({{2, "1"}}).ThenRejectedField("goods_receipt.lines[0].line_number");
  spec.CountGoods({{1, "1"}, {1, "1"}}).ThenRejectedField("goods_receipt.lines[1].line_number");
  spec.CountGoods({{1, "0"}}).ThenRejectedField("goods_receipt.lines[0].delivered");
  v1::CountGoodsReceiptRequest more;
  more.set_parent(kOperation);
  *more.mutable_goods_receipt() = ProcurementSpec::ReceiptOf({{.accepted = "1"}}).goods_receipt();
  spec.When(more).ThenRejectedField("goods_receipt.lines[0].accepted");
  // And the last step takes what was inspected, no other.
  spec.CountGoods({{1, "1"}}).ThenAccepted();
  spec.Inspect({{.accepted = "1"}}).ThenAccepted();
  v1::PostGoodsReceiptRequest both;
  both.set_name(kReceipt);
  both.mutable_goods_receipt()->set_purchase_order(kOrder);
  spec.When(both).ThenRejectedField("goods_receipt");
}

}  // namespace
}  // namespace prihvat::procurement
