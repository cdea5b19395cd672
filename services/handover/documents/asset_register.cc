#include "services/handover/documents/asset_register.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/status_macros.h"
#include "libs/documents/form.h"
#include "libs/documents/paper_dates.h"
#include "services/handover/documents/paper_words.h"
#include "services/handover/domain/funding.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

using documents::Cell;
using documents::Empty;
using documents::Number;
using documents::Text;

bool Fits(const std::string& wanted, std::string_view found) {
  return wanted.empty() || wanted == found;
}

bool Keeps(const v1::ExportAssetRegisterRequest& request, const RegisterLine& line,
           const v1::Provenance& from) {
  return Fits(request.title_holder(), line.title_holder) &&
         Fits(request.custodian(), line.custodian) && Fits(request.centre(), line.centre) &&
         (request.donor().empty() || HasDonor(from, request.donor()));
}

void SayProvenance(const v1::Provenance& from, RegisterLine& line) {
  line.receipt_number = from.receipt_number();
  line.donors = DonorsOf(from);
}

// How the asset stood at the time; nullptr before it was received.
const v1::AssetStanding* StandingAt(const v1::Asset& asset, absl::Time time) {
  const v1::AssetStanding* found = nullptr;
  for (const v1::AssetStanding& standing : asset.standings()) {
    if (FromProto(standing.start_time()) <= time) found = &standing;
  }
  return found;
}

// In which it had been found by then.
v1::AssetCondition ConditionAt(const v1::Asset& asset, absl::Time time) {
  v1::AssetCondition found = v1::ASSET_CONDITION_UNSPECIFIED;
  for (const v1::ConditionRecord& record : asset.conditions()) {
    if (FromProto(record.record_time()) <= time) found = record.condition();
  }
  return found;
}

RegisterLine LineOf(const v1::Asset& asset, const v1::AssetStanding& standing, absl::Time time,
                    absl::TimeZone zone) {
  RegisterLine line = {.item = asset.name(),
                       .description = asset.description(),
                       .numbers = NumbersText(asset),
                       .serial = asset.serial(),
                       .vin = asset.vin(),
                       .manufacturer = asset.manufacturer(),
                       .model = asset.model(),
                       .state = standing.state(),
                       .title_holder = HolderAt(asset.title_periods(), time),
                       .custodian = HolderAt(asset.custody_periods(), time),
                       .location = standing.location(),
                       .centre = standing.centre(),
                       .quantity = base::Decimal::FromInt(1),
                       .unit = "pcs",
                       .value = FromProto(asset.value()),
                       .receipt_number = "",
                       .received = base::LocalDay(FromProto(asset.standings(0).start_time()), zone),
                       .donors = {},
                       .certificate = "",
                       .condition = ConditionAt(asset, time),
                       .warranty_end = {}};
  if (asset.has_warranty_end_date()) line.warranty_end = FromProto(asset.warranty_end_date());
  SayProvenance(asset.provenance(), line);
  // Title and certificate go together.
  if (line.title_holder == asset.title_holder()) line.certificate = asset.certificate();
  return line;
}

// The lot's value shared out: what all holders have, and what went back, sum to it exactly.
absl::StatusOr<std::vector<RegisterLine>> LinesOf(const v1::AssetLot& lot, absl::Time time,
                                                  absl::TimeZone zone) {
  std::vector<RegisterLine> lines;
  std::vector<base::Decimal> weights;
  base::Decimal rest = FromProto(lot.quantity());
  for (const v1::LotHolding& holding : HoldingsAt(lot, time)) {
    const base::Decimal quantity = FromProto(holding.quantity());
    RegisterLine& line = lines.emplace_back();
    line.item = lot.name();
    line.description = lot.description();
    line.title_holder = holding.title_holder();
    line.custodian = holding.custodian();
    line.quantity = quantity;
    line.unit = lot.unit();
    if (lot.has_warranty_end_date()) line.warranty_end = FromProto(lot.warranty_end_date());
    line.received = base::LocalDay(FromProto(lot.movements(0).move_time()), zone);
    SayProvenance(lot.provenance(), line);
    weights.push_back(quantity);
    rest = Difference(rest, quantity);
  }
  if (lines.empty()) return lines;
  if (rest > base::Decimal()) weights.push_back(rest);
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<base::Money> values,
                           base::Allocate(FromProto(lot.value()), weights));
  for (size_t i = 0; i < lines.size(); ++i) lines[i].value = values[i];
  return lines;
}

Cell TextOrEmpty(const std::string& text) {
  if (text.empty()) return Empty{};
  return Text{text};
}

Cell DayOrEmpty(const std::optional<absl::CivilDay>& day) {
  if (!day) return Empty{};
  return documents::Date{*day};
}

std::string Joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, "; "));
}

// "SFA" over "SFA in Bosnian"; with the custodian, where that is another, below.
documents::FormCell HolderCell(const RegisterLine& line, const OrganisationNames& names) {
  documents::FormCell cell = {.text = ToText(names.Of(line.title_holder)), .fine = ""};
  if (line.custodian != line.title_holder) {
    cell.fine = fmt::format("with · kod: {}", names.Of(line.custodian).en());
  }
  return cell;
}

documents::Bilingual WhereWords(const RegisterLine& line) {
  documents::Bilingual words = AssetStateWords(line.state);
  if (const documents::Bilingual condition = AssetConditionWords(line.condition);
      !condition.en.empty()) {
    words.en += ", " + condition.en;
    words.bs += ", " + condition.bs;
  }
  const std::string place = line.centre.empty() ? line.location : std::string(IdOf(line.centre));
  if (place.empty()) return words;
  words.en += fmt::format("{}{}", words.en.empty() ? "" : ", ", place);
  return words;
}

absl::Status AddTotals(const AssetRegister& assets, documents::FormTable& table) {
  std::map<std::string, base::Money> totals;
  for (const RegisterLine& line : assets.lines) {
    const std::string currency(line.value.currency().code());
    const auto [total, is_first] = totals.try_emplace(currency, line.value);
    if (is_first) continue;
    PRIHVAT_ASSIGN_OR_RETURN(total->second, base::CheckedAdd(total->second, line.value));
  }
  for (const auto& [currency, total] : totals) {
    table.totals.push_back({{"Total", "Ukupno"}, total.Format()});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AssetRegister> AssetRegisterAt(const es::View& view,
                                              const v1::ExportAssetRegisterRequest& request,
                                              absl::Time as_of, absl::TimeZone zone, size_t limit) {
  AssetRegister out = {.operation = request.parent(), .as_of = as_of, .zone = zone, .lines = {}};
  absl::Status status;
  const auto add = [&](RegisterLine line, const v1::Provenance& from) {
    if (!Keeps(request, line, from)) return true;
    if (out.lines.size() == limit) {
      status = absl::OutOfRangeError(fmt::format("there are more than {} lines", limit));
      return false;
    }
    out.lines.push_back(std::move(line));
    return true;
  };
  view.ForEach<v1::Asset>(request.parent() + "/assets",
                          [&](std::string_view, const v1::Asset& asset) {
                            const v1::AssetStanding* standing = StandingAt(asset, as_of);
                            if (standing == nullptr || !IsLive(standing->state())) return true;
                            return add(LineOf(asset, *standing, as_of, zone), asset.provenance());
                          });
  if (!status.ok()) return status;
  view.ForEach<v1::AssetLot>(request.parent() + "/assetLots",
                             [&](std::string_view, const v1::AssetLot& lot) {
                               auto lines = LinesOf(lot, as_of, zone);
                               if (!lines.ok()) {
                                 status = lines.status();
                                 return false;
                               }
                               for (RegisterLine& line : *lines) {
                                 if (!add(std::move(line), lot.provenance())) return false;
                               }
                               return true;
                             });
  if (!status.ok()) return status;
  return out;
}

documents::Table RegisterTable(const AssetRegister& assets, const OrganisationNames& names) {
  documents::Table table;
  table.header = {"item",
                  "description",
                  "description (bs)",
                  "serial",
                  "VIN",
                  "manufacturer",
                  "model",
                  "state",
                  "quantity",
                  "unit",
                  "value",
                  "currency",
                  "title holder",
                  "title holder name",
                  "custodian",
                  "custodian name",
                  "location",
                  "centre",
                  "donors",
                  "receipt",
                  "received",
                  "certificate",
                  "condition",
                  "warranty until"};
  for (const RegisterLine& line : assets.lines) {
    table.rows.push_back({Text{line.item},
                          TextOrEmpty(line.description.en()),
                          TextOrEmpty(line.description.bs()),
                          TextOrEmpty(line.serial),
                          TextOrEmpty(line.vin),
                          TextOrEmpty(line.manufacturer),
                          TextOrEmpty(line.model),
                          TextOrEmpty(AssetStateWords(line.state).en),
                          Number{line.quantity.ToString()},
                          TextOrEmpty(line.unit),
                          Number{line.value.AmountText()},
                          Text{std::string(line.value.currency().code())},
                          TextOrEmpty(line.title_holder),
                          TextOrEmpty(names.Of(line.title_holder).en()),
                          TextOrEmpty(line.custodian),
                          TextOrEmpty(names.Of(line.custodian).en()),
                          TextOrEmpty(line.location),
                          TextOrEmpty(line.centre),
                          TextOrEmpty(Joined(line.donors)),
                          TextOrEmpty(line.receipt_number),
                          documents::Date{line.received},
                          TextOrEmpty(line.certificate),
                          TextOrEmpty(AssetConditionWords(line.condition).en),
                          DayOrEmpty(line.warranty_end)});
  }
  return table;
}

absl::StatusOr<std::string> RenderRegister(const AssetRegister& assets,
                                           const OrganisationNames& names) {
  documents::Form form;
  form.name = assets.operation + "/assets";
  form.date = base::LocalDay(assets.as_of, assets.zone);
  form.number = base::FormatDate(form.date);
  form.title = {"Asset Register", "Registar imovine"};
  form.facts.push_back({{"As of", "Stanje na dan"},
                        {fmt::format("{}, {}", documents::BothDates(form.date),
                                     absl::FormatTime("%H:%M", assets.as_of, assets.zone)),
                         ""}});
  form.facts.push_back({{"Lines", "Stavki"}, {std::to_string(assets.lines.size()), ""}});
  documents::FormTable table = {.title = {},
                                .columns = {{.title = {"No.", "R. br."}, .figures = true},
                                            {.title = {"Description", "Opis"}},
                                            {.title = {"Title holder", "Vlasnik"}},
                                            {.title = {"State and place", "Stanje i mjesto"}},
                                            {.title = {"Quantity", "Količina"}, .figures = true},
                                            {.title = {"Value", "Vrijednost"}, .figures = true}},
                                .rows = {},
                                .totals = {}};
  for (const RegisterLine& line : assets.lines) {
    table.rows.push_back({{{std::to_string(table.rows.size() + 1), ""}, ""},
                          {ToText(line.description),
                           line.numbers.empty() ? std::string(IdOf(line.item)) : line.numbers},
                          HolderCell(line, names),
                          {WhereWords(line), ""},
                          {{fmt::format("{} {}", line.quantity.ToString(), line.unit), ""}, ""},
                          {{line.value.Format(), ""}, ""}});
  }
  PRIHVAT_RETURN_IF_ERROR(AddTotals(assets, table));
  form.tables.push_back(std::move(table));
  return documents::RenderForm(form);
}

}  // namespace prihvat::handover
