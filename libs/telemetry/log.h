// The log: one JSON line an event, on standard error.
//
//   telemetry::Log(telemetry::Level::kWarning, "partition stopped", {{"partition", 3}}, trace_id);
//   {"time":"2026-01-31T10:00:00.123456Z","level":"warning","message":"partition stopped",
//    "trace_id":"...","partition":3}
//
// The message is a constant; what varies stands in fields. No personal data and no contents of
// requests: names of methods and operations, codes, reasons, counts. Any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace prihvat::telemetry {

enum class Level { kDebug, kInfo, kWarning, kError };

using FieldValue = std::variant<std::string, int64_t, double, bool>;
struct Field {
  Field(std::string_view key_in, std::string_view value_in)
      : key(key_in), value(std::string(value_in)) {}
  Field(std::string_view key_in, const char* value_in)
      : key(key_in), value(std::string(value_in)) {}
  Field(std::string_view key_in, int value_in) : key(key_in), value(int64_t{value_in}) {}
  Field(std::string_view key_in, int64_t value_in) : key(key_in), value(value_in) {}
  Field(std::string_view key_in, double value_in) : key(key_in), value(value_in) {}
  Field(std::string_view key_in, bool value_in) : key(key_in), value(value_in) {}
  std::string_view key;
  FieldValue value;
};

// What is below it is not written. Default: kInfo.
void SetLogLevel(Level level);
bool LogEnabled(Level level);
// "debug", "info", "warning", "error"; false for anything else.
bool ParseLevel(std::string_view text, Level& level);

// Into a file instead, appended to; false if it cannot be opened.
bool SetLogFile(const std::string& path);

void Log(Level level, std::string_view message, std::initializer_list<Field> fields = {},
         std::string_view trace_id = {});
void FlushLog();

}  // namespace prihvat::telemetry
