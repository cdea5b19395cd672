// What is asked over many purchases: prices, lead times, funders' shares, warranties.
#pragma once

#include "absl/status/status.h"
#include "libs/rpc/calls.h"
#include "prihvat/procurement/v1/queries.pb.h"

namespace prihvat::procurement {

// Each fills a page of the response. A page looks at a bounded number of rows: it may hold fewer
// than were asked for, or none, and say where to go on. NOT_FOUND for an operation that is not
// here, INVALID_ARGUMENT for dates that are none.
absl::Status AnswerPriceRecords(const rpc::ReadContext& reads,
                                const v1::ListPriceRecordsRequest& request,
                                v1::ListPriceRecordsResponse& page);
absl::Status AnswerLeadTimes(const rpc::ReadContext& reads, const v1::ListLeadTimesRequest& request,
                             v1::ListLeadTimesResponse& page);
// Reads what is counted by supplier, kind, day and project: not the orders themselves.
absl::Status AnswerSupplierLeadTimes(const rpc::ReadContext& reads,
                                     const v1::ListSupplierLeadTimesRequest& request,
                                     v1::ListSupplierLeadTimesResponse& page);
// Likewise: what is counted by supplier, day and project.
absl::Status AnswerSupplierPerformances(const rpc::ReadContext& reads,
                                        const v1::ListSupplierPerformancesRequest& request,
                                        v1::ListSupplierPerformancesResponse& page);
absl::Status AnswerFunderShares(const rpc::ReadContext& reads,
                                const v1::ListFunderSharesRequest& request,
                                v1::ListFunderSharesResponse& page);
absl::Status AnswerWarrantyItems(const rpc::ReadContext& reads,
                                 const v1::ListWarrantyItemsRequest& request,
                                 v1::ListWarrantyItemsResponse& page);
// As FillFundingSplit (views/funding.h).
absl::Status AnswerFundingSplit(const rpc::ReadContext& reads,
                                const v1::GetFundingSplitRequest& request, v1::FundingSplit& split);

}  // namespace prihvat::procurement
