#include "services/prihvatctl/compiled_services.h"

#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"

namespace prihvat::ctl {

std::vector<const google::protobuf::FileDescriptor*> CompiledServiceFiles() {
  return {reception::v1::GetCentreRequest::descriptor()->file()};
}

std::vector<const google::protobuf::FileDescriptor*> CompiledEventFiles() {
  return {reception::v1::CentreOpened::descriptor()->file()};
}

}  // namespace prihvat::ctl
