// The services of a simulated world behind the seam of prihvatctl: a scenario is played against the
// real deciders, processes and roles, on one thread, without gRPC and files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/runtime/service.h"
#include "libs/testkit/world.h"
#include "services/prihvatctl/api.h"

namespace prihvat::scenario {

class WorldApi final : public ctl::Api {
 public:
  explicit WorldApi(const std::vector<runtime::ServiceDefinition>& services);

  // Decides the command, and lets all services fold and react until nothing moves. The reply's
  // message is empty.
  absl::StatusOr<ctl::Reply> Call(const google::protobuf::MethodDescriptor& method,
                                  const google::protobuf::Message& request,
                                  const ctl::CallOptions& options) override;
  absl::Status Stream(const google::protobuf::MethodDescriptor& method,
                      const google::protobuf::Message& request, const ctl::CallOptions& options,
                      absl::FunctionRef<bool(const google::protobuf::Message&)> visit) override;

  runtime::ServiceCore& service(const std::string& name) { return *instances_.at(name)->core; }
  testkit::World& world() { return world_; }

 private:
  testkit::World world_;
  std::map<std::string, testkit::World::Instance*> instances_;
};

}  // namespace prihvat::scenario
