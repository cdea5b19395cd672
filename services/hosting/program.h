// The body of every server program's main().
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/hosting/host.h"

namespace prihvat::hosting {

struct Program {
  std::string name;         // "prihvatd"
  std::string description;  // for --help
  std::function<std::vector<HostedService>()> services;
};

// Parses, starts, says on standard output where it listens, serves until SIGTERM or SIGINT, drains.
// Returns main's exit code: 0 (also where a signal came before the start was done); 64 for wrong
// options, in words on standard error; 1 where it cannot start or a service ended. All else on
// standard error is the log, one JSON line an event, what libraries have to say included.
int RunProgram(const Program& program, int argc, const char* const* argv);

}  // namespace prihvat::hosting
