// Signatures, mandates, the certificate, and what stands after it.
#include <functional>

#include "services/handover/domain/cases.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/mandates.h"
#include "services/handover/domain/policy.h"
#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::Asset;
using testing::AssetOf;
using testing::Case;
using testing::Day;
using testing::kCase;
using testing::kEuHead;
using testing::kJulyDirector;
using testing::kMarchDirector;
using testing::Lot;
using testing::LotOf;
using testing::Mandate;
using testing::ReceivedLot;
using testing::ReceivedPieces;
using testing::ReceivedVehicles;
using testing::Signed;
using testing::Story;
using testing::To;

v1::NameSignatoriesRequest Named(const std::string& giver, const std::string& recipient) {
  auto command = To<v1::NameSignatoriesRequest>();
  if (!giver.empty()) command.set_giver_mandate("operations/ba/mandates/" + giver);
  if (!recipient.empty()) command.set_recipient_mandate("operations/ba/mandates/" + recipient);
  return command;
}

// A counted case of one lot on 13 July 2023, not signed.
Story& Counted13July(Story& story, std::string_view value = "170900.00") {
  story.Do(ReceivedLot("1", value, value));
  story.At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
  story.Do(Case({Lot("1")}));
  return story.Counted();
}

TEST(Signature, WorkedCase_CertificateOf13JulySignedByTheDirectorOfMarchIsRefused) {
  Story story;
  Counted13July(story);
  story.Do(Named("", "march"));
  story.As(kMarchDirector);
  story.When(Signed(v1::HANDOVER_PARTY_RECIPIENT))
      .ThenRejected("MANDATE_NOT_VALID", {{"person", kMarchDirector},
                                          {"sign_date", "2023-07-13"},
                                          {"valid_from", "2022-01-01"},
                                          {"valid_until", "2023-06-30"}});
  // Unless a mandate of that person holds on the day.
  story.As("organisations/iom/people/clerk");
  story.Do(Mandate("again", kMarchDirector, Day(2023, 7, 13), Day(2023, 7, 13)));
  story.Do(Named("", "again"));
  story.DoAs(kMarchDirector, Signed(v1::HANDOVER_PARTY_RECIPIENT));
}

TEST(Signature, INV15_TheLastDayOfAMandateCountsAndTheNextDoesNot) {
  v1::Mandate mandate;
  *mandate.mutable_valid_from() = Day(2023, 3, 1);
  *mandate.mutable_valid_until() = Day(2023, 6, 30);
  EXPECT_FALSE(HoldsOn(mandate, absl::CivilDay(2023, 2, 28)));
  EXPECT_TRUE(HoldsOn(mandate, absl::CivilDay(2023, 3, 1)));
  EXPECT_TRUE(HoldsOn(mandate, absl::CivilDay(2023, 6, 30)));
  EXPECT_FALSE(HoldsOn(mandate, absl::CivilDay(2023, 7, 1)));
  *mandate.mutable_revoked_from() = Day(2023, 5, 1);
  EXPECT_TRUE(HoldsOn(mandate, absl::CivilDay(2023, 4, 30)));
  EXPECT_FALSE(HoldsOn(mandate, absl::CivilDay(2023, 5, 1)));
}

TEST(Signature, INV15_T12_TheDayOfSigningIsTheLocalDay) {
  Story story;
  Counted13July(story);
  story.Do(
      Mandate("from-14", "organisations/dcpb/people/deputy", Day(2023, 7, 14), Day(2023, 7, 14)));
  story.Do(Named("", "from-14"));
  // 00:30 on 14 July in Sarajevo is 22:30 on 13 July in UTC.
  story.At(absl::CivilSecond(2023, 7, 14, 0, 30, 0));
  story.DoAs("organisations/dcpb/people/deputy", Signed(v1::HANDOVER_PARTY_RECIPIENT));
  const auto signature = story.TheCase().signatures(0);
  EXPECT_EQ(signature.sign_date().day(), 14);
}

// A mandate is of a person's own organisation, so that no command leads there; a mandate from
// elsewhere, such as a restored log's, is not believed to be another person's.
TEST(Signature, INV15_OnePersonDoesNotSignForBothSides) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  v1::MandateGranted both;
  both.set_mandate("operations/ba/mandates/both");
  both.set_organisation(testing::kDcpb);
  both.set_person(kEuHead);
  both.set_person_display_name("Head of Section");
  *both.mutable_valid_from() = Day(2020, 1, 1);
  story.Given(both);
  story.Do(Named("", "both"));
  story.Counted();
  story.As(kEuHead);
  story.When(Signed(v1::HANDOVER_PARTY_GIVER))
      .ThenRejected("SAME_SIGNATORY", {{"person", kEuHead}});
}

TEST(Signature, INV15_TwoDifferentPeopleSign) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  // One person with offices on both sides cannot be: a person is of one organisation. So the same
  // mandate cannot be named for the other party.
  story.Do(Case({Lot("1")}));
  story.When(Named("july", ""))
      .ThenRejected("MANDATE_OF_ANOTHER", {{"mandate", "operations/ba/mandates/july"},
                                           {"organisation", "organisations/dcpb"},
                                           {"party", "organisations/eu"}});
  story.Counted();
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  story.As(kEuHead);
  story.When(Signed(v1::HANDOVER_PARTY_GIVER))
      .ThenRejected("ALREADY_SIGNED", {{"handover_case", testing::kCase}, {"party", "giver"}});
  story.When(Signed(v1::HANDOVER_PARTY_RECIPIENT)).ThenRejected("NOT_THE_SIGNATORY");
  story.When(To<v1::MakeHandoverEffectiveRequest>())
      .ThenRejected("WRONG_STATE", {{"state", "SIGNED_BY_ONE"}, {"open_moves", "sign, void"}});
}

TEST(Signature, INV15_AMandateRevokedFromAnEarlierDayStopsTheTitle) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
  story.Do(Case({Lot("1")}));
  story.SignedByBoth();
  auto revoke = To<v1::RevokeMandateRequest>("operations/ba/mandates/july");
  *revoke.mutable_revoked_from() = Day(2023, 7, 13);
  revoke.set_reason("appointment annulled");
  story.Do(revoke);
  story.When(To<v1::MakeHandoverEffectiveRequest>())
      .ThenRejected("MANDATE_NOT_VALID",
                    {{"sign_date", "2023-07-13"}, {"revoked_from", "2023-07-13"}});
  story.When(revoke).ThenRejected("WRONG_STATE");
}

TEST(Signature, INV15_AMandateRevokedFromALaterDayDoesNot) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
  story.Do(Case({Lot("1")}));
  story.SignedByBoth();
  auto revoke = To<v1::RevokeMandateRequest>("operations/ba/mandates/july");
  *revoke.mutable_revoked_from() = Day(2023, 7, 14);
  revoke.set_reason("left the office");
  story.Do(revoke);
  story.When(To<v1::MakeHandoverEffectiveRequest>()).ThenAccepted();
}

TEST(Signature, A5_OnlyTheRecipientsRepresentativeAccepts) {
  Story story;
  Counted13July(story);
  for (const char* caller :
       {"organisations/unhcr/people/officer", "organisations/dcpb/people/clerk",
        "organisations/iom/people/clerk", kMarchDirector, kEuHead}) {
    story.As(caller);
    story.When(Signed(v1::HANDOVER_PARTY_RECIPIENT))
        .ThenRejected("NOT_THE_SIGNATORY", {{"signatory", kJulyDirector}, {"caller", caller}});
  }
  EXPECT_EQ(story.decision().rejection().reason().code, absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(story.TheCase().signatures_size(), 0);
}

TEST(Signature, AnImportEntersWhatStandsOnPaper) {
  Story story;
  Counted13July(story);
  story.AsImport("bih-2023");
  story.Do(Signed(v1::HANDOVER_PARTY_GIVER));
  story.Do(Signed(v1::HANDOVER_PARTY_RECIPIENT));
  EXPECT_TRUE(story.TheCase().signatures(0).on_paper());
  EXPECT_EQ(story.TheCase().signatures(0).person(), kEuHead);
}

TEST(Signature, BothSignatoriesAreNamedBeforeTheFirstSigns) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  auto made = Case({Lot("1")});
  made.mutable_handover_case()->clear_recipient_mandate();
  story.Do(made);
  story.Counted();
  story.As(kEuHead);
  story.When(Signed(v1::HANDOVER_PARTY_GIVER))
      .ThenRejected("SIGNATORY_NOT_NAMED", {{"party", "recipient"}});
}

TEST(Signature, ASignatoryIsNotChangedOnceOneHasSigned) {
  Story story;
  Counted13July(story);
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  story.When(Named("", "march")).ThenRejected("WRONG_STATE", {{"state", "SIGNED_BY_ONE"}});
}

TEST(Signature, NothingAcceptedIsNothingToSign) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.Brought();
  auto count = To<v1::RecordCountRequest>();
  v1::ItemCount& none = *count.add_counts();
  none.set_asset_lot(LotOf());
  *none.mutable_refused() = testing::Number("1");
  none.set_discrepancy("wrong size");
  story.Do(count);
  story.As(kEuHead);
  story.When(Signed(v1::HANDOVER_PARTY_GIVER)).ThenRejected("NOTHING_ACCEPTED", {{"items", "1"}});
}

TEST(Signature, TheSignatorySaysWhichContentWasSeen) {
  Story story;
  Counted13July(story);
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  const auto certificate = story.Entity<v1::Certificate>(story.TheCase().certificate());
  auto sign = Signed(v1::HANDOVER_PARTY_RECIPIENT);
  sign.set_canonical_sha256(std::string(64, '0'));
  story.As(kJulyDirector);
  story.When(sign).ThenRejected("CERTIFICATE_DIFFERS",
                                {{"canonical_sha256", certificate.canonical_sha256()}});
  sign.set_canonical_sha256(certificate.canonical_sha256());
  story.When(sign).ThenAccepted();
}

TEST(Certificate, WorkedCase_170900KmIs87379_78Eur) {
  Story story;
  Counted13July(story);
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  EXPECT_EQ(story.numbers().size(), 1u);
  EXPECT_EQ(story.numbers()[0].ToString(), "DC-2023-0001");
  const auto certificate = story.Entity<v1::Certificate>("operations/ba/certificates/DC-2023-0001");
  EXPECT_EQ(FromProto(certificate.total_km()).Format(), "170,900.00 BAM");
  EXPECT_EQ(FromProto(certificate.total_eur()).Format(), "87,379.78 EUR");
  EXPECT_EQ(certificate.giver().person(), kEuHead);
  EXPECT_EQ(certificate.recipient().person(), kJulyDirector);
  EXPECT_EQ(certificate.handover_date().day(), 13);
}

TEST(Certificate, WorkedCase_725000KmIs370686_61EurOnOneLineOfTenVins) {
  std::vector<std::string> vins;
  for (int i = 0; i < 10; ++i) vins.push_back(fmt::format("JTEBR3FJ70K{:06}", 203117 + 37 * i));
  Story story;
  story.Do(ReceivedVehicles(vins, "725000.00"));
  std::vector<v1::HandoverItem> items;
  for (int piece = 1; piece <= 10; ++piece) items.push_back(Asset(piece));
  story.Do(Case(items));
  story.Effective();
  const auto event = story.Event<v1::HandoverBecameEffective>();
  EXPECT_EQ(FromProto(event.total_km()).Format(), "725,000.00 BAM");
  EXPECT_EQ(FromProto(event.total_eur()).Format(), "370,686.61 EUR");
  // The items keep what was paid, and their EUR sum to the certificate's (INV-02).
  base::Money eur = base::Money::Zero(base::Currency::Eur());
  ASSERT_EQ(event.items_size(), 10);
  for (const v1::HandedOverItem& item : event.items()) {
    EXPECT_EQ(FromProto(item.value()).Format(), "72,500.00 BAM");
    EXPECT_TRUE(item.needs_proof());
    EXPECT_EQ(item.provenance().project(), "operations/ba/projects/measure");
    eur = Sum(eur, FromProto(item.value_eur()));
  }
  EXPECT_EQ(eur.Format(), "370,686.61 EUR");
  const auto certificate = story.Entity<v1::Certificate>(event.certificate());
  ASSERT_EQ(certificate.items_size(), 1);
  EXPECT_EQ(certificate.items(0).quantity().value(), "10");
  EXPECT_THAT(certificate.items(0).serials(), ::testing::ElementsAreArray(vins));
}

TEST(Certificate, INV02_F6_TheTotalIsConvertedOnceAndTheLinesSumToIt) {
  // 170,900 KM over three lines: 29,126.59 three times would be a cent short.
  Story story;
  std::vector<v1::HandoverItem> items;
  const std::string values[] = {"56966.67", "56966.67", "56966.66"};
  for (int i = 0; i < 3; ++i) {
    const std::string receipt = "operations/ba/goodsReceipts/part-" + std::to_string(i);
    story.Do(ReceivedLot("1", values[i], values[i], receipt));
    items.push_back(Lot("1", receipt));
  }
  story.Do(Case(items));
  story.Effective();
  const auto certificate = story.Entity<v1::Certificate>(story.TheCase().certificate());
  EXPECT_EQ(FromProto(certificate.total_eur()).Format(), "87,379.78 EUR");
  EXPECT_EQ(FromProto(certificate.items(0).value_eur()).Format(), "29,126.60 EUR");
  EXPECT_EQ(FromProto(certificate.items(1).value_eur()).Format(), "29,126.59 EUR");
  EXPECT_EQ(FromProto(certificate.items(2).value_eur()).Format(), "29,126.59 EUR");
}

TEST(Certificate, PartsOfALotSumToItsValue) {
  Story story;
  story.Do(ReceivedLot("3", "100.00", "33.33"));
  base::Money sum = base::Money::Zero(base::Currency::Bam());
  for (const char* id : {"a", "b", "c"}) {
    story.Do(Case({Lot("1")}, id));
    const std::string name = std::string("operations/ba/handoverCases/") + id;
    story.Effective(name);
    sum = Sum(sum, FromProto(story.Event<v1::HandoverBecameEffective>().items(0).value()));
  }
  EXPECT_EQ(sum.Format(), "100.00 BAM");
  EXPECT_TRUE(FromProto(story.Entity<v1::AssetLot>(LotOf()).uncertified_value()).IsZero());
}

TEST(Certificate, WhatWasPaidInEurStaysInEur) {
  Story story;
  auto received = ReceivedLot("1", "1.00", "1.00");
  *received.mutable_value() = *received.mutable_unit_price() = testing::Eur("124000.00");
  story.Do(received);
  story.Do(Case({Lot("1")}));
  story.Effective();
  const auto certificate = story.Entity<v1::Certificate>(story.TheCase().certificate());
  EXPECT_EQ(FromProto(certificate.total_eur()).Format(), "124,000.00 EUR");
  EXPECT_EQ(FromProto(certificate.total_km()).Format(), "242,522.92 BAM");
}

TEST(Certificate, ItsDigestIsThatOfItsCanonicalContent) {
  Story story;
  Counted13July(story);
  story.DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER));
  const auto one = story.Entity<v1::Certificate>(story.TheCase().certificate());
  ASSERT_TRUE(CanonicalDigest(one).ok());
  EXPECT_EQ(*CanonicalDigest(one), one.canonical_sha256());
  // Signatures attest to the content and are not of it.
  story.DoAs(kJulyDirector, Signed(v1::HANDOVER_PARTY_RECIPIENT));
  const auto both = story.Entity<v1::Certificate>(story.TheCase().certificate());
  EXPECT_EQ(both.signatures_size(), 2);
  EXPECT_EQ(*CanonicalDigest(both), one.canonical_sha256());
  v1::Certificate changed = both;
  changed.mutable_items(0)->mutable_description()->set_en("Protective clothing");
  EXPECT_NE(*CanonicalDigest(changed), one.canonical_sha256());
}

TEST(Certificate, WithoutWhatItMustPrintItIsNotDrawnUp) {
  Story story;
  auto received = ReceivedLot("1", "100.00", "100.00");
  received.mutable_provenance()->set_project("operations/ba/projects/unknown-here");
  story.Do(received);
  story.Do(Case({Lot("1")}));
  story.Counted();
  story.As(kEuHead);
  story.When(Signed(v1::HANDOVER_PARTY_GIVER))
      .ThenRejected("CERTIFICATE_INCOMPLETE", {{"missing", "project_title"}});
}

TEST(Proof, INV17_Above5000EurProofIsFiledBeforeTheCaseCloses) {
  const struct {
    const char* km;
    bool needs_proof;
  } cases[] = {{"9779.14", false}, {"9779.15", false}, {"9779.16", true}};
  for (const auto& [km, needs_proof] : cases) {
    SCOPED_TRACE(km);
    Story story;
    story.Do(ReceivedPieces({"A-1"}, km));
    story.Do(Case({Asset(1)}));
    story.Effective();
    EXPECT_EQ(story.TheCase().items(0).needs_proof(), needs_proof);
    if (!needs_proof) {
      story.When(To<v1::CloseHandoverCaseRequest>()).ThenAccepted();
      continue;
    }
    story.When(To<v1::CloseHandoverCaseRequest>())
        .ThenRejected("PROOF_MISSING", {{"item", AssetOf(1)}, {"value", "9,779.16 BAM"}});
    auto proof = To<v1::FileProofRequest>();
    proof.mutable_proof()->set_reference("registry 17/2023");
    proof.mutable_proof()->set_sha256("XYZ");
    story.When(proof).ThenRejectedField("proof.sha256");
    proof.mutable_proof()->set_sha256(std::string(64, 'a'));
    story.Do(proof);
    EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_PROOF_FILED);
    story.When(To<v1::CloseHandoverCaseRequest>()).ThenAccepted();
  }
}

TEST(Proof, INV17_ItIsTheCostOfOneThatCounts) {
  Story story;
  story.Do(ReceivedLot("1000", "170900.00", "170.90"));
  story.Do(Case({Lot("1000")}));
  story.Effective();
  story.When(To<v1::CloseHandoverCaseRequest>()).ThenAccepted();
}

TEST(Proof, INV17_InEurExactly5000DoesNot) {
  const es::MapRows rows;
  const Policy policy = PolicyOn(es::View(rows), "operations/ba", absl::CivilDay(2023, 7, 13));
  EXPECT_FALSE(*NeedsProof(*base::Money::Parse("5000.00", "EUR"), policy));
  EXPECT_TRUE(*NeedsProof(*base::Money::Parse("5000.01", "EUR"), policy));
  EXPECT_FALSE(NeedsProof(*base::Money::Parse("1.00", "USD"), policy).ok());
}

TEST(HandoverCase, INV18_AfterEffectiveNothingIsEdited) {
  Story story;
  story.Do(ReceivedPieces({"A-1"}, "100.00"));
  story.Do(Case({Asset(1)}));
  story.Effective();
  const std::string before = story.TheCase().SerializeAsString();
  const std::string certificate =
      story.Entity<v1::Certificate>(story.TheCase().certificate()).SerializeAsString();
  auto schedule = To<v1::ScheduleHandoverCaseRequest>();
  schedule.set_place("Mostar");
  *schedule.mutable_scheduled_date() = Day(2023, 8, 1);
  auto authorise = To<v1::AuthoriseHandoverCaseRequest>();
  authorise.set_authorised_by("x");
  authorise.set_authorisation_reference("y");
  auto dispute = To<v1::DisputeCountRequest>();
  dispute.set_reason("x");
  auto resolve = To<v1::ResolveDisputeRequest>();
  resolve.set_resolution("x");
  auto voided = To<v1::VoidHandoverCaseRequest>();
  voided.set_reason("x");
  const v1::NameSignatoriesRequest named = Named("eu", "march");
  const auto delivery = To<v1::RecordDeliveryRequest>();
  const auto count = To<v1::RecordCountRequest>();
  const auto sign = Signed(v1::HANDOVER_PARTY_GIVER);
  const auto effective = To<v1::MakeHandoverEffectiveRequest>();
  const google::protobuf::Message* edits[] = {&schedule, &authorise, &dispute,  &resolve,
                                              &voided,   &named,     &delivery, &count,
                                              &sign,     &effective};
  for (const auto* edit : edits) {
    story.When(*edit).ThenRejected("WRONG_STATE", {{"state", "EFFECTIVE"}});
  }
  EXPECT_EQ(story.TheCase().SerializeAsString(), before);
  EXPECT_EQ(story.Entity<v1::Certificate>(story.TheCase().certificate()).SerializeAsString(),
            certificate);
  story.Do(To<v1::CloseHandoverCaseRequest>());
  for (const auto* edit : edits) {
    story.When(*edit).ThenRejected("WRONG_STATE", {{"state", "CLOSED"}, {"open_moves", "correct"}});
  }
}

v1::CorrectHandoverCaseRequest Correction() {
  auto command = To<v1::CorrectHandoverCaseRequest>();
  command.set_reason("the boots were called shoes");
  v1::CertificateLineCorrection& line = *command.add_lines();
  line.set_line_number(1);
  line.mutable_description()->set_en("Protective boots");
  return command;
}

constexpr char kSecond[] = "operations/ba/certificates/DC-2023-0002";

v1::SignCorrectiveCertificateRequest SignedAgain(v1::HandoverParty party) {
  auto command = To<v1::SignCorrectiveCertificateRequest>(kSecond);
  command.set_party(party);
  return command;
}

TEST(Correction, INV18_IsANewCertificateThatCitesTheOldDigest) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.Effective();
  const auto old = story.Entity<v1::Certificate>(story.TheCase().certificate());
  story.Do(Correction());
  EXPECT_EQ(story.decision().resource(), kSecond);
  const auto corrected = story.Entity<v1::Certificate>(kSecond);
  EXPECT_EQ(corrected.corrects(), old.name());
  EXPECT_EQ(corrected.corrects_sha256(), old.canonical_sha256());
  EXPECT_NE(corrected.canonical_sha256(), old.canonical_sha256());
  EXPECT_EQ(*CanonicalDigest(corrected), corrected.canonical_sha256());
  EXPECT_EQ(corrected.items(0).description().en(), "Protective boots");
  EXPECT_EQ(FromProto(corrected.total_km()).Format(), "100.00 BAM");
  EXPECT_EQ(corrected.signatures_size(), 0);
  // The old one's content and signatures are as they were.
  const auto after = story.Entity<v1::Certificate>(old.name());
  EXPECT_EQ(*CanonicalDigest(after), old.canonical_sha256());
  EXPECT_EQ(after.signatures_size(), 2);
  EXPECT_EQ(story.TheCase().certificate(), old.name());
}

TEST(Correction, INV18_CountsOnceBothHaveSigned) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.Effective();
  const std::string old = story.TheCase().certificate();
  const auto expect_waiting = [&] {
    EXPECT_EQ(story.Entity<v1::Certificate>(old).corrected_by(), "");
    EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_EFFECTIVE);
    EXPECT_EQ(story.TheCase().pending_corrective_certificate(), kSecond);
    EXPECT_EQ(story.TheCase().corrective_certificate(), "");
  };
  story.Do(Correction());
  expect_waiting();
  story.DoAs(kEuHead, SignedAgain(v1::HANDOVER_PARTY_GIVER));
  EXPECT_EQ(story.decision().events().size(), 1u);
  expect_waiting();
  story.DoAs(kJulyDirector, SignedAgain(v1::HANDOVER_PARTY_RECIPIENT));
  const auto replaced = story.Event<v1::CertificateReplaced>();
  EXPECT_EQ(replaced.corrected_certificate(), old);
  EXPECT_EQ(replaced.certificate(), kSecond);
  EXPECT_EQ(replaced.certificate_number(), "DC-2023-0002");
  EXPECT_EQ(story.Entity<v1::Certificate>(old).corrected_by(), kSecond);
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_CORRECTED);
  EXPECT_EQ(story.TheCase().corrective_certificate(), kSecond);
  EXPECT_EQ(story.TheCase().pending_corrective_certificate(), "");
  EXPECT_EQ(story.TheCase().certificate(), old);
  story.When(Correction()).ThenRejected("WRONG_STATE", {{"state", "CORRECTED"}});
}

TEST(Correction, IsSignedByTheNameOfItsCaseToo) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.Effective();
  const auto sign = [](v1::HandoverParty party) {
    auto command = To<v1::SignCorrectiveCertificateRequest>();
    command.set_party(party);
    return command;
  };
  story.When(sign(v1::HANDOVER_PARTY_GIVER))
      .ThenRejected("NOT_CORRECTIVE", {{"handover_case", testing::kCase}});
  const std::string before = es::EtagOf(story.TheCase());
  story.Do(Correction());
  auto first = sign(v1::HANDOVER_PARTY_GIVER);
  first.set_etag(before);
  story.When(first).ThenRejected("STALE_ETAG", {{"etag", before}});
  first.set_etag(es::EtagOf(story.TheCase()));  // the case's, since it is the case that is named
  story.DoAs(kEuHead, first);
  EXPECT_EQ(story.decision().resource(), kSecond);
  story.DoAs(kJulyDirector, sign(v1::HANDOVER_PARTY_RECIPIENT));
  EXPECT_EQ(story.TheCase().corrective_certificate(), kSecond);
}

TEST(Correction, MayReplaceNoMoreThanAWrongSignatory) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.Effective();
  story.Do(
      Mandate("deputy", "organisations/dcpb/people/deputy", Day(2023, 7, 1), Day(2024, 6, 30)));
  auto correction = To<v1::CorrectHandoverCaseRequest>();
  correction.set_reason("the deputy has taken over");
  story.When(correction).ThenRejectedField("name");  // nothing would change
  correction.set_recipient_mandate("operations/ba/mandates/july");
  story.When(correction).ThenRejectedField("name");  // who is named already
  correction.set_recipient_mandate("operations/ba/mandates/deputy");
  story.Do(correction);
  const auto corrected = story.Entity<v1::Certificate>(kSecond);
  EXPECT_EQ(corrected.recipient().person_display_name(), "Name of deputy");
  EXPECT_EQ(*CanonicalDigest(corrected), corrected.canonical_sha256());
}

TEST(Correction, INV15_WhoseMandateRanOutBeforeSigningIsReplaced) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.Effective();
  story.Do(Correction());
  story.DoAs(kEuHead, SignedAgain(v1::HANDOVER_PARTY_GIVER));
  // The director leaves before signing.
  auto revoke = To<v1::RevokeMandateRequest>("operations/ba/mandates/july");
  *revoke.mutable_revoked_from() = Day(2023, 7, 1);
  revoke.set_reason("resigned");
  story.Do(revoke);
  story.As(kJulyDirector);
  story.When(SignedAgain(v1::HANDOVER_PARTY_RECIPIENT)).ThenRejected("MANDATE_NOT_VALID");
  const std::string successor = "organisations/dcpb/people/successor";
  story.Do(Mandate("successor", successor, Day(2023, 7, 1), Day(2024, 6, 30)));
  auto anew = To<v1::CorrectHandoverCaseRequest>();
  anew.set_reason("the director resigned before signing");
  anew.set_recipient_mandate("operations/ba/mandates/successor");
  story.Do(anew);
  const std::string third = story.decision().resource();
  EXPECT_EQ(third, "operations/ba/certificates/DC-2023-0003");
  const auto certificate = story.Entity<v1::Certificate>(third);
  EXPECT_EQ(certificate.corrects(), story.TheCase().certificate());
  EXPECT_EQ(certificate.items(0).description().en(), "Protective boots");  // as in the one before
  EXPECT_EQ(certificate.signatures_size(), 0);
  EXPECT_TRUE(story.Entity<v1::Certificate>(kSecond).voided());
  story.As(kJulyDirector);
  story.When(SignedAgain(v1::HANDOVER_PARTY_RECIPIENT))
      .ThenRejected("CERTIFICATE_VOIDED", {{"certificate", kSecond}});
  auto sign = To<v1::SignCorrectiveCertificateRequest>(third);
  sign.set_party(v1::HANDOVER_PARTY_RECIPIENT);
  story.DoAs(successor, sign);
  sign.set_party(v1::HANDOVER_PARTY_GIVER);
  story.DoAs(kEuHead, sign);
  EXPECT_EQ(story.TheCase().corrective_certificate(), third);
}

TEST(Correction, INV15_TheFirstSignatureStillHoldsWhenTheSecondIsGiven) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.Effective();
  story.Do(Correction());
  story.DoAs(kJulyDirector, SignedAgain(v1::HANDOVER_PARTY_RECIPIENT));
  auto revoke = To<v1::RevokeMandateRequest>("operations/ba/mandates/july");
  *revoke.mutable_revoked_from() = Day(2023, 7, 1);
  revoke.set_reason("resigned");
  story.Do(revoke);
  story.As(kEuHead);
  story.When(SignedAgain(v1::HANDOVER_PARTY_GIVER)).ThenRejected("MANDATE_NOT_VALID");
}

TEST(Correction, INV15_IsSignedByBothUnderMandatesOfTheDay) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.Effective();
  story.At(absl::CivilSecond(2024, 7, 1, 12, 0, 0));  // the director's mandate is over
  story.Do(Mandate("eu-2024", kEuHead, Day(2024, 1, 1), Day(2024, 12, 31)));
  auto correction = Correction();
  correction.set_giver_mandate("operations/ba/mandates/eu-2024");
  correction.set_recipient_mandate("operations/ba/mandates/eu-2024");
  story.When(correction).ThenRejected("MANDATE_OF_ANOTHER");
  correction.clear_recipient_mandate();
  story.Do(correction);
  const std::string name = story.decision().resource();
  EXPECT_EQ(name, "operations/ba/certificates/DC-2024-0001");
  auto sign = To<v1::SignCorrectiveCertificateRequest>(name);
  sign.set_party(v1::HANDOVER_PARTY_RECIPIENT);
  story.As("organisations/unhcr/people/officer");
  story.When(sign).ThenRejected("NOT_THE_SIGNATORY");
  story.As(kJulyDirector);
  story.When(sign).ThenRejected("MANDATE_NOT_VALID", {{"sign_date", "2024-07-01"}});
  sign.set_party(v1::HANDOVER_PARTY_GIVER);
  story.DoAs(kEuHead, sign);
  story.As(kEuHead);
  story.When(sign).ThenRejected("ALREADY_SIGNED");
}

TEST(Correction, OnlyACorrectiveCertificateIsSignedByItself) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.Effective();
  auto first = To<v1::SignCorrectiveCertificateRequest>(story.TheCase().certificate());
  first.set_party(v1::HANDOVER_PARTY_GIVER);
  story.As(kEuHead);
  story.When(first).ThenRejected("NOT_CORRECTIVE", {{"handover_case", kCase}});
  story.Do(Correction());
  story.DoAs(kEuHead, SignedAgain(v1::HANDOVER_PARTY_GIVER));
  story.DoAs(kJulyDirector, SignedAgain(v1::HANDOVER_PARTY_RECIPIENT));
  EXPECT_EQ(story.Entity<v1::Certificate>(kSecond).signatures_size(), 2);
}

TEST(Correction, SaysWhatItCannotCorrect) {
  Story story;
  story.Do(ReceivedLot("1", "100.00", "100.00"));
  story.Do(Case({Lot("1")}));
  story.SignedByBoth();
  story.When(Correction()).ThenRejected("WRONG_STATE", {{"state", "SIGNED_BY_BOTH"}});
  story.Do(To<v1::MakeHandoverEffectiveRequest>());
  auto command = Correction();
  command.mutable_lines(0)->set_line_number(2);
  story.When(command).ThenRejectedField("lines[0].line_number");
  command = Correction();
  command.mutable_lines(0)->mutable_description()->set_en("Protective footwear");
  command.mutable_lines(0)->mutable_description()->set_bs("Zaštitna obuća");
  story.When(command).ThenRejectedField("name");  // as it is already
  command = Correction();
  command.clear_reason();
  story.When(command).ThenRejectedField("reason");
}

TEST(Correction, INV17_DoesNotTakeAwayTheDutyToFileTheProof) {
  Story story;
  story.Do(ReceivedLot("1", "20000.00", "20000.00"));
  story.Do(Case({Lot("1")}));
  story.Effective();
  story.Do(Correction());
  EXPECT_TRUE(LacksProof(story.TheCase()));
  auto proof = To<v1::FileProofRequest>();
  proof.mutable_proof()->set_reference("registry 17/2023");
  story.Do(proof);
  EXPECT_FALSE(LacksProof(story.TheCase()));
  story.DoAs(kEuHead, SignedAgain(v1::HANDOVER_PARTY_GIVER));
  story.DoAs(kJulyDirector, SignedAgain(v1::HANDOVER_PARTY_RECIPIENT));
  story.Do(proof);
  EXPECT_EQ(story.TheCase().state(), v1::HANDOVER_CASE_STATE_CORRECTED);
}

TEST(Mandates, SayWhatIsWrongWithThem) {
  Story story;
  auto command = Mandate("new", kJulyDirector, Day(2023, 7, 1), Day(2023, 6, 30));
  story.When(command).ThenRejectedField("mandate.valid_until");
  command = Mandate("new", kJulyDirector, Day(2023, 2, 29), Day(2023, 6, 30));
  story.When(command).ThenRejectedField("mandate.valid_from");
  command = Mandate("new", kJulyDirector, Day(2023, 7, 1), Day(2023, 7, 1));
  command.mutable_mandate()->set_organisation("organisations/unhcr");
  story.When(command).ThenRejectedField("mandate.person");
  story.When(Mandate("july", kJulyDirector, Day(2023, 7, 1), Day(2023, 7, 1)))
      .ThenRejected("ALREADY_EXISTS");
}

}  // namespace
}  // namespace prihvat::handover
