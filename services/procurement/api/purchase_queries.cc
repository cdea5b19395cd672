#include "services/procurement/api/purchase_queries.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"
#include "libs/rpc/filters.h"
#include "services/procurement/domain/values.h"
#include "services/procurement/views/funding.h"
#include "services/procurement/views/performance.h"
#include "services/procurement/views/purchases.h"

namespace prihvat::procurement {
namespace {

using rpc::Is;

constexpr int kMaxRowsOfPage = 20'000;     // that are looked at
constexpr size_t kMaxPageBytes = 2 << 20;  // of the rows that it tells; then it is full

// Whether all words are in the description in one of its languages.
bool Tells(const std::string& words, const std::string& english, const std::string& bosnian) {
  return words.empty() || base::MatchesName(words, english) || base::MatchesName(words, bosnian);
}

// Local days, both inclusive, either open.
struct Days {
  absl::CivilDay first = absl::CivilDay(1, 1, 1);
  absl::CivilDay last = absl::CivilDay(9999, 12, 31);
  bool Has(absl::CivilDay day) const { return first <= day && day <= last; }
};

template <class Request>
absl::StatusOr<Days> DaysOf(const Request& request) {
  Days days;
  const auto read = [](const char* field, const google::type::Date& date,
                       absl::CivilDay& day) -> absl::Status {
    const auto given = CheckedFromProto(date);
    if (!given.ok()) {
      return rpc::Reject(es::InvalidField(field, base::FromAbsl(given.status().message())));
    }
    day = *given;
    return absl::OkStatus();
  };
  if (request.has_start_date()) {
    PRIHVAT_RETURN_IF_ERROR(read("start_date", request.start_date(), days.first));
  }
  if (request.has_end_date()) {
    PRIHVAT_RETURN_IF_ERROR(read("end_date", request.end_date(), days.last));
  }
  if (days.last < days.first) {
    return rpc::Reject(es::InvalidField(
        "end_date", fmt::format("{} is before the start_date, {}", base::FormatDate(days.last),
                                base::FormatDate(days.first))));
  }
  return days;
}

// The rows of the view, of an operation that is here.
absl::StatusOr<const es::Rows*> RowsOf(const rpc::ReadContext& reads, const std::string& parent) {
  PRIHVAT_RETURN_IF_ERROR(reads.Find<v1::Operation>(parent).status());
  return reads.view(kPurchasesView);
}

// Visits rows of type Row from the page's beginning, or `from` where that is later, to the page's
// end or until `visit` has seen enough. What `visit` returns: whether the row took room on the
// page, did not, or is beyond all that is wanted.
enum class Seen { kTaken, kLeftOut, kBeyond };

template <class Row, class Visit>
void ScanPage(const rpc::ReadContext& reads, const es::Rows& rows, const std::string& prefix,
              const std::string& from, Visit visit) {
  int looked_at = 0;
  int taken = 0;
  size_t bytes = 0;
  std::string last;
  rows.Scan(
      prefix, std::max(reads.page_after(), from),
      [&](std::string_view key, std::string_view value) {
        if (taken == reads.page_size() || looked_at == kMaxRowsOfPage || bytes > kMaxPageBytes) {
          reads.NextPage(last);
          return false;
        }
        ++looked_at;
        last = std::string(key);
        Row row;
        if (!es::DecodeEntity(value, row)) return true;
        const Seen seen = visit(row);
        if (seen == Seen::kTaken) {
          ++taken;
          bytes += value.size();
        }
        return seen != Seen::kBeyond;
      });
}

bool HasKind(const v1::LeadTime& lead_time, v1::LineKind kind) {
  return kind == v1::LINE_KIND_UNSPECIFIED ||
         std::find(lead_time.kinds().begin(), lead_time.kinds().end(), kind) !=
             lead_time.kinds().end();
}

bool Wants(const v1::ListLeadTimesRequest& request, const Days& days,
           const v1::LeadTime& lead_time) {
  return Is(request.supplier(), lead_time.supplier()) &&
         Is(request.project(), lead_time.project()) && HasKind(lead_time, request.kind()) &&
         days.Has(es::FromProto(lead_time.issue_date()));
}

bool Wants(const v1::ListSupplierLeadTimesRequest& request, const Days& days,
           const v1::LeadTimeTally& tally) {
  return Is(request.supplier(), tally.supplier()) && Is(request.project(), tally.project()) &&
         (request.kind() == v1::LINE_KIND_UNSPECIFIED || request.kind() == tally.kind()) &&
         days.Has(es::FromProto(tally.issue_date()));
}

bool Wants(const v1::ListPriceRecordsRequest& request, const v1::PriceRecord& price) {
  return Is(request.supplier(), price.supplier()) && Is(request.project(), price.project()) &&
         (request.kind() == v1::LINE_KIND_UNSPECIFIED || request.kind() == price.kind()) &&
         (request.origin() == v1::PRICE_ORIGIN_UNSPECIFIED || request.origin() == price.origin()) &&
         Is(request.currency(), price.unit_price().currency_code()) &&
         Tells(request.item(), price.item(), price.item_bs());
}

bool Wants(const v1::ListWarrantyItemsRequest& request, const v1::WarrantyItem& item) {
  return Is(request.supplier(), item.supplier()) &&
         Is(request.purchase_order(), item.purchase_order()) &&
         Is(request.recipient(), item.recipient()) &&
         Tells(request.item(), item.description(), item.description_bs());
}

}  // namespace

absl::Status AnswerPriceRecords(const rpc::ReadContext& reads,
                                const v1::ListPriceRecordsRequest& request,
                                v1::ListPriceRecordsResponse& page) {
  PRIHVAT_ASSIGN_OR_RETURN(const Days days, DaysOf(request));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, RowsOf(reads, request.parent()));
  const std::string from =
      request.has_start_date()
          ? PricesFrom(request.parent(), base::DayStart(days.first, reads.zone()))
          : "";
  ScanPage<v1::PriceRecord>(
      reads, *rows, PricesPrefix(request.parent()), from, [&](v1::PriceRecord& price) {
        const absl::CivilDay day = base::LocalDay(FromProto(price.price_time()), reads.zone());
        if (day > days.last) return Seen::kBeyond;
        if (!days.Has(day) || !Wants(request, price)) return Seen::kLeftOut;
        *price.mutable_date() = ToProto(day);
        page.add_price_records()->Swap(&price);
        return Seen::kTaken;
      });
  return absl::OkStatus();
}

absl::Status AnswerLeadTimes(const rpc::ReadContext& reads, const v1::ListLeadTimesRequest& request,
                             v1::ListLeadTimesResponse& page) {
  PRIHVAT_ASSIGN_OR_RETURN(const Days days, DaysOf(request));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, RowsOf(reads, request.parent()));
  ScanPage<v1::IssuedOrder>(reads, *rows, IssuedOrdersPrefix(request.parent()), "",
                            [&](const v1::IssuedOrder& order) {
                              v1::LeadTime lead_time = LeadTimeOf(order, reads.zone());
                              if (!Wants(request, days, lead_time)) return Seen::kLeftOut;
                              if (request.only_complete() && !lead_time.has_complete_time())
                                return Seen::kLeftOut;
                              page.add_lead_times()->Swap(&lead_time);
                              return Seen::kTaken;
                            });
  return absl::OkStatus();
}

absl::Status AnswerSupplierLeadTimes(const rpc::ReadContext& reads,
                                     const v1::ListSupplierLeadTimesRequest& request,
                                     v1::ListSupplierLeadTimesResponse& page) {
  PRIHVAT_ASSIGN_OR_RETURN(const Days days, DaysOf(request));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, RowsOf(reads, request.parent()));
  const bool foreign = !request.supplier().empty() &&
                       !request.supplier().starts_with(request.parent() + "/suppliers/");
  if (foreign) return absl::OkStatus();
  // The tallies of one supplier and kind stand together. A page ends between two such groups.
  std::string group;  // where they stand
  std::optional<v1::SupplierLeadTime> told;
  LeadTimeSummary summary;
  int looked_at = 0;
  const auto tell = [&] {
    if (!told) return;
    summary.FillIn(*told);
    page.add_supplier_lead_times()->Swap(&*told);
    told.reset();
    summary = {};
  };
  rows->Scan(
      request.supplier().empty() ? LeadTimesPrefix(request.parent())
                                 : LeadTimesOfSupplier(request.parent(), request.supplier()),
      reads.page_after(), [&](std::string_view key, std::string_view value) {
        v1::LeadTimeTally tally;
        if (!es::DecodeEntity(value, tally)) return true;
        if (group.empty() || !key.starts_with(group)) {
          tell();
          if (page.supplier_lead_times_size() == reads.page_size() || looked_at >= kMaxRowsOfPage) {
            reads.NextPage(group + "~");  // above all days
            return false;
          }
          group = LeadTimesOfKind(request.parent(), tally.supplier(), tally.kind());
        }
        ++looked_at;
        if (!Wants(request, days, tally)) return true;
        if (!told) {
          told.emplace();
          told->set_supplier(tally.supplier());
          told->set_kind(tally.kind());
        }
        summary.Add(tally);
        return true;
      });
  tell();
  return absl::OkStatus();
}

absl::Status AnswerSupplierPerformances(const rpc::ReadContext& reads,
                                        const v1::ListSupplierPerformancesRequest& request,
                                        v1::ListSupplierPerformancesResponse& page) {
  PRIHVAT_ASSIGN_OR_RETURN(const Days days, DaysOf(request));
  PRIHVAT_RETURN_IF_ERROR(reads.Find<v1::Operation>(request.parent()).status());
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, reads.view(kPerformanceView));
  const bool foreign = !request.supplier().empty() &&
                       !request.supplier().starts_with(request.parent() + "/suppliers/");
  if (foreign) return absl::OkStatus();
  // The tallies of one supplier stand together. A page ends between two suppliers.
  std::string group;  // where they stand
  v1::SupplierPerformance* told = nullptr;
  int looked_at = 0;
  rows->Scan(
      request.supplier().empty() ? PerformancesPrefix(request.parent())
                                 : PerformancesOfSupplier(request.parent(), request.supplier()),
      reads.page_after(), [&](std::string_view key, std::string_view value) {
        v1::PerformanceTally tally;
        if (!es::DecodeEntity(value, tally)) return true;
        if (group.empty() || !key.starts_with(group)) {
          if (page.supplier_performances_size() == reads.page_size() ||
              looked_at >= kMaxRowsOfPage) {
            reads.NextPage(group + "~");  // above all days
            return false;
          }
          group = PerformancesOfSupplier(request.parent(), tally.numbers().supplier());
          told = nullptr;
        }
        ++looked_at;
        if (!Is(request.project(), tally.project()) || !days.Has(es::FromProto(tally.date()))) {
          return true;
        }
        if (told == nullptr) {
          told = page.add_supplier_performances();
          told->set_supplier(tally.numbers().supplier());
        }
        AddNumbers(tally.numbers(), *told);
        return true;
      });
  return absl::OkStatus();
}

absl::Status AnswerFunderShares(const rpc::ReadContext& reads,
                                const v1::ListFunderSharesRequest& request,
                                v1::ListFunderSharesResponse& page) {
  PRIHVAT_RETURN_IF_ERROR(reads.Find<v1::Operation>(request.parent()).status());
  absl::Status status;
  ScanPage<v1::PurchaseOrder>(reads, reads.entities().rows(), request.parent() + "/purchaseOrders/",
                              "", [&](const v1::PurchaseOrder& order) {
                                if (!Is(request.project(), order.project()) ||
                                    !Is(request.budget_line(), order.budget_line())) {
                                  return Seen::kLeftOut;
                                }
                                auto shares = FunderSharesOf(reads.entities(), order);
                                if (!shares.ok()) {
                                  status = shares.status();
                                  return Seen::kBeyond;
                                }
                                Seen seen = Seen::kLeftOut;
                                for (v1::FunderShare& share : *shares) {
                                  if (!Is(request.donor(), share.donor()) ||
                                      !Is(request.funding_source(), share.funding_source())) {
                                    continue;
                                  }
                                  page.add_funder_shares()->Swap(&share);
                                  seen = Seen::kTaken;
                                }
                                return seen;
                              });
  return status;
}

absl::Status AnswerWarrantyItems(const rpc::ReadContext& reads,
                                 const v1::ListWarrantyItemsRequest& request,
                                 v1::ListWarrantyItemsResponse& page) {
  PRIHVAT_ASSIGN_OR_RETURN(const Days days, DaysOf(request));
  PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, RowsOf(reads, request.parent()));
  const std::string from =
      request.has_start_date() ? WarrantiesFrom(request.parent(), days.first) : "";
  ScanPage<v1::WarrantyItem>(reads, *rows, WarrantiesPrefix(request.parent()), from,
                             [&](v1::WarrantyItem& item) {
                               if (es::FromProto(item.warranty_end_date()) > days.last)
                                 return Seen::kBeyond;
                               if (!Wants(request, item)) return Seen::kLeftOut;
                               page.add_warranty_items()->Swap(&item);
                               return Seen::kTaken;
                             });
  return absl::OkStatus();
}

absl::Status AnswerFundingSplit(const rpc::ReadContext& reads,
                                const v1::GetFundingSplitRequest& request,
                                v1::FundingSplit& split) {
  const absl::Status status = FillFundingSplit(reads.entities(), request.name(), split);
  return absl::IsNotFound(status) ? rpc::Reject(es::NotFound(request.name())) : status;
}

}  // namespace prihvat::procurement
