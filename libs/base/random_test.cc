#include "libs/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

namespace prihvat::base {
namespace {

// Computed apart, from the published algorithms (splitmix64 of 2015, xoshiro256** of 2018). A seed
// that a failing test printed must repeat it for ever.
TEST(SeededRandom, GivesTheNumbersOfTheAlgorithm) {
  SeededRandom random(42);
  EXPECT_EQ(random.Next(), 0x15780b2e0c2ec716u);
  EXPECT_EQ(random.Next(), 0x6104d9866d113a7eu);
  EXPECT_EQ(random.Next(), 0xae17533239e499a1u);
}

TEST(SeededRandom, SameSeedSameNumbersOtherSeedOthers) {
  SeededRandom a(7);
  SeededRandom b(7);
  SeededRandom c(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const uint64_t number = a.Next();
    ASSERT_EQ(number, b.Next());
    differs = differs || number != c.Next();
  }
  EXPECT_TRUE(differs);
}

TEST(Random, UniformStaysBelowItsBoundAndReachesAll) {
  SeededRandom random(1);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts.at(random.Uniform(7));
  for (const int count : counts) {
    EXPECT_GT(count, 9'500);
    EXPECT_LT(count, 10'500);
  }
  EXPECT_EQ(random.Uniform(1), 0u);
}

// Of 2^64 numbers the lowest 2^64 mod bound are drawn again, else some results would be likelier.
TEST(Random, UniformDrawsAgainWhereItWouldBeUnfair) {
  class Fixed final : public Random {
   public:
    uint64_t Next() override { return numbers_[next_++]; }

   private:
    std::array<uint64_t, 2> numbers_ = {0, 1};
    size_t next_ = 0;
  };
  Fixed fixed;
  EXPECT_EQ(fixed.Uniform(3), 1u);  // 2^64 mod 3 is 1, so 0 is passed over
}

TEST(RandomDeathTest, UniformNeedsABound) {
  SeededRandom random(1);
  EXPECT_DEATH(random.Uniform(0), "no number below 0");
}

TEST(Random, BytesHaveTheLengthAskedFor) {
  SeededRandom random(1);
  for (const size_t count : {0, 1, 7, 8, 9, 33}) EXPECT_EQ(random.Bytes(count).size(), count);
  EXPECT_NE(random.Bytes(16), random.Bytes(16));
}

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  std::set<uint64_t> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(random.Next());
  EXPECT_EQ(seen.size(), 1'000u);
}

}  // namespace
}  // namespace prihvat::base
