#include "services/prihvatctl/compiled_services.h"

#include "prihvat/admin/v1/service.pb.h"
#include "prihvat/common/v1/work_list.pb.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/payables_events.pb.h"
#include "prihvat/procurement/v1/published_events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "prihvat/reporting/v1/events.pb.h"
#include "prihvat/reporting/v1/service.pb.h"

namespace prihvat::ctl {

std::vector<const google::protobuf::FileDescriptor*> CompiledServiceFiles() {
  return {procurement::v1::GetProjectRequest::descriptor()->file(),
          handover::v1::GetAssetRequest::descriptor()->file(),
          reception::v1::GetCentreRequest::descriptor()->file(),
          reporting::v1::GetLineOfSightRequest::descriptor()->file(),
          admin::v1::GetChecksumRequest::descriptor()->file()};
}

std::vector<const google::protobuf::FileDescriptor*> CompiledEventFiles() {
  return {procurement::v1::OperationCreated::descriptor()->file(),
          procurement::v1::PaymentMade::descriptor()->file(),
          procurement::v1::PublishedPackageEntered::descriptor()->file(),
          procurement::v1::SourcingPlanned::descriptor()->file(),
          handover::v1::AssetRegistered::descriptor()->file(),
          reception::v1::CentreOpened::descriptor()->file(),
          reporting::v1::OperationRegistered::descriptor()->file(),
          common::v1::ReactionRejected::descriptor()->file()};
}

}  // namespace prihvat::ctl
