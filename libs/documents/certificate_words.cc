#include "libs/documents/certificate_words.h"

namespace prihvat::documents {
namespace {

constexpr CertificateWords kEnglish = {
    .title = "Donation Certificate",
    .declaration =
        "This is to certify that the goods listed below, procured with the funds named above, have "
        "been handed over by the donor to the recipient, who accepts them.",
    .exchange_rate = "Exchange rate: 1 EUR = 1.95583 KM (fixed).",
    .eu_funded = "Funded by the European Union",
    .eu_cofunded = "Co-funded by the European Union",
    .number = "Number",
    .issued = "Issued",
    .corrects = "Corrects and replaces",
    .project = "Project",
    .funding = "Funding",
    .handover = "Handover",
    .donor = "Donor",
    .recipient = "Recipient",
    .line = "No.",
    .description = "Description",
    .quantity = "Quantity",
    .unit = "Unit",
    .value_km = "Value KM",
    .value_eur = "Value EUR",
    .serials = "Serial numbers / VIN",
    .rounding = "Rounding difference",
    .total = "Total",
    .carried = "Carried forward",
    .brought = "Brought forward",
    .conditions = "Conditions",
    .for_donor = "For the donor",
    .for_recipient = "For the recipient",
    .date = "Date",
    .place = "Place",
    .signed_electronically = "Signed electronically",
    .verification = "Verification",
    .code_holds =
        "The code holds this certificate's name and the SHA-256 of its canonical content{}. Any "
        "change of an item, serial number, value, party or date changes it.",
    .signed_with = ", signed with the key {}",
    .content_is_in = "The canonical content is in English and Bosnian.",
};

constexpr CertificateWords kBosnian = {
    .title = "Potvrda o donaciji",
    .declaration =
        "Ovim se potvrđuje da je donator robu navedenu u nastavku, nabavljenu gore navedenim "
        "sredstvima, predao primaocu, koji je prihvata.",
    .exchange_rate = "Kurs: 1 EUR = 1,95583 KM (fiksni).",
    .eu_funded = "Finansira Evropska unija",
    .eu_cofunded = "Sufinansira Evropska unija",
    .number = "Broj",
    .issued = "Izdato",
    .corrects = "Ispravlja i zamjenjuje",
    .project = "Projekat",
    .funding = "Finansiranje",
    .handover = "Primopredaja",
    .donor = "Donator",
    .recipient = "Primalac",
    .line = "R. br.",
    .description = "Opis",
    .quantity = "Količina",
    .unit = "Jed.",
    .value_km = "Vrijednost KM",
    .value_eur = "Vrijednost EUR",
    .serials = "Serijski brojevi / VIN",
    .rounding = "Razlika zbog zaokruživanja",
    .total = "Ukupno",
    .carried = "Prenosi se",
    .brought = "Preneseno",
    .conditions = "Uslovi",
    .for_donor = "Za donatora",
    .for_recipient = "Za primaoca",
    .date = "Datum",
    .place = "Mjesto",
    .signed_electronically = "Potpisano elektronski",
    .verification = "Provjera",
    .code_holds =
        "Kod sadrži naziv ove potvrde i SHA-256 njenog kanonskog sadržaja{}. Svaka izmjena stavke, "
        "serijskog broja, vrijednosti, strane ili datuma mijenja ga.",
    .signed_with = ", s potpisom ključem {}",
    .content_is_in = "Kanonski sadržaj je na engleskom i bosanskom jeziku.",
};

constexpr CertificateWords kCroatian = {
    .title = "Potvrda o donaciji",
    .declaration =
        "Ovime se potvrđuje da je donator robu navedenu u nastavku, nabavljenu gore navedenim "
        "sredstvima, predao primatelju, koji je prihvaća.",
    .exchange_rate = "Tečaj: 1 EUR = 1,95583 KM (fiksni).",
    .eu_funded = "Financira Europska unija",
    .eu_cofunded = "Sufinancira Europska unija",
    .number = "Broj",
    .issued = "Izdano",
    .corrects = "Ispravlja i zamjenjuje",
    .project = "Projekt",
    .funding = "Financiranje",
    .handover = "Primopredaja",
    .donor = "Donator",
    .recipient = "Primatelj",
    .line = "R. br.",
    .description = "Opis",
    .quantity = "Količina",
    .unit = "Jed.",
    .value_km = "Vrijednost KM",
    .value_eur = "Vrijednost EUR",
    .serials = "Serijski brojevi / VIN",
    .rounding = "Razlika zbog zaokruživanja",
    .total = "Ukupno",
    .carried = "Prenosi se",
    .brought = "Preneseno",
    .conditions = "Uvjeti",
    .for_donor = "Za donatora",
    .for_recipient = "Za primatelja",
    .date = "Datum",
    .place = "Mjesto",
    .signed_electronically = "Potpisano elektronički",
    .verification = "Provjera",
    .code_holds =
        "Kôd sadrži naziv ove potvrde i SHA-256 njezina kanonskog sadržaja{}. Svaka izmjena "
        "stavke, serijskog broja, vrijednosti, strane ili datuma mijenja ga.",
    .signed_with = ", s potpisom ključem {}",
    .content_is_in = "Kanonski je sadržaj na engleskom i bosanskom jeziku.",
};

constexpr CertificateWords kSerbianLatin = {
    .title = "Potvrda o donaciji",
    .declaration =
        "Ovim se potvrđuje da je donator robu navedenu u nastavku, nabavljenu gore navedenim "
        "sredstvima, predao primaocu, koji je prihvata.",
    .exchange_rate = "Kurs: 1 EUR = 1,95583 KM (fiksni).",
    .eu_funded = "Finansira Evropska unija",
    .eu_cofunded = "Sufinansira Evropska unija",
    .number = "Broj",
    .issued = "Izdato",
    .corrects = "Ispravlja i zamjenjuje",
    .project = "Projekat",
    .funding = "Finansiranje",
    .handover = "Primopredaja",
    .donor = "Donator",
    .recipient = "Primalac",
    .line = "R. br.",
    .description = "Opis",
    .quantity = "Količina",
    .unit = "Jed.",
    .value_km = "Vrijednost KM",
    .value_eur = "Vrijednost EUR",
    .serials = "Serijski brojevi / VIN",
    .rounding = "Razlika zbog zaokruživanja",
    .total = "Ukupno",
    .carried = "Prenosi se",
    .brought = "Preneto",
    .conditions = "Uslovi",
    .for_donor = "Za donatora",
    .for_recipient = "Za primaoca",
    .date = "Datum",
    .place = "Mjesto",
    .signed_electronically = "Potpisano elektronski",
    .verification = "Provjera",
    .code_holds =
        "Kod sadrži naziv ove potvrde i SHA-256 njenog kanonskog sadržaja{}. Svaka izmjena stavke, "
        "serijskog broja, vrijednosti, strane ili datuma mijenja ga.",
    .signed_with = ", s potpisom ključem {}",
    .content_is_in = "Kanonski sadržaj je na engleskom i bosanskom jeziku.",
};

// Letter by letter the Serbian above: a test reads it back.
constexpr CertificateWords kSerbianCyrillic = {
    .title = "Потврда о донацији",
    .declaration =
        "Овим се потврђује да је донатор робу наведену у наставку, набављену горе наведеним "
        "средствима, предао примаоцу, који је прихвата.",
    .exchange_rate = "Курс: 1 EUR = 1,95583 КМ (фиксни).",
    .eu_funded = "Финансира Европска унија",
    .eu_cofunded = "Суфинансира Европска унија",
    .number = "Број",
    .issued = "Издато",
    .corrects = "Исправља и замјењује",
    .project = "Пројекат",
    .funding = "Финансирање",
    .handover = "Примопредаја",
    .donor = "Донатор",
    .recipient = "Прималац",
    .line = "Р. бр.",
    .description = "Опис",
    .quantity = "Количина",
    .unit = "Јед.",
    .value_km = "Вриједност КМ",
    .value_eur = "Вриједност EUR",
    .serials = "Серијски бројеви / VIN",
    .rounding = "Разлика због заокруживања",
    .total = "Укупно",
    .carried = "Преноси се",
    .brought = "Пренето",
    .conditions = "Услови",
    .for_donor = "За донатора",
    .for_recipient = "За примаоца",
    .date = "Датум",
    .place = "Мјесто",
    .signed_electronically = "Потписано електронски",
    .verification = "Провјера",
    .code_holds =
        "Код садржи назив ове потврде и SHA-256 њеног канонског садржаја{}. Свака измјена ставке, "
        "серијског броја, вриједности, стране или датума мијења га.",
    .signed_with = ", с потписом кључем {}",
    .content_is_in = "Канонски садржај је на енглеском и босанском језику.",
};

}  // namespace

const CertificateWords& WordsOf(Language language) {
  switch (language) {
    case Language::kEnglish:
      return kEnglish;
    case Language::kBosnian:
      return kBosnian;
    case Language::kCroatian:
      return kCroatian;
    case Language::kSerbianLatin:
      return kSerbianLatin;
    case Language::kSerbianCyrillic:
      return kSerbianCyrillic;
  }
  return kEnglish;  // for the compiler: there is no other
}

}  // namespace prihvat::documents
