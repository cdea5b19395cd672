// Each state of an aggregate against each command, tried out, and compared cell by cell with what
// was transcribed by hand; and the same as a page for docs/. Header-only, for tests.
#pragma once

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace prihvat::testkit {

// (state, command) -> the state after it; what is refused is not there.
using Cells = std::map<std::pair<std::string, std::string>, std::string>;

// An aggregate to be tried out on a stage of type Spec.
template <class Spec>
struct Aggregate {
  std::string title;
  std::vector<std::pair<std::string, std::function<void(Spec&)>>> states;  // how one gets there
  std::vector<std::pair<std::string, std::function<void(Spec&)>>> commands;
  std::function<std::string(const Spec&)> state_of;  // without the enum's prefix
};

// Where a refusal has none of these reasons, the trial itself is wrong.
template <class Spec>
Cells TryOut(const Aggregate<Spec>& aggregate, const std::set<std::string>& refusals_of_state) {
  Cells cells;
  for (const auto& [state, reach] : aggregate.states) {
    for (const auto& [command, send] : aggregate.commands) {
      SCOPED_TRACE(aggregate.title + ", " + state + ", " + command);
      Spec spec;
      reach(spec);
      EXPECT_EQ(aggregate.state_of(spec), state);
      send(spec);
      if (spec.decision().accepted()) {
        cells[{state, command}] = aggregate.state_of(spec);
      } else {
        EXPECT_TRUE(refusals_of_state.contains(spec.decision().rejection().reason().id))
            << spec.decision().rejection().message();
      }
    }
  }
  return cells;
}

// "STATE: command > NEXT, command > NEXT", one state a line.
inline Cells Transcribed(const std::string& text) {
  Cells cells;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    std::istringstream moves(line.substr(colon + 2));
    for (std::string move; std::getline(moves, move, ',');) {
      const size_t arrow = move.find(" > ");
      const size_t begin = move.find_first_not_of(' ');
      cells[{line.substr(0, colon), move.substr(begin, arrow - begin)}] = move.substr(arrow + 3);
    }
  }
  return cells;
}

// "A->B" of the cells; stays are no moves.
inline std::set<std::string> MovesOf(const Cells& cells) {
  std::set<std::string> moves;
  for (const auto& [cell, next] : cells) {
    if (cell.first != next) moves.insert(cell.first + "->" + next);
  }
  return moves;
}

template <class Spec>
std::string Page(const Aggregate<Spec>& aggregate, const Cells& cells) {
  std::string page =
      fmt::format("\n## {}\n\n| state | what may be done, and where it leads |\n", aggregate.title);
  page += "|---|---|\n";
  for (const auto& [state, reach] : aggregate.states) {
    std::string moves;
    for (const auto& [command, send] : aggregate.commands) {
      const auto cell = cells.find({state, command});
      if (cell == cells.end()) continue;
      if (!moves.empty()) moves += ", ";
      moves += fmt::format("{} → {}", command, cell->second == state ? "*stays*" : cell->second);
    }
    page += fmt::format("| {} | {} |\n", state, moves.empty() ? "nothing" : moves);
  }
  return page;
}

// Compares the two cell by cell; answers the page.
template <class Spec>
std::string CheckTable(const Aggregate<Spec>& aggregate, const char* by_hand,
                       const std::set<std::string>& refusals_of_state) {
  const Cells expected = Transcribed(by_hand);
  const Cells found = TryOut(aggregate, refusals_of_state);
  for (const auto& [state, reach] : aggregate.states) {
    for (const auto& [command, send] : aggregate.commands) {
      const typename Cells::key_type key{state, command};
      const auto says = [&key](const Cells& cells) {
        const auto cell = cells.find(key);
        return cell == cells.end() ? std::string("refused") : cell->second;
      };
      EXPECT_EQ(says(found), says(expected)) << aggregate.title << ", " << state << ", " << command;
    }
  }
  EXPECT_EQ(found.size(), expected.size()) << "a cell is transcribed that was not tried";
  return Page(aggregate, found);
}

// Whether the file in docs/ is that page; with PRIHVAT_WRITE_STATES set it is written first.
inline void ExpectPage(const char* file, const std::string& page) {
  if (std::getenv("PRIHVAT_WRITE_STATES") != nullptr) std::ofstream(file) << page;
  std::ifstream in(file);
  std::stringstream stands;
  stands << in.rdbuf();
  EXPECT_EQ(stands.str(), page) << "PRIHVAT_WRITE_STATES=1 writes it anew";
}

}  // namespace prihvat::testkit
