#include "libs/base/serial_number.h"

#include "gtest/gtest.h"

namespace prihvat::base {
namespace {

TEST(SerialKey, INV12_SpellingMakesNoOtherPiece) {
  const std::string key = SerialKey("Škoda", "a-1");
  EXPECT_EQ(SerialKey("SKODA", "A-1"), key);
  EXPECT_EQ(SerialKey("Шкода", "A-1"), key);
  EXPECT_NE(SerialKey("Škoda", "A-2"), key);
  EXPECT_NE(SerialKey("Skoda Auto", "A-1"), key);
}

TEST(SerialKey, PartsDoNotRunIntoEachOther) {
  EXPECT_NE(SerialKey("Haix 1", "2"), SerialKey("Haix", "1 2"));
  EXPECT_NE(SerialKey("", "1"), SerialKey("1", ""));
}

TEST(SerialKey, AMakerWithoutAnyWordIsTakenAsItIsWritten) {
  EXPECT_EQ(SerialKey("?!", "1"), SerialKey("?!", "1"));
  EXPECT_NE(SerialKey("?!", "1"), SerialKey("!?", "1"));
  EXPECT_EQ(SerialKey("Unknown", "1"), SerialKey("UNKNOWN", "1"));
}

}  // namespace
}  // namespace prihvat::base
