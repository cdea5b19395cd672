// The rules over random histories: whatever commands come in whatever order, accepted or not, what
// is stored keeps the invariants after each of them.
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "libs/base/civil.h"
#include "libs/base/digest.h"
#include "libs/documents/testing/sample_images.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::AssetOf;
using testing::LotOf;
using testing::Number;
using testing::Story;
using testing::To;

constexpr int kAssets = 5;
constexpr int kCases = 6;
constexpr char kLotValue[] = "1000.01";

class History {
 public:
  explicit History(uint32_t seed) : random_(seed) {
    auto pieces = testing::ReceivedPieces({"A-1", "A-2", "A-3", "A-4", "A-5"}, "55000.03");
    pieces.set_warranty_months(1);
    story_.Do(pieces);
    auto lot = testing::ReceivedLot("10", kLotValue, "100.00");
    lot.set_warranty_months(1);
    story_.Do(lot);
    before_ = story_.rows();
  }

  // One random command, at a random later time; true if it was accepted.
  bool Step() {
    now_ += absl::Minutes(Below(90));
    story_.At(now_);
    const std::string id = fmt::format("c{}", Below(kCases));
    Make(id, "operations/ba/handoverCases/" + id);
    return story_.decision().accepted();
  }

  void Check() const {
    for (int piece = 1; piece <= kAssets; ++piece) CheckAsset(AssetOf(piece));
    CheckLot();
    CheckSignatures();
    CheckChecks();
    CheckClaims();
  }

  // What is signed is, to the byte, what its digest says (INV-18).
  void CheckCertificates() const {
    es::View view(story_.rows());
    view.ForEach<v1::Certificate>(
        "operations/ba/certificates", [&](std::string_view name, const v1::Certificate& of) {
          EXPECT_EQ(base::Sha256Hex(*documents::CanonicalContent(ToDocument(of))),
                    of.canonical_sha256())
              << name;
          return true;
        });
  }

  // Folding the first events and then the rest, from what was stored of the first, gives the state
  // that there is, wherever the one ends and the other begins.
  void CheckRefold() const {
    for (const size_t first : {size_t{0}, told_.size() / 3, told_.size() / 2, told_.size()}) {
      SCOPED_TRACE(fmt::format("{} of {} events, then the rest", first, told_.size()));
      es::MapRows rows = before_;
      Fold(0, first, rows);
      Fold(first, told_.size(), rows);
      es::Entities entities(rows);
      for (const es::DocumentNumber& number : numbers_)
        es::FoldDocumentNumber(entities, "operations/ba", number);
      EXPECT_EQ(rows.map(), story_.rows().map());
    }
  }

  int effective() const { return effective_; }
  // How often each kind of event was told.
  const std::map<std::string, int>& events() const { return events_; }

 private:
  // An event as the log has it.
  struct Told {
    std::string type;
    std::string payload;
    absl::Time effective_at;
    absl::Time recorded_at;
  };

  void Fold(size_t from, size_t to, es::MapRows& rows) const {
    es::Entities entities(rows);
    for (size_t i = from; i < to; ++i) {
      es::EventContext context;
      context.operation = "operations/ba";
      context.recorded_at = told_[i].recorded_at;
      context.effective_at = told_[i].effective_at;
      ASSERT_TRUE(HandoverDecider().Evolve(entities, told_[i].type, told_[i].payload, context).ok())
          << told_[i].type;
    }
  }

  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }

  void When(const google::protobuf::Message& command) {
    story_.When(command);
    if (!story_.decision().accepted()) return;
    numbers_.insert(numbers_.end(), story_.numbers().begin(), story_.numbers().end());
    for (const es::NewEvent& event : story_.decision().events()) {
      ++events_[event.message->GetDescriptor()->name()];
      told_.push_back(
          {event.message->GetDescriptor()->full_name(), event.message->SerializeAsString(),
           event.effective_at == absl::InfinitePast() ? now_ : event.effective_at, now_});
      effective_ +=
          dynamic_cast<const v1::HandoverBecameEffective*>(event.message.get()) != nullptr;
    }
  }
  void WhenAs(const std::string& person, const google::protobuf::Message& command) {
    story_.As(person);
    When(command);
    story_.As("organisations/iom/people/clerk");
  }

  // What was listed, in three random parts; assets whole.
  v1::ItemCount RandomCount(const v1::HandoverItem& item) {
    v1::ItemCount count;
    count.set_asset(item.asset());
    count.set_asset_lot(item.asset_lot());
    count.set_discrepancy("see the note");
    const int listed = std::stoi(item.quantity().value());
    const int accepted = Below(4) > 0 ? listed : Below(listed + 1);
    const int refused = Below(listed - accepted + 1);
    *count.mutable_accepted() = Number(std::to_string(accepted));
    *count.mutable_refused() = Number(std::to_string(refused));
    *count.mutable_missing() = Number(std::to_string(listed - accepted - refused));
    return count;
  }

  template <class Command>
  Command Counting(const std::string& name) {
    auto command = To<Command>(name);
    es::View view(story_.rows());
    if (const auto* found = view.Find<v1::HandoverCase>(name)) {
      for (const auto& item : found->items()) *command.add_counts() = RandomCount(item);
    }
    return command;
  }

  template <class Command>
  Command Because(const std::string& name) {
    auto command = To<Command>(name);
    command.set_reason("as decided");
    return command;
  }

  void Make(const std::string& id, const std::string& name) {
    switch (Below(17)) {
      case 0:
      case 1: {
        std::vector<v1::HandoverItem> items;
        for (int piece = 1; piece <= kAssets; ++piece) {
          if (Below(4) == 0) items.push_back(testing::Asset(piece));
        }
        if (Below(2) == 0) items.push_back(testing::Lot(std::to_string(1 + Below(5))));
        // Ids come again only once, so that cases do not run out.
        return When(testing::Case(items, Below(2) == 0 ? id : fmt::format("d{}", ++made_)));
      }
      case 2: {
        auto command = To<v1::AuthoriseHandoverCaseRequest>(Any(name));
        command.set_authorised_by("Head");
        command.set_authorisation_reference("letter");
        return When(command);
      }
      case 3: {
        auto command = To<v1::ScheduleHandoverCaseRequest>(Any(name));
        command.set_place("Sarajevo");
        *command.mutable_scheduled_date() = testing::Day(2023, 7, 13);
        return When(command);
      }
      case 4:
        return When(To<v1::RecordDeliveryRequest>(Any(name)));
      case 5:
        return When(Counting<v1::RecordCountRequest>(Any(name)));
      case 6:
        if (Below(3) > 0) return When(To<v1::RecordDeliveryRequest>(Any(name)));
        return When(Because<v1::DisputeCountRequest>(Any(name)));
      case 7: {
        auto command = Counting<v1::ResolveDisputeRequest>(Any(name));
        command.set_resolution("counted together");
        return When(command);
      }
      case 8:
        return WhenAs(testing::kEuHead, testing::Signed(v1::HANDOVER_PARTY_GIVER, Any(name)));
      case 9:
        return WhenAs(testing::kJulyDirector,
                      testing::Signed(v1::HANDOVER_PARTY_RECIPIENT, Any(name)));
      case 10:
        return When(To<v1::MakeHandoverEffectiveRequest>(Any(name)));
      case 11:
        if (Below(5) > 0) return When(To<v1::CloseHandoverCaseRequest>(Any(name)));
        return When(Because<v1::VoidHandoverCaseRequest>(Any(name)));
      case 12:
        return Below(2) == 0 ? MakeOfChecks() : MakeOfClaims();
      case 13:
        return SignAway(Any(name));
      default:
        return MakeOfAsset(AssetOf(1 + Below(kAssets)));
    }
  }

  // A case that is there, most of the time: the one that was touched last moves on.
  std::string Any(const std::string& name) {
    std::vector<std::string> open;
    es::View view(story_.rows());
    view.ForEach<v1::HandoverCase>("operations/ba/handoverCases",
                                   [&](std::string_view found, const v1::HandoverCase& of) {
                                     if (of.state() < v1::HANDOVER_CASE_STATE_EFFECTIVE)
                                       open.emplace_back(found);
                                     return true;
                                   });
    return open.empty() ? name : open[static_cast<size_t>(Below(static_cast<int>(open.size())))];
  }

  // Any of that type that `keep` says, or a name that nothing has.
  template <class T, class Keep>
  std::string AnyOf(const std::string& collection, Keep keep) {
    std::vector<std::string> names;
    es::View view(story_.rows());
    view.ForEach<T>("operations/ba/" + collection, [&](std::string_view name, const T& entity) {
      if (keep(entity)) names.emplace_back(name);
      return true;
    });
    return names.empty() ? "operations/ba/" + collection + "/none"
                         : names[static_cast<size_t>(Below(static_cast<int>(names.size())))];
  }
  std::string AnyItem() { return Below(3) == 0 ? LotOf() : AssetOf(1 + Below(kAssets)); }

  void MakeOfChecks() {
    const std::string planned = AnyOf<v1::PostDonationCheck>(
        "postDonationChecks",
        [](const auto& check) { return check.state() == v1::CHECK_STATE_PLANNED; });
    switch (Below(4)) {
      case 0: {
        v1::PlanPostDonationCheckRequest command;
        command.set_parent("operations/ba");
        command.set_post_donation_check_id(fmt::format("check{}", ++made_));
        v1::PostDonationCheck& check = *command.mutable_post_donation_check();
        check.set_item(AnyItem());
        check.set_kind(v1::CHECK_KIND_END_USE);
        *check.mutable_due_date() = testing::Day(2023, 12, 31);
        check.set_every_months(3 * Below(2));
        return When(command);
      }
      case 1:
        return When(Because<v1::CancelPostDonationCheckRequest>(planned));
      case 2: {
        v1::RecordVisibilityCheckRequest command;
        command.set_parent("operations/ba");
        command.set_visibility_check_id(fmt::format("visibility{}", ++made_));
        command.mutable_visibility_check()->set_item(AnyItem());
        command.mutable_visibility_check()->set_donor(testing::kEu);
        command.mutable_visibility_check()->set_emblem_seen(true);
        command.mutable_visibility_check()->set_statement_seen(Below(2) == 0);
        return When(command);
      }
      default: {
        auto command = To<v1::CompletePostDonationCheckRequest>(planned);
        command.set_findings("in use");
        return When(command);
      }
    }
  }

  void MakeOfClaims() {
    if (Below(2) == 0) {
      v1::OpenWarrantyClaimRequest command;
      command.set_parent("operations/ba");
      v1::WarrantyClaim& claim = *command.mutable_warranty_claim();
      claim.set_item(AnyItem());
      if (claim.item() == LotOf()) *claim.mutable_quantity() = Number(std::to_string(Below(13)));
      claim.set_defect("does not start");
      return When(command);
    }
    auto command = To<v1::MoveWarrantyClaimRequest>(
        AnyOf<v1::WarrantyClaim>("warrantyClaims", [](const auto&) { return true; }));
    command.set_state(static_cast<v1::WarrantyClaimState>(1 + Below(5)));
    if (command.state() == v1::WARRANTY_CLAIM_STATE_SETTLED)
      command.set_resolution(v1::WARRANTY_RESOLUTION_REPAIRED);
    command.set_note("letter of the supplier");
    return When(command);
  }

  // Draws a certificate up, or brings one back with the image of a signature.
  void SignAway(const std::string& name) {
    es::View view(story_.rows());
    const auto* of = view.Find<v1::HandoverCase>(name);
    if (of == nullptr || of->certificate().empty()) {
      return When(To<v1::DrawUpCertificateRequest>(name));
    }
    const auto* certificate = view.Find<v1::Certificate>(of->certificate());
    auto command = To<v1::ReturnSignedCertificateRequest>(of->certificate());
    const bool is_giver = Below(2) == 0;
    command.set_party(is_giver ? v1::HANDOVER_PARTY_GIVER : v1::HANDOVER_PARTY_RECIPIENT);
    command.set_canonical_sha256(certificate->canonical_sha256());
    command.set_person(is_giver ? testing::kEuHead : testing::kJulyDirector);
    *command.mutable_sign_date() = ToProto(base::LocalDay(now_, story_.zone()));
    command.set_place("Bihać");
    command.set_image(documents::SignaturePng());
    WhenAs(Below(2) == 0 ? "organisations/iom/people/clerk" : "organisations/iom/people/colleague",
           command);
  }

  void MakeOfAsset(const std::string& name) {
    switch (Below(10)) {
      case 0: {
        auto command = To<v1::MoveAssetRequest>(name);
        command.set_custodian(Below(2) == 0 ? "organisations/drc" : testing::kIom);
        return When(command);
      }
      case 1: {
        auto command = To<v1::RecordLotFoundRequest>(LotOf());
        *command.mutable_quantity() = Number("1");
        return When(command);
      }
      case 2:
        return When(To<v1::TakeAssetIntoCustodyRequest>(name));
      case 3:
      case 4: {
        auto command = To<v1::AttachAssetEvidenceRequest>(name);
        // Mostly of what lacks it.
        es::View view(story_.rows());
        const auto* asset = view.Find<v1::Asset>(name);
        command.set_change(asset->lacks_evidence_of().empty() || Below(5) == 0
                               ? AnyChange()
                               : static_cast<v1::AssetChange>(asset->lacks_evidence_of(0)));
        *command.mutable_evidence() = AnyEvidence();
        return When(command);
      }
      default: {
        auto command = Because<v1::RecordAssetChangeRequest>(name);
        // What ends an asset seldom: there are few.
        command.set_change(Below(30) == 0  ? AnyChange()
                           : Below(3) == 0 ? v1::ASSET_CHANGE_LOST
                                           : v1::ASSET_CHANGE_FOUND);
        if (Below(3) == 0) *command.mutable_evidence() = AnyEvidence();
        return When(command);
      }
    }
  }
  v1::AssetChange AnyChange() {
    return static_cast<v1::AssetChange>(1 + Below(v1::ASSET_CHANGE_DAMAGED));
  }
  v1::Evidence AnyEvidence() {
    v1::Evidence evidence;
    evidence.set_kind(Below(2) == 0 ? v1::EVIDENCE_KIND_POLICE_REPORT
                                    : v1::EVIDENCE_KIND_STATEMENT);
    evidence.set_reference("folder 1");
    return evidence;
  }

  // INV-14: periods follow each other, the last one is the present holder's.
  void CheckAsset(const std::string& name) const {
    const auto asset = story_.Entity<v1::Asset>(name);
    for (const auto* periods : {&asset.title_periods(), &asset.custody_periods()}) {
      ASSERT_FALSE(periods->empty());
      for (int i = 0; i < periods->size(); ++i) {
        const v1::HoldingPeriod& period = (*periods)[i];
        const bool last = i + 1 == periods->size();
        ASSERT_EQ(period.has_end_time(), !last) << name;
        if (last) continue;
        ASSERT_LE(FromProto(period.start_time()), FromProto(period.end_time())) << name;
        ASSERT_EQ(FromProto(period.end_time()), FromProto((*periods)[i + 1].start_time())) << name;
      }
    }
    EXPECT_EQ(asset.title_periods().rbegin()->holder(), asset.title_holder());
    EXPECT_EQ(asset.custody_periods().rbegin()->holder(), asset.custodian());
    // Nothing leaves the books before it is shown where it went.
    if (asset.state() == v1::ASSET_STATE_DISPOSED || asset.state() == v1::ASSET_STATE_WRITTEN_OFF) {
      EXPECT_THAT(asset.lacks_evidence_of(), ::testing::IsEmpty()) << name;
      EXPECT_FALSE(asset.evidence().empty()) << name;
    }
    CheckPromise(asset);
  }

  // An asset is in one open case at most, and then it says so.
  void CheckPromise(const v1::Asset& asset) const {
    int holders = 0;
    int certified = 0;
    ForEachItem([&](const v1::HandoverCase& of, const v1::HandoverItem& item) {
      if (item.asset() != asset.name()) return;
      const bool open = of.state() < v1::HANDOVER_CASE_STATE_EFFECTIVE;
      const bool settled = !of.certificate().empty() && FromProto(item.accepted()).IsZero();
      if (open && !settled) {
        ++holders;
        EXPECT_EQ(asset.handover_case(), of.name());
      }
      certified += of.has_title_time() && !FromProto(item.accepted()).IsZero();
    });
    EXPECT_LE(holders, 1) << asset.name();
    EXPECT_LE(certified, 1) << asset.name() << " was handed over twice";
    EXPECT_EQ(certified == 1, asset.title_holder() == testing::kDcpb) << asset.name();
  }

  template <class Visit>
  void ForEachItem(Visit visit) const {
    es::View view(story_.rows());
    view.ForEach<v1::HandoverCase>("operations/ba/handoverCases",
                                   [&](std::string_view, const v1::HandoverCase& of) {
                                     for (const auto& item : of.items()) visit(of, item);
                                     return true;
                                   });
  }

  // INV-15: two people of two sides, with what shows it where it came from away.
  void CheckSignatures() const {
    es::View view(story_.rows());
    view.ForEach<v1::HandoverCase>(
        "operations/ba/handoverCases", [&](std::string_view name, const v1::HandoverCase& of) {
          std::set<std::string> people;
          std::set<int> parties;
          for (const v1::Signature& signature : of.signatures()) {
            people.insert(signature.person());
            parties.insert(signature.party());
            if (signature.evidence_sha256().empty()) continue;
            const auto* evidence = view.Find<v1::SignatureEvidence>(
                fmt::format("{}/signatures/{}", of.certificate(),
                            signature.party() == v1::HANDOVER_PARTY_GIVER ? "giver" : "recipient"));
            EXPECT_TRUE(evidence != nullptr) << name;
          }
          EXPECT_EQ(people.size(), static_cast<size_t>(of.signatures_size())) << name;
          EXPECT_EQ(parties.size(), static_cast<size_t>(of.signatures_size())) << name;
          if (of.has_title_time()) {
            EXPECT_EQ(of.signatures_size(), 2) << name;
          }
          return true;
        });
  }

  // A check that comes again does so once.
  void CheckChecks() const {
    std::set<std::string> next;
    es::View view(story_.rows());
    view.ForEach<v1::PostDonationCheck>(
        "operations/ba/postDonationChecks",
        [&](std::string_view name, const v1::PostDonationCheck& check) {
          if (check.next_check().empty()) return true;
          EXPECT_EQ(check.state(), v1::CHECK_STATE_DONE) << name;
          EXPECT_GT(check.every_months(), 0) << name;
          EXPECT_TRUE(view.Exists(check.next_check())) << name;
          EXPECT_TRUE(next.insert(check.next_check()).second) << name;
          return true;
        });
  }

  // Of no more than there is, within the warranty, and settled by something.
  void CheckClaims() const {
    es::View view(story_.rows());
    view.ForEach<v1::WarrantyClaim>(
        "operations/ba/warrantyClaims", [&](std::string_view name, const v1::WarrantyClaim& claim) {
          const base::Decimal quantity = FromProto(claim.quantity());
          EXPECT_GT(quantity, base::Decimal()) << name;
          EXPECT_LE(quantity, base::Decimal::FromInt(claim.item() == LotOf() ? 10 : 1)) << name;
          EXPECT_LE(FromProto(claim.defect_date()), FromProto(claim.warranty_end_date())) << name;
          EXPECT_EQ(claim.state() == v1::WARRANTY_CLAIM_STATE_SETTLED,
                    claim.resolution() != v1::WARRANTY_RESOLUTION_UNSPECIFIED)
              << name;
          return true;
        });
  }

  // The parts of the lot are all of it, its movements lead to its holdings, and the values on
  // certificates and off them are what was paid.
  void CheckLot() const {
    const auto lot = story_.Entity<v1::AssetLot>(LotOf());
    base::Decimal held;
    for (const auto& holding : lot.holdings()) held = Sum(held, FromProto(holding.quantity()));
    EXPECT_EQ(held.ToString(), "10");
    EXPECT_FALSE(AvailableOf(lot).IsNegative());

    std::map<std::string, base::Decimal> moved;
    for (const auto& movement : lot.movements()) {
      const base::Decimal quantity = FromProto(movement.quantity());
      auto& from = moved[movement.from_title_holder() + "|" + movement.from_custodian()];
      from = Difference(from, quantity);
      auto& to = moved[movement.to_title_holder() + "|" + movement.to_custodian()];
      to = Sum(to, quantity);
    }
    for (const auto& holding : lot.holdings()) {
      EXPECT_EQ(moved[holding.title_holder() + "|" + holding.custodian()],
                FromProto(holding.quantity()));
    }

    base::Decimal reserved;
    base::Money value = FromProto(lot.uncertified_value());
    ForEachItem([&](const v1::HandoverCase& of, const v1::HandoverItem& item) {
      if (item.asset_lot().empty() || of.state() == v1::HANDOVER_CASE_STATE_VOIDED) return;
      if (of.certificate().empty()) {
        reserved = Sum(reserved, FromProto(item.quantity()));
      } else {
        value = Sum(value, FromProto(item.value()));
      }
    });
    EXPECT_EQ(FromProto(lot.reserved()), reserved);
    EXPECT_EQ(value.AmountText(), kLotValue);
  }

  Story story_;
  std::mt19937 random_;
  absl::Time now_ = absl::FromCivil(absl::CivilSecond(2023, 7, 2, 8, 0, 0), absl::UTCTimeZone());
  es::MapRows before_;
  std::vector<Told> told_;
  std::vector<es::DocumentNumber> numbers_;
  int made_ = 0;
  int effective_ = 0;
  std::map<std::string, int> events_;
};

TEST(Properties, INV14_INV15_INV16_INV18_HoldAfterEveryCommandOfRandomHistories) {
  int accepted = 0;
  int effective = 0;
  std::map<std::string, int> events;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    History history(seed);
    for (int step = 0; step < 400; ++step) {
      if (!history.Step()) continue;
      ++accepted;
      history.Check();
      if (::testing::Test::HasFailure()) return;
    }
    history.CheckCertificates();
    history.CheckRefold();
    if (::testing::Test::HasFailure()) return;
    effective += history.effective();
    for (const auto& [event, count] : history.events()) events[event] += count;
  }
  // The histories get somewhere.
  EXPECT_GT(accepted, 2000);
  EXPECT_GT(effective, 40);
  for (const char* event :
       {"PostDonationCheckPlanned", "PostDonationCheckDone", "PostDonationCheckCancelled",
        "VisibilityChecked", "WarrantyClaimOpened", "WarrantyClaimMoved", "AssetEvidenceAttached",
        "SignatureEvidenceFiled"}) {
    EXPECT_GT(events[event], 10) << event;
  }
}

}  // namespace
}  // namespace prihvat::handover
