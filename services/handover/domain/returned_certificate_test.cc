// Certificates that are signed away from here and brought back.
#include "absl/strings/escaping.h"
#include "libs/base/digest.h"
#include "libs/documents/detached_signature.h"
#include "libs/documents/signature_image.h"
#include "libs/documents/testing/sample_images.h"
#include "libs/documents/testing/signatory.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using documents::testing::Signatory;
using testing::Case;
using testing::Day;
using testing::kCase;
using testing::kEuHead;
using testing::kJulyDirector;
using testing::Lot;
using testing::Mandate;
using testing::ReceivedLot;
using testing::Story;
using testing::To;

constexpr auto kGiver = v1::HANDOVER_PARTY_GIVER;
constexpr auto kRecipient = v1::HANDOVER_PARTY_RECIPIENT;
constexpr char kJuly[] = "operations/ba/mandates/july";
constexpr char kClerk[] = "organisations/iom/people/clerk";
constexpr char kColleague[] = "organisations/iom/people/colleague";
constexpr char kManager[] = "organisations/iom/people/manager";  // who registers keys

// A case that was counted on 13 July 2023, whose certificate is drawn up and out to be signed; told
// further by a clerk on 20 July.
class Returned : public ::testing::Test {
 protected:
  Returned() {
    story_.Do(ReceivedLot("1", "170900.00", "170900.00"));
    story_.At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
    story_.Do(Case({Lot("1")}));
    story_.Counted();
    story_.Do(To<v1::DrawUpCertificateRequest>());
    story_.At(absl::CivilSecond(2023, 7, 20, 9, 0, 0));
  }

  v1::Certificate TheCertificate() const {
    return story_.Entity<v1::Certificate>(story_.TheCase().certificate());
  }
  std::string Content() const { return *documents::CanonicalContent(ToDocument(TheCertificate())); }

  // That side signed in Bihać on 14 July, without what shows it.
  v1::ReturnSignedCertificateRequest Bare(v1::HandoverParty party) const {
    auto command = To<v1::ReturnSignedCertificateRequest>(TheCertificate().name());
    command.set_party(party);
    command.set_canonical_sha256(TheCertificate().canonical_sha256());
    command.set_person(party == kGiver ? kEuHead : kJulyDirector);
    *command.mutable_sign_date() = Day(2023, 7, 14);
    command.set_place("Bihać");
    return command;
  }
  v1::ReturnSignedCertificateRequest WithImage(v1::HandoverParty party) const {
    auto command = Bare(party);
    command.set_image(documents::SignaturePng());
    return command;
  }

  v1::RegisterSigningKeyRequest Key(const std::string& id, const Signatory& of) const {
    auto command = To<v1::RegisterSigningKeyRequest>(kJuly);
    v1::SigningKey& key = *command.mutable_signing_key();
    key.set_id(id);
    key.set_ed25519_public_key(of.ed25519_key());
    *key.mutable_valid_from() = Day(2023, 7, 1);
    key.set_reference("handed over in person");
    return command;
  }

  Story story_;
};

TEST_F(Returned, INV15_BothSidesSignAwayFromHereAndTheCaseTakesEffect) {
  EXPECT_EQ(story_.TheCase().state(), v1::HANDOVER_CASE_STATE_COUNTED);
  EXPECT_EQ(TheCertificate().signatures_size(), 0);
  story_.Do(WithImage(kGiver));
  EXPECT_EQ(story_.TheCase().state(), v1::HANDOVER_CASE_STATE_SIGNED_BY_ONE);
  const Signatory director("director");
  story_.DoAs(kManager, Key("card", director));
  auto command = Bare(kRecipient);
  command.set_electronic_signature(director.SignEd25519(Content()));
  command.set_signing_key("card");
  story_.Do(command);
  EXPECT_EQ(story_.TheCase().state(), v1::HANDOVER_CASE_STATE_SIGNED_BY_BOTH);
  story_.Do(To<v1::MakeHandoverEffectiveRequest>());

  const v1::Certificate both_signed = TheCertificate();
  const v1::Signature& first = both_signed.signatures(0);
  EXPECT_EQ(first.person(), kEuHead);
  EXPECT_EQ(first.entered_by(), kClerk);
  EXPECT_TRUE(first.on_paper());
  EXPECT_EQ(first.sign_date().day(), 14);
  EXPECT_FALSE(first.has_sign_time());
  EXPECT_EQ(first.evidence_kind(), v1::SIGNATURE_EVIDENCE_KIND_IMAGE);
  const auto image =
      story_.Entity<v1::SignatureEvidence>(TheCertificate().name() + "/signatures/giver");
  EXPECT_EQ(image.content(), documents::SignaturePng());
  EXPECT_EQ(image.content_type(), "image/png");
  EXPECT_EQ(first.evidence_sha256(), base::Sha256Hex(image.content()));
  EXPECT_EQ(TheCertificate().signatures(1).signing_key(), "card");
}

TEST_F(Returned, TheSameAgainIsAnsweredAsTheSame) {
  const auto command = WithImage(kGiver);
  story_.Do(command);
  const std::string before = TheCertificate().SerializeAsString();
  story_.When(command).Then();
  EXPECT_EQ(story_.decision().resource(), TheCertificate().name());
  // By somebody else, on another day, after the other side; and when nothing can be changed any
  // more (INV-18).
  story_.As(kColleague);
  story_.When(command).Then();
  EXPECT_EQ(TheCertificate().SerializeAsString(), before);
  story_.Do(WithImage(kRecipient));
  story_.Do(To<v1::MakeHandoverEffectiveRequest>());
  story_.At(absl::CivilSecond(2023, 7, 25, 9, 0, 0));
  story_.When(command).Then();
}

TEST_F(Returned, INV18_AnotherReturnForTheSameSideIsRefused) {
  story_.Do(WithImage(kGiver));
  auto image = WithImage(kGiver);
  image.set_image(documents::SignaturePng(80, 20));
  auto day = WithImage(kGiver);
  *day.mutable_sign_date() = Day(2023, 7, 15);
  auto place = WithImage(kGiver);
  place.set_place("Sarajevo");
  auto person = WithImage(kGiver);
  person.set_person(kJulyDirector);
  const auto refused = [&](const v1::ReturnSignedCertificateRequest& command) {
    story_.When(command).ThenRejected(
        "RETURN_DIFFERS", {{"certificate", TheCertificate().name()},
                           {"party", "giver"},
                           {"sha256_before", base::Sha256Hex(documents::SignaturePng())},
                           {"sha256", base::Sha256Hex(command.image())}});
  };
  for (const auto& command : {image, day, place, person}) refused(command);
  story_.DoAs(kColleague, WithImage(kRecipient));
  story_.Do(To<v1::MakeHandoverEffectiveRequest>());
  refused(image);
  EXPECT_EQ(TheCertificate().signatures_size(), 2);
}

TEST_F(Returned, WhoSignedHereIsNotSignedForOnPaper) {
  story_.DoAs(kEuHead, testing::Signed(kGiver));
  EXPECT_EQ(story_.TheCase().signatures_size(), 1);
  EXPECT_EQ(TheCertificate().signatures_size(), 1) << "of the certificate that was drawn up";
  story_.When(WithImage(kGiver)).ThenRejected("ALREADY_SIGNED", {{"party", "giver"}});
  story_.Do(WithImage(kRecipient));
  story_.As(kJulyDirector);
  story_.When(testing::Signed(kRecipient)).ThenRejected("WRONG_STATE");
}

TEST_F(Returned, INV15_TheMandateIsJudgedOnTheDayOfSigning) {
  // In force on 14 July, not on 20 July when the paper comes back.
  auto revoke = To<v1::RevokeMandateRequest>(kJuly);
  *revoke.mutable_revoked_from() = Day(2023, 7, 15);
  revoke.set_reason("left office");
  story_.Do(revoke);
  auto late = WithImage(kRecipient);
  *late.mutable_sign_date() = Day(2023, 7, 15);
  story_.When(late).ThenRejected("MANDATE_NOT_VALID",
                                 {{"sign_date", "2023-07-15"}, {"revoked_from", "2023-07-15"}});
  story_.Do(WithImage(kRecipient));
}

TEST_F(Returned, INV15_OnlyTheSignatoryCounts) {
  auto other = WithImage(kRecipient);
  other.set_person("organisations/dcpb/people/deputy");
  story_.When(other).ThenRejected(
      "NOT_THE_SIGNATORY",
      {{"signatory", kJulyDirector}, {"signed_by", "organisations/dcpb/people/deputy"}});
}

TEST_F(Returned, TheDayOfSigningLiesBetweenDrawingUpAndToday) {
  for (const auto& day : {Day(2023, 7, 12), Day(2023, 7, 21)}) {
    auto command = WithImage(kGiver);
    *command.mutable_sign_date() = day;
    story_.When(command).ThenRejected("INVALID_FIELD");
    EXPECT_THAT(story_.decision().rejection().message(),
                ::testing::HasSubstr("drawn up on 2023-07-13, and was brought back on 2023-07-20"));
  }
  auto first = WithImage(kGiver);
  *first.mutable_sign_date() = Day(2023, 7, 13);
  story_.Do(first);
  auto last = WithImage(kRecipient);
  *last.mutable_sign_date() = Day(2023, 7, 20);
  story_.DoAs(kColleague, last);
}

TEST_F(Returned, WhatWasSignedIsThisCertificate) {
  auto command = WithImage(kGiver);
  command.set_canonical_sha256(std::string(64, '0'));
  story_.When(command).ThenRejected("CERTIFICATE_DIFFERS");
  command.clear_canonical_sha256();
  story_.When(command).ThenRejected("INVALID_FIELD");
  auto nothing = Bare(kGiver);
  story_.When(nothing).ThenRejected("INVALID_FIELD");
  nothing.set_image("GIF89a");
  story_.When(nothing).ThenRejected("INVALID_FIELD");
  EXPECT_EQ(story_.decision().rejection().message(), "image: is neither a PNG nor a JPEG");
  nothing.set_image(std::string(documents::kMostImageBytes + 1, 'x'));
  story_.When(nothing).ThenRejected("INVALID_FIELD");
  EXPECT_EQ(story_.decision().rejection().message(), "image: is 131073 bytes; 131072 are taken");
  EXPECT_EQ(TheCertificate().signatures_size(), 0);
}

TEST_F(Returned, WhatIsOutToBeSignedStands) {
  auto dispute = To<v1::DisputeCountRequest>();
  dispute.set_reason("one is missing");
  auto name = To<v1::NameSignatoriesRequest>();
  name.set_recipient_mandate("operations/ba/mandates/march");
  const std::vector<std::pair<std::string, std::string>> says = {
      {"handover_case", kCase}, {"certificate", TheCertificate().name()}};
  story_.When(dispute).ThenRejected("CERTIFICATE_DRAWN_UP", says);
  story_.When(name).ThenRejected("CERTIFICATE_DRAWN_UP", says);
  story_.When(To<v1::DrawUpCertificateRequest>()).ThenRejected("CERTIFICATE_DRAWN_UP", says);
  // What is given up is not brought back.
  const auto paper = WithImage(kGiver);
  auto void_case = To<v1::VoidHandoverCaseRequest>();
  void_case.set_reason("the count was wrong");
  story_.Do(void_case);
  story_.When(paper).ThenRejected("CERTIFICATE_VOIDED");
}

TEST_F(Returned, AnElectronicSignatureIsChecked) {
  const Signatory director("director");
  const Signatory stranger("stranger");
  story_.DoAs(kManager, Key("card", director));
  auto command = Bare(kRecipient);
  command.set_signing_key("card");
  command.set_electronic_signature(stranger.SignEd25519(Content()));
  story_.When(command).ThenRejected(
      "SIGNATURE_INVALID",
      {{"signing_key", "card"}, {"canonical_sha256", TheCertificate().canonical_sha256()}});
  command.set_electronic_signature(director.SignEd25519(Content() + "\n"));
  story_.When(command).ThenRejected("SIGNATURE_INVALID");
  command.set_electronic_signature(director.SignEd25519(Content()));
  command.set_signing_key("phone");
  story_.When(command).ThenRejected("INVALID_FIELD");
  EXPECT_THAT(
      story_.decision().rejection().message(),
      ::testing::HasSubstr("\"phone\" is none of the keys of " + std::string(kJuly) + ": card"));
  command.set_signing_key("card");
  auto revoke = To<v1::RevokeSigningKeyRequest>(kJuly);
  revoke.set_signing_key("card");
  *revoke.mutable_revoked_from() = Day(2023, 7, 14);
  revoke.set_reason("card lost");
  story_.Do(revoke);
  story_.When(command).ThenRejected("SIGNING_KEY_NOT_VALID", {{"sign_date", "2023-07-14"}});
  *command.mutable_sign_date() = Day(2023, 7, 13);
  story_.Do(command);
}

// Certificates and signing times are of the machine's clock, so the story is of today.
TEST(ReturnedToday, ASignatureInCmsIsCheckedWithItsDay) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.At(absl::Now() - absl::Hours(1));
  story.Do(Mandate("eu-now", kEuHead, Day(2020, 1, 1), Day(2199, 1, 1)));
  story.Do(Mandate("now", kJulyDirector, Day(2020, 1, 1), Day(2199, 1, 1)));
  auto made = Case({Lot("1")});
  made.mutable_handover_case()->set_giver_mandate("operations/ba/mandates/eu-now");
  made.mutable_handover_case()->set_recipient_mandate("operations/ba/mandates/now");
  story.Do(made);
  story.Counted();
  story.Do(To<v1::DrawUpCertificateRequest>());
  const auto certificate = story.Entity<v1::Certificate>(story.TheCase().certificate());
  const std::string content = *documents::CanonicalContent(ToDocument(certificate));

  const Signatory director("director");
  const auto times = documents::ReadSignerCertificate(director.certificate());
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Sarajevo", &zone));
  auto key = To<v1::RegisterSigningKeyRequest>("operations/ba/mandates/now");
  key.mutable_signing_key()->set_id("token");
  key.mutable_signing_key()->set_x509_certificate(director.certificate());
  *key.mutable_signing_key()->mutable_valid_from() = Day(2023, 1, 1);
  key.mutable_signing_key()->set_reference("issued by the state");
  story.When(key).ThenRejected("INVALID_FIELD");  // before the certificate's own first day
  const absl::CivilDay first = absl::ToCivilDay(times->not_before, zone);
  *key.mutable_signing_key()->mutable_valid_from() = ToProto(first);
  story.DoAs(kManager, key);
  const auto kept = story.Entity<v1::Mandate>("operations/ba/mandates/now").signing_keys(0);
  EXPECT_EQ(kept.subject(), "CN=director,O=Direkcija Š");
  EXPECT_EQ(FromProto(kept.valid_until()), absl::ToCivilDay(times->not_after, zone));

  const std::string cms = director.SignCms(content);
  const auto stated = documents::CheckCms(director.certificate(), content, cms);
  ASSERT_TRUE(stated.ok()) << stated.status();
  story.At(**stated + absl::Hours(30));
  auto command = To<v1::ReturnSignedCertificateRequest>(certificate.name());
  command.set_party(kRecipient);
  command.set_canonical_sha256(certificate.canonical_sha256());
  command.set_person(kJulyDirector);
  command.set_place("Sarajevo");
  command.set_signing_key("token");
  command.set_electronic_signature(cms);
  *command.mutable_sign_date() = ToProto(absl::ToCivilDay(**stated, zone) + 1);
  story.When(command).ThenRejected("INVALID_FIELD");
  EXPECT_THAT(story.decision().rejection().message(),
              ::testing::HasSubstr("the electronic signature says"));
  *command.mutable_sign_date() = ToProto(absl::ToCivilDay(**stated, zone));
  command.set_electronic_signature(director.SignCms(content + "x"));
  story.When(command).ThenRejected("SIGNATURE_INVALID");
  command.set_electronic_signature(cms);
  story.Do(command);
}

TEST_F(Returned, SigningKeysSayWhatIsWrongWithThem) {
  const Signatory director("director");
  story_.Do(Key("card", director));
  story_.When(Key("card", director)).ThenRejected("ALREADY_EXISTS");
  auto both = Key("both", director);
  both.mutable_signing_key()->set_x509_certificate(director.certificate());
  auto none = Key("none", director);
  none.mutable_signing_key()->clear_ed25519_public_key();
  auto size = Key("size", director);
  size.mutable_signing_key()->set_ed25519_public_key("too short");
  auto pem = none;
  pem.mutable_signing_key()->set_x509_certificate("-----BEGIN CERTIFICATE-----");
  auto days = Key("days", director);
  *days.mutable_signing_key()->mutable_valid_until() = Day(2023, 6, 30);
  auto id = Key("No Such Id", director);
  for (const auto& command : {both, none, size, pem, days, id}) {
    story_.When(command).ThenRejected("INVALID_FIELD");
  }
  for (int i = 1; i < 8; ++i) story_.Do(Key("card-" + std::to_string(i), director));
  story_.When(Key("card-8", director)).ThenRejected("INVALID_FIELD");
  auto revoke = To<v1::RevokeSigningKeyRequest>(kJuly);
  *revoke.mutable_revoked_from() = Day(2023, 7, 14);
  revoke.set_reason("lost");
  revoke.set_signing_key("card-9");
  story_.When(revoke).ThenRejected("INVALID_FIELD");
  revoke.set_signing_key("card");
  story_.Do(revoke);
  story_.When(revoke).ThenRejected("WRONG_STATE");
}

TEST_F(Returned, INV18_ACorrectionIsSignedAwayFromHereToo) {
  story_.Do(WithImage(kGiver));
  story_.DoAs(kColleague, WithImage(kRecipient));
  story_.Do(To<v1::MakeHandoverEffectiveRequest>());
  auto correct = To<v1::CorrectHandoverCaseRequest>();
  correct.set_reason("wrong place");
  correct.set_place("Mostar");
  story_.Do(correct);
  const auto corrected =
      story_.Entity<v1::Certificate>(story_.TheCase().pending_corrective_certificate());
  const auto back = [&](v1::HandoverParty party) {
    auto command = WithImage(party);
    command.set_name(corrected.name());
    command.set_canonical_sha256(corrected.canonical_sha256());
    *command.mutable_sign_date() = Day(2023, 7, 20);
    return command;
  };
  story_.Do(back(kRecipient));
  EXPECT_EQ(story_.TheCase().state(), v1::HANDOVER_CASE_STATE_EFFECTIVE);
  story_.When(back(kGiver)).ThenRejected("RETURN_NEEDS_ANOTHER");
  story_.DoAs(kColleague, back(kGiver));
  EXPECT_EQ(story_.TheCase().state(), v1::HANDOVER_CASE_STATE_CORRECTED);
  story_.When(back(kGiver)).Then();
}

TEST_F(Returned, INV15_A5_NobodyBringsBackBothSidesImages) {
  story_.Do(WithImage(kGiver));
  story_.When(WithImage(kRecipient))
      .ThenRejected("RETURN_NEEDS_ANOTHER",
                    {{"certificate", TheCertificate().name()}, {"caller", kClerk}});
  EXPECT_THAT(story_.decision().rejection().message(),
              ::testing::AllOf(::testing::HasSubstr(kEuHead), ::testing::HasSubstr(kJulyDirector)));
  EXPECT_EQ(story_.decision().rejection().reason().code, absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(TheCertificate().signatures_size(), 1);
  story_.DoAs(kColleague, WithImage(kRecipient));
}

TEST_F(Returned, INV15_A5_WhoSignsForOneSideBringsNothingBackForTheOther) {
  story_.As(kEuHead);
  story_.When(WithImage(kRecipient)).ThenRejected("RETURN_NEEDS_ANOTHER", {{"caller", kEuHead}});
  story_.Do(WithImage(kGiver));  // their own
  story_.When(WithImage(kRecipient)).ThenRejected("RETURN_NEEDS_ANOTHER");
  story_.As(kJulyDirector);
  story_.Do(WithImage(kRecipient));
}

TEST_F(Returned, INV15_A5_WhoRegisteredAKeyBringsBackNothingThatItSigned) {
  const Signatory director("director");
  story_.DoAs(kManager, Key("card", director));
  EXPECT_EQ(story_.Entity<v1::Mandate>(kJuly).signing_keys(0).registered_by(), kManager);
  auto command = Bare(kRecipient);
  command.set_electronic_signature(director.SignEd25519(Content()));
  command.set_signing_key("card");
  story_.As(kManager);
  story_.When(command).ThenRejected("RETURN_NEEDS_ANOTHER", {{"caller", kManager}});
  EXPECT_THAT(story_.decision().rejection().message(),
              ::testing::HasSubstr(std::string(kJulyDirector) + " with the key card"));
  // Unless it is their own.
  story_.DoAs(kJulyDirector, Key("own", director));
  command.set_signing_key("own");
  story_.DoAs(kJulyDirector, command);
}

TEST_F(Returned, AnImportBringsBackBothSidesPapers) {
  story_.AsImport("bih-2023");
  story_.Do(WithImage(kGiver));
  story_.Do(WithImage(kRecipient));
}

// Signed with the director's card on 14 July, which is then revoked from that day on.
class RevokedSince : public Returned {
 protected:
  v1::ReturnSignedCertificateRequest WithCard(const std::string& certificate_name) {
    const auto certificate = story_.Entity<v1::Certificate>(certificate_name);
    auto command = Bare(kRecipient);
    command.set_name(certificate.name());
    command.set_canonical_sha256(certificate.canonical_sha256());
    command.set_signing_key("card");
    command.set_electronic_signature(
        director_.SignEd25519(*documents::CanonicalContent(ToDocument(certificate))));
    return command;
  }
  void Revoke(const google::type::Date& from) {
    auto revoke = To<v1::RevokeSigningKeyRequest>(kJuly);
    revoke.set_signing_key("card");
    *revoke.mutable_revoked_from() = from;
    revoke.set_reason("stolen");
    story_.Do(revoke);
  }
  const Signatory director_{"director"};
};

TEST_F(RevokedSince, INV15_AKeyRevokedFromTheDayOfSigningStopsTheTitle) {
  story_.DoAs(kManager, Key("card", director_));
  story_.Do(WithImage(kGiver));
  story_.Do(WithCard(TheCertificate().name()));
  Revoke(Day(2023, 7, 14));
  story_.When(To<v1::MakeHandoverEffectiveRequest>())
      .ThenRejected("SIGNING_KEY_NOT_VALID",
                    {{"signing_key", "card"}, {"sign_date", "2023-07-14"}});
}

TEST_F(RevokedSince, INV15_AKeyRevokedFromALaterDayDoesNot) {
  story_.DoAs(kManager, Key("card", director_));
  story_.Do(WithImage(kGiver));
  story_.Do(WithCard(TheCertificate().name()));
  Revoke(Day(2023, 7, 15));
  story_.Do(To<v1::MakeHandoverEffectiveRequest>());
}

TEST_F(RevokedSince, INV15_ACorrectionIsNotSignedOverAKeyRevokedSince) {
  story_.DoAs(kManager, Key("card", director_));
  story_.Do(WithImage(kGiver));
  story_.DoAs(kColleague, WithImage(kRecipient));
  story_.Do(To<v1::MakeHandoverEffectiveRequest>());
  auto correct = To<v1::CorrectHandoverCaseRequest>();
  correct.set_reason("wrong place");
  correct.set_place("Mostar");
  story_.Do(correct);
  auto first = WithCard(story_.TheCase().pending_corrective_certificate());
  *first.mutable_sign_date() = Day(2023, 7, 20);
  story_.Do(first);
  Revoke(Day(2023, 7, 20));
  auto second = WithImage(kGiver);
  second.set_name(first.name());
  second.set_canonical_sha256(first.canonical_sha256());
  *second.mutable_sign_date() = Day(2023, 7, 20);
  story_.When(second).ThenRejected("SIGNING_KEY_NOT_VALID", {{"sign_date", "2023-07-20"}});
}

// RFC 5280 has those without an end say 99991231235959Z, which is the year 10000 in Sarajevo.
TEST_F(Returned, ACertificateWithoutAnEndCountsToTheLastDayThatThereIs) {
  constexpr char kEndless[] =
      "MIIBDzCBtgIBATAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhkaXJlY3RvcjAgFw0yMzAxMDEwMDAwMDBaGA85OTk5MTIz"
      "MTIzNTk1OVowEzERMA8GA1UEAwwIZGlyZWN0b3IwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ9nXDOP0goFmAkyBby"
      "eUyRZy8DBwsh9xpRdrOeBFAGt2V2YsLe9w4mz8KnOFfeOhUwVvjmUG/Pxiw41PrKqdZjMAoGCCqGSM49BAMCA0gAMEUC"
      "ICU8zLaKU98EITePlDcHXhM5MjNjgLT9geJuEipXBc+"
      "uAiEAie4r8zyFUF5vN7NJ5mUz0sTEr7MI78HPY5p0XIhNWFI=";
  auto command = To<v1::RegisterSigningKeyRequest>(kJuly);
  v1::SigningKey& key = *command.mutable_signing_key();
  key.set_id("token");
  ASSERT_TRUE(absl::Base64Unescape(kEndless, key.mutable_x509_certificate()));
  *key.mutable_valid_from() = Day(2023, 7, 1);
  key.set_reference("issued by the state");
  story_.Do(command);
  const auto kept = story_.Entity<v1::Mandate>(kJuly).signing_keys(0);
  EXPECT_EQ(kept.valid_until().year(), 9999);
  EXPECT_EQ(FromProto(kept.valid_until()), absl::CivilDay(9999, 12, 31));
}

TEST(DrawUp, NobodySignedBeforeTheCertificateWasDrawnUp) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
  story.Do(Case({Lot("1")}));
  story.Counted();
  story.At(absl::CivilSecond(2023, 7, 14, 9, 0, 0));
  story.Do(To<v1::DrawUpCertificateRequest>());
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_COUNTED);
  story.At(absl::CivilSecond(2023, 7, 14, 10, 0, 0));
  story.Effective(absl::FromCivil(absl::CivilSecond(2023, 7, 13, 15, 0, 0), story.zone()));
  story.As(kEuHead);
  story.When(testing::Signed(kGiver))
      .ThenRejected("BEFORE_LAST_MOVE", {{"last_move_time", "2023-07-14 07:00:00+00:00"}});
  story.Effective(absl::FromCivil(absl::CivilSecond(2023, 7, 14, 9, 0, 0), story.zone()));
  story.Do(testing::Signed(kGiver));
}

TEST(DrawUp, BothSignatoriesAreNamedFirst) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  auto made = Case({Lot("1")});
  made.mutable_handover_case()->clear_recipient_mandate();
  story.Do(made);
  story.When(To<v1::DrawUpCertificateRequest>())
      .ThenRejected("WRONG_STATE", {{"state", "DRAFTED"}});
  story.Counted();
  story.When(To<v1::DrawUpCertificateRequest>())
      .ThenRejected("SIGNATORY_NOT_NAMED", {{"party", "recipient"}});
}

}  // namespace
}  // namespace prihvat::handover
