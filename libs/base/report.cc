#include "libs/base/report.h"

#include <atomic>
#include <cstdio>

namespace prihvat::base {
namespace {

std::atomic<ReportSink> current{nullptr};

}  // namespace

void SetReportSink(ReportSink sink) { current = sink; }

void Report(Severity severity, std::string_view source, std::string_view text) {
  if (const ReportSink sink = current.load()) return sink(severity, source, text);
  if (severity == Severity::kDebug || severity == Severity::kInfo) return;
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(source.size()), source.data(),
               static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
}

}  // namespace prihvat::base
