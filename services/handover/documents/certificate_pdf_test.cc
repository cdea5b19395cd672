// The rendered certificate, read back by other people's programs.
#include "services/handover/documents/certificate_pdf.h"

#include <cstdlib>
#include <fstream>
#include <map>

#include "libs/documents/certificate_content.h"
#include "libs/documents/testing/probe.h"
#include "libs/documents/testing/sample_images.h"
#include "services/handover/domain/certificates.h"
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

// With PRIHVAT_PAPERS set, the PDF is left in that folder, to be looked at.
std::string TextOfCertificate(const Story& story, const std::string& file) {
  const auto pdf =
      RenderCertificatePdf(story.Entity<v1::Certificate>(story.TheCase().certificate()));
  EXPECT_TRUE(pdf.ok()) << pdf.status();
  if (!pdf.ok()) return "";
  if (const char* folder = std::getenv("PRIHVAT_PAPERS")) {
    std::ofstream(std::string(folder) + "/" + file + ".pdf", std::ios::binary) << *pdf;
  }
  const auto text = PdfText(*pdf);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

v1::RegisterReceivedGoodsRequest PaidBy(
    const std::vector<std::pair<std::string, std::string>>& sources) {
  auto lot = testing::ReceivedLot("1", "170900.00", "170900.00");
  v1::Provenance& from = *lot.mutable_provenance();
  from.set_donor(sources.front().first);
  for (const auto& [donor, percent] : sources) {
    v1::FundingShare& share = *from.add_funding();
    share.set_donor(donor);
    share.set_funding_source("Grant of " + donor.substr(donor.find('/') + 1));
    *share.mutable_percent() = testing::Number(percent);
  }
  return lot;
}

TEST(CertificatePdf, ACertificateNamesAllWhoPaid) {
  Story story;
  story.Do(PaidBy({{"organisations/ch", "40"}, {"organisations/eu", "60"}}));
  story.At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
  v1::CreateHandoverCaseRequest asked = testing::Case({testing::Lot("1")});
  asked.mutable_handover_case()->clear_funding_source();
  story.Do(asked);
  EXPECT_EQ(story.TheCase().donor(), "organisations/ch");
  EXPECT_THAT(story.TheCase().donors(),
              ::testing::ElementsAre("organisations/ch", "organisations/eu"));
  story.Effective();
  const std::string text = TextOfCertificate(story, "certificate-shared");
  EXPECT_THAT(text, HasSubstr("Grant of ch (ch) 40 % · Grant of eu (eu) 60 %"));
  EXPECT_THAT(text, HasSubstr("Co-funded by the European Union"));
  EXPECT_THAT(text, HasSubstr("Sufinansira Evropska unija"));
}

TEST(CertificatePdf, TheUnionsEmblemStandsOnlyWhereItPays) {
  Story story;
  story.Do(PaidBy({{"organisations/eu", "100"}}));
  story.At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
  story.Do(testing::Case({testing::Lot("1")}));
  story.Effective();
  v1::Certificate certificate = story.Entity<v1::Certificate>(story.TheCase().certificate());
  EXPECT_THAT(*PdfText(*RenderCertificatePdf(certificate)),
              HasSubstr("Funded by the European Union"));
  // Certificates of before their donors were named bear the statement that all of them bore.
  certificate.clear_donors();
  EXPECT_THAT(*PdfText(*RenderCertificatePdf(certificate)),
              HasSubstr("Funded by the European Union"));
  certificate.add_donors("organisations/ch");
  EXPECT_THAT(*PdfText(*RenderCertificatePdf(certificate)),
              ::testing::Not(HasSubstr("European Union")));
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

TEST(CertificatePdf, IsInTheLanguageThatIsAskedForUnderOneDigest) {
  std::vector<std::string> numbers;
  const v1::Certificate certificate = Vehicles(numbers);
  const std::map<documents::Language, std::vector<std::string>> words = {
      {documents::Language::kBosnian, {"Finansira Evropska unija", "Vrijednost KM", "Za primaoca"}},
      {documents::Language::kCroatian, {"Financira Europska unija", "Primatelj", "Za primatelja"}},
      {documents::Language::kSerbianLatin, {"Vrijednost KM", "Primalac", "Provjera"}},
      {documents::Language::kSerbianCyrillic,
       {"Финансира Европска унија", "Потврда о донацији", "За примаоца", "Вриједност КМ",
        "Terensko vozilo"}}};
  for (const auto& [language, expected] : words) {
    const auto pdf = RenderCertificatePdf(certificate, {.language = language});
    ASSERT_TRUE(pdf.ok()) << pdf.status();
    const std::string text = PdfText(*pdf).value_or("");
    for (const std::string& word : expected) EXPECT_THAT(text, HasSubstr(word));
    EXPECT_EQ(DecodeQrOnPage(*pdf, 1).value_or("unreadable"),
              fmt::format("prihvat:certificate:1:{}:{}\n", certificate.name(),
                          certificate.canonical_sha256()));
  }
}

TEST(CertificatePdf, ImagesOfSignaturesStandOnIt) {
  std::vector<std::string> numbers;
  v1::Certificate certificate = Vehicles(numbers);
  const std::string without = *RenderCertificatePdf(certificate);
  for (v1::Signature& signature : *certificate.mutable_signatures()) signature.set_place("Bihać");
  const auto pdf = RenderCertificatePdf(
      certificate,
      {.giver_image = documents::SignaturePng(), .recipient_image = documents::SignatureJpeg()});
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  const documents::ScratchDir folder;
  const auto images = documents::RunProgram({"pdfimages", "-list", folder.Write("c.pdf", *pdf)});
  ASSERT_TRUE(images.ok()) << images.status();
  EXPECT_THAT(*images, HasSubstr("48    24"));
  EXPECT_THAT(*images, HasSubstr("60    20"));
  EXPECT_THAT(*images, HasSubstr("jpeg"));
  EXPECT_THAT(*PdfText(*pdf), HasSubstr("Bihać"));
  EXPECT_THAT(*documents::RunProgram({"pdfimages", "-list", folder.Write("d.pdf", without)}),
              ::testing::Not(HasSubstr("48    24")));
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
