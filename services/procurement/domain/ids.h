// Ids within resource names. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace prihvat::procurement {

// The last part of a resource's name: how people call one that has no other name here.
inline std::string IdOf(std::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

}  // namespace prihvat::procurement
