// What is fed with arbitrary bytes. Each target must come back from any input; a rule that does not
// hold ends the process (PRIHVAT_CHECK), and so does what a sanitizer finds.
#pragma once

#include <string_view>

namespace prihvat::fuzz {

// A log: records are judged alike by all who read it, the fence survives the store, and the
// verifier comes to an end.
void Records(std::string_view bytes);
// Names of resources: what is taken follows the rules and is said back the same.
void ResourceNames(std::string_view bytes);

}  // namespace prihvat::fuzz
