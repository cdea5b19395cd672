#include "tests/simulation/plain_fold.h"

#include "libs/base/check.h"
#include "libs/testkit/toy_domain.h"

namespace prihvat::testkit {

int64_t OffsetIn(const common::v1::Token& token, const std::string& topic, int32_t partition) {
  for (const common::v1::Position& position : token.positions()) {
    if (position.topic() == topic && position.partition() == partition) return position.offset();
  }
  return -1;
}

void PlainFold::ReadOn(int32_t partition) {
  auto& reader = readers_[partition];
  if (reader == nullptr) {
    auto opened = event_log::AdmittedReader::Open(log_, {kHallsTopic, partition}, {}, nullptr);
    PRIHVAT_CHECK(opened.ok(), opened.status().ToString());
    reader = *std::move(opened);
  }
  while (true) {
    auto records = reader->Read(1000, absl::InfinitePast());
    PRIHVAT_CHECK(records.ok(), records.status().ToString());
    if (records->empty()) return;
    for (const event_log::JudgedRecord& record : *records) {
      if (record.verdict != event_log::Verdict::kAdmittedCommit) continue;
      for (const log::v1::Event& event : record.record.commit().events()) {
        v1::SeatTaken taken;
        if (event.type() != taken.GetDescriptor()->full_name()) continue;
        PRIHVAT_CHECK(taken.ParseFromString(event.payload()), "a seat cannot be parsed");
        seats_[{partition, taken.hall()}].emplace_back(record.offset, taken.person());
      }
    }
  }
}

std::vector<std::string> PlainFold::PeopleIn(const std::string& hall, int32_t partition,
                                             int64_t through) {
  ReadOn(partition);
  std::vector<std::string> people;
  for (const auto& [offset, person] : seats_[{partition, hall}]) {
    if (offset <= through) people.push_back(person);
  }
  return people;
}

std::vector<std::string> PlainFold::Halls(int32_t partition) {
  ReadOn(partition);
  std::vector<std::string> halls;
  for (const auto& [key, seats] : seats_) {
    if (key.first == partition && !seats.empty()) halls.push_back(key.second);
  }
  return halls;
}

}  // namespace prihvat::testkit
