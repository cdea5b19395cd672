#include "libs/base/text.h"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <memory>

#include "absl/strings/ascii.h"
#include "fmt/format.h"
#include "libs/base/check.h"

namespace prihvat::base {
namespace {

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

struct Letter {
  char32_t from;
  std::u16string_view to;
};

// Small letters of the Serbian (and two of the Macedonian) alphabet in Latin, as Vuk's orthography
// pairs them. ICU's own rules follow other standards and write љ, њ, џ otherwise.
constexpr auto kCyrillic = std::to_array<Letter>({
    {U'а', u"a"}, {U'б', u"b"},  {U'в', u"v"}, {U'г', u"g"}, {U'д', u"d"},  {U'ђ', u"đ"},
    {U'е', u"e"}, {U'ж', u"ž"},  {U'з', u"z"}, {U'и', u"i"}, {U'ј', u"j"},  {U'к', u"k"},
    {U'л', u"l"}, {U'љ', u"lj"}, {U'м', u"m"}, {U'н', u"n"}, {U'њ', u"nj"}, {U'о', u"o"},
    {U'п', u"p"}, {U'р', u"r"},  {U'с', u"s"}, {U'т', u"t"}, {U'ћ', u"ć"},  {U'у', u"u"},
    {U'ф', u"f"}, {U'х', u"h"},  {U'ц', u"c"}, {U'ч', u"č"}, {U'џ', u"dž"}, {U'ш', u"š"},
    {U'ѓ', u"đ"}, {U'ќ', u"ć"},
});

// Stands for đ while all else becomes ASCII: a control character cannot come from a name's letters.
constexpr char16_t kDStroke = u'\u0001';

// đ, and two letters that look like it in capitals and are typed for it: eth and African d.
bool IsDStroke(char32_t c) { return c == U'đ' || c == U'ð' || c == U'ɖ'; }

// Signs inside a word that are no letters: apostrophes, hamza and ayn as transliteration writes
// them, tatweel, and the Arabic vowel signs, which few people write.
bool IsIgnored(char32_t c) {
  if ((c >= U'\u064B' && c <= U'\u065F') || c == U'\u0670') return true;
  return c == U'\'' || c == U'`' || c == U'’' || c == U'‘' || c == U'ʼ' || c == U'ʾ' || c == U'ʿ' ||
         c == U'ʹ' || c == U'ʺ' || c == U'\u0640';
}

// Makes what is left of other scripts and accents ASCII. One a thread: made on first use, since
// making is slow.
const icu::Transliterator& ToAscii() {
  static constexpr char kRules[] =
      "Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower";
  thread_local const std::unique_ptr<icu::Transliterator> instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance(kRules, UTRANS_FORWARD, error));
    PRIHVAT_CHECK(U_SUCCESS(error) && made != nullptr, "ICU's data has these transliterations");
    return made;
  }();
  return *instance;
}

icu::UnicodeString Normalized(const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(error);
  icu::UnicodeString result = nfkc->normalize(text, error);
  PRIHVAT_CHECK(U_SUCCESS(error), "ICU's data has NFKC_Casefold");
  return result;
}

// The words of `name` in small ASCII letters and digits, with kDStroke for đ.
std::vector<std::string> FoldedWords(std::string_view name) {
  if (!IsValidUtf8(name)) return {};
  const icu::UnicodeString folded = Normalized(FromUtf8(name));
  icu::UnicodeString latin;
  for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    const auto c = static_cast<char32_t>(folded.char32At(i));
    const auto* cyrillic = std::find_if(kCyrillic.begin(), kCyrillic.end(),
                                        [c](const Letter& letter) { return letter.from == c; });
    if (cyrillic != kCyrillic.end()) {
      const std::u16string_view to = cyrillic->to;
      latin.append(to == u"đ" ? icu::UnicodeString(kDStroke)
                              : icu::UnicodeString(to.data(), static_cast<int32_t>(to.size())));
    } else if (IsDStroke(c)) {
      latin.append(kDStroke);
    } else if (!IsIgnored(c) && c != static_cast<char32_t>(kDStroke)) {
      latin.append(static_cast<UChar32>(c));
    }
  }
  ToAscii().transliterate(latin);

  std::vector<std::string> words(1);
  for (int32_t i = 0; i < latin.length(); i = latin.moveIndex32(i, 1)) {
    const auto c = static_cast<char32_t>(latin.char32At(i));
    if (IsIgnored(c)) continue;
    if (c < 0x80 && (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == kDStroke)) {
      words.back().push_back(static_cast<char>(c));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// Whole words that say that a name is not known, folded: English, Bosnian, German, French, Italian,
// Arabic, Persian.
constexpr auto kPlaceholders = std::to_array<std::string_view>({
    "anoniman", "anonimna",  "anonimno",    "anonymous",   "inconnu",   "inconnue",
    "nepoznat", "nepoznata", "nepoznati",   "nepoznato",   "nn",        "noname",
    "none",     "null",      "sconosciuta", "sconosciuto", "unbekannt", "unidentified",
    "unknown",  "unnamed",   "mjhwl",       "nashnas",     "namlwm",
});

// Names of several words that say so together.
constexpr auto kPlaceholderPhrases = std::to_array<std::string_view>({
    "bez imena",
    "ghyr mrwf",
    "n a",
    "n n",
    "nema podataka",
    "no name",
    "not known",
    "nije poznato",
});

bool IsNumber(std::string_view word) {
  return std::all_of(word.begin(), word.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

bool IsPlaceholderWord(std::string_view word) {
  if (IsNumber(word)) return true;
  if (word.find_first_not_of('x') == std::string_view::npos) return true;
  return std::find(kPlaceholders.begin(), kPlaceholders.end(), word) != kPlaceholders.end();
}

// The words of a name that name somebody.
std::vector<std::string> NamingWords(std::string_view name) {
  std::vector<std::string> words = FoldedWords(name);
  std::string phrase;
  for (const std::string& word : words) {
    if (IsNumber(word)) continue;
    phrase += (phrase.empty() ? "" : " ") + word;
  }
  if (std::find(kPlaceholderPhrases.begin(), kPlaceholderPhrases.end(), phrase) !=
      kPlaceholderPhrases.end()) {
    return {};
  }
  std::erase_if(words, IsPlaceholderWord);
  return words;
}

// All ways to write a folded word: each đ or dj as dj or as d. Past kMaxFree of them only "all dj"
// and "all d", so that a hostile name has few keys.
std::vector<std::string> KeysOfWord(std::string_view word) {
  constexpr size_t kMaxFree = 4;
  std::vector<std::string> pieces(1);  // between the places of choice
  for (size_t i = 0; i < word.size(); ++i) {
    const bool digraph = word[i] == 'd' && i + 1 < word.size() && word[i + 1] == 'j';
    if (digraph || word[i] == static_cast<char>(kDStroke)) {
      pieces.emplace_back();
      i += digraph ? 1 : 0;
    } else {
      pieces.back().push_back(word[i]);
    }
  }
  const size_t choices = pieces.size() - 1;
  const bool free = choices <= kMaxFree;
  const size_t variants = choices == 0 ? 1 : free ? size_t{1} << choices : 2;
  std::vector<std::string> keys;
  for (size_t variant = 0; variant < variants; ++variant) {
    std::string key = pieces.front();
    for (size_t i = 0; i < choices; ++i) {
      const bool plain = free ? (variant >> i & 1) != 0 : variant != 0;
      key += plain ? "d" : "dj";
      key += pieces[i + 1];
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  for (size_t i = 0; i < text.size();) {
    UChar32 c = 0;
    U8_NEXT(bytes, i, text.size(), c);
    if (c < 0) return false;
  }
  return true;
}

std::string TruncateCodepoints(std::string_view text, size_t max_code_points) {
  if (text.size() <= max_code_points) return std::string(text);  // a code point has a byte at least
  const icu::UnicodeString wide = FromUtf8(text);
  if (static_cast<size_t>(wide.countChar32()) <= max_code_points) return std::string(text);

  const int32_t limit = wide.moveIndex32(0, static_cast<int32_t>(max_code_points));
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> characters(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), error));
  PRIHVAT_CHECK(U_SUCCESS(error), "ICU's data has the root locale's characters");
  characters->setText(wide);
  const int32_t end = characters->isBoundary(limit) ? limit : characters->preceding(limit);
  std::string result;
  wide.tempSubString(0, std::max(end, 0)).toUTF8String(result);
  return result;
}

std::string Quoted(std::string_view text) {
  constexpr size_t kMaxShown = 64;
  std::string result = "\"";
  size_t shown = 0;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  for (size_t i = 0; i < text.size(); ++shown) {
    if (shown == kMaxShown) {
      result += "...";
      break;
    }
    const size_t begin = i;
    UChar32 c = 0;
    U8_NEXT(bytes, i, text.size(), c);
    if (c == '"' || c == '\\') {
      result += {'\\', static_cast<char>(c)};
    } else if (c < 0x20 || c == 0x7f) {
      for (size_t k = begin; k < i; ++k) result += fmt::format("\\x{:02x}", bytes[k]);
    } else {
      result.append(text.substr(begin, i - begin));
    }
  }
  result += '"';
  return result;
}

std::vector<std::string> SearchKeys(std::string_view name) {
  std::vector<std::string> keys;
  for (const std::string& word : NamingWords(name)) {
    for (std::string& key : KeysOfWord(word)) keys.push_back(std::move(key));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

bool MatchesName(std::string_view query, std::string_view name) {
  const std::vector<std::string> words = NamingWords(query);
  const std::vector<std::string> keys = SearchKeys(name);
  const auto found = [&keys](const std::string& word) {
    const std::vector<std::string> wanted = KeysOfWord(word);
    return std::any_of(wanted.begin(), wanted.end(), [&keys](const std::string& key) {
      return std::binary_search(keys.begin(), keys.end(), key);
    });
  };
  return !words.empty() && std::all_of(words.begin(), words.end(), found);
}

}  // namespace prihvat::base
