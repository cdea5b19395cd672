#include "services/handover/documents/asset_register.h"

#include <cstdlib>
#include <fstream>

#include "libs/documents/csv.h"
#include "libs/documents/testing/probe.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Story;

absl::TimeZone Zone() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Sarajevo", &zone));
  return zone;
}

absl::Time At(int month, int day, int hour) {
  return absl::FromCivil(absl::CivilSecond(2023, month, day, hour, 0, 0), Zone());
}

v1::ExportAssetRegisterRequest All() {
  v1::ExportAssetRegisterRequest request;
  request.set_parent("operations/ba");
  return request;
}

AssetRegister RegisterOf(const Story& story, absl::Time time,
                         const v1::ExportAssetRegisterRequest& request = All()) {
  auto assets = AssetRegisterAt(es::View(story.rows()), request, time, Zone(), 100);
  EXPECT_TRUE(assets.ok()) << assets.status();
  return assets.ok() ? *std::move(assets) : AssetRegister();
}

// "title holder/custodian state quantity value location", a line each.
std::vector<std::string> Said(const AssetRegister& assets) {
  std::vector<std::string> out;
  for (const RegisterLine& line : assets.lines) {
    out.push_back(fmt::format(
        "{}/{} {} {} {} {}", line.title_holder.substr(14), line.custodian.substr(14),
        line.state == v1::ASSET_STATE_UNSPECIFIED ? "lot"
                                                  : v1::AssetState_Name(line.state).substr(12),
        line.quantity.ToString(), line.value.AmountText(), line.location));
  }
  return out;
}

// Received on 1 July, moved on the 5th, handed over on the 13th.
Story HandedOver() {
  Story story;
  story.At(absl::CivilSecond(2023, 7, 1, 8, 0, 0));
  story.Do(testing::ReceivedPieces({"A-1", "A-2"}, "1200.00"));
  story.Do(testing::ReceivedLot("3", "100.00", "33.33"));
  story.At(absl::CivilSecond(2023, 7, 5, 8, 0, 0));
  v1::TakeAssetIntoCustodyRequest take;
  take.set_name(testing::AssetOf(1));
  take.set_location("Row 4");
  story.Do(take);
  story.At(absl::CivilSecond(2023, 7, 13, 8, 0, 0));
  story.Do(testing::Case({testing::Asset(1), testing::Lot("2")}));
  story.Effective();
  return story;
}

TEST(AssetRegister, INV14_SaysWhoHadWhatWhereAsOfATime) {
  Story story = HandedOver();
  EXPECT_THAT(Said(RegisterOf(story, At(6, 30, 12))), ElementsAre());
  EXPECT_THAT(Said(RegisterOf(story, At(7, 2, 12))),
              ElementsAre("iom/iom RECEIVED 1 600.00 ", "iom/iom RECEIVED 1 600.00 ",
                          "iom/iom lot 3 100.00 "));
  EXPECT_THAT(Said(RegisterOf(story, At(7, 6, 12))),
              ElementsAre("iom/iom IN_CUSTODY 1 600.00 Row 4", "iom/iom RECEIVED 1 600.00 ",
                          "iom/iom lot 3 100.00 "));
  // The parts of a lot sum to what it cost.
  EXPECT_THAT(Said(RegisterOf(story, At(7, 14, 12))),
              ElementsAre("dcpb/dcpb TITLE_PASSED 1 600.00 Row 4", "iom/iom RECEIVED 1 600.00 ",
                          "dcpb/dcpb lot 2 66.67 ", "iom/iom lot 1 33.33 "));
}

TEST(AssetRegister, WhatIsNoLongerLiveStandsInItNoMoreButDidBefore) {
  Story story = HandedOver();
  story.At(absl::CivilSecond(2023, 7, 20, 8, 0, 0));
  v1::RecordAssetChangeRequest destroyed;
  destroyed.set_name(testing::AssetOf(2));
  destroyed.set_change(v1::ASSET_CHANGE_DESTROYED);
  destroyed.set_reason("fire");
  story.Do(destroyed);
  EXPECT_EQ(RegisterOf(story, At(7, 20, 7)).lines.size(), 4u);
  EXPECT_EQ(RegisterOf(story, At(7, 20, 12)).lines.size(), 3u);
}

TEST(AssetRegister, IsOfWhomOneAsksForAndNoLongerThanItMayBe) {
  const Story story = HandedOver();
  auto request = All();
  request.set_title_holder(testing::kDcpb);
  EXPECT_EQ(RegisterOf(story, At(7, 14, 12), request).lines.size(), 2u);
  request.set_donor("organisations/ch");
  EXPECT_EQ(RegisterOf(story, At(7, 14, 12), request).lines.size(), 0u);
  request.set_donor(testing::kEu);
  EXPECT_EQ(RegisterOf(story, At(7, 14, 12), request).lines.size(), 2u);
  EXPECT_EQ(
      AssetRegisterAt(es::View(story.rows()), All(), At(7, 14, 12), Zone(), 3).status().code(),
      absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(AssetRegisterAt(es::View(story.rows()), All(), At(7, 14, 12), Zone(), 4).ok());
}

TEST(AssetRegister, IsAPaperAndATable) {
  const Story story = HandedOver();
  const OrganisationNames names(es::View(story.rows()), "operations/ba");
  const AssetRegister assets = RegisterOf(story, At(7, 14, 12));
  const auto pdf = RenderRegister(assets, names);
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  if (const char* folder = std::getenv("PRIHVAT_PAPERS")) {
    std::ofstream(std::string(folder) + "/register.pdf", std::ios::binary) << *pdf;
  }
  EXPECT_THAT(
      *documents::PdfText(*pdf),
      AllOf(HasSubstr("Asset Register"), HasSubstr("Registar imovine"), HasSubstr("14 July 2023"),
            HasSubstr("S/N A-1"), HasSubstr("1,300.00 BAM"), HasSubstr("vlasništvo prešlo")));
  const auto csv = documents::WriteCsv(RegisterTable(assets, names));
  ASSERT_TRUE(csv.ok()) << csv.status();
  const auto read = documents::ParseCsv(*csv);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->rows.size(), 4u);
  EXPECT_EQ(read->rows[0][0], testing::AssetOf(1));
  EXPECT_EQ(read->rows[0][12], testing::kDcpb);
  EXPECT_EQ(read->rows[0][13], "Body organisations/dcpb");
  EXPECT_EQ(read->rows[2][10], "66.67");
}

TEST(AssetRegister, SaysTheConditionAsOfTheTimeAndHowLongTheWarrantyLasts) {
  Story story;
  auto received = testing::ReceivedPieces({"A-1"}, "100.00");
  received.set_warranty_months(12);
  story.At(absl::CivilSecond(2023, 7, 5, 8, 0, 0));
  story.Do(received);
  auto worn = testing::To<v1::RecordAssetConditionRequest>(testing::AssetOf(1));
  worn.set_condition(v1::ASSET_CONDITION_WORN);
  story.At(absl::CivilSecond(2023, 7, 20, 8, 0, 0));
  story.Do(worn);
  const OrganisationNames names(es::View(story.rows()), "operations/ba");
  const auto row = [&](absl::Time time) {
    return RegisterTable(RegisterOf(story, time), names).rows.at(0);
  };
  EXPECT_EQ(documents::ToText(row(At(7, 20, 7))[22]), "");
  EXPECT_EQ(documents::ToText(row(At(7, 20, 12))[22]), "worn");
  EXPECT_EQ(documents::ToText(row(At(7, 20, 12))[23]), "2024-07-05");
  EXPECT_THAT(*documents::PdfText(*RenderRegister(RegisterOf(story, At(7, 20, 12)), names)),
              AllOf(HasSubstr("worn"), HasSubstr("istrošeno")));
}

}  // namespace
}  // namespace prihvat::handover
