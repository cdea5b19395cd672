#include "libs/documents/qr.h"

#include <gtest/gtest.h>

#include <string>

#include "libs/documents/pdf.h"
#include "libs/documents/testing/probe.h"

namespace prihvat::documents {
namespace {

TEST(Qr, AReaderDecodesWhatWasDrawn) {
  for (const std::string text :
       {"prihvat:certificate:1:operations/ba/certificates/DC-2023-0001", "Ušivak, Đorđević"}) {
    for (QrLevel level : {QrLevel::kLow, QrLevel::kHigh}) {
      const absl::StatusOr<QrMatrix> matrix = EncodeQr(text, level);
      ASSERT_TRUE(matrix.ok()) << matrix.status();
      const absl::StatusOr<std::string> pdf = RenderPdf({}, [&](PdfWriter& writer) {
        writer.Draw(100, [&](cairo_t* cairo, const Rect& box) {
          DrawQr(cairo, *matrix, box.x, box.y, box.height);
        });
      });
      ASSERT_TRUE(pdf.ok()) << pdf.status();
      EXPECT_EQ(DecodeQrOnPage(*pdf, 1).value_or("unreadable"), text + "\n");
    }
  }
}

TEST(Qr, HigherLevelsTakeMoreRoom) {
  const std::string text(100, 'a');
  EXPECT_LT(EncodeQr(text, QrLevel::kLow)->size(), EncodeQr(text, QrLevel::kHigh)->size());
}

TEST(Qr, WhatDoesNotFitIsRefused) {
  EXPECT_TRUE(EncodeQr(std::string(2'953, 'a'), QrLevel::kLow).ok());
  for (const std::string& text : {std::string(2'954, 'a'), std::string(), std::string("a\0b", 3)}) {
    EXPECT_EQ(EncodeQr(text, QrLevel::kLow).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace prihvat::documents
