#include "libs/documents/donation_certificate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "libs/base/digest.h"
#include "libs/documents/testing/probe.h"
#include "libs/documents/testing/sample_certificates.h"
#include "libs/documents/testing/sample_images.h"

namespace prihvat::documents {
namespace {

using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

std::string Render(const DonationCertificate& certificate) {
  const absl::StatusOr<std::string> pdf = RenderDonationCertificate(certificate);
  EXPECT_TRUE(pdf.ok()) << pdf.status();
  return pdf.value_or("");
}

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

int PageCount(const std::string& pdf) {
  const std::string text = *PdfText(pdf);
  return static_cast<int>(std::count(text.begin(), text.end(), '\f'));
}

// With PRIHVAT_PAPERS set, the PDF is left in that folder, to be looked at.
void KeepToLookAt(const std::string& pdf, const std::string& file) {
  if (const char* folder = std::getenv("PRIHVAT_PAPERS")) {
    std::ofstream(std::string(folder) + "/" + file + ".pdf", std::ios::binary) << pdf;
  }
}

class Certificates : public ::testing::TestWithParam<DonationCertificate> {};

TEST_P(Certificates, QrOnTheLastPageHoldsTheDigestOfTheCanonicalContent) {
  const DonationCertificate& certificate = GetParam();
  const std::string pdf = Render(certificate);
  const std::string expected = fmt::format("prihvat:certificate:1:{}:{}\n", certificate.name,
                                           base::Sha256Hex(*CanonicalContent(certificate)));
  EXPECT_EQ(DecodeQrOnPage(pdf, PageCount(pdf)).value_or("unreadable"), expected);
}

TEST_P(Certificates, X1_EverySerialIsExtractedUnbroken) {
  const std::vector<std::string> words = Words(*PdfText(Render(GetParam())));
  const std::set<std::string> found(words.begin(), words.end());
  for (const CertificateItem& item : GetParam().items) {
    for (const std::string& serial : item.serials) EXPECT_EQ(found.count(serial), 1u) << serial;
  }
}

TEST_P(Certificates, EmblemsStatementPartiesAndTotalsAreThere) {
  const DonationCertificate& certificate = GetParam();
  const std::string text = *PdfText(Render(certificate));
  for (const std::string& part :
       {std::string("Funded by the European Union"), std::string("Finansira Evropska unija"),
        certificate.number, certificate.donor.signatory, certificate.recipient.signatory,
        certificate.items.back().description.bs, certificate.exchange_rate_note.en}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST_P(Certificates, SameCertificateGivesTheSameBytes) {
  EXPECT_EQ(Render(GetParam()), Render(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Sizes, Certificates,
                         ::testing::Values(ClothingCertificate(), VehiclesCertificate(),
                                           LongCertificate(120)),
                         [](const auto& info) {
                           return fmt::format("{}Items", info.param.items.size()) +
                                  (info.param.items[0].serials.empty() ? "" : "WithSerials");
                         });

TEST(DonationCertificate, WorkedCase_170900KmIs87379_78Eur) {
  const std::string text = *PdfTextInColumns(Render(ClothingCertificate()));
  EXPECT_THAT(text, ContainsRegex("Total +· +Ukupno +170,900.00 +87,379.78\n"));
}

// A certificate with all that a certificate can have, over several pages.
DonationCertificate FullCertificate() {
  DonationCertificate certificate = LongCertificate(40);
  certificate.corrects_number = "DC-2023-0001";
  certificate.corrects_digest_sha256 = std::string(64, 'a');
  for (CertificateSignature& signature : certificate.signatures) {
    signature.signed_on = absl::CivilDay(2023, 7, 14);
    signature.place = "Bihać";
  }
  certificate.signatures[0].image = SignatureJpeg();
  certificate.signatures[1].electronic = "Ed25519, key card-7";
  return certificate;
}

class InLanguage : public ::testing::TestWithParam<Language> {};

// Every word of the language that a paper can have is among those that are read from it.
void ExpectWords(const std::set<std::string>& on_paper, Language language, Language other) {
  using Table = std::array<Word, sizeof(CertificateWords) / sizeof(Word)>;
  const CertificateWords& words = WordsOf(language);
  for (const Word& word : std::bit_cast<Table>(words)) {
    if (word.str() == words.signed_with.str() || word.str() == words.eu_cofunded.str()) continue;
    if (word.str() == words.content_is_in.str() && other == Language::kBosnian) continue;
    for (const std::string& one : Words(absl::StrReplaceAll(word.str(), {{"{}", ""}}))) {
      // Dates and places follow their labels' colon.
      EXPECT_TRUE(on_paper.count(one) > 0 || on_paper.count(one + ":") > 0) << one;
    }
  }
}

TEST_P(InLanguage, EveryWordIsReadBackOverAsManyPagesUnderOneDigest) {
  const DonationCertificate certificate = FullCertificate();
  const auto pdf = RenderDonationCertificate(certificate, GetParam());
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  KeepToLookAt(*pdf, fmt::format("certificate-{}", static_cast<int>(GetParam())));
  const std::string text = *PdfText(*pdf);
  const std::vector<std::string> found = Words(text);
  const std::set<std::string> on_paper(found.begin(), found.end());
  ExpectWords(on_paper, Language::kEnglish, GetParam());
  ExpectWords(on_paper, GetParam(), GetParam());
  EXPECT_EQ(DecodeQrOnPage(*pdf, PageCount(*pdf)).value_or("unreadable"),
            fmt::format("prihvat:certificate:1:{}:{}\n", certificate.name,
                        base::Sha256Hex(*CanonicalContent(certificate))));
  for (const std::string& kept : {certificate.donor.organisation, certificate.donor.signatory,
                                  certificate.items.back().description.bs}) {
    EXPECT_TRUE(text.find(kept) != std::string::npos) << kept;
  }
  // Headings stand on each page of the list, and sums are carried over.
  const CertificateWords& words = WordsOf(GetParam());
  const std::vector<std::string> pages = absl::StrSplit(text, '\f');
  int carried = 0;
  for (size_t page = 1; page < pages.size(); ++page) {
    if (pages[page].find(words.brought.c_str()) == std::string::npos) continue;
    ++carried;
    EXPECT_TRUE(pages[page].find(words.value_km.c_str()) != std::string::npos) << page;
    EXPECT_TRUE(pages[page - 1].find(words.carried.c_str()) != std::string::npos) << page;
  }
  EXPECT_EQ(carried, 3);
}

TEST_P(InLanguage, ATextThatIsNotTheProgramsOwnIsNobodysToTranslate) {
  DonationCertificate worded = ClothingCertificate();
  worded.declaration.bs = "Ovom potvrdom strane potvrđuju predaju.";
  EXPECT_THAT(*PdfText(*RenderDonationCertificate(worded, GetParam())),
              HasSubstr("Ovom potvrdom strane"));
}

std::string NameOf(const ::testing::TestParamInfo<Language>& info) {
  constexpr const char* kNames[] = {"English", "Bosnian", "Croatian", "SerbianLatin",
                                    "SerbianCyrillic"};
  return kNames[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Beside, InLanguage,
                         ::testing::Values(Language::kBosnian, Language::kCroatian,
                                           Language::kSerbianLatin, Language::kSerbianCyrillic),
                         NameOf);

TEST(DonationCertificate, EnglishStandsBesideAnotherLanguage) {
  EXPECT_FALSE(RenderDonationCertificate(ClothingCertificate(), Language::kEnglish).ok());
}

TEST(DonationCertificate, OneLineAndTenVehiclesTakeOnePage) {
  EXPECT_EQ(PageCount(Render(ClothingCertificate())), 1);
  EXPECT_EQ(PageCount(Render(VehiclesCertificate())), 1);
}

// The sum of the first `lines` lines of LongCertificate, as it is printed, for a regular
// expression.
std::string PrintedSum(int lines) {
  const int km = lines * (lines + 1) / 2;
  return km < 1'000 ? fmt::format("{}\\.00 ", km)
                    : fmt::format("{},{:03}\\.00 ", km / 1'000, km % 1'000);
}

TEST(DonationCertificate, TotalsAreCarriedFromPageToPage) {
  const std::vector<std::string> pages =
      absl::StrSplit(*PdfTextInColumns(Render(LongCertificate(120))), '\f');
  int last = 0, breaks = 0;  // the last line of the pages so far
  for (size_t page = 0; page < pages.size() && last < 120; ++page) {
    if (page > 0) {
      EXPECT_THAT(pages[page], ContainsRegex("Brought forward +· +Preneseno +" + PrintedSum(last)));
    }
    while (pages[page].find(fmt::format("digital, model {} ", last + 1)) != std::string::npos) {
      ++last;
    }
    if (last == 120) break;
    ++breaks;
    EXPECT_THAT(pages[page], ContainsRegex("Carried forward +· +Prenosi se +" + PrintedSum(last)));
  }
  EXPECT_EQ(last, 120);
  EXPECT_GE(breaks, 5);
}

TEST(DonationCertificate, RoundingDifferenceIsPrintedNotHidden) {
  const std::string text = *PdfTextInColumns(Render(LongCertificate(3)));
  EXPECT_THAT(text, ContainsRegex("Rounding difference +· +Razlika zbog zaokruživanja +0\\.01\n"));
  EXPECT_THAT(text, ContainsRegex("Total +· +Ukupno +6\\.00 +3\\.51\n"));
}

TEST(DonationCertificate, LargeSumsDoNotRunIntoEachOther) {
  DonationCertificate certificate = ClothingCertificate();
  certificate.items[0].value_km = certificate.total_km = "12345849801234.23";
  certificate.items[0].value_eur = certificate.total_eur = "6312332564912.91";
  const std::string text = *PdfTextInColumns(Render(certificate));
  EXPECT_THAT(text, ContainsRegex("Ukupno +12,345,849,801,234\\.23 +6,312,332,564,912\\.91\n"));
}

TEST(DonationCertificate, ManySerialsOfOneLineRunOverPages) {
  DonationCertificate certificate = VehiclesCertificate();
  certificate.items[0].serials.clear();
  for (int i = 0; i < 1'500; ++i) {
    certificate.items[0].serials.push_back(fmt::format("SN{:0{}}", i, 3 + i % 14));
  }
  const std::string pdf = Render(certificate);
  EXPECT_GT(PageCount(pdf), 5);
  const std::vector<std::string> words = Words(*PdfText(pdf));
  const std::multiset<std::string> found(words.begin(), words.end());
  for (const std::string& serial : certificate.items[0].serials) {
    EXPECT_EQ(found.count(serial), 1u) << serial;
  }
}

TEST(DonationCertificate, CanonicalContentIsAsDocumented) {
  DonationCertificate certificate = VehiclesCertificate();
  certificate.items[0].serials.resize(2);
  certificate.conditions = {"First.\nSecond \\ third.", ""};
  certificate.declaration = {"Handed over.", "Predato."};
  certificate.place = "c\xCC\x8C";
  EXPECT_EQ(*CanonicalContent(certificate),
            "format: prihvat-certificate/1\n"
            "name: operations/ba/certificates/DC-2023-0001\n"
            "number: DC-2023-0001\n"
            "issue_date: 2023-03-09\n"
            "corrects.number: \n"
            "corrects.sha256: \n"
            "title.en: Donation Certificate\n"
            "title.bs: Potvrda o donaciji\n"
            "declaration.en: Handed over.\n"
            "declaration.bs: Predato.\n"
            "project.en: Individual measure to strengthen the response capacity to manage "
            "migration flows in Bosnia and Herzegovina\n"
            "project.bs: Pojedinačna mjera za jačanje kapaciteta za upravljanje migracijskim "
            "tokovima u Bosni i Hercegovini\n"
            "funding_source: European Union\n"
            "donor.organisation: International Organization for Migration\n"
            "donor.signatory: Amra Đorđević-Čengić\n"
            "donor.signatory_title: Chief of Mission\n"
            "recipient.organisation: Directorate for Coordination of Police Bodies of Bosnia and "
            "Herzegovina\n"
            "recipient.signatory: Mirsad Ćosić\n"
            "recipient.signatory_title: Director\n"
            "place: č\n"
            "handover_date: 2023-03-09\n"
            "item.count: 1\n"
            "item.1.line: 1\n"
            "item.1.description.en: All-terrain vehicle, 4x4, with equipment\n"
            "item.1.description.bs: Terensko vozilo, 4x4, s opremom\n"
            "item.1.quantity: 10\n"
            "item.1.unit: pcs\n"
            "item.1.serial.count: 2\n"
            "item.1.serial.1: JTEBR3FJ70K203117\n"
            "item.1.serial.2: JTEBR3FJ70K203154\n"
            "item.1.value_km: 725000.00\n"
            "item.1.value_eur: 370686.61\n"
            "total_km: 725000.00\n"
            "total_eur: 370686.61\n"
            "exchange_rate_note.en: Exchange rate: 1 EUR = 1.95583 KM (fixed).\n"
            "exchange_rate_note.bs: Kurs: 1 EUR = 1,95583 KM (fiksni).\n"
            "conditions.en: First.\\nSecond \\\\ third.\n"
            "conditions.bs: \n");
}

TEST(DonationCertificate, DigestChangesWithContentAndNotWithSignatures) {
  const DonationCertificate original = VehiclesCertificate();
  const std::string qr = *CertificateQrText(original);
  using Edit = std::function<void(DonationCertificate&)>;
  const Edit edits[] = {
      [](auto& c) { c.number = "DC-2023-0009"; },
      [](auto& c) { c.issue_date = absl::CivilDay(2023, 3, 10); },
      [](auto& c) { c.handover_date = absl::CivilDay(2023, 3, 10); },
      [](auto& c) { c.items[0].description.en += "."; },
      [](auto& c) { c.items[0].description.bs += "."; },
      [](auto& c) { c.items[0].serials[4][16] = 'X'; },
      [](auto& c) { c.items[0].serials.pop_back(); },
      [](auto& c) { std::swap(c.items[0].serials[0], c.items[0].serials[1]); },
      [](auto& c) { c.items[0].value_km = "725000.01"; },
      [](auto& c) { c.items[0].value_eur = "370686.62"; },
      [](auto& c) { c.total_eur = "370686.62"; },
      [](auto& c) { c.donor.organisation += " (IOM)"; },
      [](auto& c) { c.recipient.signatory = "Željko Šarić"; },
      [](auto& c) { c.recipient.signatory_title = "Deputy Director"; },
      [](auto& c) { c.place = "Mostar"; },
      [](auto& c) { c.conditions.bs.clear(); },
      [](auto& c) { c.corrects_number = "DC-2023-0000"; },
  };
  for (size_t i = 0; i < std::size(edits); ++i) {
    DonationCertificate changed = original;
    edits[i](changed);
    EXPECT_NE(*CertificateQrText(changed), qr) << "edit " << i;
  }

  DonationCertificate sign = original;
  sign.signatures[0].image = SignaturePng();
  sign.signatures[1].signed_on = absl::CivilDay(2023, 3, 12);
  EXPECT_EQ(*CertificateQrText(sign), qr);
  EXPECT_NE(Render(sign), Render(original));
  EXPECT_EQ(DecodeQrOnPage(Render(sign), 1).value_or("unreadable"), qr + "\n");
}

TEST(DonationCertificate, INV18_CorrectionNamesTheOldDigest) {
  DonationCertificate certificate = ClothingCertificate();
  certificate.corrects_number = "DC-2023-0001";
  certificate.corrects_digest_sha256 = base::Sha256Hex("the old one");
  const std::string text = *PdfText(Render(certificate));
  EXPECT_THAT(text, HasSubstr("Corrects and replaces DC-2023-0001"));
  EXPECT_THAT(Words(text), Contains(certificate.corrects_digest_sha256));
  certificate.corrects_digest_sha256.clear();
  EXPECT_FALSE(RenderDonationCertificate(certificate).ok());
}

TEST(DonationCertificate, ContentOtherThanWhatWasRecordedIsRefused) {
  DonationCertificate certificate = VehiclesCertificate();
  certificate.canonical_digest_hex = base::Sha256Hex(*CanonicalContent(certificate));
  EXPECT_TRUE(RenderDonationCertificate(certificate).ok());
  certificate.items[0].serials.pop_back();
  EXPECT_EQ(RenderDonationCertificate(certificate).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(DonationCertificate, WhatMustNotBeSignedIsRefused) {
  using Edit = std::function<void(DonationCertificate&)>;
  const std::pair<const char*, Edit> edits[] = {
      {"donor is empty", [](auto& c) { c.donor.organisation.clear(); }},
      {"there are no items", [](auto& c) { c.items.clear(); }},
      {"the items are 725,000.00 KM in all, the total says 725,000.01",
       [](auto& c) { c.total_km = "725000.01"; }},
      {"more than rounding", [](auto& c) { c.total_eur = "370686.63"; }},
      {"'725000' is not an amount", [](auto& c) { c.items[0].value_km = "725000"; }},
      {"listed twice", [](auto& c) { c.items[0].serials[1] = c.items[0].serials[0]; }},
      {"too long to be printed", [](auto& c) { c.items[0].serials[0] = std::string(120, '7'); }},
      {"a quantity or a value is too long",
       [](auto& c) { c.items[0].quantity = std::string(60, '7'); }},
      {"control character", [](auto& c) { c.items[0].serials[0] = "a\nb"; }},
      {"neither a PNG nor a JPEG", [](auto& c) { c.signatures[0].image = "\x89PNG, or not"; }},
      {"shows every character", [](auto& c) { c.donor.signatory = "\U000F1234"; }},
  };
  for (const auto& [message, edit] : edits) {
    DonationCertificate certificate = VehiclesCertificate();
    edit(certificate);
    const absl::Status status = RenderDonationCertificate(certificate).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  }
}

CertificateStatement SampleStatement() {
  return {.name = "operations/ba/certificates/DC-2023-0001",
          .digest_hex = std::string(64, 'a'),
          .signed_at = absl::FromUnixSeconds(1'700'000'000),
          .key_id = "01234567",
          .signature = std::string(64, '\xFB')};
}

TEST(CertificateCode, WhatIsWrittenIsReadBack) {
  const CertificateStatement written = SampleStatement();
  const std::string text = SignedQrText(written);
  EXPECT_EQ(text, "prihvat:certificate:2:operations/ba/certificates/DC-2023-0001:" +
                      std::string(64, 'a') + ":20231114T221320Z:3031323334353637:-" +
                      text.substr(text.size() - 85));
  const auto read = ParseCertificateQr(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->name, written.name);
  EXPECT_EQ(read->digest_hex, written.digest_hex);
  EXPECT_EQ(read->signed_at, written.signed_at);
  EXPECT_EQ(read->key_id, written.key_id);
  EXPECT_EQ(read->signature, written.signature);
  const auto unsigned_code =
      ParseCertificateQr("prihvat:certificate:1:" + written.name + ":" + written.digest_hex);
  ASSERT_TRUE(unsigned_code.ok()) << unsigned_code.status();
  EXPECT_EQ(unsigned_code->signature, "");
}

TEST(CertificateCode, OtherTextsAreRefusedAndSayWhy) {
  const std::string text = SignedQrText(SampleStatement());
  const auto with = [&](const std::string& part, const std::string& by) {
    std::string changed = text;
    return changed.replace(changed.find(part), part.size(), by);
  };
  const std::string digest(64, 'a');
  for (const auto& [code, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "does not begin so"},
           {"https://example.org", "does not begin so"},
           {with(":2:", ":3:"), "another number"},
           {with(":2:", ":1:"), "more or fewer parts"},
           {text + ":", "more or fewer parts"},
           {with("operations/ba/certificates/DC-2023-0001", ""), "the name is empty"},
           {with(digest, std::string(64, 'A')), "64 small hexadecimal digits"},
           {with(digest, digest + "a"), "64 small hexadecimal digits"},
           {with("20231114T221320Z", "20231314T221320Z"), "YYYYMMDDThhmmssZ"},
           {with("20231114T221320Z", " 20231114T221320Z"), "written otherwise"},
           {with("3031323334353637", "303132333435363"), "16 small hexadecimal digits"},
           {text + "=", "64 bytes in base64url"},
           {text.substr(0, text.size() - 2), "64 bytes in base64url"}}) {
    const auto read = ParseCertificateQr(code);
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << code;
    EXPECT_THAT(std::string(read.status().message()), ::testing::HasSubstr(why)) << code;
  }
}

}  // namespace
}  // namespace prihvat::documents
