#include "libs/documents/canonical.h"

#include <gtest/gtest.h>

namespace prihvat::documents {
namespace {

std::string Canonical(std::string_view value) {
  CanonicalText text;
  text.Add("key", value);
  return std::move(text).Finish().value_or("refused");
}

TEST(Canonical, ValuesAreInNfc) {
  EXPECT_EQ(Canonical("c\xCC\x8C"), "key: č\n");  // c and a combining caron
  EXPECT_EQ(Canonical("č"), "key: č\n");
}

TEST(Canonical, NoValueCanPoseAsAnotherLine) {
  EXPECT_EQ(Canonical("a\nkey: b"), "key: a\\nkey: b\n");
  EXPECT_EQ(Canonical("a\\nkey: b"), "key: a\\\\nkey: b\n");
  EXPECT_EQ(Canonical("a\r"), "key: a\\r\n");
}

TEST(Canonical, OtherEncodingsAreRefused) { EXPECT_EQ(Canonical("\x9A"), "refused"); }

}  // namespace
}  // namespace prihvat::documents
