// The rendered certificate, read back by other people's programs.
#include "services/handover/documents/certificate_pdf.h"

#include "libs/documents/testing/probe.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using documents::DecodeQrOnPage;
using documents::PdfText;
using ::testing::HasSubstr;
using testing::Story;

// Ten vehicles on one line and a radio set, handed over.
v1::Certificate Vehicles(std::vector<std::string>& numbers) {
  Story story;
  for (int i = 0; i < 10; ++i) numbers.push_back(fmt::format("JTEBR3FJ70K{:06}", 203117 + 37 * i));
  auto vehicles = testing::ReceivedVehicles(numbers, "725000.00");
  // One has a maker's number beside its VIN.
  vehicles.mutable_serials(3)->set_serial("LC-0004");
  story.Do(vehicles);
  numbers.push_back("LC-0004");
  const std::string later = "operations/ba/goodsReceipts/gr-2";
  story.Do(testing::ReceivedPieces({"8939010102358478435"}, "1200.00", later));
  numbers.push_back("8939010102358478435");
  std::vector<v1::HandoverItem> items;
  for (int piece = 1; piece <= 10; ++piece) items.push_back(testing::Asset(piece));
  items.push_back(testing::Asset(1, later));
  story.Do(testing::Case(items));
  story.Effective();
  return story.Entity<v1::Certificate>(story.TheCase().certificate());
}

TEST(CertificatePdf, TheQrCodeHoldsTheDigestThatWasSigned) {
  std::vector<std::string> numbers;
  const v1::Certificate certificate = Vehicles(numbers);
  const auto pdf = RenderCertificatePdf(certificate);
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  const auto qr = DecodeQrOnPage(*pdf, 1);
  ASSERT_TRUE(qr.ok()) << qr.status();
  EXPECT_EQ(*qr, fmt::format("prihvat:certificate:1:{}:{}\n", certificate.name(),
                             certificate.canonical_sha256()));
}

TEST(CertificatePdf, EverySerialIsInItsText) {
  std::vector<std::string> numbers;
  const v1::Certificate certificate = Vehicles(numbers);
  const auto pdf = RenderCertificatePdf(certificate);
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  const auto text = PdfText(*pdf);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(numbers.size(), 12u);
  for (const std::string& number : numbers) EXPECT_THAT(*text, HasSubstr(number));
  EXPECT_THAT(*text, HasSubstr(certificate.number()));
  EXPECT_THAT(*text, HasSubstr("Funded by the European Union"));
  EXPECT_THAT(*text, HasSubstr("Terensko vozilo"));
}

TEST(CertificatePdf, WorkedCase_170900KmIs87379_78EurIsPrinted) {
  Story story;
  story.Do(testing::ReceivedLot("1", "170900.00", "170900.00"));
  story.At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
  story.Do(testing::Case({testing::Lot("1")}));
  story.Effective();
  const auto pdf =
      RenderCertificatePdf(story.Entity<v1::Certificate>(story.TheCase().certificate()));
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  const auto text = PdfText(*pdf);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("170,900.00"));
  EXPECT_THAT(*text, HasSubstr("87,379.78"));
  EXPECT_THAT(*text, HasSubstr("Name of july"));
}

TEST(CertificatePdf, INV18_ContentThatWasChangedIsNotPrintedUnderTheOldDigest) {
  std::vector<std::string> numbers;
  v1::Certificate certificate = Vehicles(numbers);
  certificate.mutable_items(0)->set_serials(0, "JTEBR3FJ70K999999");
  EXPECT_EQ(RenderCertificatePdf(certificate).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace prihvat::handover
