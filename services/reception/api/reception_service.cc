#include "services/reception/api/reception_service.h"

#include <string>

#include "libs/rpc/filters.h"
#include "libs/rpc/row_filter.h"
#include "services/reception/api/queries.h"

namespace prihvat::reception {

using rpc::Is;
ReceptionServiceImpl::Reactor* ReceptionServiceImpl::CreateCentre(
    Context* context, const v1::CreateCentreRequest* request, v1::Centre* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::OpenCentre(
    Context* context, const v1::OpenCentreRequest* request, v1::Centre* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::RestrictCentre(
    Context* context, const v1::RestrictCentreRequest* request, v1::Centre* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::StartClosingCentre(
    Context* context, const v1::StartClosingCentreRequest* request, v1::Centre* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::CloseCentre(
    Context* context, const v1::CloseCentreRequest* request, v1::Centre* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::EvacuateCentre(
    Context* context, const v1::EvacuateCentreRequest* request, v1::Centre* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::SetCentreCapacity(
    Context* context, const v1::SetCentreCapacityRequest* request, v1::Centre* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetCentre(Context* context,
                                                               const v1::GetCentreRequest* request,
                                                               v1::Centre* response) {
  return calls_.Get(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ListCentres(
    Context* context, const v1::ListCentresRequest* request, v1::ListCentresResponse* response) {
  return calls_.List<v1::Centre>(context, request, response, response->mutable_centres(), "centres",
                                 [state = request->state()](const v1::Centre& centre) {
                                   return state == v1::CENTRE_STATE_UNSPECIFIED ||
                                          centre.state() == state;
                                 });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::AddRoom(Context* context,
                                                             const v1::AddRoomRequest* request,
                                                             v1::Room* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetRoom(Context* context,
                                                             const v1::GetRoomRequest* request,
                                                             v1::Room* response) {
  return calls_.Get(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ListRooms(Context* context,
                                                               const v1::ListRoomsRequest* request,
                                                               v1::ListRoomsResponse* response) {
  return calls_.List<v1::Room>(context, request, response, response->mutable_rooms(), "rooms");
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::AddBeds(Context* context,
                                                             const v1::AddBedsRequest* request,
                                                             v1::Room* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::BlockBed(Context* context,
                                                              const v1::BlockBedRequest* request,
                                                              v1::Bed* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::UnblockBed(
    Context* context, const v1::UnblockBedRequest* request, v1::Bed* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::FinishBedCleaning(
    Context* context, const v1::FinishBedCleaningRequest* request, v1::Bed* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ReserveBed(
    Context* context, const v1::ReserveBedRequest* request, v1::Bed* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ReleaseBedReservation(
    Context* context, const v1::ReleaseBedReservationRequest* request, v1::Bed* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::RegisterPerson(
    Context* context, const v1::RegisterPersonRequest* request, v1::Person* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetPerson(Context* context,
                                                               const v1::GetPersonRequest* request,
                                                               v1::Person* response) {
  return calls_.Get(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ListPersons(
    Context* context, const v1::ListPersonsRequest* request, v1::ListPersonsResponse* response) {
  return calls_.List<v1::Person>(context, request, response, response->mutable_persons(), "persons",
                                 [open = request->with_open_stay()](const v1::Person& person) {
                                   return !open || person.open_stays_size() > 0;
                                 });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::CheckIn(Context* context,
                                                             const v1::CheckInRequest* request,
                                                             v1::Stay* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::AssignBed(Context* context,
                                                               const v1::AssignBedRequest* request,
                                                               v1::Stay* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::StartLeave(
    Context* context, const v1::StartLeaveRequest* request, v1::Stay* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ReturnFromLeave(
    Context* context, const v1::ReturnFromLeaveRequest* request, v1::Stay* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::RequestTransfer(
    Context* context, const v1::RequestTransferRequest* request, v1::Stay* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::WithdrawTransfer(
    Context* context, const v1::WithdrawTransferRequest* request, v1::Stay* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::DepartTransfer(
    Context* context, const v1::DepartTransferRequest* request, v1::Stay* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ArriveTransfer(
    Context* context, const v1::ArriveTransferRequest* request, v1::Stay* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::CheckOut(Context* context,
                                                              const v1::CheckOutRequest* request,
                                                              v1::Stay* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetStay(Context* context,
                                                             const v1::GetStayRequest* request,
                                                             v1::Stay* response) {
  return calls_.Get(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ListStays(Context* context,
                                                               const v1::ListStaysRequest* request,
                                                               v1::ListStaysResponse* response) {
  return calls_.List<v1::Stay>(
      context, request, response, response->mutable_stays(), "stays",
      [wanted = *request](const v1::Stay& stay) {
        return Is(wanted.centre(), stay.centre()) && Is(wanted.person(), stay.person()) &&
               (wanted.state() == v1::STAY_STATE_UNSPECIFIED || stay.state() == wanted.state());
      },
      {request->centre(), request->person(),
       rpc::FieldIs(v1::Stay::kStateFieldNumber, request->state())});
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::RecordServiceDelivery(
    Context* context, const v1::RecordServiceDeliveryRequest* request,
    v1::ServiceDelivery* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetServiceDelivery(
    Context* context, const v1::GetServiceDeliveryRequest* request, v1::ServiceDelivery* response) {
  return calls_.Get(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ListServiceDeliveries(
    Context* context, const v1::ListServiceDeliveriesRequest* request,
    v1::ListServiceDeliveriesResponse* response) {
  return calls_.List<v1::ServiceDelivery>(
      context, request, response, response->mutable_service_deliveries(), "serviceDeliveries",
      [wanted = *request](const v1::ServiceDelivery& delivery) {
        return Is(wanted.agency(), delivery.agency()) &&
               (wanted.kind() == v1::SERVICE_KIND_UNSPECIFIED || delivery.kind() == wanted.kind());
      },
      {request->agency()});
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetResponsibility(
    Context* context, const v1::GetResponsibilityRequest* request, v1::Responsibility* response) {
  return calls_.Get(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ListResponsibilities(
    Context* context, const v1::ListResponsibilitiesRequest* request,
    v1::ListResponsibilitiesResponse* response) {
  return calls_.List<v1::Responsibility>(context, request, response,
                                         response->mutable_responsibilities(), "responsibilities");
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetConflict(
    Context* context, const v1::GetConflictRequest* request, v1::Conflict* response) {
  return calls_.Get(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ListConflicts(
    Context* context, const v1::ListConflictsRequest* request,
    v1::ListConflictsResponse* response) {
  return calls_.List<v1::Conflict>(context, request, response, response->mutable_conflicts(),
                                   "conflicts", [wanted = *request](const v1::Conflict& conflict) {
                                     return Is(wanted.centre(), conflict.centre()) &&
                                            (wanted.state() == v1::CONFLICT_STATE_UNSPECIFIED ||
                                             conflict.state() == wanted.state());
                                   });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ResolveConflict(
    Context* context, const v1::ResolveConflictRequest* request, v1::Conflict* response) {
  return calls_.Command(context, request, response);
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetBed(Context* context,
                                                            const v1::GetBedRequest* request,
                                                            v1::Bed* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerBed(reads, *request, *response);
  });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::ListBeds(Context* context,
                                                              const v1::ListBedsRequest* request,
                                                              v1::ListBedsResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerBeds(reads, *request, *response);
  });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetResponsibleBody(
    Context* context, const v1::GetResponsibleBodyRequest* request, v1::ResponsibleBody* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerResponsibleBody(reads, *request, *response);
  });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetPresence(
    Context* context, const v1::GetPresenceRequest* request, v1::Presence* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerPresence(reads, *request, *response);
  });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetNationalPresence(
    Context* context, const v1::GetNationalPresenceRequest* request,
    v1::NationalPresence* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerNationalPresence(reads, *request, *response);
  });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetCensus(Context* context,
                                                               const v1::GetCensusRequest* request,
                                                               v1::Census* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerCensus(reads, *request, *response);
  });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetNationalCensus(
    Context* context, const v1::GetNationalCensusRequest* request, v1::NationalCensus* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerNationalCensus(reads, *request, *response);
  });
}

ReceptionServiceImpl::Reactor* ReceptionServiceImpl::GetOccupancy(
    Context* context, const v1::GetOccupancyRequest* request, v1::Occupancy* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerOccupancy(reads, *request, *response);
  });
}

}  // namespace prihvat::reception
