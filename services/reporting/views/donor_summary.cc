#include "services/reporting/views/donor_summary.h"

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "services/reporting/views/purchases.h"
#include "services/reporting/views/transfers.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

// A BudgetPosition in exact values.
struct Position {
  explicit Position(base::Currency currency)
      : budget(base::Money::Zero(currency)),
        reserved(budget),
        committed(budget),
        spent(budget),
        handed_over(budget),
        passed_on(budget),
        spent_by_agencies(budget) {}

  base::Money budget;
  base::Money reserved;
  base::Money committed;
  base::Money spent;
  base::Money handed_over;
  base::Money passed_on;
  base::Money spent_by_agencies;
};

// What one certificate handed over in one currency.
struct OfCertificate {
  const CertificateFacts* facts = nullptr;
  int item_count = 0;
  base::Money value;
  std::optional<base::Money> value_eur;
};

// Time of effect, certificate, currency.
using CertificateKey = std::tuple<absl::Time, std::string, base::Currency>;

// A budget line in one currency: all of it, by source, as Funding has them.
struct OfLine {
  OfLine(base::Currency currency, Funding of)
      : funding(std::move(of)), sources(funding.sources().size(), Position(currency)) {}

  Funding funding;
  std::vector<Position> sources;
};

struct Sums {
  std::map<std::pair<std::string, base::Currency>, OfLine> lines;  // by budget line
  std::map<CertificateKey, OfCertificate> certificates;
};

bool Pays(const Payer& payer, const std::string& project, const Funding& funding) {
  return (payer.project.empty() || payer.project == project) &&
         (payer.donor.empty() || funding.HasDonor(payer.donor));
}

absl::Status Add(const base::Money& more, base::Money& sum) {
  PRIHVAT_ASSIGN_OR_RETURN(sum, base::CheckedAdd(sum, more));
  return absl::OkStatus();
}

absl::Status Add(const Position& more, Position& sum) {
  PRIHVAT_RETURN_IF_ERROR(Add(more.budget, sum.budget));
  PRIHVAT_RETURN_IF_ERROR(Add(more.reserved, sum.reserved));
  PRIHVAT_RETURN_IF_ERROR(Add(more.committed, sum.committed));
  PRIHVAT_RETURN_IF_ERROR(Add(more.spent, sum.spent));
  PRIHVAT_RETURN_IF_ERROR(Add(more.passed_on, sum.passed_on));
  PRIHVAT_RETURN_IF_ERROR(Add(more.spent_by_agencies, sum.spent_by_agencies));
  return Add(more.handed_over, sum.handed_over);
}

absl::StatusOr<v1::BudgetPosition> ToProto(const Position& position) {
  base::Money available = position.budget;
  for (const base::Money* used : {&position.reserved, &position.committed, &position.spent}) {
    PRIHVAT_ASSIGN_OR_RETURN(available, base::CheckedSub(available, *used));
  }
  v1::BudgetPosition result;
  *result.mutable_budget() = reporting::ToProto(position.budget);
  *result.mutable_reserved() = reporting::ToProto(position.reserved);
  *result.mutable_committed() = reporting::ToProto(position.committed);
  *result.mutable_spent() = reporting::ToProto(position.spent);
  *result.mutable_available() = reporting::ToProto(available);
  *result.mutable_handed_over() = reporting::ToProto(position.handed_over);
  if (position.passed_on.IsZero() && position.spent_by_agencies.IsZero()) return result;
  *result.mutable_passed_on() = reporting::ToProto(position.passed_on);
  *result.mutable_spent_by_agencies() = reporting::ToProto(position.spent_by_agencies);
  return result;
}

// Each of the line's figures shared out once.
absl::Status ShareOut(const BudgetLine& line, OfLine& of_line) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto budget, line.funding.Parts(line.budget));
  PRIHVAT_ASSIGN_OR_RETURN(const auto reserved, line.funding.Parts(line.reserved));
  PRIHVAT_ASSIGN_OR_RETURN(const auto committed, line.funding.Parts(line.committed));
  PRIHVAT_ASSIGN_OR_RETURN(const auto spent, line.funding.Parts(line.spent));
  PRIHVAT_ASSIGN_OR_RETURN(const auto passed_on, line.funding.Parts(line.passed_on));
  PRIHVAT_ASSIGN_OR_RETURN(const auto by_agencies, line.funding.Parts(line.spent_by_agencies));
  for (size_t i = 0; i < of_line.sources.size(); ++i) {
    of_line.sources[i].budget = budget[i];
    of_line.sources[i].reserved = reserved[i];
    of_line.sources[i].committed = committed[i];
    of_line.sources[i].spent = spent[i];
    of_line.sources[i].passed_on = passed_on[i];
    of_line.sources[i].spent_by_agencies = by_agencies[i];
  }
  return absl::OkStatus();
}

// The positions of the sources that `donor` is; of all where it is empty.
absl::StatusOr<Position> PositionOf(const std::string& donor, const OfLine& line) {
  Position sum(line.sources.front().budget.currency());
  for (size_t i = 0; i < line.sources.size(); ++i) {
    if (!donor.empty() && line.funding.sources()[i].donor != donor) continue;
    PRIHVAT_RETURN_IF_ERROR(Add(line.sources[i], sum));
  }
  return sum;
}

// A certificate keeps what it says of each item: that is shared out item by item.
absl::Status AddTransferred(const Transferred& transferred, const CertificateFacts& certificate,
                            const Funding& funding, const std::string& donor, Sums& sums) {
  const base::Currency currency = transferred.value.currency();
  OfLine& line =
      sums.lines
          .try_emplace({transferred.item.provenance().budget_line(), currency}, currency, funding)
          .first->second;
  PRIHVAT_ASSIGN_OR_RETURN(const auto parts, line.funding.Parts(transferred.value));
  for (size_t i = 0; i < parts.size(); ++i) {
    PRIHVAT_RETURN_IF_ERROR(Add(parts[i], line.sources[i].handed_over));
  }

  const auto [entry, is_new] =
      sums.certificates.try_emplace({certificate.title_time, certificate.name, currency});
  OfCertificate& of_certificate = entry->second;
  if (is_new) {
    of_certificate.facts = &certificate;
    of_certificate.value = base::Money::Zero(currency);
  }
  ++of_certificate.item_count;
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money value, line.funding.PartOf(donor, transferred.value));
  PRIHVAT_RETURN_IF_ERROR(Add(value, of_certificate.value));
  if (transferred.value_eur.has_value()) {
    if (!of_certificate.value_eur.has_value()) {
      of_certificate.value_eur = base::Money::Zero(base::Currency::Eur());
    }
    PRIHVAT_ASSIGN_OR_RETURN(const base::Money euro,
                             line.funding.PartOf(donor, *transferred.value_eur));
    PRIHVAT_RETURN_IF_ERROR(Add(euro, *of_certificate.value_eur));
  }
  return absl::OkStatus();
}

absl::StatusOr<Sums> SumUp(const Purchases& purchases, const Transfers& transfers,
                           const Payer& payer) {
  Sums sums;
  for (const auto& [name, line] : purchases.budget_lines) {
    if (!Pays(payer, line.project, line.funding)) continue;
    const base::Currency currency = line.budget.currency();
    OfLine& of_line =
        sums.lines.try_emplace({name, currency}, currency, line.funding).first->second;
    PRIHVAT_RETURN_IF_ERROR(ShareOut(line, of_line));
  }
  for (const Transferred& transferred : transfers.transferred) {
    const handover::v1::Provenance& from = transferred.item.provenance();
    PRIHVAT_ASSIGN_OR_RETURN(const Funding funding, FundingOf(from));
    if (!Pays(payer, from.project(), funding)) continue;
    PRIHVAT_RETURN_IF_ERROR(AddTransferred(transferred,
                                           transfers.certificates.at(transferred.handover_case),
                                           funding, payer.donor, sums));
  }
  // What a certificate does not say in EUR is converted as one document.
  for (auto& [key, certificate] : sums.certificates) {
    if (certificate.value_eur.has_value()) continue;
    PRIHVAT_ASSIGN_OR_RETURN(certificate.value_eur, InEuro(certificate.value));
  }
  return sums;
}

// Who pays how much, of a line that says so itself.
absl::Status FillFunding(const OfLine& line, const std::string& donor, v1::BudgetLineSummary& row) {
  if (!line.funding.named()) return absl::OkStatus();
  for (size_t i = 0; i < line.sources.size(); ++i) {
    const FundingSource& source = line.funding.sources()[i];
    if (!donor.empty() && source.donor != donor) continue;
    v1::FundingPosition& of_source = *row.add_funding();
    of_source.set_donor(source.donor);
    of_source.set_funding_source(source.funding_source);
    *of_source.mutable_percent() = reporting::ToProto(source.percent);
    PRIHVAT_ASSIGN_OR_RETURN(*of_source.mutable_position(), ToProto(line.sources[i]));
  }
  return absl::OkStatus();
}

absl::Status FillLines(const Purchases& purchases, const Sums& sums, const std::string& donor,
                       v1::DonorSummary& summary) {
  std::map<base::Currency, Position> totals;
  for (const auto& [key, of_line] : sums.lines) {
    v1::BudgetLineSummary& row = *summary.add_budget_lines();
    row.set_budget_line(key.first);
    const auto line = purchases.budget_lines.find(key.first);
    if (line != purchases.budget_lines.end()) {
      row.set_display_name(line->second.display_name);
      row.set_project(line->second.project);
      row.set_donor(donor.empty() ? of_line.funding.OnlyDonor() : donor);
    }
    PRIHVAT_ASSIGN_OR_RETURN(const Position position, PositionOf(donor, of_line));
    PRIHVAT_ASSIGN_OR_RETURN(*row.mutable_position(), ToProto(position));
    PRIHVAT_RETURN_IF_ERROR(FillFunding(of_line, donor, row));
    PRIHVAT_RETURN_IF_ERROR(
        Add(position, totals.try_emplace(key.second, key.second).first->second));
  }
  for (const auto& [currency, position] : totals) {
    PRIHVAT_ASSIGN_OR_RETURN(*summary.add_totals(), ToProto(position));
  }
  return absl::OkStatus();
}

// What each donor pays, where there are several.
absl::Status FillDonors(const Sums& sums, v1::DonorSummary& summary) {
  std::map<std::pair<std::string, base::Currency>, Position> by_donor;
  std::set<std::string> donors;
  for (const auto& [key, of_line] : sums.lines) {
    for (const std::string& donor : of_line.funding.Donors()) {
      donors.insert(donor);
      PRIHVAT_ASSIGN_OR_RETURN(const Position position, PositionOf(donor, of_line));
      PRIHVAT_RETURN_IF_ERROR(
          Add(position, by_donor.try_emplace({donor, key.second}, key.second).first->second));
    }
  }
  if (donors.size() < 2) return absl::OkStatus();
  for (const auto& [key, position] : by_donor) {
    v1::DonorPosition& row = *summary.add_donors();
    row.set_donor(key.first);
    PRIHVAT_ASSIGN_OR_RETURN(*row.mutable_position(), ToProto(position));
  }
  return absl::OkStatus();
}

absl::Status FillCertificates(const Sums& sums, v1::DonorSummary& summary) {
  std::vector<DocumentValue> values;
  for (const auto& [key, certificate] : sums.certificates) {
    v1::CertificateSummary& row = *summary.add_certificates();
    row.set_certificate(certificate.facts->name);
    row.set_certificate_number(certificate.facts->number);
    row.set_replaced_certificate(certificate.facts->replaced);
    row.set_recipient(certificate.facts->recipient);
    *row.mutable_effective_time() = reporting::ToProto(certificate.facts->title_time);
    *row.mutable_effective_date() = reporting::ToProto(certificate.facts->title_day);
    row.set_item_count(certificate.item_count);
    *row.mutable_value() = reporting::ToProto(certificate.value);
    if (certificate.value_eur.has_value()) {
      *row.mutable_value_eur() = reporting::ToProto(*certificate.value_eur);
    }
    values.push_back({certificate.facts->name, certificate.value, certificate.value_eur});
  }
  PRIHVAT_ASSIGN_OR_RETURN(*summary.mutable_handed_over_eur(), TotalInEuro(values));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::DonorSummary> SummariseDonor(const Journals& journals, const ReportScope& scope,
                                                const Payer& payer) {
  PRIHVAT_ASSIGN_OR_RETURN(const Purchases purchases,
                           ReadPurchases(journals.money, scope.operation, scope.cut));
  if (!payer.project.empty() && !purchases.donor_of_project.contains(payer.project)) {
    return absl::NotFoundError(fmt::format("there is no {}", payer.project));
  }
  PRIHVAT_ASSIGN_OR_RETURN(
      const Transfers transfers,
      ReadTransfers(journals.handovers, scope.operation, scope.zone, scope.cut));
  PRIHVAT_ASSIGN_OR_RETURN(const Sums sums, SumUp(purchases, transfers, payer));

  v1::DonorSummary summary;
  std::map<std::string, std::set<std::string>> donors;  // of each project's budget lines
  for (const auto& [name, line] : purchases.budget_lines) {
    donors[line.project].merge(line.funding.Donors());
  }
  std::set<std::string> all;
  for (const auto& [project, donor] : purchases.donor_of_project) {
    std::set<std::string>& paying = donors[project];
    if (paying.empty()) paying = {donor};
    if (!payer.project.empty() && payer.project != project) continue;
    if (!payer.donor.empty() && payer.donor != donor && !paying.contains(payer.donor)) continue;
    summary.add_projects(project);
    all.merge(paying);
  }
  if (!payer.donor.empty()) {
    summary.set_donor(payer.donor);
  } else if (all.size() == 1) {
    summary.set_donor(*all.begin());
  }
  PRIHVAT_RETURN_IF_ERROR(FillLines(purchases, sums, payer.donor, summary));
  if (payer.donor.empty()) PRIHVAT_RETURN_IF_ERROR(FillDonors(sums, summary));
  PRIHVAT_RETURN_IF_ERROR(FillCertificates(sums, summary));
  return summary;
}

}  // namespace prihvat::reporting
