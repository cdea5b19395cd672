#include "tests/fault/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace prihvat::fault {
namespace {

constexpr int kPatienceMs = 10'000;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A server that waits for one connection, a proxy before it, and a client.
class TcpProxyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(listen(listener_, 8), 0);
    ASSERT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    auto proxy = TcpProxy::Start(0, ntohs(address.sin_port));
    ASSERT_TRUE(proxy.ok()) << proxy.status();
    proxy_ = *std::move(proxy);
    client_ = Connect();
    server_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    ASSERT_GE(server_, 0);
  }
  void TearDown() override {
    for (const int fd : {client_, server_, listener_}) close(fd);
  }
  int Connect() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(proxy_->port());
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  static void Say(int fd, const std::string& text) {
    ASSERT_EQ(send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  static bool Hears(int fd, int patience_ms) {
    pollfd polled = {fd, POLLIN, 0};
    return poll(&polled, 1, patience_ms) > 0;
  }
  // "" at the end of the connection.
  static std::string Hear(int fd) {
    char bytes[100];
    if (!Hears(fd, kPatienceMs)) return "nothing came";
    const ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    return got <= 0 ? "" : std::string(bytes, static_cast<size_t>(got));
  }

  int listener_ = -1, client_ = -1, server_ = -1;
  std::unique_ptr<TcpProxy> proxy_;
};

TEST_F(TcpProxyTest, RelaysBothWaysAndTheEnd) {
  Say(client_, "there");
  EXPECT_EQ(Hear(server_), "there");
  Say(server_, "back");
  EXPECT_EQ(Hear(client_), "back");
  shutdown(server_, SHUT_RDWR);
  EXPECT_EQ(Hear(client_), "");
}

TEST_F(TcpProxyTest, OneDirectionIsHeldAndComesLate) {
  proxy_->HoldToServer();
  Say(client_, "there");
  Say(server_, "back");
  EXPECT_EQ(Hear(client_), "back");
  EXPECT_FALSE(Hears(server_, 100));
  proxy_->Heal();
  EXPECT_EQ(Hear(server_), "there");
}

TEST_F(TcpProxyTest, DelaysWhatItRelays) {
  proxy_->Delay(absl::Milliseconds(150));
  const absl::Time began = absl::Now();
  Say(client_, "there");
  EXPECT_EQ(Hear(server_), "there");
  EXPECT_GE(absl::Now() - began, absl::Milliseconds(150));
}

TEST_F(TcpProxyTest, ACutEndsConnectionsAndRefusesNewOnesUntilItIsHealed) {
  proxy_->Cut();
  EXPECT_EQ(Hear(client_), "");
  EXPECT_EQ(Hear(server_), "");
  const int refused = Connect();
  EXPECT_EQ(Hear(refused), "");
  close(refused);
  proxy_->Heal();
  const int again = Connect();
  Say(again, "there");
  const int server = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  EXPECT_EQ(Hear(server), "there");
  close(again);
  close(server);
}

}  // namespace
}  // namespace prihvat::fault
