#include "libs/documents/signature_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/documents/testing/sample_images.h"

namespace prihvat::documents {
namespace {

using ::testing::HasSubstr;

std::string WhyNot(std::string_view bytes) {
  const auto info = CheckSignatureImage(bytes);
  EXPECT_FALSE(info.ok());
  return std::string(info.status().message());
}

TEST(SignatureImage, PngAndJpegAreTakenAndMeasured) {
  const auto png = CheckSignatureImage(SignaturePng(300, 100));
  ASSERT_TRUE(png.ok()) << png.status();
  EXPECT_EQ(png->type, ImageType::kPng);
  EXPECT_EQ(png->width, 300);
  EXPECT_EQ(png->height, 100);
  const auto jpeg = CheckSignatureImage(SignatureJpeg());
  ASSERT_TRUE(jpeg.ok()) << jpeg.status();
  EXPECT_EQ(jpeg->type, ImageType::kJpeg);
  EXPECT_EQ(jpeg->width, 48);
  EXPECT_EQ(jpeg->height, 24);
}

TEST(SignatureImage, OtherFormatsAreRefused) {
  for (const char* text : {"", "GIF89a", "%PDF-1.5", "<svg/>", "\x89PNG", "\xff\xd8"}) {
    EXPECT_EQ(WhyNot(text), "is neither a PNG nor a JPEG");
  }
}

TEST(SignatureImage, G13_SizeIsBoundedBeforeAPictureIsUnpacked) {
  EXPECT_EQ(WhyNot(std::string(kMostImageBytes + 1, 'x')), "is 131073 bytes; 131072 are taken");
  EXPECT_THAT(WhyNot(SignaturePng(8, 20)), HasSubstr("is 8 by 20 pixels; from 16 by 16 to 2000"));
  EXPECT_THAT(WhyNot(SignaturePng(2'001, 16)), HasSubstr("is 2001 by 16 pixels"));
  EXPECT_TRUE(CheckSignatureImage(SignaturePng(2'000, 1'000)).ok());
}

TEST(SignatureImage, G13_DamageIsFoundWhereverItIs) {
  const std::string png = SignaturePng(64, 32);
  for (size_t cut = 8; cut < png.size(); ++cut) {
    EXPECT_FALSE(CheckSignatureImage(png.substr(0, cut)).ok()) << cut;
  }
  EXPECT_THAT(WhyNot(png + "x"), HasSubstr("does not end with its last chunk"));
  const std::string jpeg = SignatureJpeg();
  for (size_t cut = 3; cut < jpeg.size(); ++cut) {
    EXPECT_FALSE(CheckSignatureImage(jpeg.substr(0, cut)).ok()) << cut;
  }
  std::string lossless = jpeg;
  lossless[jpeg.find("\xff\xc0") + 1] = '\xc3';
  EXPECT_EQ(WhyNot(lossless), "is a JPEG without a frame");
  std::string deep = jpeg;
  deep[jpeg.find("\xff\xc0") + 4] = 12;
  EXPECT_THAT(WhyNot(deep), HasSubstr("is a JPEG of 12 bits"));
}

}  // namespace
}  // namespace prihvat::documents
