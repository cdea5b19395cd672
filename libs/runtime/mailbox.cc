#include "libs/runtime/mailbox.h"

#include "fmt/format.h"

namespace prihvat::runtime {
namespace {

// No principal is named so: theirs are resource names.
constexpr char kImports[] = "imports\n";

bool IsImport(const CommandItem& item) { return !item.request.import_id.empty(); }

}  // namespace

absl::Status Mailbox::PushCommand(CommandItem& item) {
  const bool import = IsImport(item);
  if (commands_ >= limit_) {
    return absl::ResourceExhaustedError(
        fmt::format("{} commands wait; the limit is {}", commands_, limit_));
  }
  if (import && imports_ >= import_limit_) {
    return absl::ResourceExhaustedError(
        fmt::format("{} commands of imports wait; their limit is {}", imports_, import_limit_));
  }
  ++commands_;
  if (import) ++imports_;
  const std::string lane = import ? kImports : item.request.principal;
  Push(lane, std::move(item));
  return absl::OkStatus();
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
  if (const auto* command = std::get_if<CommandItem>(&item)) {
    --commands_;
    if (IsImport(*command)) --imports_;
  }
  return item;
}

std::vector<MailboxItem> Mailbox::Drain() {
  std::vector<MailboxItem> items;
  while (auto item = Pop()) items.push_back(std::move(*item));
  return items;
}

}  // namespace prihvat::runtime
