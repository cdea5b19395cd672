// The rules over random histories: whatever commands come in whatever order, accepted or not, what
// is stored keeps the invariants after each of them.
#include <map>
#include <random>
#include <string>
#include <vector>

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
    story_.Do(testing::ReceivedPieces({"A-1", "A-2", "A-3", "A-4", "A-5"}, "55000.03"));
    story_.Do(testing::ReceivedLot("10", kLotValue, "100.00"));
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
    switch (Below(14)) {
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

  void MakeOfAsset(const std::string& name) {
    switch (Below(8)) {
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
      default: {
        auto command = Because<v1::RecordAssetChangeRequest>(name);
        const v1::AssetChange changes[] = {v1::ASSET_CHANGE_FOUND, v1::ASSET_CHANGE_FOUND,
                                           v1::ASSET_CHANGE_LOST};
        command.set_change(changes[Below(3)]);
        return When(command);
      }
    }
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
};

TEST(Properties, INV14_INV16_HoldAfterEveryCommandOfRandomHistories) {
  int accepted = 0;
  int effective = 0;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    History history(seed);
    for (int step = 0; step < 400; ++step) {
      if (!history.Step()) continue;
      ++accepted;
      history.Check();
      if (::testing::Test::HasFailure()) return;
    }
    history.CheckRefold();
    if (::testing::Test::HasFailure()) return;
    effective += history.effective();
  }
  // The histories get somewhere.
  EXPECT_GT(accepted, 2000);
  EXPECT_GT(effective, 40);
}

}  // namespace
}  // namespace prihvat::handover
