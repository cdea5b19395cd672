#include "libs/runtime/mailbox.h"

namespace prihvat::runtime {

bool Mailbox::PushCommand(CommandItem& item) {
  if (commands_ >= limit_) return false;
  ++commands_;
  const std::string lane = item.request.principal;
  Push(lane, std::move(item));
  return true;
}

void Mailbox::PushReaction(ReactionItem item) { Push("", std::move(item)); }

void Mailbox::Push(const std::string& lane, MailboxItem item) {
  auto& queue = lanes_[lane];
  if (queue.empty()) turns_.push_back(lane);
  queue.push_back(std::move(item));
  ++size_;
}

std::optional<MailboxItem> Mailbox::Pop() {
  if (turns_.empty()) return std::nullopt;
  const std::string lane = std::move(turns_.front());
  turns_.pop_front();
  auto it = lanes_.find(lane);
  MailboxItem item = std::move(it->second.front());
  it->second.pop_front();
  if (it->second.empty()) {
    lanes_.erase(it);
  } else {
    turns_.push_back(lane);
  }
  --size_;
  if (std::holds_alternative<CommandItem>(item)) --commands_;
  return item;
}

std::vector<MailboxItem> Mailbox::Drain() {
  std::vector<MailboxItem> items;
  while (auto item = Pop()) items.push_back(std::move(*item));
  return items;
}

}  // namespace prihvat::runtime
