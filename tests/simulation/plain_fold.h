// What the log says, judged afresh and folded as plainly as can be: what every store must show as
// of the same position. Owned and used by one thread; the world outlives it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/event_log/admitted_reader.h"
#include "libs/testkit/world.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::testkit {

// The offset that `token` names in a partition, -1 for none.
int64_t OffsetIn(const common::v1::Token& token, const std::string& topic, int32_t partition);

class PlainFold {
 public:
  // `log`: a connection to the world's log without faults.
  explicit PlainFold(event_log::EventLog& log) : log_(log) {}

  // Who sits in `hall` ("operations/ba/halls/h") as of an offset of its partition, in order. Reads
  // on to the log's end first.
  std::vector<std::string> PeopleIn(const std::string& hall, int32_t partition, int64_t through);
  // All halls in which anybody sits in that partition, at the log's end.
  std::vector<std::string> Halls(int32_t partition);

 private:
  void ReadOn(int32_t partition);

  event_log::EventLog& log_;
  std::map<int32_t, std::unique_ptr<event_log::AdmittedReader>> readers_;
  // By partition and hall: where each seat was taken, and by whom.
  std::map<std::pair<int32_t, std::string>, std::vector<std::pair<int64_t, std::string>>> seats_;
};

}  // namespace prihvat::testkit
