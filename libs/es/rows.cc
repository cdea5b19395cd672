#include "libs/es/rows.h"

namespace prihvat::es {

std::optional<std::string> MapRows::Get(std::string_view key) const {
  auto it = map_.find(key);
  if (it == map_.end()) return std::nullopt;
  return it->second;
}

void MapRows::Scan(std::string_view prefix, std::string_view after,
                   absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const {
  auto it = after > prefix ? map_.upper_bound(after) : map_.lower_bound(prefix);
  if (it != map_.end() && !after.empty() && it->first == after) ++it;
  for (; it != map_.end() && it->first.starts_with(prefix); ++it) {
    if (!visit(it->first, it->second)) return;
  }
}

void MapRows::Put(std::string_view key, std::string_view value) {
  map_.insert_or_assign(std::string(key), std::string(value));
}

void MapRows::Delete(std::string_view key) {
  auto it = map_.find(key);
  if (it != map_.end()) map_.erase(it);
}

std::optional<std::string> ReadOnceRows::Get(std::string_view key) const {
  constexpr size_t kKeptBytes = 16 << 10;  // of one: large ones are seldom read twice
  if (const auto known = read_.find(key); known != read_.end()) return known->second;
  std::optional<std::string> value = base_.Get(key);
  if (read_.size() < kKept && (!value || value->size() <= kKeptBytes)) read_.emplace(key, value);
  return value;
}

std::optional<std::string> OverlayRows::Get(std::string_view key) const {
  auto it = changes_.find(key);
  if (it != changes_.end()) return it->second;
  return base_.Get(key);
}

void OverlayRows::Scan(std::string_view prefix, std::string_view after,
                       absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const {
  // A merge of two sorted runs; at equal keys the change wins.
  auto change = after > prefix ? changes_.upper_bound(after) : changes_.lower_bound(prefix);
  if (change != changes_.end() && !after.empty() && change->first == after) ++change;
  const auto changes_left = [&] {
    return change != changes_.end() && change->first.starts_with(prefix);
  };
  bool stopped = false;
  base_.Scan(prefix, after, [&](std::string_view key, std::string_view value) {
    while (changes_left() && change->first < key) {
      if (change->second && !visit(change->first, *change->second)) return !(stopped = true);
      ++change;
    }
    if (changes_left() && change->first == key) {
      const bool go_on = !change->second || visit(change->first, *change->second);
      ++change;
      stopped = !go_on;
      return go_on;
    }
    stopped = !visit(key, value);
    return !stopped;
  });
  for (; !stopped && changes_left(); ++change) {
    if (change->second && !visit(change->first, *change->second)) return;
  }
}

void OverlayRows::Put(std::string_view key, std::string_view value) {
  changes_.insert_or_assign(std::string(key), std::string(value));
}

void OverlayRows::Delete(std::string_view key) {
  changes_.insert_or_assign(std::string(key), std::nullopt);
}

void OverlayRows::Apply(Changes changes) {
  while (!changes.empty()) {
    auto put = changes_.insert(changes.extract(changes.begin()));
    if (!put.inserted) put.position->second = std::move(put.node.mapped());
  }
}

void OverlayRows::MoveInto(MutableRows& target) {
  for (const auto& [key, value] : changes_) {
    if (value) {
      target.Put(key, *value);
    } else {
      target.Delete(key);
    }
  }
  changes_.clear();
}

}  // namespace prihvat::es
