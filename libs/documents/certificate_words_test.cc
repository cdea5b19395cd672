#include "libs/documents/certificate_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <map>
#include <vector>

#include "libs/documents/certificate_content.h"

namespace prihvat::documents {
namespace {

using ::testing::ContainsRegex;
using ::testing::Not;

// Every word of a language, whatever new ones come.
std::vector<std::string> All(Language language) {
  using Table = std::array<Word, sizeof(CertificateWords) / sizeof(Word)>;
  std::vector<std::string> words;
  for (const Word& word : std::bit_cast<Table>(WordsOf(language))) words.push_back(word.str());
  return words;
}

// Serbian Cyrillic in Latin letters, which is one way only: lj, nj and dž are one letter each.
std::string InLatin(const std::string& text) {
  static const auto& letters = *new std::map<std::string, std::string>{
      {"а", "a"},  {"б", "b"}, {"в", "v"},  {"г", "g"}, {"д", "d"}, {"ђ", "đ"}, {"е", "e"},
      {"ж", "ž"},  {"з", "z"}, {"и", "i"},  {"ј", "j"}, {"к", "k"}, {"л", "l"}, {"љ", "lj"},
      {"м", "m"},  {"н", "n"}, {"њ", "nj"}, {"о", "o"}, {"п", "p"}, {"р", "r"}, {"с", "s"},
      {"т", "t"},  {"ћ", "ć"}, {"у", "u"},  {"ф", "f"}, {"х", "h"}, {"ц", "c"}, {"ч", "č"},
      {"џ", "dž"}, {"ш", "š"}, {"Б", "B"},  {"В", "V"}, {"Д", "D"}, {"Е", "E"}, {"З", "Z"},
      {"И", "I"},  {"Ј", "J"}, {"К", "K"},  {"М", "M"}, {"О", "O"}, {"П", "P"}, {"Р", "R"},
      {"С", "S"},  {"У", "U"}, {"Ф", "F"}};
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t bytes = static_cast<unsigned char>(text[i]) < 0x80 ? 1 : 2;
    const std::string letter = text.substr(i, bytes);
    const auto found = letters.find(letter);
    out += found == letters.end() ? letter : found->second;
    i += bytes;
  }
  return out;
}

TEST(CertificateWords, SerbianInCyrillicIsThatInLatinLetterByLetter) {
  const std::vector<std::string> cyrillic = All(Language::kSerbianCyrillic);
  const std::vector<std::string> latin = All(Language::kSerbianLatin);
  ASSERT_EQ(cyrillic.size(), latin.size());
  EXPECT_GT(cyrillic.size(), 30u);
  for (size_t i = 0; i < latin.size(); ++i) EXPECT_EQ(InLatin(cyrillic[i]), latin[i]);
  EXPECT_EQ(InLatin("кључем, замјењује, уџбеник"), "ključem, zamjenjuje, udžbenik");
}

TEST(CertificateWords, NoLatinLetterPosesAsACyrillicOne) {
  for (std::string text : All(Language::kSerbianCyrillic)) {
    for (const char* kept : {"SHA", "VIN", "EUR"}) {
      if (const size_t at = text.find(kept); at != std::string::npos) text.erase(at, 3);
    }
    EXPECT_THAT(text, Not(ContainsRegex("[A-Za-z]")));
  }
  for (const Language language :
       {Language::kEnglish, Language::kBosnian, Language::kCroatian, Language::kSerbianLatin}) {
    for (const std::string& text : All(language)) EXPECT_EQ(InLatin(text), text) << "Cyrillic";
  }
}

TEST(CertificateWords, EachLanguageHasItsOwn) {
  const CertificateWords& bosnian = WordsOf(Language::kBosnian);
  const CertificateWords& croatian = WordsOf(Language::kCroatian);
  const CertificateWords& serbian = WordsOf(Language::kSerbianLatin);
  EXPECT_EQ(croatian.eu_funded.str(), "Financira Europska unija");
  EXPECT_EQ(bosnian.eu_funded.str(), "Finansira Evropska unija");
  EXPECT_EQ(WordsOf(Language::kSerbianCyrillic).eu_funded.str(), "Финансира Европска унија");
  EXPECT_EQ(croatian.recipient.str(), "Primatelj");
  EXPECT_EQ(serbian.recipient.str(), "Primalac");
  EXPECT_EQ(croatian.conditions.str(), "Uvjeti");
  EXPECT_EQ(serbian.brought.str(), "Preneto");
  EXPECT_EQ(bosnian.brought.str(), "Preneseno");
  EXPECT_EQ(serbian.value_km.str(), "Vrijednost KM");  // ijekavian
  EXPECT_EQ(bosnian.value_km.str(), "Vrijednost KM");
  // What is a place for something in one is in all.
  for (size_t i = 0; i < All(Language::kEnglish).size(); ++i) {
    const bool place = All(Language::kEnglish)[i].find("{}") != std::string::npos;
    for (const Language language : kLanguages) {
      EXPECT_EQ(All(language)[i].find("{}") != std::string::npos, place) << All(language)[i];
    }
  }
}

// The digest is on paper: what certificates are drawn up with is not reworded in passing.
TEST(CertificateWords, CertificatesAreDrawnUpInEnglishAndBosnian) {
  const DonationCertificate certificate;
  EXPECT_EQ(certificate.title.en, "Donation Certificate");
  EXPECT_EQ(certificate.title.bs, "Potvrda o donaciji");
  EXPECT_EQ(certificate.exchange_rate_note.bs, "Kurs: 1 EUR = 1,95583 KM (fiksni).");
}

}  // namespace
}  // namespace prihvat::documents
