#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/digest.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/documents/funding_words.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

// A line of the certificate while it is put together.
struct Line {
  v1::CertificateItem item;
  std::vector<int> items;           // of the case, whose values make the line's
  std::vector<base::Money> values;  // of each, in the currency that was paid
};

std::optional<es::Rejection> CheckComplete(const v1::HandoverCase& of) {
  const std::pair<std::string_view, const std::string&> needed[] = {
      {"project_title", of.project_title().en()},
      {"funding_source", of.funding_source()},
      {"place", of.place()},
  };
  for (const auto& [field, text] : needed) {
    if (!text.empty()) continue;
    return es::Rejected(kCertificateIncomplete)
        .Saying(fmt::format("{} has no {}, which its certificate prints", of.name(), field))
        .With("handover_case", of.name())
        .With("missing", field);
  }
  return std::nullopt;
}

// Assets of one receipt line with one description stand on one line of the certificate.
void AddAsset(const v1::Asset& asset, int index, std::map<std::string, size_t>& lines_of,
              std::vector<Line>& lines) {
  const std::string key =
      fmt::format("{} {}", asset.provenance().receipt(), asset.provenance().line_number());
  const auto [found, is_new] = lines_of.emplace(key, lines.size());
  if (is_new) {
    lines.emplace_back();
    *lines.back().item.mutable_description() = asset.description();
    lines.back().item.set_unit("pcs");
  }
  Line& line = lines[found->second];
  line.item.add_assets(asset.name());
  if (!asset.vin().empty()) line.item.add_serials(asset.vin());
  if (!asset.serial().empty() && asset.serial() != asset.vin()) {
    line.item.add_serials(asset.serial());
  }
  *line.item.mutable_quantity() = ToProto(base::Decimal::FromInt(line.item.assets_size()));
  line.items.push_back(index);
  line.values.push_back(FromProto(asset.value()));
}

absl::StatusOr<std::vector<Line>> LinesOf(const es::View& view, const v1::HandoverCase& of) {
  std::vector<Line> lines;
  std::map<std::string, size_t> lines_of;
  for (int i = 0; i < of.items_size(); ++i) {
    const v1::HandoverItem& item = of.items(i);
    const base::Decimal accepted = FromProto(item.accepted());
    if (accepted.IsZero()) continue;
    if (!item.asset().empty()) {
      AddAsset(*view.Find<v1::Asset>(item.asset()), i, lines_of, lines);
      continue;
    }
    const auto* lot = view.Find<v1::AssetLot>(item.asset_lot());
    PRIHVAT_ASSIGN_OR_RETURN(const base::Money value, PartOf(*lot, accepted));
    Line& line = lines.emplace_back();
    *line.item.mutable_description() = lot->description();
    *line.item.mutable_quantity() = ToProto(accepted);
    line.item.set_unit(lot->unit());
    line.item.set_asset_lot(lot->name());
    line.items.push_back(i);
    line.values.push_back(value);
  }
  return lines;
}

// All of one currency, and at least one.
absl::StatusOr<base::Money> SumOf(const std::vector<base::Money>& values) {
  return base::CheckedSum(values, values.front().currency());
}

// A line's EUR shared out among its items in proportion to what they cost; equally where they cost
// nothing.
absl::StatusOr<std::vector<base::Money>> Share(const base::Money& eur,
                                               const std::vector<base::Money>& values) {
  std::vector<int64_t> weights;
  for (const base::Money& value : values) weights.push_back(value.minor());
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money sum, SumOf(values));
  if (sum.IsZero()) weights.assign(values.size(), 1);
  return base::Allocate(eur, weights);
}

// Values of the lines and of the case's items, in KM and EUR. The total is converted once (INV-02).
absl::Status SetValues(const v1::HandoverCase& of, std::vector<Line>& lines,
                       v1::CertificateIssued& event) {
  std::vector<base::Money> paid;
  for (const Line& line : lines) {
    PRIHVAT_ASSIGN_OR_RETURN(const base::Money value, SumOf(line.values));
    paid.push_back(value);
  }
  const base::Currency original = paid.front().currency();
  const bool in_eur = original == base::Currency::Eur();
  const base::Currency other = in_eur ? base::Currency::Bam() : base::Currency::Eur();
  const auto rate = base::ExactRate::Peg(original, other);
  if (!rate.ok()) return rate.status();
  const auto converted = base::ConvertDocument(paid, *rate, other);
  if (!converted.ok()) return converted.status();

  for (const v1::HandoverItem& item : of.items()) {
    v1::CertifiedItem& certified = *event.add_items();
    certified.set_asset(item.asset());
    certified.set_asset_lot(item.asset_lot());
    *certified.mutable_quantity() = item.accepted();
    *certified.mutable_value() = ToProto(base::Money::Zero(original));
    *certified.mutable_value_eur() = ToProto(base::Money::Zero(base::Currency::Eur()));
  }
  v1::Certificate& certificate = *event.mutable_certificate();
  for (size_t i = 0; i < lines.size(); ++i) {
    const base::Money eur = in_eur ? paid[i] : converted->lines[i];
    const auto shares = Share(eur, lines[i].values);
    if (!shares.ok()) return shares.status();
    for (size_t j = 0; j < lines[i].items.size(); ++j) {
      v1::CertifiedItem& certified = *event.mutable_items(lines[i].items[j]);
      *certified.mutable_value() = ToProto(lines[i].values[j]);
      *certified.mutable_value_eur() = ToProto((*shares)[j]);
    }
    v1::CertificateItem& item = *certificate.add_items();
    item = std::move(lines[i].item);
    item.set_line_number(static_cast<int32_t>(i) + 1);
    *item.mutable_value_km() = ToProto(in_eur ? converted->lines[i] : paid[i]);
    *item.mutable_value_eur() = ToProto(eur);
  }
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money total, SumOf(paid));
  *certificate.mutable_total_km() = ToProto(in_eur ? converted->total : total);
  *certificate.mutable_total_eur() = ToProto(in_eur ? total : converted->total);
  return absl::OkStatus();
}

v1::CertificateParty PartyOf(const v1::Mandate& mandate) {
  v1::CertificateParty party;
  party.set_organisation(mandate.organisation());
  party.set_organisation_display_name(mandate.organisation_display_name().en());
  party.set_mandate(mandate.name());
  party.set_person(mandate.person());
  party.set_person_display_name(mandate.person_display_name());
  party.set_title(mandate.title().en());
  return party;
}

v1::LocalizedText ToProto(const documents::Bilingual& text) {
  v1::LocalizedText out;
  out.set_en(text.en);
  out.set_bs(text.bs);
  return out;
}

documents::Bilingual FromProto(const v1::LocalizedText& text) { return {text.en(), text.bs()}; }

documents::CertificateParty FromProto(const v1::CertificateParty& party) {
  return {party.organisation_display_name(), party.person_display_name(), party.title()};
}

// The sponsor statement that the paper bears.
documents::EuFunding EuFundingOf(const v1::Certificate& certificate) {
  const auto& donors = certificate.donors();
  if (donors.empty()) return documents::EuFunding::kAll;  // of before certificates named them
  return documents::EuFundingOf({donors.begin(), donors.end()});
}

documents::CertificateItem ToDocumentItem(const v1::CertificateItem& item) {
  documents::CertificateItem out;
  out.line = item.line_number();
  out.description = FromProto(item.description());
  out.quantity = handover::FromProto(item.quantity()).ToString();
  out.unit = item.unit();
  out.serials = {item.serials().begin(), item.serials().end()};
  out.value_km = handover::FromProto(item.value_km()).AmountText();
  out.value_eur = handover::FromProto(item.value_eur()).AmountText();
  return out;
}

documents::CertificateSignature ToDocumentSignature(const v1::Signature* signature,
                                                    const documents::CertificateParty& party,
                                                    documents::Bilingual role) {
  documents::CertificateSignature out;
  out.role = std::move(role);
  out.person = party.signatory;
  out.title = party.signatory_title;
  if (signature == nullptr) return out;
  out.signed_on = handover::FromProto(signature->sign_date());
  out.place = signature->place();
  if (signature->evidence_kind() == v1::SIGNATURE_EVIDENCE_KIND_ELECTRONIC) {
    out.electronic = fmt::format("{}, SHA-256 {}...", signature->signing_key(),
                                 signature->evidence_sha256().substr(0, 16));
  }
  return out;
}

const v1::Signature* SignatureOf(const v1::Certificate& certificate, v1::HandoverParty party) {
  for (const v1::Signature& signature : certificate.signatures()) {
    if (signature.party() == party) return &signature;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<base::Money> PartOf(const v1::AssetLot& lot, const base::Decimal& quantity) {
  const base::Decimal left = FromProto(lot.uncertified_quantity());
  const base::Money value = FromProto(lot.uncertified_value());
  const std::vector<base::Decimal> weights = {quantity, Difference(left, quantity)};
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<base::Money> parts, base::Allocate(value, weights));
  return parts.front();
}

std::optional<es::Rejection> DrawUp(const es::View& view, const v1::HandoverCase& of,
                                    const std::string& number, const es::Context& context,
                                    v1::CertificateIssued& event) {
  if (auto no = CheckComplete(of)) return no;
  auto lines = LinesOf(view, of);
  if (lines.ok() && lines->empty()) {
    return es::Rejected(kNothingAccepted)
        .Saying(fmt::format("of the {} items of {} none was accepted", of.items_size(), of.name()))
        .With("handover_case", of.name())
        .With("items", of.items_size());
  }
  v1::Certificate& certificate = *event.mutable_certificate();
  certificate.set_name(fmt::format("{}/certificates/{}", context.operation, number));
  certificate.set_number(number);
  certificate.set_handover_case(of.name());
  *certificate.mutable_issue_date() = handover::ToProto(context.EffectiveDay());
  const documents::DonationCertificate printed;  // its texts
  *certificate.mutable_title() = ToProto(printed.title);
  *certificate.mutable_declaration() = ToProto(printed.declaration);
  *certificate.mutable_exchange_rate_note() = ToProto(printed.exchange_rate_note);
  *certificate.mutable_project_title() = of.project_title();
  certificate.set_funding_source(of.funding_source());
  *certificate.mutable_donors() = of.donors();
  if (of.donors().empty()) certificate.add_donors(of.donor());
  *certificate.mutable_conditions() = of.conditions();
  *certificate.mutable_giver() = PartyOf(*view.Find<v1::Mandate>(of.giver_mandate()));
  *certificate.mutable_recipient() = PartyOf(*view.Find<v1::Mandate>(of.recipient_mandate()));
  certificate.set_place(of.place());
  *certificate.mutable_handover_date() =
      handover::ToProto(base::LocalDay(handover::FromProto(of.delivery_time()), context.zone));

  absl::Status status = lines.status();
  if (status.ok()) status = SetValues(of, *lines, event);
  const auto digest = status.ok() ? CanonicalDigest(certificate) : status;
  if (!digest.ok()) {
    return es::Rejected(kCertificateIncomplete)
        .Saying(base::FromAbsl(digest.status().message()))
        .With("handover_case", of.name());
  }
  certificate.set_canonical_sha256(*digest);
  return std::nullopt;
}

std::optional<es::Rejection> DrawUpCorrection(const es::View& view, const v1::Certificate& old,
                                              const v1::Certificate& begin_with,
                                              const v1::CorrectHandoverCaseRequest& command,
                                              const std::string& number, const es::Context& context,
                                              v1::Certificate& corrected) {
  corrected = begin_with;
  if (command.has_project_title()) *corrected.mutable_project_title() = command.project_title();
  if (!command.funding_source().empty()) corrected.set_funding_source(command.funding_source());
  if (!command.place().empty()) corrected.set_place(command.place());
  if (command.has_conditions()) *corrected.mutable_conditions() = command.conditions();
  for (int i = 0; i < command.lines_size(); ++i) {
    const int line = command.lines(i).line_number();
    if (line < 1 || line > corrected.items_size()) {
      return es::InvalidField(
          fmt::format("lines[{}].line_number", i),
          fmt::format("is {}; the certificate has lines 1 to {}", line, corrected.items_size()));
    }
    *corrected.mutable_items(line - 1)->mutable_description() = command.lines(i).description();
  }
  const auto name_signatory = [&](const std::string& mandate, v1::CertificateParty& party) {
    if (!mandate.empty()) party = PartyOf(*view.Find<v1::Mandate>(mandate));
  };
  name_signatory(command.giver_mandate(), *corrected.mutable_giver());
  name_signatory(command.recipient_mandate(), *corrected.mutable_recipient());
  // Another mandate of the same person is another authority to sign, though it prints the same.
  const bool same_mandates = corrected.giver().mandate() == begin_with.giver().mandate() &&
                             corrected.recipient().mandate() == begin_with.recipient().mandate();
  const auto unchanged = CanonicalDigest(corrected);
  if (same_mandates && unchanged.ok() && *unchanged == begin_with.canonical_sha256()) {
    return es::InvalidField("name", "nothing of what the certificate says would change");
  }
  corrected.set_name(fmt::format("{}/certificates/{}", context.operation, number));
  corrected.set_number(number);
  *corrected.mutable_issue_date() = handover::ToProto(context.EffectiveDay());
  corrected.set_corrects(old.name());
  corrected.set_corrects_sha256(old.canonical_sha256());
  corrected.set_correction_reason(command.reason());
  corrected.clear_signatures();
  corrected.clear_corrected_by();
  corrected.clear_create_time();
  corrected.clear_update_time();
  const auto digest = CanonicalDigest(corrected);
  if (!digest.ok()) {
    return es::Rejected(kCertificateIncomplete)
        .Saying(base::FromAbsl(digest.status().message()))
        .With("certificate", old.name());
  }
  corrected.set_canonical_sha256(*digest);
  return std::nullopt;
}

documents::DonationCertificate ToDocument(const v1::Certificate& certificate) {
  documents::DonationCertificate out;
  out.name = certificate.name();
  out.number = certificate.number();
  out.issue_date = handover::FromProto(certificate.issue_date());
  out.corrects_number = IdOf(certificate.corrects());
  out.corrects_digest_sha256 = certificate.corrects_sha256();
  out.title = FromProto(certificate.title());
  out.declaration = FromProto(certificate.declaration());
  out.project = FromProto(certificate.project_title());
  out.funding_source = certificate.funding_source();
  out.eu_funding = EuFundingOf(certificate);
  out.donor = FromProto(certificate.giver());
  out.recipient = FromProto(certificate.recipient());
  out.place = certificate.place();
  out.handover_date = handover::FromProto(certificate.handover_date());
  for (const v1::CertificateItem& item : certificate.items()) {
    out.items.push_back(ToDocumentItem(item));
  }
  out.total_km = handover::FromProto(certificate.total_km()).AmountText();
  out.total_eur = handover::FromProto(certificate.total_eur()).AmountText();
  out.exchange_rate_note = FromProto(certificate.exchange_rate_note());
  out.conditions = FromProto(certificate.conditions());
  out.signatures = {ToDocumentSignature(SignatureOf(certificate, v1::HANDOVER_PARTY_GIVER),
                                        out.donor, {"For the donor", "Za donatora"}),
                    ToDocumentSignature(SignatureOf(certificate, v1::HANDOVER_PARTY_RECIPIENT),
                                        out.recipient, {"For the recipient", "Za primaoca"})};
  out.canonical_digest_hex = certificate.canonical_sha256();
  return out;
}

absl::StatusOr<std::string> CanonicalDigest(const v1::Certificate& certificate) {
  const auto content = documents::CanonicalContent(ToDocument(certificate));
  if (!content.ok()) return content.status();
  return base::Sha256Hex(*content);
}

}  // namespace prihvat::handover
