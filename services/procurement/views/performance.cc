#include "services/procurement/views/performance.h"

#include <algorithm>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "services/procurement/domain/ids.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using es::EventContext;
using es::MutableRows;

bool IsNothing(const common::v1::Decimal& quantity) { return FromProto(quantity).IsZero(); }

std::string ZoneKey(std::string_view operation) { return fmt::format("{}/zone", operation); }
std::string ReceiptKey(const EventContext& context, std::string_view receipt) {
  return fmt::format("{}/ofReceipts/{}", context.operation, IdOf(receipt));
}

v1::PerformanceTally Read(const es::Rows& rows, std::string_view key) {
  v1::PerformanceTally tally;
  const auto value = rows.Get(key);
  if (!value || !es::DecodeEntity(*value, tally)) tally.Clear();
  return tally;
}

bool IsEmpty(const v1::SupplierPerformance& numbers) {
  v1::SupplierPerformance nothing;
  nothing.set_supplier(numbers.supplier());
  return numbers.SerializeAsString() == nothing.SerializeAsString();
}

void Tally(MutableRows& rows, const v1::PerformanceTally& more, int sign,
           const EventContext& context) {
  const std::string& supplier = more.numbers().supplier();
  const std::string key =
      fmt::format("{}{}/{}", PerformancesOfSupplier(context.operation, supplier),
                  base::FormatDate(FromProto(more.date())), IdOf(more.project()));
  v1::PerformanceTally tally = Read(rows, key);
  tally.set_project(more.project());
  *tally.mutable_date() = more.date();
  tally.mutable_numbers()->set_supplier(supplier);
  AddNumbers(more.numbers(), *tally.mutable_numbers(), sign);
  if (IsEmpty(tally.numbers())) {
    rows.Delete(key);
  } else {
    rows.Put(key, es::EncodeEntity(tally));
  }
}

// A tally of the event's day, without numbers.
v1::PerformanceTally Begin(const es::Rows& rows, const std::string& supplier,
                           const std::string& project, const EventContext& context) {
  const auto zone = base::LoadZone(rows.Get(ZoneKey(context.operation)).value_or("UTC"));
  v1::PerformanceTally tally;
  tally.mutable_numbers()->set_supplier(supplier);
  tally.set_project(project);
  *tally.mutable_date() =
      ToProto(base::LocalDay(context.effective_at, zone.ok() ? *zone : absl::UTCTimeZone()));
  return tally;
}

void OnOperationCreated(MutableRows& rows, const v1::OperationCreated& event, const EventContext&) {
  rows.Put(ZoneKey(event.operation()), event.time_zone());
}

void OnPosted(MutableRows& rows, const v1::GoodsReceiptPosted& event, const EventContext& context) {
  v1::PerformanceTally tally = Begin(rows, event.supplier(), event.project(), context);
  v1::SupplierPerformance& numbers = *tally.mutable_numbers();
  numbers.set_receipts(1);
  numbers.set_receipt_lines(event.lines_size());
  for (const v1::PostedLine& line : event.lines()) {
    if (!IsNothing(line.rejected())) {
      numbers.set_lines_with_rejections(numbers.lines_with_rejections() + 1);
    }
    if (!IsNothing(line.surplus())) {
      numbers.set_lines_with_surplus(numbers.lines_with_surplus() + 1);
    }
  }
  rows.Put(ReceiptKey(context, event.receipt()), es::EncodeEntity(tally));
  Tally(rows, tally, 1, context);
}

void OnReversed(MutableRows& rows, const v1::GoodsReceiptReversed& event,
                const EventContext& context) {
  const std::string key = ReceiptKey(context, event.receipt());
  const v1::PerformanceTally tally = Read(rows, key);
  if (!tally.has_numbers()) return;
  Tally(rows, tally, -1, context);
  rows.Delete(key);
}

void OnReturned(MutableRows& rows, const v1::GoodsReturned& event, const EventContext& context) {
  v1::PerformanceTally tally =
      Begin(rows, event.order().supplier(), event.order().project(), context);
  tally.mutable_numbers()->set_returns(1);
  const auto lines =
      std::count_if(event.lines().begin(), event.lines().end(),
                    [](const v1::ReturnedLine& line) { return !IsNothing(line.accepted()); });
  tally.mutable_numbers()->set_lines_returned(static_cast<int32_t>(lines));
  Tally(rows, tally, 1, context);
}

// An order ended; something had come of it, or not.
v1::PerformanceTally Ended(const es::Rows& rows, const v1::OrderFacts& order,
                           const EventContext& context) {
  v1::PerformanceTally tally = Begin(rows, order.supplier(), order.project(), context);
  const auto any = [&](auto is) {
    return std::any_of(order.lines().begin(), order.lines().end(), is);
  };
  const bool delivered = any([](const v1::OrderLine& line) {
    return !IsNothing(line.accepted()) || !IsNothing(line.rejected()) || !IsNothing(line.surplus());
  });
  if (!delivered) return tally;
  tally.mutable_numbers()->set_orders_ended(1);
  const bool missing = any([](const v1::OrderLine& line) { return !IsNothing(line.cancelled()); });
  tally.mutable_numbers()->set_orders_short(missing ? 1 : 0);
  return tally;
}

void OnClosed(MutableRows& rows, const v1::PurchaseOrderClosed& event,
              const EventContext& context) {
  Tally(rows, Ended(rows, event.order(), context), 1, context);
}

void OnTerminated(MutableRows& rows, const v1::PurchaseOrderTerminated& event,
                  const EventContext& context) {
  v1::PerformanceTally tally = Ended(rows, event.order(), context);
  tally.mutable_numbers()->set_orders_terminated(1);
  Tally(rows, tally, 1, context);
}

}  // namespace

const es::Projection& PerformanceView() {
  static const es::Projection& view = *[] {
    auto* v = new es::Projection(std::string(kPerformanceView), 1, {"prihvat.procurement"});
    v->On<v1::OperationCreated>(&OnOperationCreated);
    v->On<v1::GoodsReceiptPosted>(&OnPosted);
    v->On<v1::GoodsReceiptReversed>(&OnReversed);
    v->On<v1::GoodsReturned>(&OnReturned);
    v->On<v1::PurchaseOrderClosed>(&OnClosed);
    v->On<v1::PurchaseOrderTerminated>(&OnTerminated);
    return v;
  }();
  return view;
}

std::string PerformancesPrefix(std::string_view operation) {
  return fmt::format("{}/performances/", operation);
}

std::string PerformancesOfSupplier(std::string_view operation, std::string_view supplier) {
  return fmt::format("{}{}/", PerformancesPrefix(operation), IdOf(supplier));
}

void AddNumbers(const v1::SupplierPerformance& more, v1::SupplierPerformance& sum, int sign) {
  using google::protobuf::FieldDescriptor;
  const auto& type = *v1::SupplierPerformance::descriptor();
  const auto& reflection = *v1::SupplierPerformance::GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_INT32) continue;
    reflection.SetInt32(&sum, field,
                        reflection.GetInt32(sum, field) + sign * reflection.GetInt32(more, field));
  }
}

}  // namespace prihvat::procurement
