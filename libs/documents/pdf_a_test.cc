// Papers as archives keep them, judged by veraPDF.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "libs/documents/donation_certificate.h"
#include "libs/documents/form.h"
#include "libs/documents/testing/probe.h"
#include "libs/documents/testing/sample_certificates.h"
#include "libs/documents/testing/sample_images.h"

namespace prihvat::documents {
namespace {

using ::testing::HasSubstr;

// From the root of the tree, where ctest runs this.
constexpr char kJars[] = "build/tools/verapdf";

// The lines of tests/pdfa/PdfaCheck.java about the files.
std::string Judged(const std::vector<std::string>& files) {
  EXPECT_TRUE(std::filesystem::exists(std::string(kJars) + "/.complete"))
      << "veraPDF is missing: scripts/setup.sh test";
  std::vector<std::string> arguments = {"java", "-XX:TieredStopAtLevel=1", "-cp",
                                        std::string(kJars) + "/*", "tests/pdfa/PdfaCheck.java"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  const auto judged = RunProgram(arguments);
  EXPECT_TRUE(judged.ok()) << judged.status();
  return judged.value_or("");
}

TEST(PdfA, CertificatesAndFormsArePdfA2b) {
  DonationCertificate signed_by_hand = VehiclesCertificate();
  signed_by_hand.signatures[0].image = SignaturePng(300, 100);  // with an alpha channel
  signed_by_hand.signatures[1].image = SignatureJpeg();
  const Form form = {.name = "operations/ba/purchaseOrders/PO-2023-0001",
                     .number = "PO-2023-0001",
                     .date = absl::CivilDay(2023, 3, 1),
                     .title = {"Purchase <order> & more", "Narudžbenica"},
                     .author = "IOM & UNHCR",
                     .facts = {{{"Supplier", "Dobavljač"}, {"Auto d.o.o. <Ilidža>", ""}}}};
  const absl::StatusOr<std::string> papers[] = {
      RenderDonationCertificate(signed_by_hand),
      RenderDonationCertificate(LongCertificate(40), Language::kSerbianCyrillic),
      RenderDonationCertificate(ClothingCertificate(), Language::kCroatian), RenderForm(form)};
  const ScratchDir folder;
  std::vector<std::string> files;
  for (const auto& paper : papers) {
    ASSERT_TRUE(paper.ok()) << paper.status();
    files.push_back(folder.Write(fmt::format("{}.pdf", files.size()), *paper));
  }
  std::string other = *papers[2];
  other.replace(other.find("/GTS_PDFA1"), 10, "/GTS_PDFX1");
  const std::string none = folder.Write("none.pdf", other);
  files.push_back(none);
  const std::string judged = Judged(files);
  files.pop_back();
  for (const std::string& file : files) EXPECT_THAT(judged, HasSubstr(file + ": PDF/A-2b"));
  EXPECT_THAT(judged, HasSubstr(none + ": not PDF/A-2b")) << "the judge finds what is none";
}

}  // namespace
}  // namespace prihvat::documents
