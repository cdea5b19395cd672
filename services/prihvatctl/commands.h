// What each command of prihvatctl does, apart from how its flags are written (cli.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "services/prihvatctl/api.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/retry.h"

namespace prihvat::ctl {

// What a command works with. The references outlive it; one thread.
struct CommandContext {
  Api& api;
  const ApiCatalogue& catalogue;
  std::ostream& out;  // what was asked for
  std::ostream& err;  // what is said about it
  std::istream& in;
  Waiter wait;
  bool json = false;
  bool err_is_terminal = false;  // draw progress there
  size_t width = 0;              // of the terminal at `out`; 0 where it is none
  CallOptions call;              // principal, token, timeout
  std::string token;             // what the calls have seen, merged
  RetryPolicy retries;
  int exit_code = 0;  // of a command that was done: what it found (ExitCode)
};

// Calls `method`, with retries where a repeat is harmless, and keeps the token.
absl::StatusOr<Reply> CallOnce(CommandContext& context,
                               const google::protobuf::MethodDescriptor& method,
                               const google::protobuf::Message& request);
// The same by the method's short name, as T. The method is compiled in, so it is there.
template <class Response>
absl::StatusOr<Response> CallTyped(CommandContext& context, std::string_view method,
                                   const google::protobuf::Message& request) {
  const auto found = context.catalogue.FindMethod(method);
  if (!found.ok()) return found.status();
  absl::StatusOr<Reply> reply = CallOnce(context, **found, request);
  if (!reply.ok()) return reply.status();
  Response response;
  response.CopyFrom(*reply->message);
  return response;
}

// Prints the message as JSON or, without --json, as `text`.
absl::Status PrintMessage(CommandContext& context, const google::protobuf::Message& message,
                          std::string_view text);

struct PlayArguments {
  std::string file;
  std::string only_until;
  std::string state_file;                 // "" to keep none
  int attempts = RetryPolicy().attempts;  // of each step
  std::vector<std::string> set;           // "each=5": other values for the file's variables
};
absl::Status RunPlay(CommandContext& context, const PlayArguments& arguments);

absl::Status RunGet(CommandContext& context, const std::string& name, const std::string& service);

struct ListArguments {
  std::string collection;
  std::string service;  // "" for any
  std::string parent;
  std::vector<std::string> where;  // "state=CENTRE_STATE_OPEN": typed filters of the method
  size_t limit = 1000;             // resources
};
absl::Status RunList(CommandContext& context, const ListArguments& arguments);

// `request`: JSON, "-" for standard input, "@FILE" for a file. A command without a request id gets
// one, which an error tells, so that it can be sent again.
absl::Status RunCall(CommandContext& context, const std::string& method, const std::string& request,
                     const std::string& import_id);
// All methods, with their permission.
absl::Status RunMethods(CommandContext& context);

struct LineOfSightArguments {
  std::string operation;
  std::vector<std::string> where;  // "project=operations/ba/projects/x": fields of the filter
  std::string as_of;               // RFC 3339; "" for now
  std::string output;              // for an export: FILE.csv or FILE.xlsx
};
absl::Status RunLineOfSight(CommandContext& context, const LineOfSightArguments& arguments);
absl::Status RunExportLineOfSight(CommandContext& context, const LineOfSightArguments& arguments);

struct AssetRegisterArguments {
  std::string operation;
  std::vector<std::string> where;  // "donor=organisations/eu": fields of the request
  std::string as_of;               // RFC 3339; "" for now
  std::string output;              // FILE.pdf, FILE.xlsx or FILE.csv
};
absl::Status RunExportAssetRegister(CommandContext& context,
                                    const AssetRegisterArguments& arguments);

struct OcdsArguments {
  std::string operation;
  std::string process;    // "" for all
  bool records = false;   // else releases
  std::string publisher;  // file: OcdsPublisher as JSON
  std::string known_at;   // RFC 3339; "" for now
  // A package or process of another publisher, to be written as it came; then only `records` and
  // `output` count.
  std::string published;
  std::string output;
};
// Writes one package of OCDS 1.1, put together from as many pages as it takes.
absl::Status RunExportOcds(CommandContext& context, const OcdsArguments& arguments);
// Tells what of a publisher's package cannot be used and why, and writes the rest as records with
// compiled and versioned releases ("" for no file). INVALID_ARGUMENT where anything was refused.
absl::Status RunCheckOcds(CommandContext& context, const std::string& file,
                          const std::string& output);

// Writes what was imported of a published package or process as a package again.
absl::Status RunExportPublished(CommandContext& context, const OcdsArguments& arguments);

struct ImportOcdsArguments {
  std::string file;
  std::string operation;
  bool contact_points = false;  // keep whom to turn to, with the names of people
  bool dry_run = false;         // only say what would be done; asks no server
};
// Imports a publisher's package, with progress, and tells each leaf field that has no place here
// and why. Importing it again changes nothing. Where releases are refused the others are imported
// all the same; the exit code is kRefused.
absl::Status RunImportOcds(CommandContext& context, const ImportOcdsArguments& arguments);

struct DonorArguments {
  std::string operation;
  std::string project;
  std::string donor;
  std::string as_of;
};
absl::Status RunDonorSummary(CommandContext& context, const DonorArguments& arguments);

struct CentreArguments {
  std::string centre;
  std::string from;  // local dates, both inclusive
  std::string to;
};
absl::Status RunCentreSummary(CommandContext& context, const CentreArguments& arguments);

// "procurement", "handover" ...: what a server may host.
const std::vector<std::string>& AllServices();

struct LogTailArguments {
  std::string service;
  std::string operation;  // "" for all
  bool follow = false;
};
// One line of JSON for each commit.
absl::Status RunLogTail(CommandContext& context, const LogTailArguments& arguments);

// Of one service, or ("") of each.
absl::Status RunChecksum(CommandContext& context, const std::string& service, bool of_requests);

absl::Status RunPartitions(CommandContext& context);

struct WatchArguments {
  std::string service;                   // "": the one that has the first collection
  std::string operation;                 // "" for all
  std::vector<std::string> collections;  // none for all
  bool from_now = false;                 // else from the first commit on
  std::string resume_file;               // goes on after what it holds, and keeps it; "" for none
  size_t limit = SIZE_MAX;               // changes
};
// Prints changes until there were `limit` of them. A feed that breaks is resumed where it was.
absl::Status RunWatch(CommandContext& context, const WatchArguments& arguments);

// A new pair of keys for one who opens bids.
absl::Status RunBidKeys(CommandContext& context);
// Seals the bid of a file (BidContent as JSON) for all openers of the process, in their order, and
// prints what SubmitBid takes as sealed_content.
absl::Status RunSealBid(CommandContext& context, const std::string& process,
                        const std::string& file);

// Who pays for a document, line by line.
absl::Status RunFundingSplit(CommandContext& context, const std::string& name);

struct PaperArguments {
  std::string name;    // of what the paper is about
  std::string kind;    // of PaperKinds(); "" for the one that its collection mostly has
  std::string output;  // "" for the name that the server gives
};
// "order", "requisition" ...
std::vector<std::string> PaperKinds();
// Writes a paper of procurement or handover as PDF. INVALID_ARGUMENT where the kind is not of such
// a resource.
absl::Status RunPaper(CommandContext& context, const PaperArguments& arguments);

}  // namespace prihvat::ctl
