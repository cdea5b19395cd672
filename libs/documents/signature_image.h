// Images of signatures: what is taken, before it is kept and printed. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"

namespace prihvat::documents {

enum class ImageType { kPng, kJpeg };

struct ImageInfo {
  ImageType type = ImageType::kPng;
  int width = 0;  // pixels
  int height = 0;
};

// An image travels in a record of the log, and is drawn some 3 cm wide.
inline constexpr size_t kMostImageBytes = 131'072;
inline constexpr int kMostImageWidth = 2'000;
inline constexpr int kMostImageHeight = 1'000;
inline constexpr int kLeastImageSide = 16;

// A PNG, decoded to its end, or a JPEG of 8 bits and 1 or 3 components, whose segments are walked
// to its end but whose picture is not decoded. INVALID_ARGUMENT says what is wrong, with the
// numbers, for anything else: other formats, damage, bytes after the end, or a size outside the
// limits.
absl::StatusOr<ImageInfo> CheckSignatureImage(std::string_view bytes);

}  // namespace prihvat::documents
