// What happened in the centres, worked out from the events alone in the plainest way: lists that
// are walked from end to end. The service's rows and views are compared with it. For tests only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "prihvat/log/v1/record.pb.h"
#include "prihvat/reception/v1/resources.pb.h"

namespace prihvat::reception::testing {

class Oracle {
 public:
  // Where a stay is from `start` until the next of its spans; the last may be an end.
  struct Span {
    absl::Time start;
    std::string centre;  // "" in transit and after the end
    std::string bed;     // "" for none
    v1::StayState state;
  };
  struct StayTold {
    std::string person;
    std::vector<Span> spans;
    int64_t nights = -1;  // told by the check-out
  };
  struct Counts {
    int64_t present = 0;
    int64_t on_leave = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
  };

  explicit Oracle(const std::vector<log::v1::Commit>& log);

  const std::map<std::string, StayTold>& stays() const { return stays_; }
  // Pairs of stays that a conflict of that kind names.
  bool HasConflict(v1::ConflictKind kind, const std::string& a, const std::string& b) const;

  // By centre; "" for in transit, counted as present there.
  std::map<std::string, Counts> At(absl::Time time) const;

 private:
  struct ConflictTold {
    v1::ConflictKind kind;
    std::string fact;
    std::string other;
  };
  void Tell(const log::v1::Event& event, absl::Time at);

  std::map<std::string, StayTold> stays_;
  std::vector<ConflictTold> conflicts_;
};

}  // namespace prihvat::reception::testing
