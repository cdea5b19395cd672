// The command line: flags to commands, and errors to exit codes.
#pragma once

#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/prihvatctl/api.h"
#include "services/prihvatctl/log_source.h"
#include "services/prihvatctl/retry.h"

namespace prihvat::ctl {

// What the program ends with. Part of its interface: scripts look at these.
enum ExitCode {
  kDone = 0,
  kRefused = 1,       // the server refused, or it holds something else than the scenario expects;
                      // of an import: part of the file is refused
  kUsage = 2,         // the flags, the request or the file are wrong; nothing was sent
  kNotReached = 3,    // no answer, or none in time: whether it took effect is told by sending again
  kLocalFailure = 4,  // a file could not be read or written, or a reply was not understood
  kNotIntact = 5,     // a log, a seal or a backup is not what was written
  kUnwell = 6         // the doctor found a problem
};

// For an error of a command. Exit code kDone for OK.
ExitCode ExitCodeOf(const absl::Status& status);

// What the program has around it.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool err_is_terminal = false;
  size_t width = 0;  // of the terminal at `out`, 0 for none
  std::function<std::unique_ptr<Api>(const Connection& connection)> connect;
  Waiter wait;
  OpenLog open_log;  // of the engines
  AuditTopics audit_topics;
};

// Runs one command line, without the program's name.
int RunCommandLine(std::vector<std::string> arguments, const Surroundings& surroundings);

}  // namespace prihvat::ctl
