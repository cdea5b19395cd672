// What went back to the supplier is recorded wherever the agency had it, piece by piece; where it
// contradicts what was told before, a conflict names both sides.
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::Asset;
using testing::AssetOf;
using testing::Case;
using testing::kCase;
using testing::kDcpb;
using testing::kEuHead;
using testing::Km;
using testing::Lot;
using testing::LotOf;
using testing::Number;
using testing::ReceivedLot;
using testing::ReceivedPieces;
using testing::Signed;
using testing::Story;
using testing::To;

constexpr char kOther[] = "operations/ba/handoverCases/other";
constexpr char kLater[] = "operations/ba/goodsReceipts/gr-2";

v1::RecordReturnedGoodsRequest PieceReturned(const std::string& serial) {
  v1::RecordReturnedGoodsRequest command;
  command.set_operation("operations/ba");
  command.set_receipt(testing::kReceipt);
  command.set_line_number(1);
  *command.mutable_returned() = Number("1");
  command.add_serials()->set_serial(serial);
  command.mutable_serials(0)->set_manufacturer("Škoda");
  command.set_reason("wrong size");
  return command;
}

v1::RecordReturnedGoodsRequest PartReturned(std::string_view quantity, std::string_view value) {
  v1::RecordReturnedGoodsRequest command;
  command.set_operation("operations/ba");
  command.set_receipt(testing::kReceipt);
  command.set_line_number(2);
  *command.mutable_returned() = Number(quantity);
  *command.mutable_value() = Km(value);
  command.set_reason("wrong size");
  return command;
}

v1::ItemCount Count(std::string_view accepted, std::string_view refused, std::string_view missing) {
  v1::ItemCount count;
  count.set_asset_lot(LotOf());
  *count.mutable_accepted() = Number(accepted);
  *count.mutable_refused() = Number(refused);
  *count.mutable_missing() = Number(missing);
  count.set_discrepancy("see the note");
  return count;
}

// "available/reserved/missing/uncertified" of the lot, and what the uncertified cost.
std::string Stock(const Story& story) {
  const auto lot = story.Entity<v1::AssetLot>(LotOf());
  return fmt::format("{}/{}/{}/{} {}", AvailableOf(lot).ToString(),
                     FromProto(lot.reserved()).ToString(), FromProto(lot.missing()).ToString(),
                     FromProto(lot.uncertified_quantity()).ToString(),
                     FromProto(lot.uncertified_value()).AmountText());
}

// The holdings always sum to the quantity without what went back.
void ExpectHoldingsAddUp(const Story& story) {
  const auto lot = story.Entity<v1::AssetLot>(LotOf());
  base::Decimal sum = FromProto(lot.returned());
  for (const v1::LotHolding& holding : lot.holdings())
    sum = Sum(sum, FromProto(holding.quantity()));
  EXPECT_EQ(sum, FromProto(lot.quantity()));
}

TEST(ReturnedGoods, APieceOnHandGoesBackWithoutConflict) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2", "A-3"}, "100.00"));
  story.Do(To<v1::TakeAssetIntoCustodyRequest>(AssetOf(2)));
  story.Do(To<v1::TakeAssetIntoCustodyRequest>(AssetOf(3)));
  story.Do(To<v1::PutAssetIntoUseRequest>(AssetOf(3)));  // the agency's own
  for (const int piece : {1, 2, 3}) {
    story.Do(PieceReturned("A-" + std::to_string(piece)));
    EXPECT_EQ(story.decision().events().size(), 1u) << piece;
    EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(piece)).state(),
              v1::ASSET_STATE_RETURNED_TO_SUPPLIER);
  }
  story.When(PieceReturned("A-1")).ThenNothing();  // told again
  story.When(ReceivedPieces({"A-1"}, "100.00", kLater)).ThenAccepted();
}

TEST(ReturnedGoods, APieceThatIsPromisedLeavesItsCaseAndAConflictNamesBoth) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2"}, "100.00"));
  story.Do(Case({Asset(1), Asset(2)}));
  story.Do(PieceReturned("A-1"));
  const auto conflict = story.Event<v1::ConflictDetected>();
  EXPECT_EQ(conflict.kind(), v1::CONFLICT_KIND_RETURNED_WHILE_PROMISED);
  EXPECT_EQ(conflict.item(), AssetOf(1));
  EXPECT_EQ(conflict.other(), kCase);
  ASSERT_EQ(story.TheCase().items_size(), 1);
  EXPECT_EQ(story.TheCase().items(0).asset(), AssetOf(2));
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).handover_case(), "");
  // The rest of the case goes on; giving it up does not bring back what is gone.
  story.Counted();
  auto give_up = To<v1::VoidHandoverCaseRequest>();
  give_up.set_reason("not wanted");
  story.Do(give_up);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).state(), v1::ASSET_STATE_RETURNED_TO_SUPPLIER);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(2)).state(), v1::ASSET_STATE_IN_CUSTODY);

  auto settle = To<v1::ResolveConflictRequest>(conflict.conflict());
  story.When(settle).ThenRejectedField("resolution");
  settle.set_resolution("the recipient was told");
  story.Do(settle);
  EXPECT_EQ(story.Entity<v1::Conflict>(conflict.conflict()).state(), v1::CONFLICT_STATE_RESOLVED);
  story.When(settle).ThenRejected("WRONG_STATE", {{"state", "RESOLVED"}});
}

TEST(ReturnedGoods, INV16_APieceOnACertificateKeepsItFromTakingEffect) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2"}, "100.00"));
  story.Do(Case({Asset(1), Asset(2)}));
  story.Counted();
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  story.Do(PieceReturned("A-1"));
  EXPECT_EQ(story.Event<v1::ConflictDetected>().kind(),
            v1::CONFLICT_KIND_RETURNED_AFTER_CERTIFICATION);
  EXPECT_EQ(story.Event<v1::ConflictDetected>().other(), story.TheCase().certificate());
  EXPECT_EQ(story.TheCase().items_size(), 2);  // the certificate stands
  story.As(testing::kJulyDirector);
  story.When(Signed(v1::HANDOVER_PARTY_RECIPIENT))
      .ThenRejected("ITEM_RETURNED", {{"item", AssetOf(1)}, {"accepted", "1"}, {"returned", "1"}});
  auto give_up = To<v1::VoidHandoverCaseRequest>();
  give_up.set_reason("made anew");
  story.Do(give_up);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).state(), v1::ASSET_STATE_RETURNED_TO_SUPPLIER);
  story.When(Case({Asset(1), Asset(2)}, "again")).ThenRejected("ITEM_NOT_AVAILABLE");
  story.When(Case({Asset(2)}, "again")).ThenAccepted();
}

TEST(ReturnedGoods, APieceThatWentBackAfterBothSignedDoesNotPass) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.Do(Case({Asset(1)}));
  story.SignedByBoth();
  story.Do(PieceReturned("A-1"));
  story.When(To<v1::MakeHandoverEffectiveRequest>())
      .ThenRejected("ITEM_RETURNED", {{"handover_case", kCase}});
}

TEST(ReturnedGoods, APieceThatWasHandedOverIsGoneAndTheCertificateStands) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.Do(Case({Asset(1)}));
  story.Effective();
  story.Do(PieceReturned("A-1"));
  EXPECT_EQ(story.Event<v1::ConflictDetected>().kind(), v1::CONFLICT_KIND_RETURNED_AFTER_HANDOVER);
  EXPECT_EQ(story.Event<v1::ConflictDetected>().other(), story.TheCase().certificate());
  const auto asset = story.Entity<v1::Asset>(AssetOf(1));
  EXPECT_EQ(asset.state(), v1::ASSET_STATE_RETURNED_TO_SUPPLIER);
  EXPECT_EQ(asset.handover_case(), kCase);  // how it had been handed over
  EXPECT_EQ(FromProto(story.TheCase().items(0).returned()).ToString(), "1");
  EXPECT_EQ(FromProto(story.TheCase().items(0).returned_value()).Format(), "100.00 BAM");
  story.Do(To<v1::CloseHandoverCaseRequest>());
}

TEST(ReturnedGoods, APieceThatWasNoLongerThereIsAConflictToo) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2"}, "100.00"));
  story.Do(To<v1::TakeAssetIntoCustodyRequest>(AssetOf(1)));
  auto change = To<v1::RecordAssetChangeRequest>(AssetOf(1));
  change.set_change(v1::ASSET_CHANGE_DESTROYED);
  change.set_reason("fire");
  story.Do(change);
  // Its number is another piece's by now, and stays so.
  story.Do(ReceivedPieces({"A-1"}, "100.00", kLater));
  story.Do(PieceReturned("A-1"));
  EXPECT_EQ(story.Event<v1::ConflictDetected>().kind(), v1::CONFLICT_KIND_RETURNED_THOUGH_GONE);
  story.When(ReceivedPieces({"A-1"}, "100.00", "operations/ba/goodsReceipts/gr-3"))
      .ThenRejected("SERIAL_TAKEN", {{"asset", AssetOf(1, kLater)}});
  story.When(PieceReturned("B-7")).ThenRejected("NOT_FOUND");
}

TEST(ReturnedGoods, AnAgencySendsBackOfALotWhatIsPromisedToNobody) {
  Story story;
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Lot("4")}));
  auto back = To<v1::ReturnAssetLotToSupplierRequest>(LotOf());
  back.set_reason("wrong size");
  story.When(back).ThenRejectedField("quantity");
  *back.mutable_quantity() = Number("6.5");
  story.When(back).ThenRejected("LOT_EXCEEDED", {{"wanted", "6.5"}, {"available", "6"}});
  *back.mutable_quantity() = Number("6");
  back.clear_reason();
  story.When(back).ThenRejectedField("reason");
  back.set_reason("wrong size");
  back.set_etag("stale");
  story.When(back).ThenRejected("STALE_ETAG");
  back.clear_etag();
  story.Do(back);
  EXPECT_EQ(Stock(story), "0/4/0/4 400.00");
  ExpectHoldingsAddUp(story);
  const auto event = story.Event<v1::AssetLotReturnedToSupplier>();
  EXPECT_EQ(FromProto(event.value()).Format(), "600.00 BAM");
  EXPECT_EQ(event.received_by().receipt(), testing::kReceipt);  // procurement hears of it
  EXPECT_EQ(event.received_by().line_number(), 2);
  story.Do(PartReturned("1", "100.00"));
  EXPECT_FALSE(story.Event<v1::AssetLotReturnedToSupplier>().has_received_by());  // it told us
}

TEST(ReturnedGoods, APartOfALotIsTakenFromWhatIsPromisedToNobodyFirst) {
  Story story;
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Lot("4")}));
  story.Do(Case({Lot("3")}, "other"));
  EXPECT_EQ(Stock(story), "3/7/0/10 1000.00");
  story.Do(PartReturned("2", "200.00"));
  EXPECT_EQ(story.decision().events().size(), 1u);  // nobody was promised these
  EXPECT_EQ(Stock(story), "1/7/0/8 800.00");
  // One on hand; three of the later case, which then lists nothing; one of the earlier.
  story.Do(PartReturned("5", "500.00"));
  EXPECT_EQ(story.decision().events().size(), 3u);
  const auto event = story.Event<v1::AssetLotReturnedToSupplier>();
  ASSERT_EQ(event.parts_size(), 3);
  EXPECT_EQ(event.parts(1).handover_case(), kOther);
  EXPECT_EQ(event.parts(1).quantity().value(), "3");
  EXPECT_EQ(event.parts(2).handover_case(), kCase);
  EXPECT_EQ(event.parts(2).quantity().value(), "1");
  EXPECT_EQ(story.Event<v1::ConflictDetected>().kind(), v1::CONFLICT_KIND_RETURNED_WHILE_PROMISED);
  EXPECT_EQ(Stock(story), "0/3/0/3 300.00");
  EXPECT_EQ(story.TheCase(kOther).items_size(), 0);
  EXPECT_EQ(story.TheCase().items(0).quantity().value(), "3");
  ExpectHoldingsAddUp(story);
  // What is left of the case goes its way.
  story.Effective();
  EXPECT_EQ(FromProto(story.Event<v1::HandoverBecameEffective>().total_km()).Format(),
            "300.00 BAM");
  story.When(PartReturned("4", "400.00"))
      .ThenRejected("LOT_EXCEEDED", {{"wanted", "4"}, {"available", "3"}});
}

TEST(ReturnedGoods, OfACountedLotTheRefusedGoFirstAndTheAcceptedLast) {
  Story story;
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Lot("10")}));
  story.Brought();
  auto count = To<v1::RecordCountRequest>();
  *count.add_counts() = Count("6", "3", "1");
  story.Do(count);
  story.Do(PartReturned("5", "500.00"));
  const auto part = story.Event<v1::AssetLotReturnedToSupplier>().parts(0);
  EXPECT_EQ(part.refused().value(), "3");
  EXPECT_EQ(part.missing().value(), "1");
  EXPECT_EQ(part.accepted().value(), "1");
  const v1::HandoverItem item = story.TheCase().items(0);
  EXPECT_EQ(item.quantity().value(), "5");
  EXPECT_EQ(item.accepted().value(), "5");
  EXPECT_EQ(FromProto(item.refused()).ToString(), "0");
  EXPECT_EQ(Stock(story), "0/5/0/5 500.00");
  ExpectHoldingsAddUp(story);
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  story.DoAs(testing::kJulyDirector, Signed(v1::HANDOVER_PARTY_RECIPIENT));
  story.Do(To<v1::MakeHandoverEffectiveRequest>());
  const auto lot = story.Entity<v1::AssetLot>(LotOf());
  ASSERT_EQ(lot.holdings_size(), 1);
  EXPECT_EQ(lot.holdings(0).title_holder(), kDcpb);
  EXPECT_EQ(lot.holdings(0).quantity().value(), "5");
}

TEST(ReturnedGoods, OfACertifiedLotTheRestComesBackWhenTheCaseIsGivenUp) {
  Story story;
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Lot("6")}));
  story.Counted();
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  EXPECT_EQ(Stock(story), "4/0/0/4 400.00");
  story.Do(PartReturned("5", "500.00"));  // four on hand, one on the certificate
  const auto event = story.Event<v1::AssetLotReturnedToSupplier>();
  EXPECT_EQ(FromProto(event.value()).AmountText(), "400.00");
  EXPECT_EQ(FromProto(event.parts(1).certified_value()).AmountText(), "100.00");
  EXPECT_EQ(story.Event<v1::ConflictDetected>().kind(),
            v1::CONFLICT_KIND_RETURNED_AFTER_CERTIFICATION);
  auto give_up = To<v1::VoidHandoverCaseRequest>();
  give_up.set_reason("made anew");
  story.Do(give_up);
  EXPECT_EQ(Stock(story), "5/0/0/5 500.00");
  ExpectHoldingsAddUp(story);
  EXPECT_EQ(story.Entity<v1::AssetLot>(LotOf()).handover_cases_size(), 0);
}

TEST(ReturnedGoods, OfALotThatWasHandedOverTheRecipientHasLess) {
  Story story;
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Lot("10")}));
  story.Effective();
  story.Do(PartReturned("4", "400.00"));
  EXPECT_EQ(story.Event<v1::ConflictDetected>().kind(), v1::CONFLICT_KIND_RETURNED_AFTER_HANDOVER);
  EXPECT_EQ(FromProto(story.TheCase().items(0).returned()).ToString(), "4");
  const auto lot = story.Entity<v1::AssetLot>(LotOf());
  ASSERT_EQ(lot.holdings_size(), 1);
  EXPECT_EQ(lot.holdings(0).title_holder(), kDcpb);
  EXPECT_EQ(lot.holdings(0).quantity().value(), "6");
  EXPECT_EQ(Stock(story), "0/0/0/0 0.00");
  ExpectHoldingsAddUp(story);
}

TEST(ReturnedGoods, WhatWasMissingAtAnEarlierCountMayTurnUpAtTheSuppliers) {
  Story story;
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Lot("10")}));
  story.Brought();
  auto count = To<v1::RecordCountRequest>();
  *count.add_counts() = Count("8", "0", "2");
  story.Do(count);
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  EXPECT_EQ(Stock(story), "0/0/2/2 200.00");
  story.Do(PartReturned("2", "200.00"));
  EXPECT_EQ(story.Event<v1::ConflictDetected>().kind(), v1::CONFLICT_KIND_RETURNED_THOUGH_GONE);
  EXPECT_EQ(Stock(story), "0/0/0/0 0.00");
  ExpectHoldingsAddUp(story);
}

}  // namespace
}  // namespace prihvat::handover
