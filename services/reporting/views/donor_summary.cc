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
        handed_over(budget) {}

  base::Money budget;
  base::Money reserved;
  base::Money committed;
  base::Money spent;
  base::Money handed_over;
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

struct Sums {
  std::map<std::pair<std::string, base::Currency>, Position> lines;  // by budget line
  std::map<CertificateKey, OfCertificate> certificates;
};

bool Pays(const Payer& payer, const std::string& project, const std::string& donor) {
  return (payer.project.empty() || payer.project == project) &&
         (payer.donor.empty() || payer.donor == donor);
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
  return result;
}

absl::Status AddTransferred(const Transferred& transferred, const CertificateFacts& certificate,
                            Sums& sums) {
  const base::Currency currency = transferred.value.currency();
  Position& line =
      sums.lines.try_emplace({transferred.item.provenance().budget_line(), currency}, currency)
          .first->second;
  PRIHVAT_RETURN_IF_ERROR(Add(transferred.value, line.handed_over));

  const auto [entry, is_new] =
      sums.certificates.try_emplace({certificate.title_time, certificate.name, currency});
  OfCertificate& of_certificate = entry->second;
  if (is_new) {
    of_certificate.facts = &certificate;
    of_certificate.value = base::Money::Zero(currency);
  }
  ++of_certificate.item_count;
  PRIHVAT_RETURN_IF_ERROR(Add(transferred.value, of_certificate.value));
  if (transferred.value_eur.has_value()) {
    if (!of_certificate.value_eur.has_value()) {
      of_certificate.value_eur = base::Money::Zero(base::Currency::Eur());
    }
    PRIHVAT_RETURN_IF_ERROR(Add(*transferred.value_eur, *of_certificate.value_eur));
  }
  return absl::OkStatus();
}

absl::StatusOr<Sums> SumUp(const Purchases& purchases, const Transfers& transfers,
                           const Payer& payer) {
  Sums sums;
  for (const auto& [name, line] : purchases.budget_lines) {
    if (!Pays(payer, line.project, line.donor)) continue;
    const base::Currency currency = line.budget.currency();
    Position& position = sums.lines.try_emplace({name, currency}, currency).first->second;
    position.budget = line.budget;
    position.reserved = line.reserved;
    position.committed = line.committed;
    position.spent = line.spent;
  }
  for (const Transferred& transferred : transfers.transferred) {
    const handover::v1::Provenance& from = transferred.item.provenance();
    if (!Pays(payer, from.project(), from.donor())) continue;
    PRIHVAT_RETURN_IF_ERROR(
        AddTransferred(transferred, transfers.certificates.at(transferred.handover_case), sums));
  }
  // What a certificate does not say in EUR is converted as one document.
  for (auto& [key, certificate] : sums.certificates) {
    if (certificate.value_eur.has_value()) continue;
    PRIHVAT_ASSIGN_OR_RETURN(certificate.value_eur, InEuro(certificate.value));
  }
  return sums;
}

absl::Status FillLines(const Purchases& purchases, const Sums& sums, v1::DonorSummary& summary) {
  std::map<base::Currency, Position> totals;
  for (const auto& [key, position] : sums.lines) {
    v1::BudgetLineSummary& row = *summary.add_budget_lines();
    row.set_budget_line(key.first);
    const auto line = purchases.budget_lines.find(key.first);
    if (line != purchases.budget_lines.end()) {
      row.set_display_name(line->second.display_name);
      row.set_project(line->second.project);
      row.set_donor(line->second.donor);
    }
    PRIHVAT_ASSIGN_OR_RETURN(*row.mutable_position(), ToProto(position));
    PRIHVAT_RETURN_IF_ERROR(
        Add(position, totals.try_emplace(key.second, key.second).first->second));
  }
  for (const auto& [currency, position] : totals) {
    PRIHVAT_ASSIGN_OR_RETURN(*summary.add_totals(), ToProto(position));
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
  std::set<std::string> donors;
  for (const auto& [project, donor] : purchases.donor_of_project) {
    if (!Pays(payer, project, donor)) continue;
    summary.add_projects(project);
    donors.insert(donor);
  }
  if (donors.size() == 1) summary.set_donor(*donors.begin());
  PRIHVAT_RETURN_IF_ERROR(FillLines(purchases, sums, summary));
  PRIHVAT_RETURN_IF_ERROR(FillCertificates(sums, summary));
  return summary;
}

}  // namespace prihvat::reporting
