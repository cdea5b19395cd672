#include "libs/base/bytes.h"

#include <gtest/gtest.h>

#include "libs/base/random.h"
#include "libs/base/status_testing.h"

namespace prihvat::base {
namespace {

TEST(Hex, EncodesAndDecodes) {
  EXPECT_EQ(HexEncode(std::string_view("\x00\x7f\xff", 3)), "007fff");
  EXPECT_EQ(HexDecode("007fFF").value(), std::string("\x00\x7f\xff", 3));
  EXPECT_EQ(HexDecode("").value(), "");
  EXPECT_EQ(MessageOf(HexDecode("abc")), "hexadecimal text has 3 digits, an odd number");
  EXPECT_EQ(MessageOf(HexDecode("ag")), "hexadecimal text has something else at position 2");
}

TEST(Base64Url, HasTheAlphabetOfRfc4648WithoutPadding) {
  EXPECT_EQ(Base64UrlEncode("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(Base64UrlEncode("f"), "Zg");
  EXPECT_EQ(Base64UrlEncode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64UrlDecode("Zg").value(), "f");
}

TEST(Base64Url, OneValueHasOneText) {
  for (const std::string_view text : {"Zg==", "Zh", "Z", "+//+", "Zm9v YmFy", "Zm9vYmFy\n", "š"}) {
    EXPECT_EQ(CodeOf(Base64UrlDecode(text)), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Bytes, RandomBytesRoundTrip) {
  SeededRandom random(64);
  for (size_t length = 0; length < 100; ++length) {
    const std::string bytes = random.Bytes(length);
    ASSERT_EQ(HexDecode(HexEncode(bytes)).value(), bytes);
    ASSERT_EQ(Base64UrlDecode(Base64UrlEncode(bytes)).value(), bytes);
  }
}

}  // namespace
}  // namespace prihvat::base
