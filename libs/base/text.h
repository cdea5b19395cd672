// Text of people: names that are found in whatever script they were typed, and cuts that break no
// character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace prihvat::base {

// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates).
bool IsValidUtf8(std::string_view text);

// The longest beginning of `text` with at most `max_code_points` code points that ends between two
// characters as people see them (grapheme clusters, UAX #29); so it may have fewer, down to none.
// `text` is UTF-8; ill-formed bytes become U+FFFD where a cut is made.
std::string TruncateCodepoints(std::string_view text, size_t max_code_points);

// `text` in double quotes for a message about bad input: control characters and ill-formed bytes
// escaped, and cut after 64 code points with "...".
std::string Quoted(std::string_view text);

// The keys under which a person's name is found: each word of it in small ASCII letters, whatever
// the script, accents off, sorted, without repeats. č and ć become c, š s, ž z, dž dz; đ becomes
// both dj and d, as people type it either way, and so a typed "dj" has both too; Serbian Cyrillic
// goes by its Latin letters, other scripts by ICU's transliteration (Arabic: consonants only, so
// that Arabic spellings find each other but not their Latin forms). Words that stand for no name
// ("Nepoznato", CASES B1) have no key. Empty for ill-formed UTF-8.
std::vector<std::string> SearchKeys(std::string_view name);

// Whether every word of `query` is, by its keys, a word of `name`, in any order: Djordjevic,
// Dordevic and Ђорђевић all find Đorđević (CASES B6). False when either has no key, so placeholders
// match nothing.
bool MatchesName(std::string_view query, std::string_view name);

}  // namespace prihvat::base
