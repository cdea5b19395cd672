// How the tests of the handover service tell a story: goods that were received, mandates, a case
// and its moves. Everything is of operations/ba, in 2023.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/text_format.h"
#include "libs/testkit/given_when_then.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "prihvat/handover/v1/state.pb.h"
#include "services/handover/domain/decider.h"

namespace prihvat::handover::testing {

inline constexpr char kIom[] = "organisations/iom";
inline constexpr char kEu[] = "organisations/eu";
inline constexpr char kDcpb[] = "organisations/dcpb";
inline constexpr char kEuHead[] = "organisations/eu/people/head-of-section";
inline constexpr char kMarchDirector[] = "organisations/dcpb/people/director-march";
inline constexpr char kJulyDirector[] = "organisations/dcpb/people/director-july";
inline constexpr char kCase[] = "operations/ba/handoverCases/clothing";
inline constexpr char kReceipt[] = "operations/ba/goodsReceipts/gr-1";

// A message of the text, which has to parse.
template <class Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

google::type::Money Km(std::string_view amount);
google::type::Money Eur(std::string_view amount);
common::v1::Decimal Number(std::string_view value);
google::type::Date Day(int year, int month, int day);

// Line 1 of `receipt`, paid by the EU and bought by IOM.
v1::RegisterReceivedGoodsRequest ReceivedPieces(const std::vector<std::string>& serials,
                                                std::string_view value,
                                                const std::string& receipt = kReceipt);
v1::RegisterReceivedGoodsRequest ReceivedVehicles(const std::vector<std::string>& vins,
                                                  std::string_view value,
                                                  const std::string& receipt = kReceipt);
// Line 2 of the receipt: `quantity` pairs of boots.
v1::RegisterReceivedGoodsRequest ReceivedLot(std::string_view quantity, std::string_view value,
                                             std::string_view unit_price,
                                             const std::string& receipt = kReceipt);
std::string AssetOf(int piece, std::string_view receipt = kReceipt);
std::string LotOf(std::string_view receipt = kReceipt);

// A mandate with that id; `from` and `until` are inclusive.
v1::GrantMandateRequest Mandate(const std::string& id, const std::string& person,
                                const google::type::Date& from, const google::type::Date& until);

// A case from the EU to DCPB with those items, and both signatories named.
v1::CreateHandoverCaseRequest Case(const std::vector<v1::HandoverItem>& items,
                                   const std::string& id = "clothing");
v1::HandoverItem Asset(int piece, std::string_view receipt = kReceipt);
v1::HandoverItem Lot(std::string_view quantity, std::string_view receipt = kReceipt);
v1::SignHandoverCaseRequest Signed(v1::HandoverParty party, const std::string& name = kCase);

// A command of a case that needs no more than its name.
template <class Command>
Command To(const std::string& name = kCase) {
  Command command;
  command.set_name(name);
  return command;
}

// A specification in which the operation is known, and the head of section, the director until 30
// June and the one from 1 July on have mandates.
class Story : public testkit::DeciderSpec {
 public:
  Story();

  // Decides, and expects yes.
  Story& Do(const google::protobuf::Message& command);
  // Likewise, as that person.
  Story& DoAs(const std::string& person, const google::protobuf::Message& command);

  // The case authorised, scheduled and brought.
  Story& Brought(const std::string& name = kCase);
  // And counted, all accepted.
  Story& Counted(const std::string& name = kCase);
  // And signed by both.
  Story& SignedByBoth(const std::string& name = kCase);
  Story& Effective(const std::string& name = kCase);
  using testkit::DeciderSpec::Effective;

  v1::HandoverCase TheCase(const std::string& name = kCase) const {
    return Entity<v1::HandoverCase>(name);
  }
};

}  // namespace prihvat::handover::testing
