#include "services/procurement/domain/receipt.h"

#include "fmt/format.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

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
  const absl::Time before = FromProto(time);
  if (context.effective_at >= before) return std::nullopt;
  return es::InvalidField(
      "effective_time",
      fmt::format("is {}; {} {} at {}", absl::FormatTime(context.effective_at, context.zone), name,
                  was, absl::FormatTime(before, context.zone)));
}

MaybeRejected CheckCameBefore(const v1::GoodsReceipt& receipt, const es::Context& context) {
  return CheckNotBefore(receipt.receipt_time(), "was posted", receipt.name(), context);
}

namespace {

std::string OpenReceiptsOf(std::string_view order) { return fmt::format("{}/openReceipts", order); }

std::string OpenReceiptName(std::string_view order, std::string_view receipt) {
  return fmt::format("{}/{}", OpenReceiptsOf(order), receipt.substr(receipt.rfind('/') + 1));
}

}  // namespace

void RememberOpen(es::Entities& entities, std::string_view order, std::string_view receipt) {
  v1::OpenReceipt open;
  open.set_goods_receipt(std::string(receipt));
  entities.Put(OpenReceiptName(order, receipt), open);
}

void ForgetOpen(es::Entities& entities, std::string_view order, std::string_view receipt) {
  entities.Delete(OpenReceiptName(order, receipt));
}

MaybeRejected CheckNoReceiptOpen(const es::View& view, std::string_view order,
                                 std::string_view wish) {
  std::string name;
  view.ForEach<v1::OpenReceipt>(OpenReceiptsOf(order),
                                [&](std::string_view, const v1::OpenReceipt& open) {
                                  name = open.goods_receipt();
                                  return false;
                                });
  if (name.empty()) return std::nullopt;
  const auto* receipt = view.Find<v1::GoodsReceipt>(name);
  const char* state =
      receipt->state() == v1::GOODS_RECEIPT_STATE_COUNTING ? "counted" : "inspected";
  return es::Rejected(kReceiptOpen)
      .Saying(fmt::format("{} cannot {}: its delivery {} is {}, and neither posted nor abandoned",
                          order, wish, name, state))
      .With("name", order)
      .With("goods_receipt", name)
      .With("receipt_state", state);
}

}  // namespace prihvat::procurement
