// A program that a test starts, talks to line by line, stops, resumes and kills.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace prihvat::fault {

// Owned by a test; one thread. The child gets SIGKILL when this is destroyed, or when the test
// itself dies. What it writes to standard error goes to a file, for messages.
class ChildProcess {
 public:
  // `argv[0]` is the program's path. The child does not inherit open files other than its three
  // standard ones (all that we open is close-on-exec).
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(std::vector<std::string> argv);
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  bool running() const { return pid_ > 0; }

  // Writes one line to its standard input. UNAVAILABLE when it no longer reads.
  absl::Status Send(const std::string& line);
  // The next line of its standard output. DEADLINE_EXCEEDED; OUT_OF_RANGE at its end.
  absl::StatusOr<std::string> ReadLine(absl::Time deadline);
  // Whether ReadLine would return at once.
  bool HasLine();
  // The read end of its standard output, for poll().
  int output() const { return output_; }

  void Signal(int signal);
  // SIGKILL, and waits until it is gone.
  void Kill();
  // Closes its standard input and waits until it ends by itself: its exit status, 128 + N for
  // signal N.
  absl::StatusOr<int> WaitForExit(absl::Time deadline);
  // What it has written to standard error.
  std::string Complaints() const;

 private:
  ChildProcess(pid_t pid, int input, int output, std::string errors)
      : pid_(pid), input_(input), output_(output), errors_(std::move(errors)) {}
  // Takes what the pipe holds; false at its end.
  bool Fill(int timeout_ms);
  void CloseInput();

  pid_t pid_;  // 0 once it has been waited for
  int input_;
  int output_;
  bool ended_ = false;  // the pipe is at its end
  std::string buffer_;
  std::string errors_;  // the file's name
};

}  // namespace prihvat::fault
