#include "libs/documents/signature_image.h"

#include <png.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "fmt/format.h"

namespace prihvat::documents {
namespace {

constexpr std::string_view kPngBegin("\x89PNG\r\n\x1a\n", 8);
// The last chunk: no bytes, "IEND", its checksum.
constexpr std::string_view kPngEnd("\0\0\0\0IEND\xae\x42\x60\x82", 12);
constexpr std::string_view kJpegBegin("\xff\xd8\xff", 3);
constexpr std::string_view kJpegEnd("\xff\xd9", 2);

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

absl::Status CheckSides(int64_t width, int64_t height) {
  if (width >= kLeastImageSide && height >= kLeastImageSide && width <= kMostImageWidth &&
      height <= kMostImageHeight) {
    return absl::OkStatus();
  }
  return Wrong(fmt::format("is {} by {} pixels; from {} by {} to {} by {} are taken", width, height,
                           kLeastImageSide, kLeastImageSide, kMostImageWidth, kMostImageHeight));
}

absl::StatusOr<ImageInfo> CheckPng(std::string_view bytes) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  const absl::Cleanup free = [&image] { png_image_free(&image); };
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) {
    return Wrong(fmt::format("is a PNG that cannot be read: {}", image.message));
  }
  // Before its picture is unpacked: a small file may say that it is huge.
  if (absl::Status sides = CheckSides(image.width, image.height); !sides.ok()) return sides;
  const ImageInfo info = {ImageType::kPng, static_cast<int>(image.width),
                          static_cast<int>(image.height)};
  image.format = PNG_FORMAT_GA;
  std::vector<uint8_t> pixels(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) {
    return Wrong(fmt::format("is a PNG that cannot be read: {}", image.message));
  }
  if (bytes.substr(bytes.size() - kPngEnd.size()) != kPngEnd) {
    return Wrong("is a PNG that does not end with its last chunk");
  }
  return info;
}

int Number16(std::string_view bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]) << 8 | static_cast<uint8_t>(bytes[at + 1]);
}

// The segment of a frame (ITU T.81, B.2.2): precision, lines, samples a line, components.
absl::StatusOr<ImageInfo> ReadFrame(std::string_view segment) {
  if (segment.size() < 8) return Wrong("is a JPEG with a frame that is cut off");
  const int bits = static_cast<uint8_t>(segment[2]);
  const int components = static_cast<uint8_t>(segment[7]);
  if (bits != 8 || (components != 1 && components != 3)) {
    return Wrong(fmt::format("is a JPEG of {} bits and {} components; 8 bits and 1 or 3 are taken",
                             bits, components));
  }
  const ImageInfo info = {ImageType::kJpeg, Number16(segment, 5), Number16(segment, 3)};
  if (absl::Status sides = CheckSides(info.width, info.height); !sides.ok()) return sides;
  return info;
}

// Walks the segments up to the first scan, where the frame has been told.
absl::StatusOr<ImageInfo> CheckJpeg(std::string_view bytes) {
  if (bytes.substr(bytes.size() - kJpegEnd.size()) != kJpegEnd) {
    return Wrong("is a JPEG that does not end with its last marker");
  }
  absl::StatusOr<ImageInfo> frame = Wrong("is a JPEG without a frame");
  size_t at = 2;
  while (at + 4 <= bytes.size()) {
    if (static_cast<uint8_t>(bytes[at]) != 0xFF) break;
    const auto marker = static_cast<uint8_t>(bytes[at + 1]);
    const auto length = static_cast<size_t>(Number16(bytes, at + 2));
    if (length < 2 || at + 2 + length > bytes.size()) break;
    const std::string_view segment = bytes.substr(at + 2, length);
    if (marker == 0xDA) return frame;  // start of scan
    // Frames of Huffman coding: baseline, extended, progressive. Others no viewer shows.
    if (marker >= 0xC0 && marker <= 0xC2) {
      frame = ReadFrame(segment);
      if (!frame.ok()) return frame;
    }
    at += 2 + length;
  }
  return Wrong(fmt::format("is a JPEG that is damaged at byte {}", at));
}

}  // namespace

absl::StatusOr<ImageInfo> CheckSignatureImage(std::string_view bytes) {
  if (bytes.size() > kMostImageBytes) {
    return Wrong(fmt::format("is {} bytes; {} are taken", bytes.size(), kMostImageBytes));
  }
  if (bytes.substr(0, kPngBegin.size()) == kPngBegin && bytes.size() > kPngEnd.size()) {
    return CheckPng(bytes);
  }
  if (bytes.substr(0, kJpegBegin.size()) == kJpegBegin) return CheckJpeg(bytes);
  return Wrong("is neither a PNG nor a JPEG");
}

}  // namespace prihvat::documents
