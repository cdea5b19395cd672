#include "libs/documents/qr.h"

#include <cairo.h>
#include <fmt/format.h>
#include <qrencode.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>

namespace prihvat::documents {
namespace {

constexpr size_t kQuietModules = 4;

QRecLevel ToLibrary(QrLevel level) {
  switch (level) {
    case QrLevel::kLow:
      return QR_ECLEVEL_L;
    case QrLevel::kMedium:
      return QR_ECLEVEL_M;
    case QrLevel::kQuartile:
      return QR_ECLEVEL_Q;
    case QrLevel::kHigh:
      return QR_ECLEVEL_H;
  }
  std::abort();
}

}  // namespace

QrMatrix::QrMatrix(size_t size, std::vector<bool> dark) : size_(size), dark_(std::move(dark)) {
  if (dark_.size() != size_ * size_) std::abort();
}

absl::StatusOr<QrMatrix> EncodeQr(std::string_view text, QrLevel level) {
  if (text.empty()) return absl::InvalidArgumentError("a QR code needs a text");
  if (text.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError("a QR code's text holds a NUL character");
  }
  const std::string terminated(text);
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(terminated.c_str(), 0, ToLibrary(level)), QRcode_free);
  if (code == nullptr) {
    if (errno == ENOMEM) return absl::ResourceExhaustedError("no memory for a QR code");
    return absl::InvalidArgumentError(
        fmt::format("{} bytes are too many for a QR code of this level", text.size()));
  }
  const auto size = static_cast<size_t>(code->width);
  std::vector<bool> dark(size * size);
  for (size_t i = 0; i < dark.size(); ++i) dark[i] = (code->data[i] & 1) != 0;
  return QrMatrix(size, std::move(dark));
}

void DrawQr(cairo_t* cairo, const QrMatrix& matrix, double x, double y, double side) {
  cairo_save(cairo);
  cairo_set_source_rgb(cairo, 1, 1, 1);
  cairo_rectangle(cairo, x, y, side, side);
  cairo_fill(cairo);

  // One path for all, so that no viewer shows hairlines between neighbouring modules.
  const double module = side / static_cast<double>(matrix.size() + 2 * kQuietModules);
  for (size_t row = 0; row < matrix.size(); ++row) {
    for (size_t column = 0; column < matrix.size();) {
      size_t end = column;
      while (end < matrix.size() && matrix.dark(end, row)) ++end;
      if (end > column) {
        cairo_rectangle(cairo, x + static_cast<double>(column + kQuietModules) * module,
                        y + static_cast<double>(row + kQuietModules) * module,
                        static_cast<double>(end - column) * module, module);
      }
      column = end + 1;
    }
  }
  cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
  cairo_set_source_rgb(cairo, 0, 0, 0);
  cairo_fill(cairo);
  cairo_restore(cairo);
}

}  // namespace prihvat::documents
