#include "services/procurement/domain/exchange_rates.h"

#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/base/civil.h"
#include "prihvat/procurement/v1/payables_events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Currency;
using base::Decimal;

std::string NameOf(std::string_view operation, std::string_view unit, std::string_view price,
                   absl::CivilDay day) {
  return fmt::format("{}/exchangeRates/{}-{}-{}", operation, unit, price, base::FormatDate(day));
}

// The rate of exactly that day, entered in one direction or the other.
std::optional<base::ExactRate> RateOf(const es::View& view, std::string_view operation,
                                      Currency from, Currency to, absl::CivilDay day) {
  if (const auto* direct =
          view.Find<v1::ExchangeRate>(NameOf(operation, from.code(), to.code(), day))) {
    return *base::ExactRate::MultiplyBy(FromProto(direct->rate()));
  }
  if (const auto* inverse =
          view.Find<v1::ExchangeRate>(NameOf(operation, to.code(), from.code(), day))) {
    return *base::ExactRate::DivideBy(FromProto(inverse->rate()));
  }
  return std::nullopt;
}

Checked<Currency> CheckCurrency(std::string_view field, std::string_view code) {
  const auto currency = Currency::Parse(code);
  if (!currency.ok()) return es::InvalidField(field, std::string(currency.status().message()));
  return *currency;
}

es::Decision DecideRecord(const es::View& view, const v1::RecordExchangeRateRequest& command,
                          es::Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::ExchangeRate& wanted = command.exchange_rate();
  const auto unit = CheckCurrency("exchange_rate.unit_currency", wanted.unit_currency());
  if (!unit.ok()) return unit.rejection();
  const auto price = CheckCurrency("exchange_rate.price_currency", wanted.price_currency());
  if (!price.ok()) return price.rejection();
  if (*unit == *price) {
    return es::InvalidField("exchange_rate.price_currency", "must be another currency");
  }
  if (base::ExactRate::Peg(*unit, *price).ok()) {
    return es::InvalidField("exchange_rate.price_currency",
                            "EUR and BAM have their fixed rate, 1.95583, and no other");
  }
  const auto rate = CheckQuantity("exchange_rate.rate", wanted.rate());
  if (!rate.ok()) return rate.rejection();
  if (rate->IsZero()) return es::InvalidField("exchange_rate.rate", "must be above 0");
  const auto day = CheckedFromProto(wanted.date());
  if (!day.ok()) return es::InvalidField("exchange_rate.date", "must be a day of the calendar");
  if (auto no = CheckText("exchange_rate.source", wanted.source(), true)) return *no;
  const std::string name = NameOf(command.parent(), unit->code(), price->code(), *day);
  const std::string inverse = NameOf(command.parent(), price->code(), unit->code(), *day);
  for (const std::string& taken : {name, inverse}) {
    if (view.Exists(taken)) return es::AlreadyExists(taken);
  }
  v1::ExchangeRateRecorded event;
  v1::ExchangeRate& recorded = *event.mutable_exchange_rate();
  recorded.set_name(name);
  recorded.set_unit_currency(wanted.unit_currency());
  recorded.set_price_currency(wanted.price_currency());
  *recorded.mutable_rate() = ToProto(*rate);
  *recorded.mutable_date() = wanted.date();
  recorded.set_source(wanted.source());
  return es::Accepted(std::move(event)).Naming(name);
}

void FoldRecorded(es::Entities& entities, const v1::ExchangeRateRecorded& event,
                  const es::EventContext& context) {
  v1::ExchangeRate rate = event.exchange_rate();
  Stamp(rate, context);
  entities.Put(rate.name(), rate);
}

}  // namespace

std::optional<DatedRate> RateOn(const es::View& view, std::string_view operation, Currency from,
                                Currency to, absl::CivilDay day, int max_age_days) {
  if (const auto peg = base::ExactRate::Peg(from, to); peg.ok()) return DatedRate{*peg, day};
  for (int age = 0; age <= max_age_days; ++age) {
    if (const auto rate = RateOf(view, operation, from, to, day - age)) {
      return DatedRate{*rate, day - age};
    }
  }
  return std::nullopt;
}

void AddExchangeRates(es::Decider& decider) {
  decider.On<v1::RecordExchangeRateRequest>(&DecideRecord);
  decider.Fold<v1::ExchangeRateRecorded>(&FoldRecorded);
}

}  // namespace prihvat::procurement
