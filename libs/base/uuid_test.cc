#include "libs/base/uuid.h"

#include <gtest/gtest.h>

#include <set>

namespace prihvat::base {
namespace {

TEST(Uuid, IsAVersion4OfRfc4122) {
  SeededRandom random(4122);
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const std::string uuid = MakeUuid(random);
    ASSERT_TRUE(IsUuid(uuid)) << uuid;
    ASSERT_EQ(uuid[14], '4') << uuid;
    ASSERT_NE(std::string_view("89ab").find(uuid[19]), std::string_view::npos) << uuid;
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 1'000u);
}

TEST(Uuid, TheSameRandomnessMakesTheSameId) {
  SeededRandom a(1);
  SeededRandom b(1);
  UuidSource source(&b);
  EXPECT_EQ(MakeUuid(a), source.NewId());
}

TEST(Uuid, TellsOthersApart) {
  EXPECT_TRUE(IsUuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
  EXPECT_TRUE(IsUuid("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"));
  for (const std::string_view text :
       {"", "f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6 ", "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}",
        "g81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-11d0-a7650-0a0c91e6bf6"}) {
    EXPECT_FALSE(IsUuid(text)) << text;
  }
}

}  // namespace
}  // namespace prihvat::base
