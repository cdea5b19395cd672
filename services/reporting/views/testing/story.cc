#include "services/reporting/views/testing/story.h"

#include <memory>
#include <random>
#include <utility>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/base/civil.h"
#include "libs/es/entities.h"
#include "services/reporting/views/journals.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting::testing {

absl::TimeZone Sarajevo() { return base::LoadZone("Europe/Sarajevo").value(); }

absl::Time At(int year, int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), Sarajevo());
}

google::type::Money MoneyOf(std::string_view amount, std::string_view currency) {
  return ToProto(base::Money::Parse(amount, currency).value());
}

std::string TextOf(const google::type::Money& money) {
  return CheckedFromProto(money).value().Format();
}

common::v1::Decimal DecimalOf(std::string_view value) {
  common::v1::Decimal decimal;
  decimal.set_value(std::string(value));
  return decimal;
}

Story& Story::Tell(const google::protobuf::Message& event) { return TellAsOf(now_, event); }

Story& Story::TellAsOf(absl::Time effective, const google::protobuf::Message& event) {
  // "prihvat.handover.v1.AssetRegistered" is said on topic "prihvat.handover".
  const std::string type = event.GetDescriptor()->full_name();
  Told told;
  told.topic = type.substr(0, type.find(".v1."));
  told.commit.set_operation(kOperation);
  *told.commit.mutable_recorded_at() = ToProto(now_);
  log::v1::Event& stored = *told.commit.add_events();
  stored.set_type(type);
  stored.set_payload(es::SerializeDeterministically(event));
  *stored.mutable_effective_at() = ToProto(effective);
  told_.push_back(std::move(told));
  return *this;
}

const Journals& Story::Fold(uint64_t seed) {
  rows_.clear();
  std::map<std::string, std::vector<const log::v1::Commit*>> by_topic;
  for (const Told& told : told_) by_topic[told.topic].push_back(&told.commit);
  std::map<std::string, size_t> next;
  std::mt19937_64 random(seed);
  while (!by_topic.empty()) {
    auto topic = by_topic.begin();
    if (seed != 0) std::advance(topic, static_cast<int>(random() % by_topic.size()));
    size_t& index = next[topic->first];
    es::CommitContext at;
    at.topic = topic->first;
    at.offset = static_cast<int64_t>(index);
    for (const es::Projection* view : ReportingProjections()) {
      if (view->topics().front() != topic->first) continue;
      const absl::Status status = view->Apply(rows_[view->name()], *topic->second[index], at);
      PRIHVAT_CHECK(status.ok(), status.ToString());
    }
    if (++index == topic->second.size()) by_topic.erase(topic);
  }
  journals_ = std::make_unique<Journals>(Journals{.money = rows_[std::string(kMoneyView)],
                                                  .handovers = rows_[std::string(kHandoversView)],
                                                  .centres = rows_[std::string(kCentresView)]});
  return *journals_;
}

std::map<std::string, std::string> Story::Dump() const {
  std::map<std::string, std::string> all;
  for (const auto& [view, rows] : rows_) {
    for (const auto& [key, value] : rows.map()) all[fmt::format("{}:{}", view, key)] = value;
  }
  return all;
}

void TellProject(Story& story, std::string_view project, std::string_view donor) {
  procurement::v1::ProjectCreated event;
  event.set_project(std::string(project));
  event.set_display_name("Individual measure");
  event.set_donor(std::string(donor));
  story.Tell(event);
}

void TellBudgetLine(Story& story, std::string_view line, std::string_view project,
                    std::string_view donor, google::type::Money amount) {
  procurement::v1::BudgetLineCreated event;
  event.set_budget_line(std::string(line));
  event.set_project(std::string(project));
  event.set_display_name("Equipment");
  event.set_donor(std::string(donor));
  *event.mutable_amount() = std::move(amount);
  story.Tell(event);
}

void TellMoved(Story& story, std::string_view line, std::string_view project,
               std::string_view reserved, std::string_view committed, std::string_view spent) {
  procurement::v1::BudgetMoved event;
  event.set_budget_line(std::string(line));
  event.set_project(std::string(project));
  *event.mutable_reserved_change() = MoneyOf(reserved);
  *event.mutable_committed_change() = MoneyOf(committed);
  *event.mutable_spent_change() = MoneyOf(spent);
  story.Tell(event);
}

procurement::v1::PostedLine Line(int number, procurement::v1::LineKind kind,
                                 std::string_view accepted, google::type::Money value) {
  procurement::v1::PostedLine line;
  line.set_line_number(number);
  line.set_kind(kind);
  line.set_description(fmt::format("thing {}", number));
  line.set_unit("piece");
  *line.mutable_accepted() = DecimalOf(accepted);
  *line.mutable_value() = std::move(value);
  line.set_donor("organisations/eu");
  return line;
}

procurement::v1::GoodsReceiptPosted Receipt(std::string_view id,
                                            std::vector<procurement::v1::PostedLine> lines) {
  procurement::v1::GoodsReceiptPosted event;
  event.set_receipt(fmt::format("operations/ba/goodsReceipts/{}", id));
  event.set_document_number(fmt::format("GRN-{}", id));
  event.set_purchase_order(fmt::format("operations/ba/purchaseOrders/{}", id));
  event.mutable_order()->set_document_number(fmt::format("PO-{}", id));
  event.set_project("operations/ba/projects/response");
  event.set_budget_line("operations/ba/projects/response/budgetLines/goods");
  for (procurement::v1::PostedLine& line : lines) *event.add_lines() = std::move(line);
  return event;
}

handover::v1::HandedOverItem HandedOver(const procurement::v1::GoodsReceiptPosted& receipt,
                                        int line_number, google::type::Money value) {
  handover::v1::HandedOverItem item;
  *item.mutable_quantity() = DecimalOf("1");
  *item.mutable_value() = std::move(value);
  handover::v1::Provenance& from = *item.mutable_provenance();
  from.set_receipt(receipt.receipt());
  from.set_receipt_number(receipt.document_number());
  from.set_purchase_order(receipt.purchase_order());
  from.set_line_number(line_number);
  from.set_project(receipt.project());
  from.set_budget_line(receipt.budget_line());
  from.set_donor("organisations/eu");
  return item;
}

handover::v1::HandoverBecameEffective Handover(std::string_view id, std::string_view recipient,
                                               absl::Time title_time,
                                               std::vector<handover::v1::HandedOverItem> items) {
  handover::v1::HandoverBecameEffective event;
  event.set_handover_case(fmt::format("operations/ba/handoverCases/{}", id));
  event.set_certificate(fmt::format("operations/ba/certificates/DC-{}", id));
  event.set_certificate_number(fmt::format("DC-{}", id));
  event.set_recipient(std::string(recipient));
  *event.mutable_title_time() = ToProto(title_time);
  for (handover::v1::HandedOverItem& item : items) *event.add_items() = std::move(item);
  return event;
}

}  // namespace prihvat::reporting::testing
