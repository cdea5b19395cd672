#include "services/hosting/catch_up.h"

#include <algorithm>

namespace prihvat::hosting {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(5);
constexpr int64_t kWorthTelling = 1000;  // records; fewer are folded in a moment

}  // namespace

std::optional<CatchUp::Line> CatchUp::Note(int64_t folded, int64_t records, bool ready,
                                           absl::Time now) {
  Line line{"catching up with the log", folded, std::max(records, folded), 0, -1};
  if (!under_way_) {
    if (ready || records - folded < kWorthTelling) return std::nullopt;
    under_way_ = true;
    began_ = said_ = now;
    began_at_ = folded;
    return line;
  }
  if (!ready && now - said_ < kInterval) return std::nullopt;
  said_ = now;
  const double seconds = absl::ToDoubleSeconds(now - began_);
  if (seconds > 0) line.records_per_second = static_cast<double>(folded - began_at_) / seconds;
  if (line.records_per_second > 0)
    line.seconds_left = static_cast<double>(line.records - folded) / line.records_per_second;
  if (ready) {
    line.message = "caught up with the log";
    under_way_ = false;
  }
  return line;
}

}  // namespace prihvat::hosting
