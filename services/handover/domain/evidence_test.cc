// What became of assets, the documents that show it, and in which condition they are.
#include "services/handover/domain/evidence.h"

#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::AssetOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Story;
using testing::To;

v1::Evidence Document(v1::EvidenceKind kind) {
  v1::Evidence evidence;
  evidence.set_kind(kind);
  evidence.set_reference("02/3-1234/23");
  return evidence;
}

v1::RecordAssetChangeRequest Change(v1::AssetChange change) {
  auto command = To<v1::RecordAssetChangeRequest>(AssetOf(1));
  command.set_change(change);
  command.set_reason("as reported");
  return command;
}

v1::AttachAssetEvidenceRequest Attach(v1::AssetChange change, v1::EvidenceKind kind) {
  auto command = To<v1::AttachAssetEvidenceRequest>(AssetOf(1));
  command.set_change(change);
  *command.mutable_evidence() = Document(kind);
  return command;
}

class InUse : public Story {
 public:
  InUse() {
    Do(testing::ReceivedPieces({"A-1"}, "100.00"));
    Do(To<v1::TakeAssetIntoCustodyRequest>(AssetOf(1)));
    Do(To<v1::PutAssetIntoUseRequest>(AssetOf(1)));
  }
  v1::Asset asset() const { return Entity<v1::Asset>(AssetOf(1)); }
};

TEST(Evidence, ATheftIsAFactAndLacksThePolicesReportUntilThatIsFiled) {
  InUse story;
  story.Do(Change(v1::ASSET_CHANGE_STOLEN));
  EXPECT_EQ(story.asset().state(), v1::ASSET_STATE_STOLEN);
  EXPECT_THAT(story.asset().lacks_evidence_of(), ElementsAre(v1::ASSET_CHANGE_STOLEN));
  story.Do(Attach(v1::ASSET_CHANGE_STOLEN, v1::EVIDENCE_KIND_STATEMENT));
  EXPECT_THAT(story.asset().lacks_evidence_of(), ElementsAre(v1::ASSET_CHANGE_STOLEN));
  story.Do(Attach(v1::ASSET_CHANGE_STOLEN, v1::EVIDENCE_KIND_POLICE_REPORT));
  EXPECT_THAT(story.asset().lacks_evidence_of(), IsEmpty());
  ASSERT_EQ(story.asset().evidence_size(), 2);
  EXPECT_EQ(story.asset().evidence(1).evidence().reference(), "02/3-1234/23");
  EXPECT_EQ(story.asset().evidence(1).change(), v1::ASSET_CHANGE_STOLEN);
}

TEST(Evidence, NothingIsWrittenOffWhileItsLossLacksADocument) {
  InUse story;
  story.Do(Change(v1::ASSET_CHANGE_STOLEN));
  auto written_off = Change(v1::ASSET_CHANGE_WRITTEN_OFF);
  story.When(written_off).ThenRejected("EVIDENCE_MISSING", {{"lacks_evidence_of", "STOLEN"}});
  *written_off.mutable_evidence() = Document(v1::EVIDENCE_KIND_COMMISSION_MINUTES);
  story.When(written_off).ThenRejected("EVIDENCE_MISSING", {{"lacks_evidence_of", "STOLEN"}});
  story.Do(Attach(v1::ASSET_CHANGE_STOLEN, v1::EVIDENCE_KIND_POLICE_REPORT));
  story.When(Change(v1::ASSET_CHANGE_WRITTEN_OFF))
      .ThenRejected("EVIDENCE_MISSING", {{"lacks_evidence_of", "WRITTEN_OFF"}});
  story.Do(written_off);
  EXPECT_EQ(story.asset().state(), v1::ASSET_STATE_WRITTEN_OFF);
  EXPECT_THAT(story.asset().lacks_evidence_of(), IsEmpty());
}

TEST(Evidence, NothingThatIsGoneIsDestroyedWhileItsLossLacksADocument) {
  for (const auto& [loss, report] :
       {std::pair{v1::ASSET_CHANGE_STOLEN, v1::EVIDENCE_KIND_POLICE_REPORT},
        std::pair{v1::ASSET_CHANGE_LOST, v1::EVIDENCE_KIND_STATEMENT}}) {
    InUse story;
    story.Do(Change(loss));
    const std::string lacks = loss == v1::ASSET_CHANGE_STOLEN ? "STOLEN" : "LOST";
    auto destroyed = Change(v1::ASSET_CHANGE_DESTROYED);
    *destroyed.mutable_evidence() = Document(v1::EVIDENCE_KIND_POLICE_REPORT);
    story.When(destroyed).ThenRejected("EVIDENCE_MISSING",
                                       {{"change", "DESTROYED"}, {"lacks_evidence_of", lacks}});
    story.Do(Attach(loss, report));
    story.Do(Change(v1::ASSET_CHANGE_DESTROYED));  // what shows that may follow
    EXPECT_EQ(story.asset().state(), v1::ASSET_STATE_DESTROYED);
    EXPECT_THAT(story.asset().lacks_evidence_of(), ElementsAre(v1::ASSET_CHANGE_DESTROYED));
  }
}

TEST(Evidence, NothingIsDisposedOfWithoutADocument) {
  InUse story;
  auto disposed = Change(v1::ASSET_CHANGE_DISPOSED);
  story.When(disposed).ThenRejected("EVIDENCE_MISSING", {{"change", "DISPOSED"}});
  *disposed.mutable_evidence() = Document(v1::EVIDENCE_KIND_BUSINESS_PAPER);
  story.Do(disposed);
  EXPECT_EQ(story.asset().evidence_size(), 1);
}

TEST(Evidence, WhatIsFoundLacksNoDocumentOfItsLoss) {
  InUse story;
  story.Do(Change(v1::ASSET_CHANGE_LOST));
  EXPECT_THAT(story.asset().lacks_evidence_of(), ElementsAre(v1::ASSET_CHANGE_LOST));
  story.Do(Change(v1::ASSET_CHANGE_FOUND));
  EXPECT_THAT(story.asset().lacks_evidence_of(), IsEmpty());
}

TEST(Evidence, DestroyedItMayStillBeShownAndWhatWasNotToldNot) {
  InUse story;
  story.When(Attach(v1::ASSET_CHANGE_DESTROYED, v1::EVIDENCE_KIND_PHOTOGRAPH))
      .ThenRejectedField("change");
  story.Do(Change(v1::ASSET_CHANGE_DESTROYED));
  EXPECT_THAT(story.asset().lacks_evidence_of(), ElementsAre(v1::ASSET_CHANGE_DESTROYED));
  story.Do(Attach(v1::ASSET_CHANGE_DESTROYED, v1::EVIDENCE_KIND_PHOTOGRAPH));
  EXPECT_THAT(story.asset().lacks_evidence_of(), IsEmpty());
  story.When(Attach(v1::ASSET_CHANGE_FOUND, v1::EVIDENCE_KIND_PHOTOGRAPH))
      .ThenRejectedField("change");
}

TEST(Evidence, ADocumentHasAKindAReferenceAndAnOrderlyDigest) {
  InUse story;
  const auto refused = [&](const char* field, auto edit) {
    auto command = Change(v1::ASSET_CHANGE_LOST);
    *command.mutable_evidence() = Document(v1::EVIDENCE_KIND_STATEMENT);
    edit(*command.mutable_evidence());
    story.When(command).ThenRejectedField(std::string("evidence.") + field);
  };
  refused("kind", [](v1::Evidence& evidence) { evidence.clear_kind(); });
  refused("reference", [](v1::Evidence& evidence) { evidence.clear_reference(); });
  refused("sha256", [](v1::Evidence& evidence) { evidence.set_sha256("ABC"); });
}

TEST(Condition, DamagedItStaysWhereItIsAndIsOfThatCondition) {
  InUse story;
  story.Do(Change(v1::ASSET_CHANGE_DAMAGED));
  EXPECT_EQ(story.asset().state(), v1::ASSET_STATE_IN_USE);
  EXPECT_EQ(story.asset().condition(), v1::ASSET_CONDITION_DAMAGED);
  EXPECT_THAT(story.asset().lacks_evidence_of(), ElementsAre(v1::ASSET_CHANGE_DAMAGED));
  // A repair goes back to where it came from, also where it was damaged there.
  story.Do(Change(v1::ASSET_CHANGE_SENT_TO_REPAIR));
  story.Do(Change(v1::ASSET_CHANGE_DAMAGED));
  EXPECT_EQ(story.asset().state(), v1::ASSET_STATE_UNDER_REPAIR);
  story.Do(Change(v1::ASSET_CHANGE_BACK_FROM_REPAIR));
  EXPECT_EQ(story.asset().state(), v1::ASSET_STATE_IN_USE);
}

TEST(Condition, EachIsKeptWithItsTimeAndNoneComesBeforeTheLast) {
  InUse story;
  auto found = To<v1::RecordAssetConditionRequest>(AssetOf(1));
  story.When(found).ThenRejectedField("condition");
  found.set_condition(v1::ASSET_CONDITION_NEW);
  story.Do(found);
  story.At(absl::CivilSecond(2023, 7, 20, 9, 0, 0));
  found.set_condition(v1::ASSET_CONDITION_WORN);
  found.set_note("the seat is torn");
  story.Do(found);
  EXPECT_EQ(story.Event<v1::AssetConditionRecorded>().previous_condition(),
            v1::ASSET_CONDITION_NEW);
  const v1::Asset asset = story.asset();
  ASSERT_EQ(asset.conditions_size(), 2);
  EXPECT_EQ(asset.condition(), v1::ASSET_CONDITION_WORN);
  EXPECT_EQ(asset.conditions(1).note(), "the seat is torn");
  EXPECT_EQ(absl::ToCivilDay(FromProto(asset.conditions(1).record_time()), story.zone()),
            absl::CivilDay(2023, 7, 20));
  story.Effective(absl::FromCivil(absl::CivilSecond(2023, 7, 19, 9, 0, 0), story.zone()));
  story.When(found).ThenRejected("BEFORE_LAST_MOVE");
}

TEST(Condition, OfWhatIsGoneNothingIsFound) {
  InUse story;
  story.Do(Change(v1::ASSET_CHANGE_DESTROYED));
  auto found = To<v1::RecordAssetConditionRequest>(AssetOf(1));
  found.set_condition(v1::ASSET_CONDITION_GOOD);
  story.When(found).ThenRejected("WRONG_STATE", {{"state", "DESTROYED"}});
}

TEST(Condition, TheLastHundredAreKept) {
  InUse story;
  auto found = To<v1::RecordAssetConditionRequest>(AssetOf(1));
  found.set_condition(v1::ASSET_CONDITION_GOOD);
  for (int i = 0; i < 101; ++i) {
    found.set_note(std::to_string(i));
    story.Do(found);
  }
  EXPECT_EQ(story.asset().conditions_size(), 100);
  EXPECT_EQ(story.asset().conditions(0).note(), "1");
}

}  // namespace
}  // namespace prihvat::handover
