// The program's own words on a certificate, in each of its languages. Pure; any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace prihvat::documents {

// Serbian is ijekavian, as it is official in Bosnia and Herzegovina. Bosnian, Croatian and the
// first Serbian are in Latin script.
enum class Language { kEnglish, kBosnian, kCroatian, kSerbianLatin, kSerbianCyrillic };

inline constexpr Language kLanguages[] = {Language::kEnglish, Language::kBosnian,
                                          Language::kCroatian, Language::kSerbianLatin,
                                          Language::kSerbianCyrillic};

// A word or sentence, UTF-8 of static lifetime. There is no empty one: a table that lacks a word
// does not compile.
class Word {
 public:
  constexpr Word(const char* text) : text_(text) {  // NOLINT: implicit, so that tables read well
    if (*text == '\0') throw std::logic_error("a word is missing");
  }
  constexpr const char* c_str() const { return text_; }
  std::string str() const { return text_; }

 private:
  const char* text_;
};

// All of one language. Those that the paper keeps as its content (docs/
// certificate-canonical-form.md) are title, declaration and exchange_rate: certificates that were
// drawn up keep the text of their day.
struct CertificateWords {
  Word title, declaration, exchange_rate;
  Word eu_funded, eu_cofunded;  // the sponsor statement, word by word as the Union prescribes it
  Word number, issued, corrects;
  Word project, funding, handover, donor, recipient;
  Word line, description, quantity, unit, value_km, value_eur, serials;
  Word rounding, total, carried, brought;
  Word conditions;
  Word for_donor, for_recipient, date, place, signed_electronically;
  Word verification;
  Word code_holds;   // {}: signed_with, or nothing
  Word signed_with;  // {}: the key
  Word content_is_in;
};

const CertificateWords& WordsOf(Language language);

}  // namespace prihvat::documents
