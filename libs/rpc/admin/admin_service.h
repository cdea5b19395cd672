// The API for operators and partner systems (protos/prihvat/admin/v1) over the services that one
// process hosts.
//
// Order: the runtime's services and the environment outlive an Admin; the Admin outlives the
// server. Before the server is drained, EndStreams(): feeds end only with their callers otherwise.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/event_log/event_log.h"
#include "libs/rpc/admin/feed_stream.h"
#include "libs/rpc/calls.h"
#include "libs/runtime/service.h"
#include "prihvat/admin/v1/service.grpc.pb.h"

namespace prihvat::rpc::admin {

struct AdminOptions {
  // Where CreateCheckpoint writes, one folder a service; empty: it is refused.
  std::filesystem::path checkpoint_root;
  int max_streams = 256;  // above it RESOURCE_EXHAUSTED (OVERLOADED)
  // What ExportLog reads; nullptr: it is refused. Outlives the Admin.
  event_log::EventLog* log = nullptr;
  // Writes a backup of that name and says where and what it is; on a worker thread, one at a time.
  // Empty: CreateBackup is refused.
  std::function<absl::StatusOr<::prihvat::admin::v1::Backup>(const std::string& backup_id)> backup;
  // How the program stands; on a worker thread. Empty: GetInstance is refused.
  std::function<::prihvat::admin::v1::Instance()> instance;
};

// What both gRPC services stand on. Thread-safe.
class Admin {
 public:
  Admin(const std::vector<runtime::Service*>& services, Environment environment,
        AdminOptions options);
  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  // To be registered with the server.
  grpc::Service& admin_service();
  grpc::Service& change_feed_service();

  // Streams end with UNAVAILABLE (SHUTTING_DOWN) within a fraction of a second, and no new ones
  // begin.
  void EndStreams() { streams_.End(); }
  int open_streams() const { return streams_.open(); }

 private:
  friend class AdminServiceImpl;
  friend class ChangeFeedServiceImpl;

  // One hosted service, with a chain for each of the two APIs.
  struct Hosted {
    runtime::Service* service;
    std::unique_ptr<Calls> admin;
    std::unique_ptr<Calls> feed;
  };
  // The service of that name; INVALID_ARGUMENT that names those that there are.
  absl::StatusOr<const Hosted*> Find(const std::string& name) const;
  // A chain for requests that name no service, or none that is hosted here.
  Calls& AnyAdmin() const { return *hosted_.begin()->second.admin; }
  Calls& AnyFeed() const { return *hosted_.begin()->second.feed; }

  const Environment environment_;
  const AdminOptions options_;
  FeedStreams streams_;
  std::mutex backup_mutex_;  // held while one is written
  std::map<std::string, Hosted> hosted_;
  std::unique_ptr<grpc::Service> admin_service_;
  std::unique_ptr<grpc::Service> change_feed_service_;
};

inline constexpr char kAdminApi[] = "prihvat.admin.v1.AdminService";
inline constexpr char kChangeFeedApi[] = "prihvat.admin.v1.ChangeFeedService";

}  // namespace prihvat::rpc::admin
