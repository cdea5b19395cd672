#include "libs/base/check.h"

#include <cstdlib>
#include <string>

#include "libs/base/report.h"

namespace prihvat::base {

void CheckFailed(const char* file, int line, const char* condition, std::string_view message) {
  std::string where = std::string(file) + ":" + std::to_string(line) + ": check failed: ";
  where.append(condition).append(": ").append(message);
  Report(Severity::kError, "check", where);
  std::abort();
}

}  // namespace prihvat::base
