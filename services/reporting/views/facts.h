// Reads a journal (journals.h) in the order in which it was told.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/es/rows.h"

namespace prihvat::reporting {

// The two time axes: as it was (what took effect until then), and as it was known (what was
// recorded until then). Both moments are inclusive.
struct TimeCut {
  absl::Time as_of = absl::InfiniteFuture();
  absl::Time known_at = absl::InfiniteFuture();
};

// When a fact took effect, and which of the facts that were read it is, from 0: facts of one moment
// count in the order in which they were told.
struct FactTime {
  absl::Time effective;
  int sequence = 0;
  friend std::strong_ordering operator<=>(const FactTime&, const FactTime&) = default;
};

// Which events of a journal are wanted, and what is done with each. Build it, read once or more.
// Not thread-safe.
class FactReader {
 public:
  // `take` gets every such event, in the order of the journal.
  template <class Event>
  FactReader& On(std::function<absl::Status(const Event&, const FactTime&)> take) {
    Add(Event::default_instance(),
        [take = std::move(take)](const google::protobuf::Message& event, const FactTime& time) {
          return take(static_cast<const Event&>(event), time);
        });
    return *this;
  }

  // Reads the subject's facts within `cut`. The first error of a `take` ends it; DATA_LOSS for a
  // row that cannot be parsed.
  absl::Status Read(const es::Rows& rows, std::string_view subject, const TimeCut& cut) const;

 private:
  using TakeFn = std::function<absl::Status(const google::protobuf::Message&, const FactTime&)>;
  void Add(const google::protobuf::Message& prototype, TakeFn take);

  struct Entry {
    const google::protobuf::Message* prototype;
    TakeFn take;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace prihvat::reporting
