// Tells events of the other services to the reporting views, for tests.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/es/rows.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/log/v1/record.pb.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "services/reporting/views/line_of_sight.h"

namespace prihvat::reporting::testing {

inline constexpr char kOperation[] = "operations/ba";

absl::TimeZone Sarajevo();
// A local time of Europe/Sarajevo.
absl::Time At(int year, int month, int day, int hour = 12, int minute = 0);

google::type::Money MoneyOf(std::string_view amount, std::string_view currency = "BAM");
// "170,900.00 BAM"
std::string TextOf(const google::type::Money& money);
common::v1::Decimal DecimalOf(std::string_view value);

// What was said, each event a commit of its own, and the rows that it makes. One thread.
class Story {
 public:
  // The clock's time: events are recorded, and take effect unless said otherwise, at it.
  Story& Clock(absl::Time now) {
    now_ = now;
    return *this;
  }
  Story& Tell(const google::protobuf::Message& event);
  // It took effect earlier.
  Story& TellAsOf(absl::Time effective, const google::protobuf::Message& event);

  // The rows after all that was told, topic by topic. With a seed: the topics' records interleaved
  // in an order of its own, each topic's own order kept.
  const Journals& Fold(uint64_t seed = 0);
  // All rows of all views, as last folded.
  std::map<std::string, std::string> Dump() const;

  ReportScope Scope(TimeCut cut = {}) const { return {kOperation, Sarajevo(), cut}; }

 private:
  struct Told {
    std::string topic;
    log::v1::Commit commit;
  };
  absl::Time now_ = At(2023, 1, 1);
  std::vector<Told> told_;
  std::map<std::string, es::MapRows> rows_;
  std::unique_ptr<Journals> journals_;
};

// Shorthands for the events that most tests tell.
void TellProject(Story& story, std::string_view project, std::string_view donor);
void TellBudgetLine(Story& story, std::string_view line, std::string_view project,
                    std::string_view donor, google::type::Money amount);
// Money of a budget line moves by these amounts, in KM.
void TellMoved(Story& story, std::string_view line, std::string_view project,
               std::string_view reserved, std::string_view committed, std::string_view spent);

procurement::v1::PostedLine Line(int number, procurement::v1::LineKind kind,
                                 std::string_view accepted, google::type::Money value);
// A receipt of "projects/response" and its budget line "goods".
procurement::v1::GoodsReceiptPosted Receipt(std::string_view id,
                                            std::vector<procurement::v1::PostedLine> lines);

handover::v1::HandedOverItem HandedOver(const procurement::v1::GoodsReceiptPosted& receipt,
                                        int line_number, google::type::Money value);
handover::v1::HandoverBecameEffective Handover(std::string_view id, std::string_view recipient,
                                               absl::Time title_time,
                                               std::vector<handover::v1::HandedOverItem> items);

}  // namespace prihvat::reporting::testing
