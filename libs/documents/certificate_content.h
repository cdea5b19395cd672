// What a donation certificate says, and the digest that its signatures attest to. Needs no drawing:
// the certificate as a PDF is donation_certificate.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/documents/certificate_words.h"

namespace prihvat::documents {

// What the European Union pays of what a paper is about: the sponsor statement that it bears.
enum class EuFunding { kNone, kAll, kPart };

// The same in both languages of a certificate. `bs` may be empty where there is no translation.
struct Bilingual {
  std::string en;
  std::string bs;
};

struct CertificateParty {
  std::string organisation;
  std::string signatory;        // the person who signs for it
  std::string signatory_title;  // their office
};

struct CertificateItem {
  int line = 0;
  Bilingual description;
  std::string quantity;              // as printed: "10", "40.002"
  std::string unit;                  // "pcs", "m"
  std::vector<std::string> serials;  // serial numbers or VINs, each printed unbroken
  std::string value_km;              // exact decimal of two places, "725000.00"; empty: not stated
  std::string value_eur;             // likewise
};

// A text of the program's own, as certificates are drawn up with it: in English and Bosnian.
Bilingual DrawnUpText(Word CertificateWords::*text);

// How one person signed. Signatures stand outside the canonical content, since they attest to it
// and come one by one.
struct CertificateSignature {
  Bilingual role;  // "For the donor"
  std::string person;
  std::string title;
  std::optional<absl::CivilDay> signed_on;  // none: the block has an empty line to fill in
  std::string place;                        // of signing; may be empty
  std::string image;                        // of the signature: PNG, JPEG, or empty
  std::string electronic;  // by what an electronic signature is known, on one line; or empty
};

// Everything that a donation certificate says. Plain values; who fills them in answers for them.
struct DonationCertificate {
  std::string name;    // resource name, "operations/ba/certificates/DC-2023-0001"
  std::string number;  // as people cite it, "DC-2023-0001"
  absl::CivilDay issue_date;
  std::string corrects_number;         // of the certificate that this one replaces, or empty
  std::string corrects_digest_sha256;  // its digest, in hexadecimal

  Bilingual title = DrawnUpText(&CertificateWords::title);
  Bilingual declaration = DrawnUpText(&CertificateWords::declaration);
  Bilingual project;
  std::string funding_source;
  EuFunding eu_funding = EuFunding::kAll;  // as all the layout, outside the canonical content
  CertificateParty donor;
  CertificateParty recipient;
  std::string place;
  absl::CivilDay handover_date;

  std::vector<CertificateItem> items;
  std::string total_km;  // exact decimals of two places
  std::string
      total_eur;  // may differ from the items' sum by rounding; the difference is then printed
  Bilingual exchange_rate_note = DrawnUpText(&CertificateWords::exchange_rate);
  Bilingual conditions;

  std::vector<CertificateSignature> signatures;
  std::string canonical_digest_hex;  // as recorded when it was issued; empty: computed here
  std::string signed_qr_text;        // of its CertificateStatement; empty: nobody vouches for it
};

// What the installation that prints a certificate says of it under a key of its own, so that
// whoever has the public key can check a paper without asking anybody.
struct CertificateStatement {
  std::string name;
  std::string digest_hex;  // SHA-256 of the canonical content
  absl::Time signed_at;    // whole seconds
  std::string key_id;      // 8 bytes
  std::string signature;   // 64 bytes of Ed25519 under StatementText; empty: an unsigned code
};

// What the certificate's digest is taken of, as docs/certificate-canonical-form.md lays down.
// InvalidArgument for text that is not UTF-8.
absl::StatusOr<std::string> CanonicalContent(const DonationCertificate& certificate);

// What is signed:
// "prihvat:certificate:2:<name>:<SHA-256>:<YYYYMMDDThhmmssZ>:<key id, 16 hexadecimal digits>".
std::string StatementText(const CertificateStatement& statement);
// The same with ":" and the signature in base64url without padding.
std::string SignedQrText(const CertificateStatement& statement);

// What the QR code says: signed_qr_text, or, without one,
// "prihvat:certificate:1:<name>:<SHA-256 of the canonical content>". FailedPrecondition where the
// signed text is of another certificate or content.
absl::StatusOr<std::string> CertificateQrText(const DonationCertificate& certificate);

// Reads both kinds back. InvalidArgument says what is wrong with the text; the signature is not
// checked.
absl::StatusOr<CertificateStatement> ParseCertificateQr(std::string_view text);

}  // namespace prihvat::documents
