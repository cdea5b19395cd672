#include "tests/fault/tcp_proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "fmt/format.h"

namespace prihvat::fault {
namespace {

constexpr int kTickMs = 5;  // how late a change of the line, or delayed bytes, may be noticed
constexpr size_t kChunk = 64 << 10;
constexpr size_t kMostWaiting = 4 << 20;  // bytes of one direction; then its sender must wait

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void NoDelay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// One direction of a connection.
struct Lane {
  int from = -1;
  int to = -1;
  struct Piece {
    absl::Time due;
    std::string bytes;
  };
  std::deque<Piece> waiting;
  size_t bytes = 0;
  bool at_end = false;  // its sender has ended

  // False: the connection is broken.
  bool Take(absl::Time due) {
    std::string chunk(kChunk, '\0');
    const ssize_t got = recv(from, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) {
      at_end = true;
      return true;
    }
    chunk.resize(static_cast<size_t>(got));
    bytes += chunk.size();
    waiting.push_back({due, std::move(chunk)});
    return true;
  }
  bool Give(absl::Time now) {
    while (!waiting.empty() && waiting.front().due <= now) {
      std::string& piece = waiting.front().bytes;
      const ssize_t put = send(to, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (put < 0) return errno == EAGAIN || errno == EINTR;
      bytes -= static_cast<size_t>(put);
      piece.erase(0, static_cast<size_t>(put));
      if (!piece.empty()) return true;
      waiting.pop_front();
    }
    return true;
  }
};

}  // namespace

class TcpProxy::Relay {
 public:
  Relay(int client, int server)
      : client_(client), server_(server), out_{client, server, {}}, back_{server, client, {}} {}
  ~Relay() {
    close(client_);
    close(server_);
  }
  Lane& out() { return out_; }
  Lane& back() { return back_; }
  int client() const { return client_; }
  int server() const { return server_; }

 private:
  const int client_;
  const int server_;
  Lane out_;
  Lane back_;
};

absl::StatusOr<std::unique_ptr<TcpProxy>> TcpProxy::Start(int listen_port, int target_port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = Loopback(listen_port);
  socklen_t size = sizeof address;
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (listener < 0 || bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener, 128) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    if (listener >= 0) close(listener);
    return absl::UnavailableError(fmt::format("cannot listen on port {}", listen_port));
  }
  auto proxy = absl::WrapUnique(new TcpProxy(listener, ntohs(address.sin_port), target_port));
  proxy->thread_ = std::thread([raw = proxy.get()] { raw->Run(); });
  return proxy;
}

TcpProxy::~TcpProxy() {
  ending_ = true;
  thread_.join();
  close(listener_);
}

void TcpProxy::Heal() {
  cut_ = hold_to_server_ = hold_to_client_ = false;
  delay_us_ = 0;
}

void TcpProxy::Run() {
  std::vector<std::unique_ptr<Relay>> relays;
  while (!ending_) {
    std::vector<pollfd> polled = {{listener_, POLLIN, 0}};
    for (const auto& relay : relays) {
      for (Lane* lane : {&relay->out(), &relay->back()}) {
        const bool held = lane == &relay->out() ? hold_to_server_ : hold_to_client_;
        const bool takes = !held && !lane->at_end && lane->bytes < kMostWaiting;
        polled.push_back({takes ? lane->from : -1, POLLIN, 0});
      }
    }
    poll(polled.data(), polled.size(), kTickMs);
    const absl::Time now = absl::Now();
    const absl::Time due = now + absl::Microseconds(delay_us_.load());
    std::vector<std::unique_ptr<Relay>> going_on;
    for (size_t i = 0; i < relays.size(); ++i) {
      Relay& relay = *relays[i];
      bool whole = !cut_;
      for (size_t side = 0; side < 2; ++side) {
        Lane& lane = side == 0 ? relay.out() : relay.back();
        const bool held = side == 0 ? hold_to_server_ : hold_to_client_;
        if (polled[1 + 2 * i + side].revents != 0 && !held) whole = lane.Take(due) && whole;
        if (!held) whole = lane.Give(now) && whole;
        if (lane.at_end && lane.waiting.empty()) whole = false;
      }
      if (whole) going_on.push_back(std::move(relays[i]));
    }
    relays = std::move(going_on);
    if (polled[0].revents == 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const sockaddr_in target = Loopback(target_port_);
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (cut_ || connect(server, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) {
      close(client);
      close(server);
      continue;
    }
    NoDelay(client);
    NoDelay(server);
    relays.push_back(std::make_unique<Relay>(client, server));
  }
}

}  // namespace prihvat::fault
