// bid-keys, seal-bid: what openers and bidders do on their own machines, so that the server never
// has what would open a bid before its time.
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/wrappers.pb.h"
#include "libs/base/random.h"
#include "libs/base/sealed_box.h"
#include "libs/base/status_macros.h"
#include "nlohmann/json.hpp"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/files.h"

namespace prihvat::ctl {
namespace {

using procurement::v1::BidContent;
using procurement::v1::SourcingProcess;

// RFC 4648 section 4, as protobuf's JSON mapping has bytes.
std::string Base64(std::string_view bytes) {
  google::protobuf::BytesValue value;
  value.set_value(std::string(bytes));
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(value, &json);
  return status.ok() ? json.substr(1, json.size() - 2) : "";
}

absl::StatusOr<BidContent> ReadContent(const std::string& file) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string json, ReadFile(file));
  BidContent content;
  if (const auto status = google::protobuf::util::JsonStringToMessage(json, &content);
      !status.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{} is no bid: {}", file, std::string(status.message())));
  }
  if (content.offers().empty()) {
    return absl::InvalidArgumentError(file + " has no offers");
  }
  return content;
}

}  // namespace

absl::Status RunBidKeys(CommandContext& context) {
  base::SystemRandom random;
  const base::BoxKeys keys = base::MakeBoxKeys(random);
  if (context.json) {
    context.out << nlohmann::ordered_json{{"publicKey", Base64(keys.public_key)},
                                          {"privateKey", Base64(keys.private_key)}}
                       .dump(2)
                << '\n';
    return absl::OkStatus();
  }
  context.out << "public key   " << Base64(keys.public_key) << "\nprivate key  "
              << Base64(keys.private_key) << '\n';
  context.err
      << "The public key goes into the sourcing process. Keep the private key, for yourself "
         "alone, until the opening; without it the bids stay closed for ever.\n";
  return absl::OkStatus();
}

absl::Status RunSealBid(CommandContext& context, const std::string& process,
                        const std::string& file) {
  PRIHVAT_ASSIGN_OR_RETURN(const BidContent content, ReadContent(file));
  procurement::v1::GetSourcingProcessRequest get;
  get.set_name(process);
  PRIHVAT_ASSIGN_OR_RETURN(
      const SourcingProcess found,
      CallTyped<SourcingProcess>(context, "procurement.GetSourcingProcess", get));
  if (found.openers().empty()) {
    return absl::FailedPreconditionError(process + " names no openers");
  }
  std::string sealed = content.SerializeAsString();
  for (const procurement::v1::Opener& opener : found.openers()) {
    PRIHVAT_ASSIGN_OR_RETURN(sealed, base::SealBox(sealed, opener.public_key()));
  }
  context.out << Base64(sealed) << '\n';
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
