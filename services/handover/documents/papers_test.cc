// Handover's papers beside the certificate, read back by other people's programs.
#include "services/handover/documents/papers.h"

#include <cstdlib>
#include <fstream>

#include "libs/documents/testing/probe.h"
#include "services/handover/documents/asset_tag.h"
#include "services/handover/domain/functions.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Story;

// What a paper of the story's case says beside it.
class Around {
 public:
  explicit Around(const Story& story)
      : names_(es::View(story.rows()), "operations/ba"),
        function_(FunctionWords(es::View(story.rows()), "operations/ba", "security")) {
    const v1::HandoverCase of = story.TheCase();
    for (const v1::HandoverItem& item : of.items()) {
      if (!item.asset().empty()) assets_.push_back(story.Entity<v1::Asset>(item.asset()));
      if (!item.asset_lot().empty()) lots_.push_back(story.Entity<v1::AssetLot>(item.asset_lot()));
    }
  }
  PaperContext context() const {
    PaperContext context = {
        .zone = Zone(), .names = &names_, .assets = {}, .lots = {}, .function = function_};
    for (const v1::Asset& asset : assets_) context.assets[asset.name()] = &asset;
    for (const v1::AssetLot& lot : lots_) context.lots[lot.name()] = &lot;
    return context;
  }
  static absl::TimeZone Zone() {
    absl::TimeZone zone;
    EXPECT_TRUE(absl::LoadTimeZone("Europe/Sarajevo", &zone));
    return zone;
  }

 private:
  OrganisationNames names_;
  v1::LocalizedText function_;
  std::vector<v1::Asset> assets_;
  std::vector<v1::AssetLot> lots_;
};

// Its text; with PRIHVAT_PAPERS set, the PDF is left in that folder too, to be looked at.
std::string TextOf(const absl::StatusOr<std::string>& pdf, const std::string& file) {
  EXPECT_TRUE(pdf.ok()) << pdf.status();
  if (!pdf.ok()) return "";
  if (const char* folder = std::getenv("PRIHVAT_PAPERS")) {
    std::ofstream(std::string(folder) + "/" + file + ".pdf", std::ios::binary) << *pdf;
  }
  const auto text = documents::PdfText(*pdf);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

Story Listed() {
  Story story;
  story.Do(testing::ReceivedPieces({"A-1", "A-2"}, "1200.00"));
  story.Do(testing::ReceivedLot("10", "500.00", "50.00"));
  story.At(absl::CivilSecond(2023, 7, 13, 7, 0, 0));
  story.Do(testing::Case({testing::Asset(1), testing::Asset(2), testing::Lot("10")}));
  return story;
}

TEST(HandoverPapers, ADeliveryNoteSaysWhatIsBroughtAndNamesNobody) {
  Story story = Listed();
  EXPECT_EQ(RenderDeliveryNote(story.TheCase(), Around(story).context()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  story.Brought();
  const Around around(story);
  const std::string text =
      TextOf(RenderDeliveryNote(story.TheCase(), around.context()), "delivery-note");
  EXPECT_THAT(text, AllOf(HasSubstr("Delivery Note"), HasSubstr("Otpremnica"), HasSubstr("A-1"),
                          HasSubstr("A-2"), HasSubstr("Radio-stanica"), HasSubstr("pair"),
                          HasSubstr("Sarajevo"), HasSubstr("Funded by the European Union")));
  // The body, and lines for whoever signs: who that is stands on the certificate only.
  EXPECT_THAT(text, AllOf(HasSubstr("Body organisations/dcpb"), Not(HasSubstr("Name of july")),
                          Not(HasSubstr("Not yet delivered"))));
  auto voided = testing::To<v1::VoidHandoverCaseRequest>();
  voided.set_reason("withdrawn");
  story.Do(voided);
  EXPECT_EQ(RenderDeliveryNote(story.TheCase(), around.context()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(HandoverPapers, INV16_ADiscrepancyNoteSaysWhatWasNotAcceptedAndWhy) {
  Story story = Listed();
  story.Brought();
  EXPECT_EQ(RenderDiscrepancyNote(story.TheCase(), Around(story).context()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  auto count = testing::To<v1::RecordCountRequest>();
  v1::ItemCount& radio = *count.add_counts();
  radio.set_asset(testing::AssetOf(2));
  *radio.mutable_refused() = testing::Number("1");
  radio.set_discrepancy("the aerial is broken");
  v1::ItemCount& boots = *count.add_counts();
  boots.set_asset_lot(testing::LotOf());
  *boots.mutable_accepted() = testing::Number("7.5");
  *boots.mutable_missing() = testing::Number("2.5");
  boots.set_discrepancy("a carton is not there");
  story.Do(count);
  auto dispute = testing::To<v1::DisputeCountRequest>();
  dispute.set_reason("the carton was unloaded");
  story.Do(dispute);
  const std::string text =
      TextOf(RenderDiscrepancyNote(story.TheCase(), Around(story).context()), "discrepancy-note");
  EXPECT_THAT(text,
              AllOf(HasSubstr("Discrepancy Note"), HasSubstr("Zapisnik o neslaganju"),
                    HasSubstr("A-2"), HasSubstr("the aerial is broken"), HasSubstr("7.5"),
                    HasSubstr("2.5"), HasSubstr("a carton is not there"),
                    HasSubstr("The count is contested"), HasSubstr("the carton was unloaded")));
  EXPECT_THAT(text, Not(HasSubstr("A-1")));  // it was accepted
}

TEST(HandoverPapers, AnOrganisationIsCalledAsItsLatestMandateSays) {
  Story story;
  auto later = testing::Mandate("later", "organisations/dcpb/people/third",
                                testing::Day(2023, 8, 1), testing::Day(2024, 6, 30));
  later.mutable_mandate()->mutable_organisation_display_name()->set_en("Directorate");
  later.mutable_mandate()->mutable_organisation_display_name()->set_bs("Direkcija");
  story.Do(later);
  auto earlier = testing::Mandate("zz", "organisations/dcpb/people/fourth",
                                  testing::Day(2023, 6, 1), testing::Day(2024, 6, 30));
  story.Do(earlier);
  const OrganisationNames names(es::View(story.rows()), "operations/ba");
  EXPECT_EQ(names.Of(testing::kDcpb).bs(), "Direkcija");
  EXPECT_EQ(names.Of("organisations/unknown").en(), "unknown");
}

TEST(HandoverPapers, OrganisationsAreNamedByTheListThenByTheirMandates) {
  Story story;
  v1::RegisterOrganisationRequest named;
  named.set_operation("operations/ba");
  named.mutable_organisation()->set_organisation(testing::kEu);
  named.mutable_organisation()->mutable_display_name()->set_en("European Union");
  named.mutable_organisation()->mutable_display_name()->set_bs("Evropska unija");
  story.Do(named);
  story.When(named).ThenNothing();
  const OrganisationNames names(es::View(story.rows()), "operations/ba");
  EXPECT_EQ(names.Of(testing::kEu).bs(), "Evropska unija");
  EXPECT_EQ(names.Of(testing::kDcpb).en(), "Body organisations/dcpb");
  EXPECT_EQ(names.Of("organisations/unknown").en(), "unknown");
  EXPECT_EQ(DonorName(es::View(story.rows()), "operations/ba", testing::kEu), "European Union");
  EXPECT_EQ(DonorName(es::View(story.rows()), "operations/ba", testing::kDcpb), "dcpb");
}

TEST(HandoverPapers, AnAssetTagHasItsNumbersAndAQrCodeOfThem) {
  Story story;
  story.Do(testing::ReceivedVehicles({"WVWZZZ1JZXW000001"}, "72500.00"));
  const auto pdf = RenderAssetTag(story.Entity<v1::Asset>(testing::AssetOf(1)));
  EXPECT_THAT(TextOf(pdf, "tag"),
              AllOf(HasSubstr("All-terrain vehicle"), HasSubstr("Terensko vozilo"),
                    HasSubstr("VIN WVWZZZ1JZXW000001"), HasSubstr("Funded by"),
                    HasSubstr("GRN-2023-0001")));
  EXPECT_EQ(documents::DecodeQrOnPage(*pdf, 1).value_or(""),
            "prihvat:asset:operations/ba/assets/gr-1-1-1;VIN=WVWZZZ1JZXW000001\n");
  EXPECT_EQ(*pdf, *RenderAssetTag(story.Entity<v1::Asset>(testing::AssetOf(1))));
}

TEST(HandoverPapers, TheTagOfWhatTheUnionDoesNotPayShowsNoEmblemAndLongTextFits) {
  Story story;
  auto received = testing::ReceivedPieces({"0123456789-ABCDEFGHIJ-0123456789-KLMNOPQRST"}, "10.00");
  received.mutable_provenance()->set_donor("organisations/ch");
  received.mutable_description()->set_en(std::string(20, 'W') + " " + std::string(300, 'x'));
  story.Do(received);
  const auto pdf = RenderAssetTag(story.Entity<v1::Asset>(testing::AssetOf(1)));
  EXPECT_THAT(TextOf(pdf, "long-tag"), AllOf(HasSubstr("WWW"), Not(HasSubstr("European Union"))));
  EXPECT_EQ(documents::DecodeQrOnPage(*pdf, 1).value_or(""),
            "prihvat:asset:operations/ba/assets/gr-1-1-1;"
            "SN=0123456789-ABCDEFGHIJ-0123456789-KLMNOPQRST\n");
}

TEST(HandoverPapers, INV19_AProtocolSaysFromWhenWhoAnswers) {
  const Story story = Listed();
  const Around around(story);
  v1::ResponsibilityTransfer transfer;
  transfer.set_name("operations/ba/responsibilityTransfers/security-usivak");
  transfer.set_centre("operations/ba/centres/usivak");
  transfer.set_function("security");
  transfer.set_giver(testing::kEu);
  transfer.set_taker(testing::kDcpb);
  transfer.set_agreement("Agreement 7/2022");
  transfer.set_readiness("Guards are trained");
  v1::ReadinessItem& item = *transfer.add_readiness_items();
  item.mutable_display_name()->set_en("Keys handed over");
  item.set_mandatory(true);
  item.set_done(true);
  item.mutable_record_time()->set_seconds(absl::ToUnixSeconds(
      absl::FromCivil(absl::CivilSecond(2022, 1, 30, 9, 0, 0), Around::Zone())));
  EXPECT_EQ(RenderResponsibilityProtocol(transfer, around.context()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  transfer.set_protocol_number("RP-2022-0001");
  transfer.set_state(v1::RESPONSIBILITY_TRANSFER_STATE_EFFECTIVE);
  transfer.mutable_transfer_time()->set_seconds(
      absl::ToUnixSeconds(absl::FromCivil(absl::CivilSecond(2022, 2, 1, 0, 0, 0), Around::Zone())));
  const std::string text =
      TextOf(RenderResponsibilityProtocol(transfer, around.context()), "protocol");
  EXPECT_THAT(text, AllOf(HasSubstr("RP-2022-0001"), HasSubstr("1 February 2022"),
                          HasSubstr("00:00"), HasSubstr("Sigurnost"), HasSubstr("Agreement 7/2022"),
                          HasSubstr("Guards are trained"), HasSubstr("usivak"),
                          HasSubstr("Keys handed over"), HasSubstr("30 January 2022"),
                          Not(HasSubstr("went back"))));
  // What went back did so from its taker to its giver, at the moment of the reversion.
  transfer.set_state(v1::RESPONSIBILITY_TRANSFER_STATE_REVERTED);
  transfer.set_protocol_number("RP-2022-0002");
  transfer.mutable_state_time()->set_seconds(
      absl::ToUnixSeconds(absl::FromCivil(absl::CivilSecond(2022, 9, 1, 0, 0, 0), Around::Zone())));
  EXPECT_THAT(TextOf(RenderResponsibilityProtocol(transfer, around.context()), "reverted"),
              AllOf(HasSubstr("1 September 2022"), HasSubstr("went back"),
                    Not(HasSubstr("1 February 2022"))));
}

}  // namespace
}  // namespace prihvat::handover
