#pragma once

#include <cstddef>
#include <ostream>
#include <string_view>

namespace prihvat::ctl {

// A bar on one line of a terminal; elsewhere a line each tenth of the way. One thread; the stream
// outlives it.
class Progress {
 public:
  Progress(std::ostream& out, bool is_terminal, size_t total)
      : out_(out), is_terminal_(is_terminal), total_(total) {}

  // `done` of the total are done, `label` the last of them.
  void Show(size_t done, std::string_view label);
  // Ends the line of the bar.
  void Finish();

 private:
  std::ostream& out_;
  const bool is_terminal_;
  const size_t total_;
  size_t tenths_shown_ = 0;
  bool line_open_ = false;
};

}  // namespace prihvat::ctl
