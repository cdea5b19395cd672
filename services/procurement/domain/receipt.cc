#include "services/procurement/domain/receipt.h"

#include "fmt/format.h"
#include "services/procurement/domain/stamps.h"

namespace prihvat::procurement {

es::Rejection WrongReceiptState(const v1::GoodsReceipt& receipt, std::string_view wish) {
  if (receipt.state() == v1::GOODS_RECEIPT_STATE_POSTED) {
    return es::WrongState(receipt.name(), "posted", wish, "return, reverse");
  }
  return es::WrongState(receipt.name(), "reversed", wish, "none");
}

MaybeRejected CheckCameBefore(const v1::GoodsReceipt& receipt, const es::Context& context) {
  const absl::Time came = FromTimestamp(receipt.receipt_time());
  if (context.effective_at >= came) return std::nullopt;
  return es::InvalidField("effective_time",
                          fmt::format("is {}; the goods of {} came at {}",
                                      absl::FormatTime(context.effective_at, context.zone),
                                      receipt.name(), absl::FormatTime(came, context.zone)));
}

}  // namespace prihvat::procurement
