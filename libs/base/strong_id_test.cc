#include "libs/base/strong_id.h"

#include <gtest/gtest.h>

#include <sstream>
#include <type_traits>
#include <unordered_set>

#include "absl/container/flat_hash_map.h"

namespace prihvat::base {
namespace {

using CaseNumber = StrongId<struct CaseNumberTag>;
using BedNumber = StrongId<struct BedNumberTag>;
using Term = StrongId<struct TermTag, uint64_t>;

static_assert(!std::is_convertible_v<std::string, CaseNumber>);
static_assert(!std::is_convertible_v<CaseNumber, std::string>);
static_assert(!std::is_convertible_v<CaseNumber, BedNumber>);
static_assert(!std::is_constructible_v<BedNumber, CaseNumber>);

TEST(StrongId, OrdersAsItsValue) {
  EXPECT_LT(Term(2), Term(10));
  EXPECT_EQ(Term(2), Term(2));
  EXPECT_NE(CaseNumber("a"), CaseNumber("b"));
  EXPECT_EQ(Term().value(), 0u);
  EXPECT_EQ(CaseNumber().value(), "");
}

TEST(StrongId, IsAKeyOfBothKindsOfMap) {
  absl::flat_hash_map<CaseNumber, int> map;
  map[CaseNumber("BA-1")] = 1;
  map[CaseNumber("BA-2")] = 2;
  map[CaseNumber("BA-1")] = 3;
  EXPECT_EQ(map.size(), 2u);
  EXPECT_EQ(map.at(CaseNumber("BA-1")), 3);

  const std::unordered_set<Term> set = {Term(1), Term(2), Term(1)};
  EXPECT_EQ(set.size(), 2u);
  EXPECT_TRUE(set.contains(Term(2)));
  EXPECT_FALSE(set.contains(Term(3)));
}

TEST(StrongId, PrintsAsItsValue) {
  std::ostringstream out;
  out << CaseNumber("BA-1") << ' ' << Term(7);
  EXPECT_EQ(out.str(), "BA-1 7");
}

}  // namespace
}  // namespace prihvat::base
