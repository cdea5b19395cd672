// W3C trace context (https://www.w3.org/TR/trace-context/): which calls belong together.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prihvat::telemetry {

struct TraceContext {
  std::string trace_id;   // 32 small hexadecimal digits, not all 0
  std::string span_id;    // 16, not all 0: this call's own
  std::string parent_id;  // 16: the caller's span, "" for none
  bool sampled = false;

  // The header to send on, naming this call's span as the parent.
  std::string ToTraceparent() const;
};

// The caller's trace and span; nothing for a header that the standard calls invalid.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

// The trace of a call that came with that header ("" for none): the caller's, or a new one; the
// span is new. Any thread.
TraceContext TraceOfCall(std::string_view traceparent);

}  // namespace prihvat::telemetry
