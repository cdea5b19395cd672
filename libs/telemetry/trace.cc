#include "libs/telemetry/trace.h"

#include <algorithm>

#include "fmt/format.h"
#include "libs/base/bytes.h"
#include "libs/base/random.h"

namespace prihvat::telemetry {
namespace {

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) {
  return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

std::string NewId(size_t bytes) {
  static base::SystemRandom& random = *new base::SystemRandom;
  while (true) {
    std::string id = base::HexEncode(random.Bytes(bytes));
    if (IsId(id)) return id;
  }
}

}  // namespace

std::string TraceContext::ToTraceparent() const {
  return fmt::format("00-{}-{}-{}", trace_id, span_id, sampled ? "01" : "00");
}

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  // version "-" trace-id "-" parent-id "-" flags; a later version may add fields after another "-".
  constexpr size_t kLength = 2 + 1 + 32 + 1 + 16 + 1 + 2;
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-')
    return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  if (!IsHex(version) || version == "ff") return std::nullopt;
  if (version == "00" ? header.size() != kLength
                      : header.size() > kLength && header[kLength] != '-')
    return std::nullopt;
  TraceContext trace;
  trace.trace_id = std::string(header.substr(3, 32));
  trace.span_id = std::string(header.substr(36, 16));
  const std::string_view flags = header.substr(53, 2);
  if (!IsId(trace.trace_id) || !IsId(trace.span_id) || !IsHex(flags)) return std::nullopt;
  const char low = flags[1];
  trace.sampled = ((low <= '9' ? low - '0' : low - 'a' + 10) & 1) != 0;
  return trace;
}

TraceContext TraceOfCall(std::string_view traceparent) {
  TraceContext call;
  if (std::optional<TraceContext> caller = ParseTraceparent(traceparent)) {
    call.trace_id = caller->trace_id;
    call.parent_id = caller->span_id;
    call.sampled = caller->sampled;
  } else {
    call.trace_id = NewId(16);
  }
  call.span_id = NewId(8);
  return call;
}

}  // namespace prihvat::telemetry
