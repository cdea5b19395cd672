#include "libs/es/rows.h"

#include <random>

#include "gtest/gtest.h"

namespace prihvat::es {
namespace {

std::vector<std::pair<std::string, std::string>> All(const Rows& rows, std::string_view prefix,
                                                     std::string_view after, size_t limit = 1000) {
  std::vector<std::pair<std::string, std::string>> out;
  rows.Scan(prefix, after, [&](std::string_view key, std::string_view value) {
    out.emplace_back(key, value);
    return out.size() < limit;
  });
  return out;
}

TEST(Rows, ScanKeepsToThePrefixAndBeginsAfter) {
  MapRows rows;
  for (const char* key : {"a", "b/1", "b/2", "b/3", "c"}) rows.Put(key, key);
  EXPECT_EQ(All(rows, "b/", "").size(), 3u);
  EXPECT_EQ(All(rows, "b/", "b/1").front().first, "b/2");
  EXPECT_EQ(All(rows, "b/", "b/0").front().first, "b/1");
  EXPECT_EQ(All(rows, "b/", "", 2).size(), 2u);
  EXPECT_TRUE(All(rows, "d", "").empty());
}

// Counts what is looked up.
class CountedRows final : public Rows {
 public:
  std::optional<std::string> Get(std::string_view key) const override {
    ++looked_up;
    return rows.Get(key);
  }
  void Scan(std::string_view prefix, std::string_view after,
            absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const override {
    rows.Scan(prefix, after, visit);
  }

  MapRows rows;
  mutable size_t looked_up = 0;
};

TEST(Rows, WhatIsReadOnceIsNotLookedUpAgain) {
  CountedRows base;
  base.rows.Put("there", "value");
  const ReadOnceRows once(base);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(once.Get("there"), "value");
    EXPECT_EQ(once.Get("not there"), std::nullopt);
  }
  EXPECT_EQ(base.looked_up, 2u);
  EXPECT_EQ(All(once, "", "").size(), 1u);
}

TEST(Rows, WhatIsReadOnceIsKeptInBounds) {
  CountedRows base;
  const ReadOnceRows once(base);
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < ReadOnceRows::kKept + 10; ++i) once.Get(std::to_string(i));
  }
  EXPECT_EQ(base.looked_up, ReadOnceRows::kKept + 20);
}

// An overlay shows what a copy of its base would show after the same changes.
TEST(Rows, OverlayEqualsAChangedCopy) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    MapRows base;
    MapRows model;
    const auto key = [&] {
      return std::string("k") + static_cast<char>('a' + random() % 3) +
             std::to_string(random() % 6);
    };
    for (int i = 0; i < 8; ++i) {
      const std::string k = key();
      base.Put(k, "base");
      model.Put(k, "base");
    }
    OverlayRows overlay(base);
    for (int i = 0; i < 8; ++i) {
      const std::string k = key();
      if (random() % 3 == 0) {
        overlay.Delete(k);
        model.Delete(k);
      } else {
        overlay.Put(k, "new" + std::to_string(i));
        model.Put(k, "new" + std::to_string(i));
      }
    }
    const std::string prefix = std::string("k") + static_cast<char>('a' + random() % 3);
    const std::string after = random() % 2 ? key() : "";
    const size_t limit = 1 + random() % 5;
    ASSERT_EQ(All(overlay, prefix, after, limit), All(model, prefix, after, limit))
        << "round " << round << " prefix " << prefix << " after " << after << " limit " << limit;
    for (const auto& [k, v] : model.map()) ASSERT_EQ(overlay.Get(k), v);
    overlay.MoveInto(base);
    ASSERT_EQ(base.map(), model.map());
    ASSERT_TRUE(overlay.changes().empty());
  }
}

}  // namespace
}  // namespace prihvat::es
