// Ordered rows of bytes: all that pure code sees of a store. Keys sort bytewise.
//
// Deciders, views and API reads go through these, so that they run alike on RocksDB, on an overlay
// of undecided changes and on a plain map in tests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"

namespace prihvat::es {

// Reads. An implementation says whether it is thread-safe; those given to deciders are used by one
// thread.
class Rows {
 public:
  virtual ~Rows() = default;

  // The value at `key`, if there is one.
  virtual std::optional<std::string> Get(std::string_view key) const = 0;

  // Visits the rows whose key begins with `prefix` and is above `after` (exclusive; "" for all), in
  // key order, until `visit` returns false.
  virtual void Scan(
      std::string_view prefix, std::string_view after,
      absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) const = 0;
};

class MutableRows : public Rows {
 public:
  virtual void Put(std::string_view key, std::string_view value) = 0;
  virtual void Delete(std::string_view key) = 0;
};

// Rows in a map: for tests and small folds. Not thread-safe.
class MapRows final : public MutableRows {
 public:
  std::optional<std::string> Get(std::string_view key) const override;
  void Scan(std::string_view prefix, std::string_view after,
            absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const override;
  void Put(std::string_view key, std::string_view value) override;
  void Delete(std::string_view key) override;

  const std::map<std::string, std::string, std::less<>>& map() const { return map_; }

 private:
  std::map<std::string, std::string, std::less<>> map_;
};

// Other rows, which do not change as long as it lives: what has been looked up is not looked up
// again. It keeps kKept of them. `base` outlives it. Not thread-safe.
class ReadOnceRows final : public Rows {
 public:
  static constexpr size_t kKept = 1024;

  explicit ReadOnceRows(const Rows& base) : base_(base) {}

  std::optional<std::string> Get(std::string_view key) const override;
  void Scan(std::string_view prefix, std::string_view after,
            absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const override {
    base_.Scan(prefix, after, visit);
  }

 private:
  const Rows& base_;
  mutable std::map<std::string, std::optional<std::string>, std::less<>> read_;
};

// Changes laid over other rows, which stay as they are. `base` outlives it. Not thread-safe.
class OverlayRows final : public MutableRows {
 public:
  explicit OverlayRows(const Rows& base) : base_(base) {}

  std::optional<std::string> Get(std::string_view key) const override;
  void Scan(std::string_view prefix, std::string_view after,
            absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const override;
  void Put(std::string_view key, std::string_view value) override;
  void Delete(std::string_view key) override;

  // What was changed: a value, or nothing where the row was deleted.
  using Changes = std::map<std::string, std::optional<std::string>, std::less<>>;
  const Changes& changes() const { return changes_; }
  // Applies `changes` over what was changed so far.
  void Apply(Changes changes);
  // Applies the changes to `target` and forgets them.
  void MoveInto(MutableRows& target);
  void MoveInto(OverlayRows& target) { target.Apply(std::exchange(changes_, {})); }
  void Clear() { changes_.clear(); }

 private:
  const Rows& base_;
  Changes changes_;
};

}  // namespace prihvat::es
