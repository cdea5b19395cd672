#include "services/procurement/domain/receipt.h"

#include "fmt/format.h"
#include "services/procurement/domain/stamps.h"

namespace prihvat::procurement {

es::Rejection WrongReceiptState(const v1::GoodsReceipt& receipt, std::string_view wish) {
  switch (receipt.state()) {
    case v1::GOODS_RECEIPT_STATE_COUNTING:
      return es::WrongState(receipt.name(), "counted", wish, "inspect, abandon");
    case v1::GOODS_RECEIPT_STATE_INSPECTED:
      return es::WrongState(receipt.name(), "inspected", wish, "post, abandon");
    case v1::GOODS_RECEIPT_STATE_POSTED:
      return es::WrongState(receipt.name(), "posted", wish, "return, reverse");
    case v1::GOODS_RECEIPT_STATE_ABANDONED:
      return es::WrongState(receipt.name(), "abandoned", wish, "none");
    default:
      return es::WrongState(receipt.name(), "reversed", wish, "none");
  }
}

const v1::ReceiptLine* FindReceiptLine(const v1::GoodsReceipt& receipt, int number) {
  for (const v1::ReceiptLine& line : receipt.lines()) {
    if (line.line_number() == number) return &line;
  }
  return nullptr;
}

MaybeRejected CheckLineNumber(const v1::PurchaseOrder& order, int number, std::string_view list,
                              int i, std::set<int>& numbers) {
  const std::string field = FieldOf(list, i, "line_number");
  if (number < 1 || number > order.lines_size()) {
    return es::InvalidField(
        field, fmt::format("the order has no line {}; it has {}", number, order.lines_size()));
  }
  if (numbers.insert(number).second) return std::nullopt;
  return es::InvalidField(field, fmt::format("line {} stands twice in the receipt", number));
}

MaybeRejected CheckNotBefore(const google::protobuf::Timestamp& time, std::string_view was,
                             std::string_view name, const es::Context& context) {
  const absl::Time before = FromTimestamp(time);
  if (context.effective_at >= before) return std::nullopt;
  return es::InvalidField(
      "effective_time",
      fmt::format("is {}; {} {} at {}", absl::FormatTime(context.effective_at, context.zone), name,
                  was, absl::FormatTime(before, context.zone)));
}

MaybeRejected CheckCameBefore(const v1::GoodsReceipt& receipt, const es::Context& context) {
  return CheckNotBefore(receipt.receipt_time(), "was posted", receipt.name(), context);
}

}  // namespace prihvat::procurement
