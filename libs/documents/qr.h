#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

typedef struct _cairo cairo_t;  // as in cairo.h  NOLINT(bugprone-reserved-identifier)

namespace prihvat::documents {

// How much of a damaged code can be restored: about 7, 15, 25 and 30 % (ISO/IEC 18004).
enum class QrLevel { kLow, kMedium, kQuartile, kHigh };

// The modules of a QR code, without its quiet zone. A value; the same text and level give the same
// modules.
class QrMatrix {
 public:
  QrMatrix(size_t size, std::vector<bool> dark);  // row by row; CHECK-fails unless size x size

  size_t size() const { return size_; }
  bool dark(size_t column, size_t row) const { return dark_[row * size_ + column]; }

 private:
  size_t size_;
  std::vector<bool> dark_;
};

// InvalidArgument for an empty text, text with a NUL, or more than a code of this level holds
// (1,273 bytes at kHigh, 2,953 at kLow).
absl::StatusOr<QrMatrix> EncodeQr(std::string_view text, QrLevel level);

// Draws black modules on a white square of `side` points at (x, y), the quiet zone of 4 modules
// inside it.
void DrawQr(cairo_t* cairo, const QrMatrix& matrix, double x, double y, double side);

}  // namespace prihvat::documents
