#include "libs/documents/eu_emblem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "libs/documents/pdf.h"
#include "libs/documents/testing/probe.h"

namespace prihvat::documents {
namespace {

using ::testing::HasSubstr;

constexpr int kHeight = 720;  // a star's radius is 40 pixels
constexpr uint32_t kBluePixel = 0xFF003399, kYellowPixel = 0xFFFFCC00;

class EuEmblem : public ::testing::Test {
 protected:
  EuEmblem() : image_(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, kHeight * 3 / 2, kHeight)) {
    const Handle<cairo_t> cairo(cairo_create(image_.get()));
    DrawEuEmblem(cairo.get(), 0, 0, kHeight);
    cairo_surface_flush(image_.get());
  }

  uint32_t At(double x, double y) const {
    const unsigned char* row = cairo_image_surface_get_data(image_.get()) +
                               cairo_image_surface_get_stride(image_.get()) * std::lround(y);
    return reinterpret_cast<const uint32_t*>(row)[std::lround(x)];
  }

  Handle<cairo_surface_t> image_;
};

TEST_F(EuEmblem, TwelveStarsStandAtTheHoursWithOnePointUp) {
  const double radius = kHeight / 18.0;
  for (int hour = 0; hour < 12; ++hour) {
    const double angle = 2 * std::numbers::pi * hour / 12;
    const double x = kHeight * 0.75 + kHeight / 3.0 * std::sin(angle);
    const double y = kHeight * 0.5 - kHeight / 3.0 * std::cos(angle);
    EXPECT_EQ(At(x, y), kYellowPixel) << hour;
    EXPECT_EQ(At(x, y - radius + 4), kYellowPixel) << hour;  // the upper point
    EXPECT_EQ(At(x, y - radius - 2), kBluePixel) << hour;
    EXPECT_EQ(At(x, y + radius - 4), kBluePixel) << hour;  // between the lower points
  }
}

TEST_F(EuEmblem, NothingElseStandsOnTheBlue) {
  for (double x : {1.0, kHeight * 0.75, kHeight * 1.5 - 2}) {
    EXPECT_EQ(At(x, kHeight * 0.5), kBluePixel);
    EXPECT_EQ(At(x, 1), kBluePixel);
  }
}

TEST(EuVisibility, EmblemAlwaysStandsWithItsStatement) {
  const absl::StatusOr<std::string> pdf = RenderPdf({}, [](PdfWriter& writer) {
    for (const Language language : kLanguages) {
      writer.Draw(50, [&](cairo_t* cairo, const Rect& box) {
        const double width =
            DrawEuVisibility(cairo, writer.typesetter(), box.x, box.y, 36, {language});
        EXPECT_GT(width, 36 * 1.5 + 100);
        EXPECT_LT(width, box.width);
      });
    }
  });
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  for (const char* statement : {"Funded by the European Union", "Finansira Evropska unija",
                                "Financira Europska unija", "Финансира Европска унија"}) {
    EXPECT_THAT(*PdfText(*pdf), HasSubstr(statement));
  }
}

}  // namespace
}  // namespace prihvat::documents
