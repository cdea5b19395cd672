#include "libs/documents/testing/sample_certificates.h"

#include <fmt/format.h>

namespace prihvat::documents {
namespace {

DonationCertificate Base() {
  DonationCertificate certificate;
  certificate.project = {
      "Individual measure to strengthen the response capacity to manage migration flows in Bosnia "
      "and Herzegovina",
      "Pojedinačna mjera za jačanje kapaciteta za upravljanje migracijskim tokovima u Bosni i "
      "Hercegovini"};
  certificate.funding_source = "European Union";
  certificate.donor = {"International Organization for Migration", "Amra Đorđević-Čengić",
                       "Chief of Mission"};
  certificate.place = "Sarajevo";
  certificate.conditions = {
      "The recipient uses the goods for the purpose of the project, keeps them in its register of "
      "assets and keeps the visibility marks of the European Union on them.",
      "Primalac koristi robu u svrhu projekta, vodi je u evidenciji imovine i zadržava na njoj "
      "oznake vidljivosti Evropske unije."};
  return certificate;
}

void AddSignatures(DonationCertificate& certificate, std::optional<absl::CivilDay> day) {
  certificate.signatures = {{{"For the donor", "Za donatora"},
                             certificate.donor.signatory,
                             certificate.donor.signatory_title,
                             day},
                            {{"For the recipient", "Za primaoca"},
                             certificate.recipient.signatory,
                             certificate.recipient.signatory_title,
                             day}};
}

}  // namespace

DonationCertificate ClothingCertificate() {
  DonationCertificate certificate = Base();
  certificate.name = "operations/ba/certificates/DC-2023-0002";
  certificate.number = "DC-2023-0002";
  certificate.issue_date = certificate.handover_date = absl::CivilDay(2023, 7, 13);
  certificate.recipient = {
      "Directorate for Coordination of Police Bodies of Bosnia and Herzegovina", "Željko Šarić",
      "Deputy Director"};
  certificate.items = {
      {.line = 1,
       .description = {"Protective clothing and footwear", "Zaštitna odjeća i obuća"},
       .quantity = "1",
       .unit = "lot",
       .value_km = "170900.00",
       .value_eur = "87379.78"}};
  certificate.total_km = "170900.00";
  certificate.total_eur = "87379.78";
  AddSignatures(certificate, std::nullopt);
  return certificate;
}

DonationCertificate VehiclesCertificate() {
  DonationCertificate certificate = Base();
  certificate.name = "operations/ba/certificates/DC-2023-0001";
  certificate.number = "DC-2023-0001";
  certificate.issue_date = certificate.handover_date = absl::CivilDay(2023, 3, 9);
  certificate.recipient = {
      "Directorate for Coordination of Police Bodies of Bosnia and Herzegovina", "Mirsad Ćosić",
      "Director"};
  certificate.items = {{.line = 1,
                        .description = {"All-terrain vehicle, 4x4, with equipment",
                                        "Terensko vozilo, 4x4, s opremom"},
                        .quantity = "10",
                        .unit = "pcs",
                        .value_km = "725000.00",
                        .value_eur = "370686.61"}};
  for (int i = 0; i < 10; ++i) {
    certificate.items[0].serials.push_back(fmt::format("JTEBR3FJ70K{:06}", 203117 + 37 * i));
  }
  certificate.total_km = "725000.00";
  certificate.total_eur = "370686.61";
  AddSignatures(certificate, absl::CivilDay(2023, 3, 9));
  return certificate;
}

DonationCertificate LongCertificate(int lines) {
  DonationCertificate certificate = Base();
  certificate.name = "operations/ba/certificates/DC-2024-0007";
  certificate.number = "DC-2024-0007";
  certificate.issue_date = certificate.handover_date = absl::CivilDay(2024, 2, 29);
  certificate.recipient = {"Служба за послове са странцима / Služba za poslove sa strancima",
                           "Јелена Ђурић", "Director"};
  for (int line = 1; line <= lines; ++line) {
    CertificateItem item = {.line = line,
                            .description = {fmt::format("Radio set, digital, model {}", line),
                                            fmt::format("Digitalna radio-stanica, model {}", line)},
                            .quantity = "3",
                            .unit = "pcs",
                            .value_km = fmt::format("{}.00", line),
                            .value_eur = fmt::format("{}.50", line / 2)};
    for (int i = 0; i < 3; ++i) {
      item.serials.push_back(fmt::format("89390101023584{:05}", line * 100 + i));
    }
    certificate.items.push_back(item);
  }
  int eur_halves = 0;
  for (int line = 1; line <= lines; ++line) eur_halves += 2 * (line / 2) + 1;
  certificate.total_km = fmt::format("{}.00", lines * (lines + 1) / 2);
  certificate.total_eur = fmt::format("{}.{}1", eur_halves / 2, eur_halves % 2 == 0 ? 0 : 5);
  AddSignatures(certificate, absl::CivilDay(2024, 2, 29));
  return certificate;
}

}  // namespace prihvat::documents
