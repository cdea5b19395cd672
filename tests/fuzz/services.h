// The three services that decide, as one: their deciders and processes over rows in memory, without
// runtime, log and clock. A commit of one makes the others react at once.
#pragma once

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/es/rows.h"
#include "libs/runtime/service.h"
#include "prihvat/log/v1/record.pb.h"

namespace prihvat::fuzz {

inline constexpr size_t kServices = 3;
inline constexpr size_t kProcurement = 0, kHandover = 1, kReception = 2;
const std::array<runtime::ServiceDefinition, kServices>& Definitions();

struct Command {
  size_t service = 0;
  std::string operation;
  std::string principal;
  std::shared_ptr<const google::protobuf::Message> message;
  absl::Time recorded_at;  // the clock; never back
  absl::Time effective_at;
  std::string import_id;
};

// A copy goes on by itself. One thread.
class Services {
 public:
  // Decides the command, twice, which must come to the same; folds what it makes; and lets the
  // others react. Whether it was accepted.
  bool Do(const Command& command);

  // All commits since the last call of Settle, folded again from the rows of then, make the rows of
  // now (G6).
  void CheckRefold() const;
  // Forgets how it came to the rows of now.
  void Settle();

  const es::MapRows& rows(size_t service) const { return rows_[service]; }
  absl::Time recorded_at() const { return recorded_at_; }
  int accepted() const { return accepted_; }  // of all commands, reactions among them
  // The reasons for which others were refused, since the last call of Settle.
  const std::set<std::string>& refusals() const { return refusals_; }

 private:
  struct Folded {
    size_t service;
    int64_t offset;
    log::v1::Commit commit;
  };
  void Fold(const Folded& folded, es::MapRows& rows) const;
  void LetOthersReact(const Folded& folded);

  std::array<es::MapRows, kServices> rows_;
  std::shared_ptr<const std::array<es::MapRows, kServices>> settled_ =
      std::make_shared<std::array<es::MapRows, kServices>>();
  std::vector<Folded> since_;
  std::array<int64_t, kServices> ends_ = {};
  absl::Time recorded_at_ = absl::UnixEpoch();
  int accepted_ = 0;
  std::set<std::string> refusals_;
  uint64_t decided_ = 0;
};

}  // namespace prihvat::fuzz
