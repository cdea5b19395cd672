#include "libs/rpc/library_logs.h"

#include <string>

#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "libs/base/report.h"
#include "libs/telemetry/log.h"

namespace prihvat::rpc {
namespace {

using telemetry::Level;

constexpr char kMessage[] = "a library says";

void WriteReport(base::Severity severity, std::string_view source, std::string_view text) {
  static constexpr Level kLevels[] = {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError};
  const Level level = kLevels[static_cast<size_t>(severity)];
  telemetry::Log(level, kMessage, {{"source", source}, {"text", text}});
  if (level == Level::kError) telemetry::FlushLog();  // it may be the last line
}

// gRPC calls errors what a peer's or a port's behaviour is: for us a warning. What it says for
// information is for those who look into gRPC.
void WriteGrpc(gpr_log_func_args* line) {
  const Level level = line->severity == GPR_LOG_SEVERITY_ERROR ? Level::kWarning : Level::kDebug;
  telemetry::Log(level, kMessage, {{"source", "gRPC"}, {"text", line->message}});
}

void WriteProtobuf(google::protobuf::LogLevel severity, const char* file, int line,
                   const std::string& message) {
  // A message that lacks fields or holds bad UTF-8 is a peer's doing, and answered as such.
  const Level level = severity == google::protobuf::LOGLEVEL_FATAL  ? Level::kError
                      : severity == google::protobuf::LOGLEVEL_INFO ? Level::kDebug
                                                                    : Level::kWarning;
  telemetry::Log(level, kMessage,
                 {{"source", "protobuf"}, {"text", message}, {"file", file}, {"line", line}});
  if (level == Level::kError) telemetry::FlushLog();
}

}  // namespace

void CaptureLibraryLogs() {
  base::SetReportSink(&WriteReport);
  gpr_set_log_function(&WriteGrpc);
  google::protobuf::SetLogHandler(&WriteProtobuf);
}

}  // namespace prihvat::rpc
