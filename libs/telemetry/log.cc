#include "libs/telemetry/log.h"

#include <atomic>
#include <memory>
#include <mutex>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "spdlog/logger.h"
#include "spdlog/sinks/basic_file_sink.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace prihvat::telemetry {
namespace {

std::atomic<Level> current_level{Level::kInfo};

const char* NameOf(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

std::shared_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("prihvat", std::move(sink));
  logger->set_pattern("%v");  // the line is JSON already
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::err);
  return logger;
}

// Replaced as a whole, so that a thread that logs keeps the one that it has.
std::shared_ptr<spdlog::logger>& Slot() {
  static auto& logger = *new std::shared_ptr<spdlog::logger>(
      MakeLogger(std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  return logger;
}

}  // namespace

void SetLogLevel(Level level) { current_level = level; }
bool LogEnabled(Level level) { return level >= current_level.load(); }

bool ParseLevel(std::string_view text, Level& level) {
  for (const Level candidate : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (text != NameOf(candidate)) continue;
    level = candidate;
    return true;
  }
  return false;
}

bool SetLogFile(const std::string& path) {
  try {
    std::atomic_store(&Slot(),
                      MakeLogger(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path)));
  } catch (const spdlog::spdlog_ex&) {
    return false;
  }
  return true;
}

void Log(Level level, std::string_view message, std::initializer_list<Field> fields,
         std::string_view trace_id) {
  if (!LogEnabled(level)) return;
  nlohmann::ordered_json line;
  line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
  line["level"] = NameOf(level);
  line["message"] = std::string(message);
  if (!trace_id.empty()) line["trace_id"] = std::string(trace_id);
  for (const Field& field : fields)
    std::visit([&](const auto& value) { line[std::string(field.key)] = value; }, field.value);
  const auto severity = level == Level::kError ? spdlog::level::err : spdlog::level::info;
  // Text that is not UTF-8 is written with the replacement character, never refused.
  std::atomic_load(&Slot())->log(
      severity, spdlog::string_view_t(
                    line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)));
}

void FlushLog() { std::atomic_load(&Slot())->flush(); }

}  // namespace prihvat::telemetry
