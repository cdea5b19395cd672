#include "services/hosting/program.h"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "libs/config/options.h"
#include "libs/rpc/library_logs.h"
#include "libs/rpc/signals.h"
#include "libs/telemetry/log.h"

namespace prihvat::hosting {
namespace {

constexpr int kExitUsage = 64;  // as sysexits.h has it
constexpr int kExitFailure = 1;
constexpr absl::Duration kHealthInterval = absl::Milliseconds(50);
constexpr absl::Duration kPatience = absl::Seconds(5);  // beyond the grace, for closing files

// Looks after the services while main waits for a signal.
class Watchman {
 public:
  explicit Watchman(Host& host) : host_(host), thread_([this] { Loop(); }) {}
  ~Watchman() {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
      condition_.notify_all();
    }
    thread_.join();
  }
  // Whether a service ended by itself.
  bool alarmed() const { return alarmed_; }

 private:
  void Loop() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
      host_.UpdateHealth();
      if (const absl::Status health = host_.Health(); !health.ok() && !alarmed_) {
        telemetry::Log(telemetry::Level::kError, "a service ended; this program must be restarted",
                       {{"error", health.ToString()}});
        alarmed_ = true;
        rpc::RequestShutdown();
      }
      condition_.wait_for(lock, absl::ToChronoMilliseconds(kHealthInterval));
    }
  }

  Host& host_;
  std::mutex mutex_;  // guards ending_
  std::condition_variable condition_;
  bool ending_ = false;
  std::atomic<bool> alarmed_ = false;
  std::thread thread_;  // last
};

void SayHello(const Host& host, const config::HostOptions& options) {
  if (options.insecure_dev) {
    telemetry::Log(telemetry::Level::kWarning,
                   "--insecure-dev: callers are believed whoever they say they are, and nothing is "
                   "encrypted; never use this for real data");
  }
  telemetry::Log(telemetry::Level::kInfo, "listening",
                 {{"address", host.address()},
                  {"metrics_port", host.metrics_port()},
                  {"instance", options.instance}});
  std::printf("%s listens on %s, metrics on port %d\n", options.program.c_str(),
              host.address().c_str(), host.metrics_port());
  std::fflush(stdout);
}

}  // namespace

int RunProgram(const Program& program, int argc, const char* const* argv) {
  // Debian builds Abseil with it, and gRPC locks through Abseil: each lock of a call would be
  // looked up in one graph for the whole process. The tests of the libraries keep it.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  rpc::BlockShutdownSignals();
  auto parsed = config::ParseOptions(program.name, program.description, argc, argv);
  if (!parsed.ok()) {
    std::fprintf(stderr, "%s: %s\nTry %s --help.\n", program.name.c_str(),
                 std::string(base::FromAbsl(parsed.status().message())).c_str(),
                 program.name.c_str());
    return kExitUsage;
  }
  if (parsed->finished) {
    std::fputs(parsed->output.c_str(), stdout);
    return 0;
  }
  const config::HostOptions& options = parsed->options;
  telemetry::Level level = telemetry::Level::kInfo;
  telemetry::ParseLevel(options.log_level, level);
  telemetry::SetLogLevel(level);

  rpc::CaptureLibraryLogs();

  absl::StatusOr<std::unique_ptr<Host>> host = absl::UnknownError("not started");
  {
    const rpc::EndableStart endable;
    host = Host::Start(options, program.services());
  }
  if (!host.ok()) {
    telemetry::Log(telemetry::Level::kError, "cannot start",
                   {{"program", program.name}, {"error", base::FromAbsl(host.status().message())}});
    telemetry::FlushLog();
    return kExitFailure;
  }
  bool alarmed = false;
  {
    Watchman watchman(**host);
    SayHello(**host, options);
    const int signal = rpc::WaitForShutdownSignal();
    telemetry::Log(telemetry::Level::kInfo, "shutting down", {{"signal", signal}});
    alarmed = watchman.alarmed();
  }
  const rpc::ExitTimer timer(options.grace + kPatience, kExitFailure);
  (*host)->Stop(absl::Now() + options.grace);
  host->reset();
  telemetry::Log(telemetry::Level::kInfo, "ended");
  telemetry::FlushLog();
  return alarmed ? kExitFailure : 0;
}

}  // namespace prihvat::hosting
