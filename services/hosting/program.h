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
// Returns main's exit code: 0; 64 for wrong options; 1 where it cannot start or a service ended.
int RunProgram(const Program& program, int argc, const char* const* argv);

}  // namespace prihvat::hosting
