#include "services/hosting/peer_monitor.h"

#include <chrono>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "libs/rpc/callback_queue.h"

namespace prihvat::hosting {
namespace {

constexpr char kCheckMethod[] = "/grpc.health.v1.Health/Check";

// Never set, so that checks go on at their pace whatever becomes of the wall clock.
absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

// A peer that is dead must be found alive soon after its return.
grpc::ChannelArguments Impatient() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  return arguments;
}

}  // namespace

struct PeerMonitor::Peer {
  std::string address;
  std::unique_ptr<grpc::GenericStub> stub;
  absl::Time heard;  // these three by SteadyNow
  absl::Time asked;  // when somebody last wanted to know
  absl::Time next_check = absl::InfinitePast();
  bool under_way = false;
};

// One call; the empty request asks for the process as a whole.
struct PeerMonitor::Check {
  std::shared_ptr<Peer> peer;
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
};

PeerMonitor::PeerMonitor(PeerMonitorOptions options)
    : options_(std::move(options)), thread_([this] { Loop(); }) {}

PeerMonitor::~PeerMonitor() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    condition_.notify_all();
  }
  thread_.join();
  std::unique_lock lock(mutex_);
  condition_.wait(lock, [&] { return under_way_ == 0; });
}

absl::Time PeerMonitor::LastHeard(const std::string& address) {
  const absl::Time now = SteadyNow();
  std::lock_guard lock(mutex_);
  auto found = peers_.find(address);
  if (found == peers_.end()) {
    if (address.empty() || peers_.size() >= options_.max_peers) return absl::InfinitePast();
    auto peer = std::make_shared<Peer>();
    peer->address = address;
    peer->heard = now;
    found = peers_.emplace(address, std::move(peer)).first;
    condition_.notify_all();
  }
  found->second->asked = now;
  return options_.wall_clock() - (now - found->second->heard);
}

void PeerMonitor::Loop() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const absl::Time now = SteadyNow();
    std::vector<std::shared_ptr<Peer>> due;
    for (auto it = peers_.begin(); it != peers_.end();) {
      const std::shared_ptr<Peer>& peer = it->second;
      if (now - peer->asked > options_.forget_after) {
        it = peers_.erase(it);
        continue;
      }
      if (!peer->under_way && now >= peer->next_check) {
        peer->under_way = true;
        peer->next_check = now + options_.interval;
        ++under_way_;
        due.push_back(peer);
      }
      ++it;
    }
    lock.unlock();
    for (const std::shared_ptr<Peer>& peer : due) Begin(peer);
    lock.lock();
    if (due.empty() && !ending_)
      condition_.wait_for(lock, absl::ToChronoMilliseconds(options_.interval / 4));
  }
}

void PeerMonitor::Begin(const std::shared_ptr<Peer>& peer) {
  if (peer->stub == nullptr) {  // only this thread looks at it
    const auto channel = grpc::CreateCustomChannel(
        peer->address,
        options_.credentials != nullptr ? options_.credentials : grpc::InsecureChannelCredentials(),
        Impatient());
    rpc::KeepCallbackQueue(channel);
    peer->stub = std::make_unique<grpc::GenericStub>(channel);
  }
  auto check = std::make_shared<Check>();
  check->peer = peer;
  grpc::Slice nothing;
  check->request = grpc::ByteBuffer(&nothing, 1);
  check->context.set_deadline(absl::ToChronoTime(absl::Now() + options_.deadline));
  peer->stub->UnaryCall(&check->context, kCheckMethod, {}, &check->request, &check->response,
                        [this, check](grpc::Status status) {
                          std::lock_guard lock(mutex_);
                          if (status.ok()) check->peer->heard = SteadyNow();
                          check->peer->under_way = false;
                          --under_way_;
                          condition_.notify_all();
                        });
}

}  // namespace prihvat::hosting
