// A handover case from the draft to the title, and what may go wrong on the way.
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
using testing::kIom;
using testing::kJulyDirector;
using testing::Lot;
using testing::LotOf;
using testing::Number;
using testing::ReceivedLot;
using testing::ReceivedPieces;
using testing::Signed;
using testing::Story;
using testing::To;

// The count of one asset or lot.
v1::ItemCount Count(const std::string& asset, const std::string& lot, std::string_view accepted,
                    std::string_view refused, std::string_view missing) {
  v1::ItemCount count;
  count.set_asset(asset);
  count.set_asset_lot(lot);
  *count.mutable_accepted() = Number(accepted);
  *count.mutable_refused() = Number(refused);
  *count.mutable_missing() = Number(missing);
  count.set_discrepancy("see the note");
  return count;
}

v1::RecordCountRequest CountOf(const std::vector<v1::ItemCount>& counts) {
  auto command = To<v1::RecordCountRequest>();
  command.mutable_counts()->Add(counts.begin(), counts.end());
  return command;
}

template <class Command>
Command Because(const std::string& reason) {
  auto command = To<Command>();
  command.set_reason(reason);
  return command;
}

// An instant of 13 July 2023 in Sarajevo.
absl::Time At(const Story& story, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilSecond(2023, 7, 13, hour, minute, 0), story.zone());
}

TEST(HandoverCase, GoesFromDraftToClosed) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.Do(Case({Asset(1)}));
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_DRAFTED);
  EXPECT_EQ(story.TheCase().donor(), testing::kEu);
  EXPECT_EQ(story.TheCase().project_title().bs(), "Pojedinačna mjera");  // of the project
  EXPECT_EQ(story.TheCase().funding_source(), "European Union");
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).state(), v1::ASSET_STATE_RESERVED);
  story.Brought();
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_DELIVERED);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).state(), v1::ASSET_STATE_DELIVERED);
  story.Do(To<v1::RecordCountRequest>());
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_COUNTED);
  story.DoAs(kJulyDirector, Signed(v1::HANDOVER_PARTY_RECIPIENT));  // either order
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_SIGNED_BY_ONE);
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_SIGNED_BY_BOTH);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).title_holder(), kIom);  // not yet
  story.Do(To<v1::MakeHandoverEffectiveRequest>());
  const auto asset = story.Entity<v1::Asset>(AssetOf(1));
  EXPECT_EQ(asset.state(), v1::ASSET_STATE_TITLE_PASSED);
  EXPECT_EQ(asset.title_holder(), kDcpb);
  EXPECT_EQ(asset.recipient(), kDcpb);
  EXPECT_EQ(asset.certificate(), story.TheCase().certificate());
  story.Do(To<v1::CloseHandoverCaseRequest>());
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_CLOSED);
}

TEST(HandoverCase, PutsIntoUseAtItsCentre) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  auto made = Case({Asset(1)});
  made.mutable_handover_case()->set_centre("operations/ba/centres/usivak");
  story.Do(made);
  story.Effective();
  const auto event = story.Event<v1::HandoverBecameEffective>();
  EXPECT_EQ(event.items(0).centre(), "operations/ba/centres/usivak");
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).state(), v1::ASSET_STATE_IN_USE);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).centre(), "operations/ba/centres/usivak");
}

TEST(HandoverCase, SaysWhichPartsItIsMadeOf) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2"}, "100.00"));
  story.When(Case({})).ThenRejectedField("handover_case.items");
  story.When(Case({Asset(1), Asset(1)})).ThenRejectedField("handover_case.items[1]");
  story.When(Case({Asset(7)})).ThenRejected("NOT_FOUND");
  v1::HandoverItem both = Asset(1);
  both.set_asset_lot(LotOf());
  story.When(Case({both})).ThenRejectedField("handover_case.items[0]");
  v1::HandoverItem two = Asset(1);
  *two.mutable_quantity() = Number("2");
  story.When(Case({two})).ThenRejectedField("handover_case.items[0].quantity");
  auto same = Case({Asset(1)});
  same.mutable_handover_case()->set_recipient(testing::kEu);
  story.When(same).ThenRejectedField("handover_case.recipient");
  auto elsewhere = Case({Asset(1)});
  elsewhere.mutable_handover_case()->set_centre("operations/rs/centres/usivak");
  story.When(elsewhere).ThenRejectedField("handover_case.centre");
  auto foreign = Case({Asset(1)});
  foreign.set_parent("operations/rs");
  story.When(foreign).ThenRejectedField("parent");
  // A name of another kind of thing is no asset.
  v1::HandoverItem mandate;
  mandate.set_asset("operations/ba/mandates/eu");
  story.When(Case({mandate})).ThenRejectedField("handover_case.items[0].asset");
}

TEST(HandoverCase, IsWorthNoMoreThanItsCertificateCanSay) {
  // Each is a lawful amount, and together they would be more than an amount can be.
  Story story;
  const std::string second = "operations/ba/goodsReceipts/gr-2";
  const std::string third = "operations/ba/goodsReceipts/gr-3";
  story.Do(ReceivedPieces({"A-1"}, "9999999999999999.99"));
  story.Do(ReceivedPieces({"A-2"}, "999999999999999.99", second));
  story.Do(ReceivedLot("2", "0.02", "0.01", third));
  story.When(Case({Asset(1)}))
      .ThenRejected("CASE_TOO_LARGE", {{"item", AssetOf(1)},
                                       {"value", "9,999,999,999,999,999.99 BAM"},
                                       {"limit", "1,000,000,000,000,000.00 BAM"}});
  story.When(Case({Asset(1, second), Lot("2", third)}))
      .ThenRejected("CASE_TOO_LARGE", {{"item", LotOf(third)}, {"value", "0.02 BAM"}});
  // At the limit everything is said: in KM, and in EUR.
  story.Do(Case({Asset(1, second), Lot("1", third)}));
  story.Effective();
  EXPECT_EQ(FromProto(story.Event<v1::HandoverBecameEffective>().total_km()).Format(),
            "1,000,000,000,000,000.00 BAM");

  // Paid in EUR, the certificate says more KM than that.
  Story euros;
  auto dear = ReceivedPieces({"A-1"}, "1.00");
  *dear.mutable_value() = testing::Eur("1000000000000000.00");
  *dear.mutable_unit_price() = dear.value();
  euros.Do(dear);
  euros.Do(Case({Asset(1)}));
  euros.Effective();
  EXPECT_EQ(FromProto(euros.Event<v1::HandoverBecameEffective>().total_km()).Format(),
            "1,955,830,000,000,000.00 BAM");
}

TEST(HandoverCase, OnlyTheTitleHolderOrTheDonorGives) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  auto command = Case({Asset(1)});
  command.mutable_handover_case()->clear_giver_mandate();
  command.mutable_handover_case()->set_giver("organisations/unhcr");
  story.When(command).ThenRejected("GIVER_NOT_ENTITLED",
                                   {{"title_holder", kIom}, {"donor", testing::kEu}});
  command.mutable_handover_case()->set_giver(kIom);
  story.When(command).ThenAccepted();
}

TEST(HandoverCase, NobodyIsGivenWhatTheyBoughtOrPaidFor) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  auto command = Case({Asset(1)});  // the donor gives
  command.mutable_handover_case()->clear_recipient_mandate();
  command.mutable_handover_case()->set_recipient(kIom);
  story.When(command).ThenRejected("RECIPIENT_NOT_ENTITLED", {{"recipient", kIom}});
  command.mutable_handover_case()->clear_giver_mandate();
  command.mutable_handover_case()->set_giver(kIom);  // and the agency to the donor
  command.mutable_handover_case()->set_recipient(testing::kEu);
  story.When(command).ThenRejected("RECIPIENT_NOT_ENTITLED", {{"donor", testing::kEu}});
}

// Things that the same donors pay for are on one certificate, whatever each pays; others are not.
TEST(HandoverCase, ThingsOfTheSameDonorsShareACase) {
  const auto paid = [](v1::RegisterReceivedGoodsRequest command, const char* eu, const char* ch) {
    for (const auto& [donor, percent] : {std::pair(testing::kEu, eu), {"organisations/ch", ch}}) {
      v1::FundingShare& share = *command.mutable_provenance()->add_funding();
      share.set_donor(donor);
      *share.mutable_percent() = testing::Number(percent);
    }
    return command;
  };
  Story story;
  const std::string second = "operations/ba/goodsReceipts/gr-2";
  const std::string third = "operations/ba/goodsReceipts/gr-3";
  story.Do(paid(ReceivedPieces({"A-1"}, "100.00"), "60", "40"));
  story.Do(paid(ReceivedLot("10", "100.00", "10.00", second), "90", "10"));
  story.Do(ReceivedLot("10", "100.00", "10.00", third));  // the Union's alone
  auto command = Case({Asset(1), Lot("1", third)});
  story.When(command).ThenRejected(
      "DIFFERENT_DONORS",
      {{"donor", testing::kEu}, {"case_donor", "organisations/ch, organisations/eu"}});
  command = Case({Asset(1), Lot("1", second)});
  command.mutable_handover_case()->set_donor("organisations/norway");
  story.When(command).ThenRejected("DIFFERENT_DONORS", {{"case_donor", "organisations/norway"}});
  command.mutable_handover_case()->clear_donor();
  command.mutable_handover_case()->set_recipient("organisations/ch");
  command.mutable_handover_case()->clear_recipient_mandate();
  story.When(command).ThenRejected("RECIPIENT_NOT_ENTITLED");
  command = Case({Asset(1), Lot("1", second)});
  story.Do(command);
  EXPECT_EQ(story.TheCase().donor(), testing::kEu);
  EXPECT_EQ(story.TheCase().donors_size(), 2);
  // The percentages are not the same for all: the certificate names who paid.
  EXPECT_EQ(story.TheCase().funding_source(), "eu · ch");
}

TEST(HandoverCase, ItemsOfTwoDonorsOrCurrenciesDoNotMix) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  const std::string receipt = "operations/ba/goodsReceipts/gr-2";
  auto other = ReceivedLot("10", "100.00", "10.00", receipt);
  other.mutable_provenance()->set_donor("organisations/norway");
  story.Do(other);
  auto mixed = Case({Asset(1), Lot("1", receipt)});
  mixed.mutable_handover_case()->set_giver(kIom);
  mixed.mutable_handover_case()->clear_giver_mandate();
  story.When(mixed).ThenRejected("DIFFERENT_DONORS", {{"donor", "organisations/norway"}});

  const std::string third = "operations/ba/goodsReceipts/gr-3";
  auto euros = ReceivedLot("10", "100.00", "10.00", third);
  *euros.mutable_value() = testing::Eur("100.00");
  *euros.mutable_unit_price() = testing::Eur("10.00");
  story.Do(euros);
  story.When(Case({Asset(1), Lot("1", third)}))
      .ThenRejected("CURRENCY_UNSUPPORTED", {{"currency", "EUR"}});

  const std::string fourth = "operations/ba/goodsReceipts/gr-4";
  auto dollars = ReceivedLot("10", "100.00", "10.00", fourth);
  dollars.mutable_value()->set_currency_code("USD");
  dollars.mutable_unit_price()->set_currency_code("USD");
  story.Do(dollars);
  story.When(Case({Lot("1", fourth)})).ThenRejected("CURRENCY_UNSUPPORTED", {{"currency", "USD"}});
}

TEST(HandoverCase, A3_AnAssetIsPromisedToOneCase) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  const std::string etag = es::EtagOf(story.Entity<v1::Asset>(AssetOf(1)));
  v1::HandoverItem item = Asset(1);
  item.set_item_etag(etag);
  story.Do(Case({item}, "a"));
  // The same stale form, for another recipient.
  story.When(Case({item}, "b")).ThenRejected("STALE_ETAG", {{"etag", etag}});
  // And without an etag.
  story.When(Case({Asset(1)}, "b"))
      .ThenRejected("ITEM_NOT_AVAILABLE", {{"handover_case", "operations/ba/handoverCases/a"}});
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).handover_case(), "operations/ba/handoverCases/a");
}

TEST(HandoverCase, A3_AStaleEtagOfTheCaseIsRefused) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.Do(Case({Asset(1)}));
  const std::string etag = es::EtagOf(story.TheCase());
  auto first = To<v1::AuthoriseHandoverCaseRequest>();
  first.set_etag(etag);
  first.set_authorised_by("Head");
  first.set_authorisation_reference("letter 1");
  story.Do(first);
  auto second = To<v1::ScheduleHandoverCaseRequest>();
  second.set_etag(etag);
  second.set_place("Sarajevo");
  *second.mutable_scheduled_date() = testing::Day(2023, 7, 13);
  story.When(second).ThenRejected("STALE_ETAG");
}

TEST(HandoverCase, T4_OfALotNoMoreIsPromisedThanIsThere) {
  Story story;
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Lot("7")}, "a"));
  story.When(Case({Lot("3.001")}, "b"))
      .ThenRejected("LOT_EXCEEDED", {{"wanted", "3.001"}, {"available", "3"}});
  story.Do(Case({Lot("3")}, "b"));
  story.When(Case({Lot("0.001")}, "c")).ThenRejected("LOT_EXCEEDED", {{"available", "0"}});
}

TEST(HandoverCase, INV16_AcceptedRefusedAndMissingMakeWhatWasListed) {
  Story story;
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Lot("10")}));
  story.Brought();
  story.When(CountOf({Count("", LotOf(), "8", "1", "0.5")}))
      .ThenRejected("COUNT_MISMATCH", {{"listed", "10"}, {"accepted", "8"}, {"missing", "0.5"}});
  story.When(CountOf({Count("", LotOf(), "11", "-1", "0")})).ThenRejectedField("counts[0].refused");
  story.When(CountOf({Count("", LotOf(), "8", "1", "1"), Count("", LotOf(), "8", "1", "1")}))
      .ThenRejectedField("counts[1]");
  story.When(CountOf({Count(AssetOf(1), "", "1", "0", "0")})).ThenRejectedField("counts[0]");
  auto silent = Count("", LotOf(), "8", "1", "1");
  silent.clear_discrepancy();
  story.When(CountOf({silent})).ThenRejectedField("counts[0].discrepancy");
  story.Do(CountOf({Count("", LotOf(), "8", "1", "1")}));
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_PARTLY_ACCEPTED);
}

TEST(HandoverCase, INV16_ACertificateHasOnlyWhatWasReceivedAndAccepted) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2", "A-3"}, "300.00"));
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Asset(1), Asset(2), Asset(3), Lot("10")}));
  story.Brought();
  story.Do(CountOf({Count(AssetOf(2), "", "0", "1", "0"), Count(AssetOf(3), "", "0", "0", "1"),
                    Count("", LotOf(), "6", "3", "1")}));
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  const auto certificate = story.Entity<v1::Certificate>(story.TheCase().certificate());
  ASSERT_EQ(certificate.items_size(), 2);
  EXPECT_THAT(certificate.items(0).assets(), ::testing::ElementsAre(AssetOf(1)));
  EXPECT_THAT(certificate.items(0).serials(), ::testing::ElementsAre("A-1"));
  EXPECT_EQ(certificate.items(1).quantity().value(), "6");
  EXPECT_EQ(FromProto(certificate.total_km()).Format(), "700.00 BAM");
  // Refused pieces are free again; missing ones are lost until found.
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(2)).state(), v1::ASSET_STATE_IN_CUSTODY);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(2)).handover_case(), "");
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(3)).state(), v1::ASSET_STATE_LOST);
  const auto lot = story.Entity<v1::AssetLot>(LotOf());
  EXPECT_EQ(AvailableOf(lot).ToString(), "3");
  EXPECT_EQ(lot.missing().value(), "1");
  story.When(Case({Asset(2), Lot("3")}, "again")).ThenAccepted();
}

TEST(HandoverCase, ADisputeIsSettledByAnotherCount) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2"}, "200.00"));
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Asset(1), Asset(2), Lot("10")}));
  story.Brought();
  story.Do(CountOf({Count(AssetOf(1), "", "0", "1", "0"), Count("", LotOf(), "4", "6", "0")}));
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).custodian(), kIom);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(2)).custodian(), kDcpb);
  story.Do(Because<v1::DisputeCountRequest>("A-1 was accepted"));
  story.As(kEuHead);
  story.When(Signed(v1::HANDOVER_PARTY_GIVER)).ThenRejected("WRONG_STATE", {{"state", "DISPUTED"}});
  auto resolve = To<v1::ResolveDisputeRequest>();
  resolve.set_resolution("counted again together");
  *resolve.add_counts() = Count(AssetOf(2), "", "0", "0", "1");
  *resolve.add_counts() = Count("", LotOf(), "9", "1", "0");
  story.Do(resolve);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).custodian(), kDcpb);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(2)).custodian(), kIom);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(2)).state(), v1::ASSET_STATE_LOST);
  EXPECT_EQ(story.TheCase().dispute_notes_size(), 2);
  // Of the lot, nine are in the recipient's keeping and one in the agency's; the title is as it
  // was.
  const auto lot = story.Entity<v1::AssetLot>(LotOf());
  ASSERT_EQ(lot.holdings_size(), 2);
  for (const v1::LotHolding& holding : lot.holdings()) {
    EXPECT_EQ(holding.title_holder(), kIom);
    EXPECT_EQ(holding.quantity().value(), holding.custodian() == kDcpb ? "9" : "1");
  }
}

TEST(HandoverCase, INV14_OneTitleHolderAndOneCustodianAtEveryInstant) {
  Story story;
  const absl::Time received = absl::FromCivil(absl::CivilSecond(2023, 7, 1, 8, 0, 0), story.zone());
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.At(At(story, 9));
  story.Do(Case({Asset(1)}));
  story.Brought();
  story.At(At(story, 10));
  story.Do(To<v1::RecordCountRequest>());
  story.At(At(story, 11));
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  story.DoAs(kJulyDirector, Signed(v1::HANDOVER_PARTY_RECIPIENT));
  story.At(At(story, 12));
  story.Do(To<v1::MakeHandoverEffectiveRequest>());

  const auto asset = story.Entity<v1::Asset>(AssetOf(1));
  const absl::Duration tick = absl::Microseconds(1);
  EXPECT_EQ(HolderAt(asset.custody_periods(), received - tick), "");
  EXPECT_EQ(HolderAt(asset.custody_periods(), received), kIom);
  EXPECT_EQ(HolderAt(asset.custody_periods(), At(story, 10) - tick), kIom);
  EXPECT_EQ(HolderAt(asset.custody_periods(), At(story, 10)), kDcpb);
  EXPECT_EQ(HolderAt(asset.title_periods(), At(story, 12) - tick), kIom);
  EXPECT_EQ(HolderAt(asset.title_periods(), At(story, 12)), kDcpb);
  for (const auto* periods : {&asset.custody_periods(), &asset.title_periods()}) {
    for (int i = 0; i + 1 < periods->size(); ++i) {
      EXPECT_EQ(FromProto((*periods)[i].end_time()), FromProto((*periods)[i + 1].start_time()));
    }
    EXPECT_FALSE(periods->rbegin()->has_end_time());
  }
}

TEST(HandoverCase, INV14_TheHoldingsOfALotSumToWhatThereIs) {
  Story story;
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Lot("7")}));
  story.Effective();
  const auto lot = story.Entity<v1::AssetLot>(LotOf());
  base::Decimal sum;
  for (const v1::LotHolding& holding : lot.holdings()) {
    sum = Sum(sum, FromProto(holding.quantity()));
    EXPECT_EQ(holding.quantity().value(), holding.title_holder() == kDcpb ? "7" : "3");
    EXPECT_EQ(holding.title_holder(), holding.custodian());
  }
  EXPECT_EQ(sum.ToString(), "10");
}

TEST(HandoverCase, MovesComeInTheOrderInWhichTheyHappened) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.At(At(story, 12));
  story.Do(Case({Asset(1)}));
  auto authorise = To<v1::AuthoriseHandoverCaseRequest>();
  authorise.set_authorised_by("Head");
  authorise.set_authorisation_reference("letter 1");
  story.Effective(At(story, 11, 59));
  story.When(authorise).ThenRejected("BEFORE_LAST_MOVE");
  story.Effective(At(story, 12));
  story.When(authorise).ThenAccepted();
}

TEST(HandoverCase, AVoidedCaseFreesItsItemsAtEveryStage) {
  for (int stage = 0; stage < 4; ++stage) {
    SCOPED_TRACE(stage);
    Story story;
    story.Do(ReceivedPieces({"A-1"}, "100.00"));
    story.Do(ReceivedLot("10", "1000.00", "100.00"));
    story.Do(Case({Asset(1), Lot("7")}));
    if (stage == 1) story.Brought();
    if (stage == 2) story.Counted();
    if (stage == 3) story.SignedByBoth();
    const std::string certificate = story.TheCase().certificate();
    story.Do(Because<v1::VoidHandoverCaseRequest>("the donor withdrew"));
    const auto asset = story.Entity<v1::Asset>(AssetOf(1));
    EXPECT_EQ(asset.state(), v1::ASSET_STATE_IN_CUSTODY);
    EXPECT_EQ(asset.custodian(), kIom);
    EXPECT_EQ(asset.title_holder(), kIom);
    const auto lot = story.Entity<v1::AssetLot>(LotOf());
    EXPECT_EQ(AvailableOf(lot).ToString(), "10");
    EXPECT_EQ(FromProto(lot.uncertified_value()).Format(), "1,000.00 BAM");
    ASSERT_EQ(lot.holdings_size(), 1);
    EXPECT_EQ(lot.holdings(0).quantity().value(), "10");
    if (!certificate.empty()) {
      EXPECT_TRUE(story.Entity<v1::Certificate>(certificate).voided());
    }
    story.When(Case({Asset(1), Lot("10")}, "again")).ThenAccepted();
  }
}

TEST(HandoverCase, WhatWasMissingIsFoundOutsideOfTheCaseOnceItsCertificateStands) {
  Story story;
  story.Do(ReceivedPieces({"A-1", "A-2"}, "200.00"));
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Asset(1), Asset(2), Lot("7")}));
  story.Brought();
  story.Do(CountOf({Count(AssetOf(1), "", "0", "0", "1"), Count("", LotOf(), "5", "0", "2")}));
  auto found = To<v1::RecordAssetChangeRequest>(AssetOf(1));
  found.set_change(v1::ASSET_CHANGE_FOUND);
  found.set_reason("in another lorry");
  // While the case is open, a dispute settles it.
  story.When(found).ThenRejected("WRONG_STATE", {{"state", "LOST"}});
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  story.Do(found);
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).state(), v1::ASSET_STATE_IN_TRANSIT);
  story.Do(To<v1::TakeAssetIntoCustodyRequest>(AssetOf(1)));  // came back
  auto boots = To<v1::RecordLotFoundRequest>(LotOf());
  *boots.mutable_quantity() = Number("2.5");
  story.When(boots).ThenRejectedField("quantity");
  *boots.mutable_quantity() = Number("2");
  story.Do(boots);
  EXPECT_EQ(AvailableOf(story.Entity<v1::AssetLot>(LotOf())).ToString(), "5");
  story.When(Case({Asset(1), Lot("5")}, "again")).ThenAccepted();
}

TEST(HandoverCase, WhatWasMissingStaysMissingWhenTheCaseIsVoided) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.Do(ReceivedLot("10", "1000.00", "100.00"));
  story.Do(Case({Asset(1), Lot("7")}));
  story.Brought();
  story.Do(CountOf({Count(AssetOf(1), "", "0", "0", "1"), Count("", LotOf(), "5", "0", "2")}));
  story.Do(Because<v1::VoidHandoverCaseRequest>("too much is missing"));
  EXPECT_EQ(story.Entity<v1::Asset>(AssetOf(1)).state(), v1::ASSET_STATE_LOST);
  EXPECT_EQ(AvailableOf(story.Entity<v1::AssetLot>(LotOf())).ToString(), "8");
}

}  // namespace
}  // namespace prihvat::handover
