// What a program wrote to standard error, read as its log.
#pragma once

#include <string>
#include <vector>

namespace prihvat::e2e {

struct LogLine {
  std::string level;
  std::string message;
  std::string text;  // "error" or "text" of its fields, "" for neither
};

struct LogLines {
  std::vector<LogLine> lines;
  std::vector<std::string> others;  // that are no JSON object with a level and a message
};

// A last line without an end is left out: it may be half written.
LogLines ReadLogLines(const std::string& written);

}  // namespace prihvat::e2e
