// A handover case up to the delivery: made, authorised by the donor, scheduled; and given up.
#include <algorithm>
#include <set>

#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/funding.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/policy.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/signatures.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

// The moves that are open in a state, for people.
std::string_view OpenMoves(v1::HandoverCaseState state) {
  switch (state) {
    case v1::HANDOVER_CASE_STATE_DRAFTED:
      return "authorise, name signatories, void";
    case v1::HANDOVER_CASE_STATE_DONOR_AUTHORISED:
      return "schedule, name signatories, void";
    case v1::HANDOVER_CASE_STATE_SCHEDULED:
      return "schedule anew, record delivery, name signatories, void";
    case v1::HANDOVER_CASE_STATE_DELIVERED:
      return "record count, name signatories, void";
    case v1::HANDOVER_CASE_STATE_COUNTED:
    case v1::HANDOVER_CASE_STATE_PARTLY_ACCEPTED:
      return "sign, draw up the certificate, dispute, name signatories, void";
    case v1::HANDOVER_CASE_STATE_DISPUTED:
      return "resolve dispute, name signatories, void";
    case v1::HANDOVER_CASE_STATE_SIGNED_BY_ONE:
      return "sign, void";
    case v1::HANDOVER_CASE_STATE_SIGNED_BY_BOTH:
      return "make effective, void";
    case v1::HANDOVER_CASE_STATE_EFFECTIVE:
    case v1::HANDOVER_CASE_STATE_PROOF_FILED:
      return "file proof, close, correct";
    case v1::HANDOVER_CASE_STATE_CLOSED:
      return "correct";
    case v1::HANDOVER_CASE_STATE_CORRECTED:
      return "file proof";
    default:
      return "none";
  }
}

// The event by which the title passes tells each item in full, and is one record of the log, which
// holds a mebibyte.
constexpr size_t kCaseBytes = 800'000;
// Of an item beside its texts: names, numbers and values.
constexpr size_t kItemBytes = 400;

// What a case may be worth at most, in minor units of its currency: with room to spare in KM and in
// EUR, so that every sum and every conversion of its certificate can be held exactly.
constexpr int64_t kMostMinor = 100'000'000'000'000'000;

// What the items of one case have in common, as far as seen.
struct Common {
  std::string donor;                // that the case names first
  std::vector<std::string> donors;  // all of them, by name
  FundingText funding;
  std::string currency;
  std::string project;
  Policy policy;      // that the case is judged by
  size_t bytes = 0;   // of all of them
  int64_t minor = 0;  // what all of them cost, in the currency
};

// Adds what an item costs; CASE_TOO_LARGE where a certificate could not say the sum.
std::optional<es::Rejection> AddValue(std::string_view item, const base::Money& value,
                                      Common& common) {
  if (value.minor() > kMostMinor - common.minor) {
    const auto before = base::Money::FromMinor(common.minor, value.currency());
    const auto most = base::Money::FromMinor(kMostMinor, value.currency());
    return es::Rejected(kCaseTooLarge)
        .Saying(fmt::format("{} costs {} and the items before it {}; a case is worth at most {}",
                            item, value.Format(), before->Format(), most->Format()))
        .With("item", item)
        .With("value", value.Format())
        .With("limit", most->Format());
  }
  common.minor += value.minor();
  return std::nullopt;
}

// What is paid by other donors is on a certificate of its own: each of them answers for all of it.
std::optional<es::Rejection> CheckDonors(std::string_view item, const v1::Provenance& from,
                                         Common& common) {
  const std::vector<std::string> donors = DonorsOf(from);
  if (common.donor.empty()) common.donor = from.donor();
  if (common.donors.empty()) common.donors = donors;
  if (HasDonor(from, common.donor) && donors == common.donors) return std::nullopt;
  const std::string paid = fmt::format("{}", fmt::join(donors, ", "));
  // The case may name a donor who did not pay for the first item.
  const std::string wanted = HasDonor(from, common.donor)
                                 ? fmt::format("{}", fmt::join(common.donors, ", "))
                                 : common.donor;
  return es::Rejected(kDifferentDonors)
      .Saying(fmt::format("{} paid {}, and {} the case", paid, item, wanted))
      .With("item", item)
      .With("donor", paid)
      .With("case_donor", wanted);
}

std::optional<es::Rejection> CheckProvenance(const v1::HandoverCase& wanted, std::string_view item,
                                             const v1::Provenance& from,
                                             std::string_view title_holder,
                                             const google::type::Money& value, Common& common) {
  if (wanted.giver() != title_holder && !HasDonor(from, wanted.giver())) {
    const std::string donors = fmt::format("{}", fmt::join(DonorsOf(from), ", "));
    return es::Rejected(kGiverNotEntitled)
        .Saying(fmt::format("{} is neither the title holder ({}) nor the donor ({}) of {}",
                            wanted.giver(), title_holder, donors, item))
        .With("item", item)
        .With("giver", wanted.giver())
        .With("title_holder", title_holder)
        .With("donor", donors);
  }
  if (wanted.recipient() == title_holder || wanted.recipient() == from.agency() ||
      HasDonor(from, wanted.recipient())) {
    return es::Rejected(kRecipientNotEntitled)
        .Saying(fmt::format("{} has {}, bought it or paid for it, and cannot be given it",
                            wanted.recipient(), item))
        .With("item", item)
        .With("recipient", wanted.recipient())
        .With("title_holder", title_holder)
        .With("agency", from.agency())
        .With("donor", from.donor());
  }
  if (auto no = CheckDonors(item, from, common)) return no;
  const bool known = value.currency_code() == "BAM" || value.currency_code() == "EUR";
  if (common.currency.empty()) common.currency = value.currency_code();
  if (!known || value.currency_code() != common.currency) {
    return es::Rejected(kCurrencyUnsupported)
        .Saying(known ? fmt::format("{} was paid in {}; the other items of the case in {}", item,
                                    value.currency_code(), common.currency)
                      : fmt::format("{} was paid in {}; a certificate is in BAM or EUR", item,
                                    value.currency_code()))
        .With("item", item)
        .With("currency", value.currency_code())
        .With("case_currency", common.currency);
  }
  if (common.project.empty()) common.project = from.project();
  return std::nullopt;
}

std::optional<es::Rejection> SetNeedsProof(const google::type::Money& unit_cost,
                                           const Policy& policy, v1::HandoverItem& item) {
  const auto needed = NeedsProof(FromProto(unit_cost), policy);
  if (!needed.ok()) {
    return es::Rejected(kCurrencyUnsupported)
        .Saying(base::FromAbsl(needed.status().message()))
        .With("currency", unit_cost.currency_code());
  }
  item.set_needs_proof(*needed);
  return std::nullopt;
}

std::optional<es::Rejection> TakeAsset(const es::View& view, const std::string& field,
                                       const v1::HandoverCase& wanted,
                                       const v1::HandoverItem& asked, const es::Context& context,
                                       Common& common, v1::HandoverItem& item) {
  const v1::Asset* asset = nullptr;
  if (auto no = Require(view, field + ".asset", asked.asset(), context, asset)) return no;
  if (auto no = CheckEtag(asked.asset(), asked.item_etag(), *asset)) return no;
  base::Decimal quantity;
  if (auto no = ReadDecimal(field + ".quantity", asked.quantity(), quantity)) return no;
  if (asked.has_quantity() && quantity != base::Decimal::FromInt(1)) {
    return es::InvalidField(field + ".quantity",
                            fmt::format("is {}; an asset is one", quantity.ToString()));
  }
  if (asset->state() != v1::ASSET_STATE_RECEIVED && asset->state() != v1::ASSET_STATE_IN_CUSTODY) {
    const std::string state = ShortName(v1::AssetState_Name(asset->state()), "ASSET_STATE_");
    return es::Rejected(kItemNotAvailable)
        .Saying(fmt::format("{} is {}{}", asset->name(), state,
                            asset->handover_case().empty() ? "" : " for " + asset->handover_case()))
        .With("asset", asset->name())
        .With("state", state)
        .With("handover_case", asset->handover_case());
  }
  if (auto no = CheckNotBefore(asset->name(), LastChangeOfHands(*asset), context)) return no;
  if (auto no = CheckProvenance(wanted, asset->name(), asset->provenance(), asset->title_holder(),
                                asset->value(), common)) {
    return no;
  }
  if (auto no = AddValue(asset->name(), FromProto(asset->value()), common)) return no;
  common.bytes += kItemBytes + asset->description().ByteSizeLong() +
                  asset->provenance().ByteSizeLong() + asset->serial().size();
  common.funding.Add(asset->provenance(),
                     view.Find<v1::ProjectFacts>(asset->provenance().project()), view,
                     context.operation);
  item.set_asset(asset->name());
  *item.mutable_quantity() = ToProto(base::Decimal::FromInt(1));
  return SetNeedsProof(asset->value(), common.policy, item);
}

std::optional<es::Rejection> TakeLot(const es::View& view, const std::string& field,
                                     const v1::HandoverCase& wanted, const v1::HandoverItem& asked,
                                     const es::Context& context, Common& common,
                                     v1::HandoverItem& item) {
  const v1::AssetLot* lot = nullptr;
  if (auto no = Require(view, field + ".asset_lot", asked.asset_lot(), context, lot)) return no;
  if (auto no = CheckEtag(asked.asset_lot(), asked.item_etag(), *lot)) return no;
  base::Decimal quantity;
  if (auto no = ReadDecimal(field + ".quantity", asked.quantity(), quantity)) return no;
  if (quantity <= base::Decimal()) {
    return es::InvalidField(field + ".quantity",
                            fmt::format("is {}; it should be above 0", quantity.ToString()));
  }
  const base::Decimal available = AvailableOf(*lot);
  if (quantity > available) {
    return es::Rejected(kLotExceeded)
        .Saying(fmt::format("{} {} of {} are wanted, and {} are promised to nobody",
                            quantity.ToString(), lot->unit(), lot->name(), available.ToString()))
        .With("asset_lot", lot->name())
        .With("wanted", quantity.ToString())
        .With("available", available.ToString());
  }
  const absl::Time received = FromProto(lot->movements(0).move_time());
  if (auto no = CheckNotBefore(lot->name(), received, context)) return no;
  if (auto no = CheckProvenance(wanted, lot->name(), lot->provenance(), lot->provenance().agency(),
                                lot->value(), common)) {
    return no;
  }
  const auto value = PartOf(*lot, quantity);
  if (!value.ok()) {
    return es::InvalidField(field + ".quantity", base::FromAbsl(value.status().message()));
  }
  if (auto no = AddValue(lot->name(), *value, common)) return no;
  common.bytes += kItemBytes + lot->description().ByteSizeLong() + lot->provenance().ByteSizeLong();
  common.funding.Add(lot->provenance(), view.Find<v1::ProjectFacts>(lot->provenance().project()),
                     view, context.operation);
  item.set_asset_lot(lot->name());
  *item.mutable_quantity() = ToProto(quantity);
  return SetNeedsProof(lot->unit_price(), common.policy, item);
}

std::optional<es::Rejection> TakeItems(const es::View& view, const v1::HandoverCase& wanted,
                                       const es::Context& context, v1::HandoverCase& made) {
  Common common;
  common.policy = PolicyOn(view, context);
  const int most = common.policy.items_a_case;
  if (wanted.items().empty() || wanted.items_size() > most) {
    return es::InvalidField(
        "handover_case.items",
        fmt::format("has {} entries; 1 to {} are allowed", wanted.items_size(), most));
  }
  std::set<std::string> seen;
  common.donor = wanted.donor();
  for (int i = 0; i < wanted.items_size(); ++i) {
    const std::string field = fmt::format("handover_case.items[{}]", i);
    const v1::HandoverItem& asked = wanted.items(i);
    if (asked.asset().empty() == asked.asset_lot().empty()) {
      return es::InvalidField(field, "must name an asset or an asset_lot");
    }
    if (!seen.insert(asked.asset() + asked.asset_lot()).second) {
      return es::InvalidField(field, "names what another entry names");
    }
    v1::HandoverItem& item = *made.add_items();
    auto* const take = asked.asset().empty() ? &TakeLot : &TakeAsset;
    if (auto no = take(view, field, wanted, asked, context, common, item)) return no;
  }
  if (common.bytes > kCaseBytes) {
    return es::Rejected(kCaseTooLarge)
        .Saying(fmt::format("{} items take {} bytes; the limit is {}", wanted.items_size(),
                            common.bytes, kCaseBytes))
        .With("items", wanted.items_size())
        .With("bytes", common.bytes)
        .With("limit", kCaseBytes);
  }
  made.set_donor(common.donor);
  if (common.donors.size() > 1) {
    made.mutable_donors()->Assign(common.donors.begin(), common.donors.end());
  }
  if (made.funding_source().empty()) made.set_funding_source(common.funding.Text());
  if (const auto* project = view.Find<v1::ProjectFacts>(common.project)) {
    if (made.project_title().en().empty()) *made.mutable_project_title() = project->display_name();
    if (made.funding_source().empty()) made.set_funding_source(project->funding_source());
  }
  return std::nullopt;
}

std::optional<es::Rejection> CheckTexts(const v1::HandoverCase& wanted) {
  if (auto no = CheckOptionalText("handover_case.project_title", wanted.project_title())) return no;
  if (auto no = CheckOptionalText("handover_case.funding_source", wanted.funding_source())) {
    return no;
  }
  return CheckOptionalText("handover_case.conditions", wanted.conditions());
}

std::optional<es::Rejection> CheckParties(const v1::HandoverCase& wanted,
                                          const es::Context& context) {
  const std::string_view pattern = "organisations/*";
  if (auto no = CheckGlobalName("handover_case.recipient", wanted.recipient(), pattern)) return no;
  if (auto no = CheckGlobalName("handover_case.giver", wanted.giver(), pattern)) return no;
  if (!wanted.donor().empty()) {
    if (auto no = CheckGlobalName("handover_case.donor", wanted.donor(), pattern)) return no;
  }
  if (wanted.giver() == wanted.recipient()) {
    return es::InvalidField("handover_case.recipient", "is the giver too");
  }
  if (wanted.centre().empty()) return std::nullopt;
  return CheckReference("handover_case.centre", wanted.centre(), "centres/*", context);
}

es::Decision DecideCreate(const es::View& view, const v1::CreateHandoverCaseRequest& command,
                          es::Context& context) {
  if (auto no =
          CheckCreate(command.parent(), "handover_case_id", command.handover_case_id(), context)) {
    return *std::move(no);
  }
  const v1::HandoverCase& wanted = command.handover_case();
  if (auto no = CheckParties(wanted, context)) return *std::move(no);
  if (auto no = CheckTexts(wanted)) return *std::move(no);
  const std::string name =
      fmt::format("{}/handoverCases/{}", context.operation, command.handover_case_id());
  if (view.Exists(name)) return es::AlreadyExists(name);
  if (auto no = CheckSignatory(view, "handover_case.giver_mandate", wanted.giver_mandate(),
                               wanted.giver(), context)) {
    return *std::move(no);
  }
  if (auto no = CheckSignatory(view, "handover_case.recipient_mandate", wanted.recipient_mandate(),
                               wanted.recipient(), context)) {
    return *std::move(no);
  }

  v1::HandoverCaseCreated event;
  v1::HandoverCase& made = *event.mutable_handover_case();
  made.set_name(name);
  made.set_recipient(wanted.recipient());
  made.set_giver(wanted.giver());
  if (wanted.has_project_title()) *made.mutable_project_title() = wanted.project_title();
  made.set_funding_source(wanted.funding_source());
  if (wanted.has_conditions()) *made.mutable_conditions() = wanted.conditions();
  made.set_centre(wanted.centre());
  made.set_giver_mandate(wanted.giver_mandate());
  made.set_recipient_mandate(wanted.recipient_mandate());
  if (auto no = TakeItems(view, wanted, context, made)) return *std::move(no);
  return es::Accepted(std::move(event)).Naming(name);
}

es::Decision DecideNameSignatories(const es::View& view, const v1::NameSignatoriesRequest& command,
                                   es::Context& context) {
  const v1::HandoverCase* found = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(),
                        {v1::HANDOVER_CASE_STATE_DRAFTED, v1::HANDOVER_CASE_STATE_DONOR_AUTHORISED,
                         v1::HANDOVER_CASE_STATE_SCHEDULED, v1::HANDOVER_CASE_STATE_DELIVERED,
                         v1::HANDOVER_CASE_STATE_COUNTED, v1::HANDOVER_CASE_STATE_PARTLY_ACCEPTED,
                         v1::HANDOVER_CASE_STATE_DISPUTED},
                        "have other signatories", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckNotDrawnUp(*found)) return *std::move(no);
  if (command.giver_mandate().empty() && command.recipient_mandate().empty()) {
    return es::InvalidField("giver_mandate", "either it or recipient_mandate must be given");
  }
  if (auto no =
          CheckSignatory(view, "giver_mandate", command.giver_mandate(), found->giver(), context)) {
    return *std::move(no);
  }
  if (auto no = CheckSignatory(view, "recipient_mandate", command.recipient_mandate(),
                               found->recipient(), context)) {
    return *std::move(no);
  }
  v1::SignatoriesNamed event;
  event.set_handover_case(command.name());
  event.set_giver_mandate(command.giver_mandate());
  event.set_recipient_mandate(command.recipient_mandate());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideAuthorise(const es::View& view, const v1::AuthoriseHandoverCaseRequest& command,
                             es::Context& context) {
  const v1::HandoverCase* found = nullptr;
  if (auto no = CheckCaseMove(view, command.name(), command.etag(),
                              {v1::HANDOVER_CASE_STATE_DRAFTED}, "be authorised", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("authorised_by", command.authorised_by())) return *std::move(no);
  if (auto no = CheckText("authorisation_reference", command.authorisation_reference())) {
    return *std::move(no);
  }
  v1::HandoverCaseAuthorised event;
  event.set_handover_case(command.name());
  event.set_authorised_by(command.authorised_by());
  event.set_authorisation_reference(command.authorisation_reference());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideSchedule(const es::View& view, const v1::ScheduleHandoverCaseRequest& command,
                            es::Context& context) {
  const v1::HandoverCase* found = nullptr;
  if (auto no = CheckCaseMove(
          view, command.name(), command.etag(),
          {v1::HANDOVER_CASE_STATE_DONOR_AUTHORISED, v1::HANDOVER_CASE_STATE_SCHEDULED},
          "be scheduled", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("place", command.place())) return *std::move(no);
  if (auto no = CheckDate("scheduled_date", command.scheduled_date())) return *std::move(no);
  v1::HandoverCaseScheduled event;
  event.set_handover_case(command.name());
  event.set_place(command.place());
  *event.mutable_scheduled_date() = command.scheduled_date();
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideVoid(const es::View& view, const v1::VoidHandoverCaseRequest& command,
                        es::Context& context) {
  const v1::HandoverCase* found = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(),
                        {v1::HANDOVER_CASE_STATE_DRAFTED, v1::HANDOVER_CASE_STATE_DONOR_AUTHORISED,
                         v1::HANDOVER_CASE_STATE_SCHEDULED, v1::HANDOVER_CASE_STATE_DELIVERED,
                         v1::HANDOVER_CASE_STATE_COUNTED, v1::HANDOVER_CASE_STATE_PARTLY_ACCEPTED,
                         v1::HANDOVER_CASE_STATE_DISPUTED, v1::HANDOVER_CASE_STATE_SIGNED_BY_ONE,
                         v1::HANDOVER_CASE_STATE_SIGNED_BY_BOTH},
                        "be voided", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  v1::HandoverCaseVoided event;
  event.set_handover_case(command.name());
  event.set_reason(command.reason());
  event.set_certificate(found->certificate());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldCreated(es::Entities& entities, const v1::HandoverCaseCreated& event,
                 const es::EventContext& context) {
  v1::HandoverCase made = event.handover_case();
  SetState(made, v1::HANDOVER_CASE_STATE_DRAFTED, context);
  entities.Put(made.name(), made);
  for (const v1::HandoverItem& item : made.items()) {
    if (!item.asset().empty()) {
      entities.Edit<v1::Asset>(item.asset(), [&](v1::Asset& asset) {
        asset.set_state(v1::ASSET_STATE_RESERVED);  // Received -> InCustody -> Reserved
        asset.set_handover_case(made.name());
        Stamp(asset, context);
      });
      continue;
    }
    entities.Edit<v1::AssetLot>(item.asset_lot(), [&](v1::AssetLot& lot) {
      *lot.mutable_reserved() = ToProto(Sum(FromProto(lot.reserved()), FromProto(item.quantity())));
      lot.add_handover_cases(made.name());
      Stamp(lot, context);
    });
  }
}

void FoldSignatoriesNamed(es::Entities& entities, const v1::SignatoriesNamed& event,
                          const es::EventContext& context) {
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    if (!event.giver_mandate().empty()) edited.set_giver_mandate(event.giver_mandate());
    if (!event.recipient_mandate().empty()) edited.set_recipient_mandate(event.recipient_mandate());
    Stamp(edited, context);
  });
}

void FoldAuthorised(es::Entities& entities, const v1::HandoverCaseAuthorised& event,
                    const es::EventContext& context) {
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    edited.set_authorised_by(event.authorised_by());
    edited.set_authorisation_reference(event.authorisation_reference());
    SetState(edited, v1::HANDOVER_CASE_STATE_DONOR_AUTHORISED, context);
  });
}

void FoldScheduled(es::Entities& entities, const v1::HandoverCaseScheduled& event,
                   const es::EventContext& context) {
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    edited.set_place(event.place());
    *edited.mutable_scheduled_date() = event.scheduled_date();
    SetState(edited, v1::HANDOVER_CASE_STATE_SCHEDULED, context);
  });
}

// An asset of a case that is given up: what was brought comes back; what is lost stays lost.
void GiveBackAsset(es::Entities& entities, const std::string& name,
                   const std::string& handover_case, const es::EventContext& context) {
  const auto* found = entities.Find<v1::Asset>(name);
  if (found->handover_case() != handover_case) return;  // refused, and back since the certificate
  entities.Edit<v1::Asset>(name, [&](v1::Asset& asset) {
    SetCustodian(asset, CustodianBefore(asset, handover_case), context.effective_at, handover_case);
    if (asset.state() != v1::ASSET_STATE_LOST) asset.set_state(v1::ASSET_STATE_IN_CUSTODY);
    asset.clear_handover_case();
    Stamp(asset, context);
  });
}

void GiveBackLot(es::Entities& entities, const v1::HandoverItem& item,
                 const v1::HandoverCase& voided, const es::EventContext& context) {
  entities.Edit<v1::AssetLot>(item.asset_lot(), [&](v1::AssetLot& lot) {
    const std::string agency = lot.provenance().agency();
    // What went back to the supplier since the certificate was drawn up does not come back here.
    const base::Decimal accepted =
        Difference(FromProto(item.accepted()), FromProto(item.returned()));
    MoveLot(lot, accepted, {agency, voided.recipient()}, {agency, agency}, context.effective_at,
            voided.name());
    if (voided.certificate().empty()) {
      *lot.mutable_reserved() =
          ToProto(Difference(FromProto(lot.reserved()), FromProto(item.quantity())));
      *lot.mutable_missing() = ToProto(Sum(FromProto(lot.missing()), FromProto(item.missing())));
    } else if (!accepted.IsZero()) {
      *lot.mutable_uncertified_quantity() =
          ToProto(Sum(FromProto(lot.uncertified_quantity()), accepted));
      base::Money value = FromProto(item.value());
      if (item.has_returned_value()) value = Difference(value, FromProto(item.returned_value()));
      *lot.mutable_uncertified_value() = ToProto(Sum(FromProto(lot.uncertified_value()), value));
    }
    auto& cases = *lot.mutable_handover_cases();
    cases.erase(std::remove(cases.begin(), cases.end(), voided.name()), cases.end());
    Stamp(lot, context);
  });
}

void FoldVoided(es::Entities& entities, const v1::HandoverCaseVoided& event,
                const es::EventContext& context) {
  v1::HandoverCase voided = *entities.Find<v1::HandoverCase>(event.handover_case());
  for (const v1::HandoverItem& item : voided.items()) {
    if (!item.asset().empty()) {
      GiveBackAsset(entities, item.asset(), voided.name(), context);
    } else {
      GiveBackLot(entities, item, voided, context);
    }
  }
  voided.set_void_reason(event.reason());
  SetState(voided, v1::HANDOVER_CASE_STATE_VOIDED, context);
  entities.Put(voided.name(), voided);
  if (event.certificate().empty()) return;
  entities.Edit<v1::Certificate>(event.certificate(), [&](v1::Certificate& certificate) {
    certificate.set_voided(true);
    Stamp(certificate, context);
  });
}

}  // namespace

std::string ToText(v1::HandoverCaseState state) {
  return ShortName(v1::HandoverCaseState_Name(state), "HANDOVER_CASE_STATE_");
}

std::optional<es::Rejection> CheckCaseMove(const es::View& view, std::string_view name,
                                           std::string_view etag,
                                           std::initializer_list<v1::HandoverCaseState> from,
                                           std::string_view wish, const es::Context& context,
                                           const v1::HandoverCase*& found) {
  if (auto no = Require(view, "name", name, context, found)) return no;
  if (auto no = CheckEtag(name, etag, *found)) return no;
  if (std::find(from.begin(), from.end(), found->state()) == from.end()) {
    return es::WrongState(name, ToText(found->state()), wish, OpenMoves(found->state()));
  }
  return CheckNotBefore(name, FromProto(found->state_time()), context);
}

std::optional<es::Rejection> CheckNotDrawnUp(const v1::HandoverCase& of) {
  if (of.certificate().empty()) return std::nullopt;
  return es::Rejected(kCertificateDrawnUp)
      .Saying(fmt::format("{} was drawn up for {} and is out to be signed", of.certificate(),
                          of.name()))
      .With("handover_case", of.name())
      .With("certificate", of.certificate());
}

void SetState(v1::HandoverCase& handover_case, v1::HandoverCaseState state,
              const es::EventContext& context) {
  handover_case.set_state(state);
  *handover_case.mutable_state_time() = ToProto(context.effective_at);
  Stamp(handover_case, context);
}

void RegisterCases(es::Decider& decider) {
  OnKnown<v1::CreateHandoverCaseRequest, &DecideCreate>(decider);
  OnKnown<v1::NameSignatoriesRequest, &DecideNameSignatories>(decider);
  OnKnown<v1::AuthoriseHandoverCaseRequest, &DecideAuthorise>(decider);
  OnKnown<v1::ScheduleHandoverCaseRequest, &DecideSchedule>(decider);
  OnKnown<v1::VoidHandoverCaseRequest, &DecideVoid>(decider);
  decider.Fold<v1::HandoverCaseCreated>(&FoldCreated);
  decider.Fold<v1::SignatoriesNamed>(&FoldSignatoriesNamed);
  decider.Fold<v1::HandoverCaseAuthorised>(&FoldAuthorised);
  decider.Fold<v1::HandoverCaseScheduled>(&FoldScheduled);
  decider.Fold<v1::HandoverCaseVoided>(&FoldVoided);
}

}  // namespace prihvat::handover
