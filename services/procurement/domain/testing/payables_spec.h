// The stage of ProcurementSpec, with short ways to invoices, credit notes, advances and payments.
// Header-only, for tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "prihvat/procurement/v1/payables.pb.h"
#include "prihvat/procurement/v1/payables_events.pb.h"
#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {

inline constexpr char kPayer[] = "organisations/iom/people/payer";
inline constexpr char kClerk[] = "organisations/iom/people/clerk";

inline google::type::Money MoneyIn(std::string_view amount, std::string_view currency) {
  return ToProto(*base::Money::Parse(amount, currency));
}

struct Invoiced {
  std::string quantity;
  std::string amount;
  int line = 1;
  v1::LineKind kind = v1::LINE_KIND_GOODS_QUANTITY;
  std::string currency = "BAM";
  absl::CivilDay supplied = absl::CivilDay(2023, 7, 12);
};

struct Credited {
  std::string quantity;
  std::string amount;
  int line = 1;
};

class PayablesSpec : public ProcurementSpec {
 public:
  using ProcurementSpec::ProcurementSpec;

  static std::string InvoiceName(std::string_view id = "inv") {
    return std::string(kOperation) + "/supplierInvoices/" + std::string(id);
  }
  static std::string AdvanceName(std::string_view id = "adv") {
    return std::string(kOperation) + "/advances/" + std::string(id);
  }
  static std::string PaymentName(std::string_view id) {
    return std::string(kOperation) + "/payments/" + std::string(id);
  }

  static v1::RegisterSupplierInvoiceRequest InvoiceOf(const std::vector<Invoiced>& lines,
                                                      std::string_view id = "inv",
                                                      std::string_view order = "po") {
    v1::RegisterSupplierInvoiceRequest command;
    command.set_parent(kOperation);
    command.set_supplier_invoice_id(std::string(id));
    v1::SupplierInvoice& invoice = *command.mutable_supplier_invoice();
    invoice.set_purchase_order(OrderName(order));
    invoice.set_supplier_number("R-" + std::string(id));
    *invoice.mutable_invoice_date() = ToProto(absl::CivilDay(2023, 7, 12));
    for (const Invoiced& line : lines) {
      v1::InvoiceLine& added = *invoice.add_lines();
      added.set_order_line(line.line);
      added.set_kind(line.kind);
      *added.mutable_quantity() = Number(line.quantity);
      *added.mutable_amount() = MoneyIn(line.amount, line.currency);
      *added.mutable_supply_date() = ToProto(line.supplied);
    }
    return command;
  }
  PayablesSpec& Register(const std::vector<Invoiced>& lines, std::string_view id = "inv",
                         std::string_view order = "po") {
    As(kClerk).When(InvoiceOf(lines, id, order));
    return *this;
  }
  template <class Command>
  PayablesSpec& On(std::string_view id, std::string_view person) {
    Command command;
    command.set_name(InvoiceName(id));
    As(std::string(person)).When(command);
    return *this;
  }
  PayablesSpec& Match(std::string_view id = "inv") {
    return On<v1::MatchSupplierInvoiceRequest>(id, kClerk);
  }
  PayablesSpec& ApproveInvoice(std::string_view person = kApprover, std::string_view id = "inv") {
    return On<v1::ApproveSupplierInvoiceRequest>(id, person);
  }
  template <class Command>
  PayablesSpec& WithReason(std::string_view id = "inv") {
    Command command;
    command.set_name(InvoiceName(id));
    command.set_reason("as agreed");
    As(kClerk).When(command);
    return *this;
  }
  // Registered, matched and approved.
  PayablesSpec& Payable(const std::vector<Invoiced>& lines, std::string_view id = "inv",
                        std::string_view order = "po") {
    Register(lines, id, order).ThenAccepted();
    Match(id).ThenAccepted();
    ApproveInvoice(kApprover, id).ThenAccepted();
    return *this;
  }
  PayablesSpec& Pay(std::string_view amount, std::string_view payment = "pay",
                    std::string_view id = "inv", std::string_view person = kPayer,
                    std::string_view currency = "BAM") {
    v1::PaySupplierInvoiceRequest command;
    command.set_name(InvoiceName(id));
    command.set_payment_id(std::string(payment));
    *command.mutable_amount() = MoneyIn(amount, currency);
    As(std::string(person)).When(command);
    return *this;
  }
  PayablesSpec& Refund(std::string_view amount, std::string_view payment = "refund",
                       std::string_view id = "inv") {
    v1::RecordSupplierRefundRequest command;
    command.set_name(InvoiceName(id));
    command.set_payment_id(std::string(payment));
    *command.mutable_amount() = Km(amount);
    As(kClerk).When(command);
    return *this;
  }
  PayablesSpec& Reverse(std::string_view payment = "pay") {
    v1::ReversePaymentRequest command;
    command.set_name(PaymentName(payment));
    command.set_reason("the bank gave it back");
    As(kPayer).When(command);
    return *this;
  }
  PayablesSpec& Credit(const std::vector<Credited>& lines, std::string_view id = "cn",
                       std::string_view invoice = "inv", std::string_view currency = "BAM") {
    v1::RegisterCreditNoteRequest command;
    command.set_parent(kOperation);
    command.set_credit_note_id(std::string(id));
    v1::CreditNote& note = *command.mutable_credit_note();
    note.set_supplier_invoice(InvoiceName(invoice));
    note.set_supplier_number("O-" + std::string(id));
    *note.mutable_credit_date() = ToProto(absl::CivilDay(2023, 7, 13));
    note.set_reason("goods went back");
    for (const Credited& line : lines) {
      v1::CreditNoteLine& added = *note.add_lines();
      added.set_invoice_line(line.line);
      *added.mutable_quantity() = Number(line.quantity);
      *added.mutable_amount() = MoneyIn(line.amount, currency);
    }
    As(kClerk).When(command);
    return *this;
  }
  PayablesSpec& RequestAdvance(std::string_view amount, std::string_view id = "adv") {
    v1::RequestAdvanceRequest command;
    command.set_parent(kOperation);
    command.set_advance_id(std::string(id));
    command.mutable_advance()->set_purchase_order(kOrder);
    *command.mutable_advance()->mutable_amount() = Km(amount);
    command.mutable_advance()->set_reason("the maker asks for it");
    As(kRequester).When(command);
    return *this;
  }
  PayablesSpec& ApproveAdvance(std::string_view person = kApprover, std::string_view id = "adv") {
    v1::ApproveAdvanceRequest command;
    command.set_name(AdvanceName(id));
    As(std::string(person)).When(command);
    return *this;
  }
  PayablesSpec& PayAdvance(std::string_view payment = "pay-adv", std::string_view id = "adv",
                           std::string_view person = kPayer) {
    v1::PayAdvanceRequest command;
    command.set_name(AdvanceName(id));
    command.set_payment_id(std::string(payment));
    As(std::string(person)).When(command);
    return *this;
  }
  PayablesSpec& ReverseReceipt(std::string_view id = "grn", std::string_view person = kReceiver) {
    v1::ReverseGoodsReceiptRequest command;
    command.set_name(std::string(kOperation) + "/goodsReceipts/" + std::string(id));
    command.set_reason("entered twice");
    As(std::string(person)).When(command);
    return *this;
  }
  // One unit of `unit` is worth `rate` of `price` on that day.
  PayablesSpec& Rate(std::string_view unit, std::string_view price, std::string_view rate,
                     absl::CivilDay day) {
    v1::RecordExchangeRateRequest command;
    command.set_parent(kOperation);
    v1::ExchangeRate& recorded = *command.mutable_exchange_rate();
    recorded.set_unit_currency(std::string(unit));
    recorded.set_price_currency(std::string(price));
    *recorded.mutable_rate() = Number(rate);
    *recorded.mutable_date() = ToProto(day);
    recorded.set_source("Central Bank of Bosnia and Herzegovina");
    As(kClerk).When(command);
    return *this;
  }

  v1::SupplierInvoice Invoice(std::string_view id = "inv") const {
    return Entity<v1::SupplierInvoice>(InvoiceName(id));
  }
  v1::Payment Payment(std::string_view id = "pay") const {
    return Entity<v1::Payment>(PaymentName(id));
  }
  v1::Advance Advance(std::string_view id = "adv") const {
    return Entity<v1::Advance>(AdvanceName(id));
  }
  // "payable/paid/open"
  std::string Due(std::string_view id = "inv") const {
    const v1::InvoiceAmounts amounts = Invoice(id).amounts();
    return FromProto(amounts.payable()).AmountText() + "/" +
           FromProto(amounts.paid()).AmountText() + "/" + FromProto(amounts.open()).AmountText();
  }
  std::string PaidOfBudget() const { return Text(Budget().paid()); }
};

}  // namespace prihvat::procurement
