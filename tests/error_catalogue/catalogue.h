#pragma once

#include <string>

namespace prihvat::error_catalogue {

// docs/error-catalogue.md: every reason that a caller can be given, from the constants that the
// code gives them by.
std::string Catalogue();

}  // namespace prihvat::error_catalogue
