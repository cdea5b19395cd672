// The API of the reception service: each method says which part of the call chain answers it.
#pragma once

#include "libs/rpc/calls.h"
#include "prihvat/reception/v1/service.grpc.pb.h"

namespace prihvat::reception {

// Thread-safe: holds no state of its own. `calls` outlives it, and the server that it is registered
// with.
class ReceptionServiceImpl final : public v1::ReceptionService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  explicit ReceptionServiceImpl(rpc::Calls& calls) : calls_(calls) {}

  Reactor* CreateCentre(Context* context, const v1::CreateCentreRequest* request,
                        v1::Centre* response) override;
  Reactor* OpenCentre(Context* context, const v1::OpenCentreRequest* request,
                      v1::Centre* response) override;
  Reactor* RestrictCentre(Context* context, const v1::RestrictCentreRequest* request,
                          v1::Centre* response) override;
  Reactor* StartClosingCentre(Context* context, const v1::StartClosingCentreRequest* request,
                              v1::Centre* response) override;
  Reactor* CloseCentre(Context* context, const v1::CloseCentreRequest* request,
                       v1::Centre* response) override;
  Reactor* EvacuateCentre(Context* context, const v1::EvacuateCentreRequest* request,
                          v1::Centre* response) override;
  Reactor* SetCentreCapacity(Context* context, const v1::SetCentreCapacityRequest* request,
                             v1::Centre* response) override;
  Reactor* GetCentre(Context* context, const v1::GetCentreRequest* request,
                     v1::Centre* response) override;
  Reactor* ListCentres(Context* context, const v1::ListCentresRequest* request,
                       v1::ListCentresResponse* response) override;
  Reactor* AddRoom(Context* context, const v1::AddRoomRequest* request,
                   v1::Room* response) override;
  Reactor* GetRoom(Context* context, const v1::GetRoomRequest* request,
                   v1::Room* response) override;
  Reactor* ListRooms(Context* context, const v1::ListRoomsRequest* request,
                     v1::ListRoomsResponse* response) override;
  Reactor* AddBeds(Context* context, const v1::AddBedsRequest* request,
                   v1::Room* response) override;
  Reactor* BlockBed(Context* context, const v1::BlockBedRequest* request,
                    v1::Bed* response) override;
  Reactor* UnblockBed(Context* context, const v1::UnblockBedRequest* request,
                      v1::Bed* response) override;
  Reactor* FinishBedCleaning(Context* context, const v1::FinishBedCleaningRequest* request,
                             v1::Bed* response) override;
  Reactor* ReserveBed(Context* context, const v1::ReserveBedRequest* request,
                      v1::Bed* response) override;
  Reactor* ReleaseBedReservation(Context* context, const v1::ReleaseBedReservationRequest* request,
                                 v1::Bed* response) override;
  Reactor* GetBed(Context* context, const v1::GetBedRequest* request, v1::Bed* response) override;
  Reactor* ListBeds(Context* context, const v1::ListBedsRequest* request,
                    v1::ListBedsResponse* response) override;
  Reactor* RegisterPerson(Context* context, const v1::RegisterPersonRequest* request,
                          v1::Person* response) override;
  Reactor* GetPerson(Context* context, const v1::GetPersonRequest* request,
                     v1::Person* response) override;
  Reactor* ListPersons(Context* context, const v1::ListPersonsRequest* request,
                       v1::ListPersonsResponse* response) override;
  Reactor* CheckIn(Context* context, const v1::CheckInRequest* request,
                   v1::Stay* response) override;
  Reactor* AssignBed(Context* context, const v1::AssignBedRequest* request,
                     v1::Stay* response) override;
  Reactor* StartLeave(Context* context, const v1::StartLeaveRequest* request,
                      v1::Stay* response) override;
  Reactor* ReturnFromLeave(Context* context, const v1::ReturnFromLeaveRequest* request,
                           v1::Stay* response) override;
  Reactor* RequestTransfer(Context* context, const v1::RequestTransferRequest* request,
                           v1::Stay* response) override;
  Reactor* WithdrawTransfer(Context* context, const v1::WithdrawTransferRequest* request,
                            v1::Stay* response) override;
  Reactor* DepartTransfer(Context* context, const v1::DepartTransferRequest* request,
                          v1::Stay* response) override;
  Reactor* ArriveTransfer(Context* context, const v1::ArriveTransferRequest* request,
                          v1::Stay* response) override;
  Reactor* CheckOut(Context* context, const v1::CheckOutRequest* request,
                    v1::Stay* response) override;
  Reactor* GetStay(Context* context, const v1::GetStayRequest* request,
                   v1::Stay* response) override;
  Reactor* ListStays(Context* context, const v1::ListStaysRequest* request,
                     v1::ListStaysResponse* response) override;
  Reactor* RecordServiceDelivery(Context* context, const v1::RecordServiceDeliveryRequest* request,
                                 v1::ServiceDelivery* response) override;
  Reactor* GetServiceDelivery(Context* context, const v1::GetServiceDeliveryRequest* request,
                              v1::ServiceDelivery* response) override;
  Reactor* ListServiceDeliveries(Context* context, const v1::ListServiceDeliveriesRequest* request,
                                 v1::ListServiceDeliveriesResponse* response) override;
  Reactor* GetResponsibility(Context* context, const v1::GetResponsibilityRequest* request,
                             v1::Responsibility* response) override;
  Reactor* ListResponsibilities(Context* context, const v1::ListResponsibilitiesRequest* request,
                                v1::ListResponsibilitiesResponse* response) override;
  Reactor* GetResponsibleBody(Context* context, const v1::GetResponsibleBodyRequest* request,
                              v1::ResponsibleBody* response) override;
  Reactor* GetConflict(Context* context, const v1::GetConflictRequest* request,
                       v1::Conflict* response) override;
  Reactor* ListConflicts(Context* context, const v1::ListConflictsRequest* request,
                         v1::ListConflictsResponse* response) override;
  Reactor* ResolveConflict(Context* context, const v1::ResolveConflictRequest* request,
                           v1::Conflict* response) override;
  Reactor* GetPresence(Context* context, const v1::GetPresenceRequest* request,
                       v1::Presence* response) override;
  Reactor* GetNationalPresence(Context* context, const v1::GetNationalPresenceRequest* request,
                               v1::NationalPresence* response) override;
  Reactor* GetCensus(Context* context, const v1::GetCensusRequest* request,
                     v1::Census* response) override;
  Reactor* GetNationalCensus(Context* context, const v1::GetNationalCensusRequest* request,
                             v1::NationalCensus* response) override;
  Reactor* GetOccupancy(Context* context, const v1::GetOccupancyRequest* request,
                        v1::Occupancy* response) override;

 private:
  rpc::Calls& calls_;
};

}  // namespace prihvat::reception
