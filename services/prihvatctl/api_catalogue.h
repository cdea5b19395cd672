// What the compiled-in protos say about the API: which methods there are, and which resources they
// get and list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace prihvat::ctl {

// A kind of resource, as its List and Get methods show it.
struct Resource {
  std::string collection;  // "purchaseOrders", as in resource names
  std::string service;     // "procurement"
  const google::protobuf::Descriptor* type = nullptr;
  const google::protobuf::MethodDescriptor* get = nullptr;        // null where the API has none
  const google::protobuf::MethodDescriptor* list = nullptr;       // null where the API has none
  const google::protobuf::FieldDescriptor* list_field = nullptr;  // the page in the list response
};

// The methods and resources of all services. Immutable once built; any thread.
class ApiCatalogue {
 public:
  // Of the protos that are compiled in.
  static const ApiCatalogue& Compiled();

  // `files`: protos that declare services.
  explicit ApiCatalogue(const std::vector<const google::protobuf::FileDescriptor*>& files);

  const std::vector<const google::protobuf::MethodDescriptor*>& methods() const { return methods_; }
  const std::vector<Resource>& resources() const { return resources_; }

  // "procurement.CreateProject", "CreateProject" where only one service has it, or the full
  // "prihvat.procurement.v1.ProcurementService/CreateProject". NOT_FOUND with the names that are
  // near; INVALID_ARGUMENT where it is ambiguous.
  absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(std::string_view name) const;

  // By collection; `service` ("" for any) settles which one where two services have it.
  absl::StatusOr<const Resource*> FindResource(std::string_view collection,
                                               std::string_view service) const;

 private:
  void AddResources(const google::protobuf::ServiceDescriptor& service);

  std::vector<const google::protobuf::MethodDescriptor*> methods_;
  std::vector<Resource> resources_;
};

// "procurement" of prihvat.procurement.v1.ProcurementService.
std::string ShortServiceName(const google::protobuf::ServiceDescriptor& service);
// "procurement.CreateProject".
std::string ShortMethodName(const google::protobuf::MethodDescriptor& method);

// Of `candidates`, the one with the fewest edits from `word`; "" where none is near.
std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace prihvat::ctl
