// What waits for one partition: commands by principal, taken in turn so that nobody's flood delays
// the others, reactions, and imports, which have a lane of their own whoever sends them. Bounded.
// Owned and used by the service's thread.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "libs/runtime/service.h"

namespace prihvat::runtime {

struct CommandItem {
  CommandRequest request;
  std::function<void(CommandReply)> done;
  absl::Time arrived = absl::InfinitePast();  // in the mailbox
};

// All reactions of one process to one source commit; without reactions it only moves the mark.
struct ReactionItem {
  const es::Process* process = nullptr;
  log::v1::Cause cause;   // with the old and the new mark
  std::string operation;  // "" for a mark alone
  std::string import_id;  // the source commit's
  std::string trace_id;   // the source commit's
  std::vector<es::Reaction> reactions;
  std::function<void(absl::Status)> done;
};

using MailboxItem = std::variant<CommandItem, ReactionItem>;

class Mailbox {
 public:
  // Commands that wait at most; half of them at most belong to imports, which come in floods and
  // have time.
  explicit Mailbox(size_t limit) : limit_(limit), import_limit_(std::max<size_t>(1, limit / 2)) {}

  // RESOURCE_EXHAUSTED (and `item` untouched) when full, with the numbers.
  absl::Status PushCommand(CommandItem& item);
  // Reactions are bounded by their reader, not here.
  void PushReaction(ReactionItem item);
  // The next one, principal by principal; reactions count as one more principal, all imports
  // together as another.
  std::optional<MailboxItem> Pop();
  // Everything, in no particular order.
  std::vector<MailboxItem> Drain();

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  void Push(const std::string& lane, MailboxItem item);

  size_t limit_;
  size_t import_limit_;
  size_t size_ = 0;
  size_t commands_ = 0;  // of size_
  size_t imports_ = 0;   // of commands_
  std::map<std::string, std::deque<MailboxItem>> lanes_;
  std::list<std::string> turns_;  // lanes with something in them, next first
};

}  // namespace prihvat::runtime
