// What is fed with arbitrary bytes. Each target must come back from any input; a rule that does not
// hold ends the process (PRIHVAT_CHECK), and so does what a sanitizer finds.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace prihvat::fuzz {

// A log: records are judged alike by all who read it, the fence survives the store, and the
// verifier comes to an end.
void Records(std::string_view bytes);
// Tokens of pages: only what was handed out for the same request is taken.
void PageTokens(std::string_view bytes);
// Names of resources: what is taken follows the rules and is said back the same.
void ResourceNames(std::string_view bytes);
// Scenario files.
void Scenarios(std::string_view bytes);
// Commands in a row to the deciders of procurement, handover and reception, whose processes answer
// each other, from some place in the stories of scenarios/ on: the stories' own, such with other
// values in some fields or ten times dearer, and any others. Each is decided twice alike, what is
// accepted can be folded and reacted to, folding it afresh makes the same state, and the invariants
// hold (rules.h).
void Deciders(std::string_view bytes);
// The same; how many commands were accepted, and the reasons that others were refused for.
struct Outcome {
  int accepted = 0;
  std::set<std::string> refusals;
};
Outcome OutcomeOfDeciders(std::string_view bytes);

}  // namespace prihvat::fuzz
