#include "libs/base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "libs/base/random.h"

namespace prihvat::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SearchKeys, B6_FoldsBosnianLetters) {
  EXPECT_THAT(SearchKeys("Čolić"), ElementsAre("colic"));
  EXPECT_THAT(SearchKeys("ŠEHIĆ"), ElementsAre("sehic"));
  EXPECT_THAT(SearchKeys("Žunić"), ElementsAre("zunic"));
  EXPECT_THAT(SearchKeys("Džemal"), ElementsAre("dzemal"));  // dž is kept apart from đ
  EXPECT_THAT(SearchKeys("Đoković"), ElementsAre("djokovic", "dokovic"));
  EXPECT_THAT(SearchKeys("Z\u030Cunic\u0301"), ElementsAre("zunic"));  // decomposed accents
  EXPECT_THAT(SearchKeys("ǅemal"), ElementsAre("dzemal"));             // one code point for dž
}

TEST(SearchKeys, B6_ReadsSerbianCyrillicByItsLatinLetters) {
  EXPECT_THAT(SearchKeys("Ђоковић"), ElementsAre("djokovic", "dokovic"));
  EXPECT_THAT(SearchKeys("Љубиша Њежић"), ElementsAre("ljubisa", "njezic"));
  EXPECT_THAT(SearchKeys("ЏЕМАЛ ШЕХИЋ"), ElementsAre("dzemal", "sehic"));
  EXPECT_THAT(SearchKeys("абвгдежзијклмнопрстћуфхцчш"), ElementsAre("abvgdezzijklmnoprstcufhccs"));
}

TEST(MatchesName, B6_AllFourSpellingsFindThePerson) {
  for (const std::string_view query : {"Djokovic", "Dokovic", "Đoković", "Ђоковић", "ĐOKOVIĆ"}) {
    EXPECT_TRUE(MatchesName(query, "Novak Đoković")) << query;
    EXPECT_TRUE(MatchesName(query, "Новак Ђоковић")) << query;
    EXPECT_TRUE(MatchesName(query, "Novak Djokovic")) << query;
  }
  EXPECT_FALSE(MatchesName("Dzokovic", "Đoković"));
  EXPECT_FALSE(MatchesName("Jokovic", "Đoković"));
}

TEST(MatchesName, WorkedCase_DordevicInThreeSpellings) {
  for (const std::string_view query : {"Djordjevic", "Dordevic", "Ђорђевић", "Đorđević"}) {
    EXPECT_TRUE(MatchesName(query, "Đorđević")) << query;
  }
  EXPECT_TRUE(MatchesName("Ðorđević", "Đorđević"));  // typed with the Icelandic capital
}

TEST(MatchesName, WantsEveryWordInAnyOrder) {
  EXPECT_TRUE(MatchesName("hadžić hasan", "Hasan Hadžić"));
  EXPECT_TRUE(MatchesName("HASAN", "Hasan Hadžić"));
  EXPECT_FALSE(MatchesName("Hasan Alić", "Hasan Hadžić"));
  EXPECT_FALSE(MatchesName("Has", "Hasan Hadžić"));
  EXPECT_TRUE(MatchesName("OBrien", "O’Brien"));
  EXPECT_TRUE(MatchesName("Hadžić", "Alić-Hadžić"));
  EXPECT_FALSE(MatchesName("", "Hasan"));
  EXPECT_FALSE(MatchesName("Hasan", ""));
}

TEST(MatchesName, ArabicAndPersianLettersFindEachOther) {
  EXPECT_TRUE(MatchesName("يوسف", "یوسف"));  // Arabic and Farsi yeh
  EXPECT_TRUE(MatchesName("مُحَمَّد", "محمد"));  // with and without vowel signs
  EXPECT_FALSE(MatchesName("محمد", "احمد"));
}

TEST(MatchesName, B1_PlaceholdersMatchNothing) {
  EXPECT_FALSE(MatchesName("Unknown Unknown", "Unknown Unknown"));
  EXPECT_FALSE(MatchesName("Nepoznato Nepoznato", "Nepoznato Nepoznato"));
  EXPECT_FALSE(MatchesName("Nepoznato", "Unknown"));
  EXPECT_THAT(SearchKeys("Nepoznato Nepoznato"), IsEmpty());
  // The part that is known still finds.
  EXPECT_THAT(SearchKeys("Nepoznato Hadžić"), ElementsAre("hadzic"));
  EXPECT_TRUE(MatchesName("Hadžić", "Unknown Hadžić"));
}

TEST(SearchKeys, B1_PlaceholdersHaveNone) {
  for (const std::string_view name :
       {"",     " ",   "Unknown", "UNKNOWN UNKNOWN", "Nepoznato",  "Nepoznata", "Непознато", "NN",
        "N.N.", "n/n", "N/A",     "NN 12",           "Nepoznat 1", "???",       "-",         "xxx",
        "X",    "123", "No name", "Bez imena",       "مجهول",      "غير معروف", "نامعلوم"}) {
    EXPECT_THAT(SearchKeys(name), IsEmpty()) << name;
  }
  for (const std::string_view name :
       {"Hasan", "N. Hadžić", "Nina", "Xavier", "An", "Unknown Hadžić", "محمد", "Nn-Alić"}) {
    EXPECT_THAT(SearchKeys(name), Not(IsEmpty())) << name;
  }
}

TEST(SearchKeys, AHostileNameHasFewKeys) {
  std::string name;
  for (int i = 0; i < 1000; ++i) name += "đa";
  EXPECT_THAT(SearchKeys(name), SizeIs(2));
  EXPECT_THAT(SearchKeys("đađađađa"), SizeIs(16));
  EXPECT_THAT(SearchKeys("\xff\xfe"), IsEmpty());
}

TEST(IsValidUtf8, TellsGoodFromBad) {
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8("Ušivak Ђ محمد 🚙"));
  EXPECT_TRUE(IsValidUtf8(std::string_view("a\0b", 3)));
  EXPECT_FALSE(IsValidUtf8("\xc5"));              // cut short
  EXPECT_FALSE(IsValidUtf8("\xc0\xaf"));          // overlong
  EXPECT_FALSE(IsValidUtf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(IsValidUtf8("\xf4\x90\x80\x80"));  // past U+10FFFF
  EXPECT_FALSE(IsValidUtf8("a\x80"));             // a continuation alone
}

TEST(TruncateCodepoints, X6_CountsCharactersAndCutsNone) {
  std::string name = "zapisnik.o.primopredaji.";
  for (int i = 0; i < 200; ++i) name += "š";
  const std::string cut = TruncateCodepoints(name, 100);
  EXPECT_EQ(cut.size(), 24 + 2 * 76u);
  EXPECT_TRUE(IsValidUtf8(cut));
  EXPECT_TRUE(name.starts_with(cut));
  EXPECT_EQ(TruncateCodepoints(name, 224), name);
  EXPECT_EQ(TruncateCodepoints(name, 1000), name);
  EXPECT_EQ(TruncateCodepoints(name, 0), "");
}

TEST(TruncateCodepoints, X6_NeverCutsInsideAGrapheme) {
  const std::string decomposed = "as\u030Cb";  // š as s and a caron
  EXPECT_EQ(TruncateCodepoints(decomposed, 2), "a");
  EXPECT_EQ(TruncateCodepoints(decomposed, 3), "as\u030C");
  const std::string family = "👨‍👩‍👧x";  // five code points, one character
  EXPECT_EQ(TruncateCodepoints(family, 4), "");
  EXPECT_EQ(TruncateCodepoints(family, 5), "👨‍👩‍👧");
  EXPECT_EQ(TruncateCodepoints("🇧🇦🇧🇦", 3), "🇧🇦");
}

TEST(TruncateCodepoints, X6_HoldsForRandomText) {
  constexpr uint64_t kSeed = 6;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  SeededRandom random(kSeed);
  const std::string_view alphabet[] = {"a", "š",      "đ", "\u030C", "ت",
                                       "🚙", "\u200D", "👨", "\r",     "\n"};
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    const size_t length = random.Uniform(20);
    for (size_t k = 0; k < length; ++k) text += alphabet[random.Uniform(std::size(alphabet))];
    const size_t limit = random.Uniform(20);
    const std::string cut = TruncateCodepoints(text, limit);
    ASSERT_TRUE(text.starts_with(cut));
    ASSERT_TRUE(IsValidUtf8(cut));
    size_t code_points = 0;
    for (const char c : cut) code_points += (c & 0xc0) != 0x80 ? 1 : 0;
    ASSERT_LE(code_points, limit);
    if (length <= limit) {
      ASSERT_EQ(cut, text);
    }
  }
}

TEST(Quoted, IsSafeToShow) {
  EXPECT_EQ(Quoted("Ušivak"), "\"Ušivak\"");
  EXPECT_EQ(Quoted("a\"b\\c\n\xff"), "\"a\\\"b\\\\c\\x0a\\xff\"");
  EXPECT_EQ(Quoted(std::string(1000, 'x')), "\"" + std::string(64, 'x') + "...\"");
  EXPECT_EQ(Quoted(std::string(64, 'x')), "\"" + std::string(64, 'x') + "\"");
}

}  // namespace
}  // namespace prihvat::base
