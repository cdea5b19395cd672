// What a library below telemetry has to tell the operator: a warning of a client library, a thread
// that was left behind, the reason of an end. By default a line of text on standard error; a
// program sends it to its own log (rpc/library_logs.h).
#pragma once

#include <string_view>

namespace prihvat::base {

enum class Severity { kDebug, kInfo, kWarning, kError };

// Called on whatever thread reports, also while the process is about to abort: must write what it
// is given before it returns, and must not throw.
using ReportSink = void (*)(Severity severity, std::string_view source, std::string_view text);

// nullptr: standard error again. Any thread.
void SetReportSink(ReportSink sink);

// `source` is a constant ("librdkafka"), `text` is for people. Any thread.
void Report(Severity severity, std::string_view source, std::string_view text);

}  // namespace prihvat::base
