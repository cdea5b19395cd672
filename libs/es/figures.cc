#include "libs/es/figures.h"

#include <set>

namespace prihvat::es {

std::vector<std::string> OperationsOf(const Rows& entities) {
  constexpr std::string_view kPrefix = "operations/";
  std::set<std::string> operations;
  std::string after;
  while (true) {
    std::string found;
    entities.Scan(kPrefix, after, [&found](std::string_view key, std::string_view) {
      found = std::string(key);
      return false;
    });
    if (found.empty()) break;
    const size_t slash = found.find('/', kPrefix.size());
    operations.insert(found.substr(0, slash));
    // Past all below the operation; not past the operation itself, since "operations/ba-2" stands
    // between "operations/ba" and what is below that one.
    after = slash == std::string::npos ? found : found.substr(0, slash) + "/\xff";
  }
  return {operations.begin(), operations.end()};
}

}  // namespace prihvat::es
