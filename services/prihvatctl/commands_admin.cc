// log tail, store checksum, partitions, watch.
#include <utility>

#include "absl/time/time.h"
#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/documents/text_table.h"
#include "prihvat/admin/v1/service.pb.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/error_text.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/message_text.h"
#include "services/prihvatctl/scenario_yaml.h"

namespace prihvat::ctl {
namespace {

using google::protobuf::Message;

// "ServiceDelivered, CentreOpened": the kinds of the events.
std::string EventNames(const google::protobuf::RepeatedPtrField<google::protobuf::Any>& events) {
  std::string names;
  for (const google::protobuf::Any& event : events) {
    const std::string& url = event.type_url();
    names += (names.empty() ? "" : ", ") + url.substr(url.rfind('.') + 1);
  }
  return names;
}

std::string TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

absl::Status PrintLine(CommandContext& context, const Message& message, const std::string& text) {
  if (!context.json) {
    context.out << text << std::endl;
    return absl::OkStatus();
  }
  PRIHVAT_ASSIGN_OR_RETURN(const std::string json, MessageJson(message, /*pretty=*/false));
  context.out << json << std::endl;
  return absl::OkStatus();
}

std::string ChangeText(const admin::v1::Change& change) {
  std::string about = change.resource().empty() ? change.operation() : change.resource();
  if (change.resource().empty() && change.resources_size() > 0) {
    about = change.resources(0);
    if (change.resources_size() > 1)
      about += fmt::format(" and {} more", change.resources_size() - 1);
  }
  return fmt::format("{}  {}  {}", TimeOf(change.record_time()), about,
                     EventNames(change.events()));
}

// One stream of a watch, from `request.resume_token` on, which is kept as it goes.
absl::Status WatchOnce(CommandContext& context, const WatchArguments& arguments,
                       admin::v1::WatchRequest& request, size_t& told) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto* method, context.catalogue.FindMethod("admin.Watch"));
  CallOptions options = context.call;
  options.timeout = absl::InfiniteDuration();
  absl::Status printed = absl::OkStatus();
  absl::Status ended = context.api.Stream(*method, request, options, [&](const Message& message) {
    admin::v1::WatchResponse response;
    response.CopyFrom(message);
    if (response.has_change()) {
      printed = PrintLine(context, response, ChangeText(response.change()));
      ++told;
    }
    // Kept only once it was printed: after a break what was not is told again.
    if (printed.ok()) request.set_resume_token(response.resume_token());
    if (printed.ok() && !arguments.resume_file.empty()) {
      printed = ReplaceFile(arguments.resume_file, request.resume_token());
    }
    return printed.ok() && told < arguments.limit;
  });
  PRIHVAT_RETURN_IF_ERROR(printed);
  return ended;
}

absl::StatusOr<std::string> ServiceOf(const ApiCatalogue& catalogue,
                                      const WatchArguments& arguments) {
  if (!arguments.service.empty()) return arguments.service;
  if (arguments.collections.empty()) {
    return absl::InvalidArgumentError("name a collection to watch, or a --service");
  }
  PRIHVAT_ASSIGN_OR_RETURN(const Resource* resource,
                           catalogue.FindResource(arguments.collections.front(), ""));
  return resource->service;
}

absl::StatusOr<admin::v1::WatchRequest> WatchRequestOf(const ApiCatalogue& catalogue,
                                                       const WatchArguments& arguments) {
  admin::v1::WatchRequest request;
  PRIHVAT_ASSIGN_OR_RETURN(*request.mutable_service(), ServiceOf(catalogue, arguments));
  request.set_operation(arguments.operation);
  for (const std::string& collection : arguments.collections) request.add_collections(collection);
  request.set_start(arguments.from_now ? admin::v1::WATCH_START_NOW
                                       : admin::v1::WATCH_START_BEGINNING);
  if (arguments.resume_file.empty()) return request;
  absl::StatusOr<std::string> token = ReadFile(arguments.resume_file);
  if (absl::IsNotFound(token.status())) return request;
  if (!token.ok()) return token.status();
  request.set_resume_token(*token);
  return request;
}

}  // namespace

const std::vector<std::string>& AllServices() {
  static const auto* const services =
      new std::vector<std::string>{"procurement", "handover", "reception", "reporting"};
  return *services;
}

absl::Status RunLogTail(CommandContext& context, const LogTailArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto* method, context.catalogue.FindMethod("admin.TailLog"));
  admin::v1::TailLogRequest request;
  request.set_service(arguments.service);
  request.set_operation(arguments.operation);
  request.set_follow(arguments.follow);
  CallOptions options = context.call;
  if (arguments.follow) options.timeout = absl::InfiniteDuration();
  absl::Status printed = absl::OkStatus();
  absl::Status ended = context.api.Stream(*method, request, options, [&](const Message& commit) {
    const absl::StatusOr<std::string> json = MessageJson(commit, /*pretty=*/false);
    printed = json.status();
    if (json.ok()) context.out << *json << std::endl;
    return printed.ok();
  });
  PRIHVAT_RETURN_IF_ERROR(printed);
  return ended;
}

absl::Status RunChecksum(CommandContext& context, const std::string& service, bool of_requests) {
  std::vector<std::string> services = AllServices();
  if (!service.empty()) services = {service};
  for (const std::string& name : services) {
    admin::v1::GetChecksumRequest request;
    request.set_service(name);
    PRIHVAT_ASSIGN_OR_RETURN(const auto checksum,
                             CallTyped<admin::v1::Checksum>(context, "admin.GetChecksum", request));
    PRIHVAT_RETURN_IF_ERROR(PrintLine(
        context, checksum,
        fmt::format("{}  {}", of_requests ? checksum.requests_sha256() : checksum.sha256(), name)));
  }
  return absl::OkStatus();
}

absl::Status RunPartitions(CommandContext& context) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto response, CallTyped<admin::v1::ListPartitionsResponse>(
                                                    context, "admin.ListPartitions",
                                                    admin::v1::ListPartitionsRequest()));
  std::vector<const Message*> rows;
  for (const auto& partition : response.partitions()) rows.push_back(&partition);
  documents::TextTableOptions options;
  options.max_width = context.width;
  PRIHVAT_ASSIGN_OR_RETURN(
      const std::string text,
      documents::FormatTextTable(TableOf(rows, *admin::v1::Partition::descriptor(), ""), options));
  return PrintMessage(context, response, text);
}

absl::Status RunWatch(CommandContext& context, const WatchArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(admin::v1::WatchRequest request,
                           WatchRequestOf(context.catalogue, arguments));
  size_t told = 0;
  absl::Duration wait = context.retries.first_wait;
  for (int attempt = 1; told < arguments.limit;) {
    const size_t told_before = told;
    absl::Status ended = WatchOnce(context, arguments, request, told);
    if (!ended.ok() && !MayRetry(ended)) return ended;
    // A feed that moved may break as often as it likes: it goes on where it was.
    if (told > told_before) {
      attempt = 1;
      wait = context.retries.first_wait;
    } else if (++attempt > context.retries.attempts) {
      return ended;
    }
    if (told < arguments.limit) context.wait(wait);
    wait = std::min(wait * 2, context.retries.longest_wait);
  }
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
