// What the libraries below write goes into the log, one JSON line an event as all else: gRPC,
// protobuf, librdkafka, and what base/report.h is told. (RocksDB writes nothing to standard error:
// it keeps a file LOG in its own directory, and its errors come back as such.)
#pragma once

namespace prihvat::rpc {

// First thing in a program that has a log; before the first gRPC object. Idempotent.
void CaptureLibraryLogs();

}  // namespace prihvat::rpc
