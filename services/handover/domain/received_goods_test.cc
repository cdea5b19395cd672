// What was accepted becomes assets and lots; what goes back leaves them.
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::AssetOf;
using testing::Km;
using testing::LotOf;
using testing::Number;
using testing::ReceivedLot;
using testing::ReceivedPieces;
using testing::ReceivedVehicles;
using testing::Story;

// A second receipt of the same goods.
constexpr char kLater[] = "operations/ba/goodsReceipts/gr-2";
constexpr char kVin[] = "JTEBR3FJ70K203117";

v1::RecordReturnedGoodsRequest Returned(int line, std::string_view quantity) {
  v1::RecordReturnedGoodsRequest command;
  command.set_operation("operations/ba");
  command.set_receipt(testing::kReceipt);
  command.set_line_number(line);
  *command.mutable_returned() = Number(quantity);
  command.set_reason("wrong size");
  return command;
}

TEST(ReceivedGoods, OneAssetForEachSerialAndTheirValuesSumToTheLines) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2", "A-3"}, "100.00"));
  base::Money sum = base::Money::Zero(base::Currency::Bam());
  for (int piece = 1; piece <= 3; ++piece) {
    const auto asset = story.Entity<v1::Asset>(AssetOf(piece));
    EXPECT_EQ(asset.serial(), "A-" + std::to_string(piece));
    EXPECT_EQ(asset.state(), v1::ASSET_STATE_RECEIVED);
    EXPECT_EQ(asset.title_holder(), testing::kIom);
    EXPECT_EQ(asset.custodian(), testing::kIom);
    EXPECT_EQ(asset.provenance().donor(), testing::kEu);
    EXPECT_EQ(asset.provenance().budget_line(),
              "operations/ba/projects/measure/budgetLines/equipment");
    sum = Sum(sum, FromProto(asset.value()));
  }
  EXPECT_EQ(sum.Format(), "100.00 BAM");
}

TEST(ReceivedGoods, OneLotForALineByQuantity) {
  Story story;
  story.Do(ReceivedLot("10.5", "1000.00", "95.24"));
  const auto lot = story.Entity<v1::AssetLot>(LotOf());
  EXPECT_EQ(lot.quantity().value(), "10.5");
  ASSERT_EQ(lot.holdings_size(), 1);
  EXPECT_EQ(lot.holdings(0).title_holder(), testing::kIom);
  EXPECT_EQ(lot.holdings(0).quantity().value(), "10.5");
  EXPECT_EQ(AvailableOf(lot).ToString(), "10.5");
}

TEST(ReceivedGoods, TheSameLineIsRegisteredOnce) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.When(ReceivedPieces({"A-1"}, "100.00")).ThenRejected("ALREADY_EXISTS");
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.When(ReceivedLot("10", "1000.00", "100.00")).ThenRejected("ALREADY_EXISTS");
}

// What the runtime adds to an event in a commit is less than 80 bytes.
size_t BytesOf(const es::Decision& decision) {
  size_t bytes = 0;
  for (const es::NewEvent& event : decision.events()) bytes += event.message->ByteSizeLong() + 80;
  return bytes;
}

TEST(ReceivedGoods, MoreThanACommitHoldsIsRefusedAndNeverStopsTheProcess) {
  std::vector<std::string> serials;
  for (int i = 0; i < 3000; ++i) serials.push_back(fmt::format("89390101023584{:05}", i));
  Story story;
  story.When(ReceivedPieces(serials, "3000.00")).ThenRejected("RECEIPT_TOO_LARGE");
  serials.resize(1000);
  story.When(ReceivedPieces(serials, "1000.00")).ThenAccepted();
  EXPECT_LT(BytesOf(story.decision()), 900'000u);
}

TEST(ReceivedGoods, TheLinesOfAReceiptShareWhatACommitHolds) {
  std::vector<std::string> serials;
  for (int i = 0; i < 1000; ++i) serials.push_back(fmt::format("89390101023584{:05}", i));
  auto command = ReceivedPieces(serials, "1000.00");
  Story story;
  command.set_receipt_pieces(2500);  // other lines have the rest
  story.When(command).ThenRejected("RECEIPT_TOO_LARGE", {{"receipt_pieces", "2500"}});
  command.set_receipt_pieces(1100);
  story.When(command).ThenAccepted();
}

TEST(ReceivedGoods, RefusesAsManySerialsAsWereNotAccepted) {
  Story story;
  auto command = ReceivedPieces({"A-1", "A-2"}, "100.00");
  *command.mutable_accepted() = Number("3");
  story.When(command).ThenRejected("PIECES_MISMATCH", {{"quantity", "3"}, {"pieces", "2"}});
}

TEST(ReceivedGoods, INV12_ASerialOfAManufacturerIsTakenByOneLiveAsset) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.When(ReceivedPieces({"A-1"}, "100.00", kLater))
      .ThenRejected("SERIAL_TAKEN", {{"number", "A-1"}, {"asset", AssetOf(1)}});
  // Spelling of the maker makes no other maker.
  auto spelled = ReceivedPieces({"A-1"}, "100.00", kLater);
  spelled.mutable_serials(0)->set_manufacturer("SKODA");
  story.When(spelled).ThenRejected("SERIAL_TAKEN");
  // Another maker may use the same number.
  auto other = ReceivedPieces({"A-1"}, "100.00", kLater);
  other.mutable_serials(0)->set_manufacturer("Motorola");
  story.When(other).ThenAccepted();
}

TEST(ReceivedGoods, INV12_ASerialTwiceInOneLineIsRefused) {
  Story story;
  story.When(ReceivedPieces({"A-1", "A-1"}, "100.00")).ThenRejected("SERIAL_TAKEN");
}

TEST(ReceivedGoods, INV12_AVinIsTakenByOneLiveAsset) {
  Story story;
  story.Do(ReceivedVehicles({kVin}, "72500.00"));
  story.When(ReceivedVehicles({" jtebr3fj70k203117 "}, "72500.00", kLater))
      .ThenRejected("VIN_TAKEN", {{"number", kVin}, {"asset", AssetOf(1)}});
}

TEST(ReceivedGoods, INV12_AReturnedSerialMayBeReceivedAgain) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2"}, "100.00"));
  auto back = Returned(1, "1");
  back.add_serials()->set_serial("A-2");
  story.Do(back);
  EXPECT_FALSE(story.Event<v1::AssetReturnedToSupplier>().has_freed());  // it told us
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(2)).state(), v1::ASSET_STATE_RETURNED_TO_SUPPLIER);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).state(), v1::ASSET_STATE_RECEIVED);
  story.When(ReceivedPieces({"A-1"}, "50.00", kLater)).ThenRejected("SERIAL_TAKEN");
  story.When(ReceivedPieces({"A-2"}, "50.00", kLater)).ThenAccepted();
  // Told again, nothing happens; least of all to the new piece.
  story.When(back).ThenNothing();
}

TEST(ReceivedGoods, INV12_AVinOfAnAssetThatWentBackIsFree) {
  Story story;
  story.Do(ReceivedVehicles({kVin}, "72500.00"));
  auto back = testing::To<v1::ReturnAssetToSupplierRequest>(AssetOf(1));
  back.set_reason("damaged");
  story.Do(back);
  const auto freed = story.Event<v1::AssetReturnedToSupplier>().freed();  // procurement hears of it
  EXPECT_EQ(freed.vin(), kVin);
  EXPECT_EQ(freed.receipt(), testing::kReceipt);
  EXPECT_EQ(freed.line_number(), 1);
  story.When(ReceivedVehicles({kVin}, "72500.00", kLater)).ThenAccepted();
}

TEST(ReceivedGoods, INV13_AVinHas17CharactersWithoutIOQ) {
  Story story;
  for (const char* bad : {"JTEBR3FJ70K20311", "JTEBR3FJ70K2031177", "JTEBR3FJ7OK203117",
                          "ITEBR3FJ70K203117", "JTEBR3FJ70Q203117"}) {
    story.When(ReceivedVehicles({bad}, "72500.00")).ThenRejected("VIN_INVALID", {{"vin", bad}});
    story.ThenRejectedField("serials[0].vin");
  }
}

TEST(ReceivedGoods, INV13_ACheckDigitThatDoesNotFitIsAWarningOutsideNorthAmerica) {
  Story story;
  story.Do(ReceivedVehicles({kVin}, "72500.00"));  // Japan
  EXPECT_NE(story.Entity<v1::Asset>(AssetOf(1)).vin_warning(), "");
  story
      .When(ReceivedVehicles({"1HGCM82633A004353"}, "72500.00", kLater))  // USA, digit wrong
      .ThenRejected("VIN_INVALID");
  story.Do(ReceivedVehicles({"1HGCM82633A004352"}, "72500.00", kLater));  // USA, digit right
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1, kLater)).vin_warning(), "");
}

TEST(ReceivedGoods, APartOfALotGoesBack) {
  Story story;
  story.Do(ReceivedLot("25", "2500.00", "100.00"));
  auto back = Returned(2, "5");
  *back.mutable_value() = Km("500.00");
  story.Do(back);
  const auto lot = story.Entity<v1::AssetLot>(LotOf());
  EXPECT_EQ(lot.quantity().value(), "25");  // gross
  EXPECT_EQ(lot.returned().value(), "5");
  EXPECT_EQ(AvailableOf(lot).ToString(), "20");  // net
  EXPECT_EQ(FromProto(lot.uncertified_value()).Format(), "2,000.00 BAM");
  ASSERT_EQ(lot.holdings_size(), 1);
  EXPECT_EQ(lot.holdings(0).quantity().value(), "20");
  *back.mutable_returned() = Number("20.5");
  story.When(back).ThenRejected("LOT_EXCEEDED", {{"wanted", "20.5"}, {"available", "20"}});
}

TEST(ReceivedGoods, ACentThatStandsWithAnotherReceiptKeepsNothingFromGoingBack) {
  // 0.5 m at 3.33 is 1.67, twice is 3.33: the second receipt's half is worth 1.66. Procurement says
  // 1.66 went back when the first half goes, and 1.67 when the second does.
  Story story;
  story.Do(ReceivedLot("0.5", "1.67", "3.33"));
  auto back = Returned(2, "0.5");
  *back.mutable_value() = Km("1.66");
  story.Do(back);
  EXPECT_EQ(FromProto(story.Entity<v1::AssetLot>(LotOf()).uncertified_value()).Format(),
            "0.00 BAM");

  Story other;
  other.Do(ReceivedLot("0.5", "1.66", "3.33"));
  *back.mutable_value() = Km("1.67");
  other.Do(back);
  const auto lot = other.Entity<v1::AssetLot>(LotOf());
  EXPECT_EQ(lot.returned().value(), "0.5");
  EXPECT_EQ(FromProto(lot.uncertified_value()).Format(), "0.00 BAM");
}

TEST(ReceivedGoods, AnUnknownOperationIsRefused) {
  testkit::DeciderSpec spec(HandoverDecider());
  spec.When(ReceivedLot("1", "1.00", "1.00")).ThenRejected("OPERATION_UNKNOWN");
}

TEST(ReceivedGoods, AReceiptWithAVeryLongIdMakesNamesThatFit) {
  const std::string receipt = "operations/ba/goodsReceipts/" + std::string(63, 'r');
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00", receipt));
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1, receipt)).serial(), "A-1");
  // The name passes the rules of names, so that a case can name it.
  story.When(testing::Case({testing::Asset(1, receipt)})).ThenAccepted();
}

TEST(Assets, A6_AMoveChangesOnlyTheFieldsThatItNames) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  auto place = testing::To<v1::MoveAssetRequest>(AssetOf(1));
  place.set_location("Sarajevo, store 2");
  story.Do(place);
  auto keeper = testing::To<v1::MoveAssetRequest>(AssetOf(1));
  keeper.set_custodian("organisations/drc");
  story.Do(keeper);
  auto asset = story.Entity<v1::Asset>(AssetOf(1));
  EXPECT_EQ(asset.location(), "Sarajevo, store 2");
  EXPECT_EQ(asset.custodian(), "organisations/drc");
  // The other order.
  place.set_location("Bihać");
  story.Do(place);
  asset = story.Entity<v1::Asset>(AssetOf(1));
  EXPECT_EQ(asset.location(), "Bihać");
  EXPECT_EQ(asset.custodian(), "organisations/drc");
  EXPECT_EQ(asset.title_holder(), testing::kIom);
  story.When(testing::To<v1::MoveAssetRequest>(AssetOf(1))).ThenRejectedField("location");
}

TEST(Assets, MovesThatAreNotNamedAreRejectedWithThoseThatAreOpen) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.Do(testing::To<v1::TakeAssetIntoCustodyRequest>(AssetOf(1)));
  auto back = testing::To<v1::ReturnAssetToSupplierRequest>(AssetOf(1));
  back.set_reason("late");
  story.When(back).ThenRejected(
      "WRONG_STATE",
      {{"state", "IN_CUSTODY"},
       {"open_moves",
        "put into use, move, hand over, sent to repair, damaged, lost, stolen, destroyed"}});
  story.Do(testing::To<v1::PutAssetIntoUseRequest>(AssetOf(1)));  // the agency's own
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).state(), v1::ASSET_STATE_IN_USE);
  story.When(testing::Case({testing::Asset(1)})).ThenRejected("ITEM_NOT_AVAILABLE");
}

v1::RecordAssetChangeRequest Change(v1::AssetChange change) {
  auto command = testing::To<v1::RecordAssetChangeRequest>(AssetOf(1));
  command.set_change(change);
  command.set_reason("as reported");
  if (change == v1::ASSET_CHANGE_STOLEN || change == v1::ASSET_CHANGE_WRITTEN_OFF ||
      change == v1::ASSET_CHANGE_DISPOSED) {
    command.mutable_evidence()->set_kind(v1::EVIDENCE_KIND_POLICE_REPORT);
    command.mutable_evidence()->set_reference("PU Sarajevo 02/3-1234/23");
  }
  return command;
}

TEST(Assets, LostOrRepairedTheyComeBackToTheStateBefore) {
  Story story;
  const auto state = [&] { return story.Entity<v1::Asset>(AssetOf(1)).state(); };
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.When(Change(v1::ASSET_CHANGE_LOST)).ThenRejected("WRONG_STATE", {{"state", "RECEIVED"}});
  story.Do(testing::To<v1::TakeAssetIntoCustodyRequest>(AssetOf(1)));
  story.Do(Change(v1::ASSET_CHANGE_LOST));
  story.When(Change(v1::ASSET_CHANGE_STOLEN)).ThenRejected("WRONG_STATE", {{"state", "LOST"}});
  story.Do(Change(v1::ASSET_CHANGE_FOUND));
  EXPECT_EQ(state(), v1::ASSET_STATE_IN_CUSTODY);
  story.Do(testing::To<v1::PutAssetIntoUseRequest>(AssetOf(1)));
  story.Do(Change(v1::ASSET_CHANGE_SENT_TO_REPAIR));
  EXPECT_EQ(state(), v1::ASSET_STATE_UNDER_REPAIR);
  story.Do(Change(v1::ASSET_CHANGE_BACK_FROM_REPAIR));
  EXPECT_EQ(state(), v1::ASSET_STATE_IN_USE);
  story.When(Change(v1::ASSET_CHANGE_UNSPECIFIED)).ThenRejectedField("change");
  auto silent = Change(v1::ASSET_CHANGE_DISPOSED);
  silent.clear_reason();
  story.When(silent).ThenRejectedField("reason");
}

TEST(Assets, INV12_TheNumbersOfWhatIsNoLongerLiveAreFree) {
  const std::vector<std::vector<v1::AssetChange>> ends = {
      {v1::ASSET_CHANGE_DISPOSED},
      {v1::ASSET_CHANGE_DESTROYED},
      {v1::ASSET_CHANGE_STOLEN, v1::ASSET_CHANGE_WRITTEN_OFF}};
  for (const auto& changes : ends) {
    Story story;
    story.Do(ReceivedVehicles({kVin}, "100.00"));
    story.Do(testing::To<v1::TakeAssetIntoCustodyRequest>(AssetOf(1)));
    story.Do(testing::To<v1::PutAssetIntoUseRequest>(AssetOf(1)));
    for (v1::AssetChange change : changes) {
      story.When(ReceivedVehicles({kVin}, "100.00", kLater)).ThenRejected("VIN_TAKEN");
      story.Do(Change(change));
    }
    const auto freed = story.Event<v1::AssetChanged>().freed();  // procurement hears of it
    EXPECT_EQ(freed.vin(), kVin);
    EXPECT_EQ(freed.receipt(), testing::kReceipt);
    EXPECT_EQ(freed.line_number(), 1);
    story.When(ReceivedVehicles({kVin}, "100.00", kLater)).ThenAccepted();
    // And what is not live does not come back.
    story.When(Change(v1::ASSET_CHANGE_FOUND))
        .ThenRejected("WRONG_STATE", {{"open_moves", "none"}});
  }
}

TEST(Assets, INV14_AMoveBeforeTheLastChangeOfHandsIsRefused) {
  Story story;
  story.At(absl::CivilSecond(2023, 7, 5, 12, 0, 0));
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  auto keeper = testing::To<v1::MoveAssetRequest>(AssetOf(1));
  keeper.set_custodian("organisations/drc");
  story.Effective(absl::FromCivil(absl::CivilSecond(2023, 7, 5, 11, 0, 0), story.zone()));
  story.When(keeper).ThenRejected("BEFORE_LAST_MOVE");
}

}  // namespace
}  // namespace prihvat::handover
