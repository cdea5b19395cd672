#pragma once

#include <string>

namespace prihvat::documents {

// Images of a signature, for tests.

std::string SignaturePng(int width = 60, int height = 20);
// 48 by 24 pixels, as poppler's pdftoppm writes it.
std::string SignatureJpeg();

}  // namespace prihvat::documents
