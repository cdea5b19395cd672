// prihvatctl: talks to the services of Prihvat. See cli.h.
#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "absl/time/clock.h"
#include "services/prihvatctl/cli.h"
#include "services/prihvatctl/grpc_api.h"
#include "services/prihvatctl/routed_api.h"

namespace {

// Columns of the terminal at standard output; 0 where it is none.
size_t TerminalWidth() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace

int main(int argc, char** argv) {
  prihvat::ctl::Surroundings surroundings{std::cout, std::cerr, std::cin};
  surroundings.err_is_terminal = isatty(STDERR_FILENO) != 0;
  surroundings.width = TerminalWidth();
  surroundings.connect = [](const prihvat::ctl::Connection& connection) {
    return prihvat::ctl::RoutedApi::To(connection.servers, [&](const std::string& address) {
      return prihvat::ctl::GrpcApi::To(address, connection);
    });
  };
  surroundings.wait = [](absl::Duration wait) { absl::SleepFor(wait); };
  return prihvat::ctl::RunCommandLine({argv + 1, argv + argc}, surroundings);
}
