#include "tests/e2e/log_lines.h"

#include "nlohmann/json.hpp"

namespace prihvat::e2e {

LogLines ReadLogLines(const std::string& written) {
  LogLines read;
  size_t begin = 0;
  for (size_t end = written.find('\n'); end != std::string::npos;
       begin = end + 1, end = written.find('\n', begin)) {
    const std::string line = written.substr(begin, end - begin);
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("level") || !json.contains("message")) {
      read.others.push_back(line);
      continue;
    }
    read.lines.push_back(
        {json["level"], json["message"], json.value("error", "") + json.value("text", "")});
  }
  return read;
}

}  // namespace prihvat::e2e
