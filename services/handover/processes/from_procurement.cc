// One process for all that procurement tells, so that an operation's events are taken in their
// order: the operation before its projects, a receipt before what went back of it. Each line of a
// receipt is a command of its own: where one is refused (a serial that is taken), the others are
// not.
#include "libs/base/decimal.h"
#include "prihvat/handover/v1/state.pb.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "services/handover/domain/names.h"
#include "services/handover/processes/processes.h"

namespace prihvat::handover {
namespace {

// Text that is no number is passed on, for the decider to refuse.
bool IsNothing(const common::v1::Decimal& quantity) {
  if (quantity.value().empty()) return true;
  const auto number = base::Decimal::Parse(quantity.value());
  return number.ok() && number->IsZero();
}

void RegisterOperation(const procurement::v1::OperationCreated& event,
                       const es::EventContext& context, es::Reactions& reactions) {
  v1::RegisterOperationRequest command;
  command.set_operation(event.operation());
  command.set_display_name(event.display_name());
  command.set_time_zone(event.time_zone());
  reactions.Send(context, std::move(command));
}

void RegisterProject(const procurement::v1::ProjectCreated& event, const es::EventContext& context,
                     es::Reactions& reactions) {
  v1::RegisterProjectRequest command;
  command.set_operation(std::string(context.operation));
  v1::ProjectFacts& project = *command.mutable_project();
  project.set_name(event.project());
  project.mutable_display_name()->set_en(event.display_name());
  project.mutable_display_name()->set_bs(event.display_name_bs());
  project.set_funding_source(event.funding_source());
  project.set_donor(event.donor());
  reactions.Send(context, std::move(command));
}

void RegisterOrganisation(const procurement::v1::OrganisationNamed& event,
                          const es::EventContext& context, es::Reactions& reactions) {
  v1::RegisterOrganisationRequest command;
  command.set_operation(std::string(context.operation));
  v1::OrganisationFacts& organisation = *command.mutable_organisation();
  organisation.set_organisation(event.organisation());
  organisation.mutable_display_name()->set_en(event.display_name());
  organisation.mutable_display_name()->set_bs(event.display_name_bs());
  reactions.Send(context, std::move(command));
}

v1::ReceivedSerial ToSerial(const procurement::v1::SerialItem& item) {
  v1::ReceivedSerial out;
  out.set_serial(item.serial());
  out.set_vin(item.vin());
  out.set_manufacturer(item.manufacturer());
  out.set_model(item.model());
  return out;
}

v1::FundingShare ToShare(const procurement::v1::FundingShare& share) {
  v1::FundingShare out;
  out.set_donor(share.donor());
  out.set_funding_source(share.funding_source());
  *out.mutable_percent() = share.percent();
  return out;
}

// The agency that bought: whose person received the goods.
std::string AgencyOf(const procurement::v1::GoodsReceiptPosted& event,
                     const es::EventContext& context) {
  const std::string_view who =
      event.receiver().empty() ? context.principal : std::string_view(event.receiver());
  return std::string(OrganisationOf(who));
}

// Whether the line makes things to hand over: goods, of which some were accepted.
bool MakesThings(const procurement::v1::PostedLine& line) {
  return (line.kind() == procurement::v1::LINE_KIND_GOODS_SERIAL ||
          line.kind() == procurement::v1::LINE_KIND_GOODS_QUANTITY) &&
         !IsNothing(line.accepted());
}

int PiecesOf(const procurement::v1::GoodsReceiptPosted& event) {
  int pieces = 0;
  for (const procurement::v1::PostedLine& line : event.lines()) {
    if (!MakesThings(line)) continue;
    const bool serialised = line.kind() == procurement::v1::LINE_KIND_GOODS_SERIAL;
    pieces += serialised ? line.serials_size() : 1;
  }
  return pieces;
}

// For how many months the supplier warrants what the line of the order buys.
int WarrantyMonthsOf(const procurement::v1::OrderFacts& order, int line_number) {
  for (const procurement::v1::OrderLine& line : order.lines()) {
    if (line.line_number() == line_number) return line.warranty_months();
  }
  return 0;
}

void RegisterGoods(const procurement::v1::GoodsReceiptPosted& event,
                   const es::EventContext& context, es::Reactions& reactions) {
  const int pieces = PiecesOf(event);
  for (const procurement::v1::PostedLine& line : event.lines()) {
    if (!MakesThings(line)) continue;
    v1::RegisterReceivedGoodsRequest command;
    command.set_operation(std::string(context.operation));
    v1::Provenance& from = *command.mutable_provenance();
    from.set_receipt(event.receipt());
    from.set_receipt_number(event.document_number());
    from.set_purchase_order(event.purchase_order());
    from.set_line_number(line.line_number());
    from.set_project(event.project());
    from.set_budget_line(event.budget_line());
    from.set_supplier(event.supplier());
    from.set_donor(line.donor());
    for (const auto& share : line.funding_shares()) *from.add_funding() = ToShare(share);
    from.set_agency(AgencyOf(event, context));
    from.set_intended_recipient(line.recipient());
    from.set_intended_centre(line.centre());
    command.mutable_description()->set_en(line.description());
    command.mutable_description()->set_bs(line.description_bs());
    command.set_unit(line.unit());
    *command.mutable_accepted() = line.accepted();
    command.set_serialised(line.kind() == procurement::v1::LINE_KIND_GOODS_SERIAL);
    command.set_receipt_pieces(pieces);
    command.set_warranty_months(WarrantyMonthsOf(event.order(), line.line_number()));
    for (const auto& item : line.serials()) *command.add_serials() = ToSerial(item);
    *command.mutable_unit_price() = line.unit_price();
    *command.mutable_value() = line.value();
    reactions.Send(context, std::move(command));
  }
}

// Whether the order's line buys things; a line that the event does not tell of is taken for one.
bool IsOfThings(const procurement::v1::OrderFacts& order, int line_number) {
  for (const procurement::v1::OrderLine& line : order.lines()) {
    if (line.line_number() != line_number) continue;
    return line.kind() == procurement::v1::LINE_KIND_GOODS_SERIAL ||
           line.kind() == procurement::v1::LINE_KIND_GOODS_QUANTITY;
  }
  return true;
}

// What goes back, and what was never there: a receipt that is reversed takes its things with it.
template <class Event>
void RecordReturn(const Event& event, const es::EventContext& context, es::Reactions& reactions) {
  if constexpr (requires { event.told_by_handover(); }) {
    if (event.told_by_handover()) return;  // it is in these books already
  }
  for (const procurement::v1::ReturnedLine& line : event.lines()) {
    // What was never accepted was never an asset, nor is a service or carriage.
    if (IsNothing(line.accepted())) continue;
    if (!IsOfThings(event.order(), line.line_number())) continue;
    v1::RecordReturnedGoodsRequest command;
    command.set_operation(std::string(context.operation));
    command.set_receipt(event.receipt());
    command.set_line_number(line.line_number());
    *command.mutable_returned() = line.accepted();
    *command.mutable_value() = line.value();
    command.set_reason(event.reason());
    if (line.serials().empty()) {
      reactions.Send(context, std::move(command));
      continue;
    }
    // Piece by piece: where one cannot be recorded, the others are.
    command.clear_value();
    command.mutable_returned()->set_value("1");
    for (const auto& item : line.serials()) {
      v1::RecordReturnedGoodsRequest of_piece = command;
      *of_piece.add_serials() = ToSerial(item);
      reactions.Send(context, std::move(of_piece));
    }
  }
}

const es::Process& FromProcurement() {
  static const es::Process& process = *[] {
    auto* p = new es::Process("handover.from-procurement", "prihvat.procurement");
    p->On<procurement::v1::OperationCreated>(&RegisterOperation);
    p->On<procurement::v1::ProjectCreated>(&RegisterProject);
    p->On<procurement::v1::OrganisationNamed>(&RegisterOrganisation);
    p->On<procurement::v1::GoodsReceiptPosted>(&RegisterGoods);
    p->On<procurement::v1::GoodsReturned>(&RecordReturn<procurement::v1::GoodsReturned>);
    p->On<procurement::v1::GoodsReceiptReversed>(
        &RecordReturn<procurement::v1::GoodsReceiptReversed>);
    return p;
  }();
  return process;
}

}  // namespace

const std::vector<const es::Process*>& HandoverProcesses() {
  static const auto& processes = *new std::vector<const es::Process*>{&FromProcurement()};
  return processes;
}

}  // namespace prihvat::handover
