// The reads of the API that compute: each looks at one snapshot and fills its answer.
#pragma once

#include "absl/status/status.h"
#include "libs/rpc/calls.h"
#include "prihvat/reception/v1/service.pb.h"

namespace prihvat::reception {

// A bed with the state that it has now: a reservation ends by itself, without an event.
absl::Status AnswerBed(const rpc::ReadContext& reads, const v1::GetBedRequest& request,
                       v1::Bed& bed);
absl::Status AnswerBeds(const rpc::ReadContext& reads, const v1::ListBedsRequest& request,
                        v1::ListBedsResponse& page);
absl::Status AnswerResponsibleBody(const rpc::ReadContext& reads,
                                   const v1::GetResponsibleBodyRequest& request,
                                   v1::ResponsibleBody& body);
absl::Status AnswerPresence(const rpc::ReadContext& reads, const v1::GetPresenceRequest& request,
                            v1::Presence& presence);
absl::Status AnswerNationalPresence(const rpc::ReadContext& reads,
                                    const v1::GetNationalPresenceRequest& request,
                                    v1::NationalPresence& presence);
absl::Status AnswerCensus(const rpc::ReadContext& reads, const v1::GetCensusRequest& request,
                          v1::Census& census);
absl::Status AnswerNationalCensus(const rpc::ReadContext& reads,
                                  const v1::GetNationalCensusRequest& request,
                                  v1::NationalCensus& census);
absl::Status AnswerOccupancy(const rpc::ReadContext& reads, const v1::GetOccupancyRequest& request,
                             v1::Occupancy& occupancy);

}  // namespace prihvat::reception
