#include "services/prihvatctl/progress.h"

#include <string>

#include "fmt/format.h"

namespace prihvat::ctl {
namespace {

constexpr size_t kBarWidth = 30;
constexpr size_t kLabelWidth = 36;

}  // namespace

void Progress::Show(size_t done, std::string_view label) {
  if (total_ == 0) return;
  if (is_terminal_) {
    const size_t filled = kBarWidth * done / total_;
    out_ << fmt::format("\r[{:#<{}}{:.<{}}] {}/{} {:<{}}", "", filled, "", kBarWidth - filled, done,
                        total_, label.substr(0, kLabelWidth), kLabelWidth)
         << std::flush;
    line_open_ = true;
    return;
  }
  const size_t tenths = 10 * done / total_;
  if (tenths == tenths_shown_) return;
  tenths_shown_ = tenths;
  out_ << fmt::format("{:3} %  {}/{} {}\n", 10 * tenths, done, total_, label);
}

void Progress::Finish() {
  if (line_open_) out_ << "\n";
  line_open_ = false;
}

}  // namespace prihvat::ctl
