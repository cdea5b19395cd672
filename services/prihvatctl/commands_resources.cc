// get, list, call, methods: any resource and any method, by what the protos say of them.
#include <algorithm>
#include <istream>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "fmt/format.h"
#include "libs/base/random.h"
#include "libs/base/resource_name.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/base/uuid.h"
#include "libs/documents/text_table.h"
#include "prihvat/common/v1/options.pb.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/error_text.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/message_text.h"
#include "services/prihvatctl/scenario_yaml.h"
#include "services/prihvatctl/token.h"

namespace prihvat::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr int kPageSize = 1000;

// A field of text that the request has.
void SetText(Message& message, const std::string& field, const std::string& value) {
  const FieldDescriptor* descriptor = message.GetDescriptor()->FindFieldByName(field);
  if (descriptor != nullptr) message.GetReflection()->SetString(&message, descriptor, value);
}

std::string GetText(const Message& message, const std::string& field) {
  const FieldDescriptor* descriptor = message.GetDescriptor()->FindFieldByName(field);
  if (descriptor == nullptr || descriptor->cpp_type() != FieldDescriptor::CPPTYPE_STRING ||
      descriptor->is_repeated()) {
    return "";
  }
  return message.GetReflection()->GetString(message, descriptor);
}

// Whether sending `request` again has no second effect: it only reads, or it has its request id.
bool IsRepeatable(const Message& request) {
  return request.GetDescriptor()->FindFieldByName("request_id") == nullptr ||
         !GetText(request, "request_id").empty();
}

absl::StatusOr<std::string> ReadArgument(CommandContext& context, const std::string& argument) {
  if (argument == "-") {
    return std::string(std::istreambuf_iterator<char>(context.in),
                       std::istreambuf_iterator<char>());
  }
  if (absl::StartsWith(argument, "@")) return ReadFile(argument.substr(1));
  return argument;
}

// `service` is the one that has the collection or, of what every service has (work items), the one
// that is asked.
absl::StatusOr<const Resource*> FindResource(const ApiCatalogue& catalogue,
                                             std::string_view collection,
                                             const std::string& service) {
  const auto of_any = service.empty() ? absl::StatusOr<const Resource*>(absl::NotFoundError(""))
                                      : catalogue.FindResource(collection, "admin");
  return of_any.ok() ? of_any : catalogue.FindResource(collection, service);
}

// --parent, where what is listed stands under something, and only there.
absl::Status SetParent(const Resource& resource, const std::string& parent, Message& request) {
  const bool has_parent = request.GetDescriptor()->FindFieldByName("parent") != nullptr;
  if (has_parent && parent.empty()) {
    return absl::InvalidArgumentError(fmt::format(
        "--parent must say what the {} stand under, such as operations/ba", resource.collection));
  }
  if (!has_parent && !parent.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{} stand under nothing; leave --parent out", resource.collection));
  }
  if (has_parent) SetText(request, "parent", parent);
  return absl::OkStatus();
}

// All pages of a list, up to `limit` resources.
absl::StatusOr<std::vector<std::unique_ptr<Message>>> ReadPages(CommandContext& context,
                                                                const Resource& resource,
                                                                Message& request, size_t limit) {
  std::vector<std::unique_ptr<Message>> rows;
  // Partitions come all at once.
  const FieldDescriptor* page_size = request.GetDescriptor()->FindFieldByName("page_size");
  while (rows.size() < limit) {
    if (page_size != nullptr) {
      request.GetReflection()->SetInt32(
          &request, page_size,
          static_cast<int32_t>(std::min<size_t>(kPageSize, limit - rows.size())));
    }
    PRIHVAT_ASSIGN_OR_RETURN(const Reply reply, CallOnce(context, *resource.list, request));
    const auto& reflection = *reply.message->GetReflection();
    const int count = reflection.FieldSize(*reply.message, resource.list_field);
    for (int i = 0; i < count && rows.size() < limit; ++i) {
      const Message& row = reflection.GetRepeatedMessage(*reply.message, resource.list_field, i);
      rows.emplace_back(row.New())->CopyFrom(row);
    }
    const std::string next = GetText(*reply.message, "next_page_token");
    if (next.empty()) break;
    SetText(request, "page_token", next);
  }
  return rows;
}

absl::Status PrintRows(CommandContext& context, const Resource& resource,
                       const std::vector<std::unique_ptr<Message>>& rows,
                       const std::string& parent) {
  if (context.json) {
    context.out << "[";
    for (size_t i = 0; i < rows.size(); ++i) {
      PRIHVAT_ASSIGN_OR_RETURN(const std::string json, MessageJson(*rows[i], /*pretty=*/false));
      context.out << (i == 0 ? "\n" : ",\n") << json;
    }
    context.out << "\n]\n";
    return absl::OkStatus();
  }
  std::vector<const Message*> pointers;
  for (const auto& row : rows) pointers.push_back(row.get());
  documents::TextTableOptions options;
  options.max_width = context.width;
  PRIHVAT_ASSIGN_OR_RETURN(
      const std::string text,
      documents::FormatTextTable(TableOf(pointers, *resource.type, parent), options));
  context.out << text;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Reply> CallOnce(CommandContext& context, const MethodDescriptor& method,
                               const Message& request) {
  CallOptions options = context.call;
  options.token = context.token;
  RetryPolicy retries = context.retries;
  if (!IsRepeatable(request)) retries.attempts = 1;
  absl::StatusOr<Reply> reply =
      CallWithRetries(context.api, method, request, options, retries, context.wait);
  if (!reply.ok()) return reply;
  PRIHVAT_ASSIGN_OR_RETURN(context.token, MergeTokens(context.token, reply->token));
  return reply;
}

absl::Status PrintMessage(CommandContext& context, const Message& message, std::string_view text) {
  if (!context.json) {
    context.out << text;
    return absl::OkStatus();
  }
  PRIHVAT_ASSIGN_OR_RETURN(const std::string json, MessageJson(message, /*pretty=*/true));
  context.out << json;
  return absl::OkStatus();
}

absl::Status RunGet(CommandContext& context, const std::string& name, const std::string& service) {
  PRIHVAT_ASSIGN_OR_RETURN(const base::ResourceName parsed, base::ResourceName::Parse(name));
  PRIHVAT_ASSIGN_OR_RETURN(const Resource* resource,
                           FindResource(context.catalogue, parsed.Collection(), service));
  if (resource->get == nullptr) {
    return absl::NotFoundError(fmt::format("{} are listed, and not got", resource->collection));
  }
  const std::unique_ptr<Message> request = NewMessage(*resource->get->input_type());
  SetText(*request, "name", name);
  SetText(*request, "service", service);
  PRIHVAT_ASSIGN_OR_RETURN(const Reply reply, CallOnce(context, *resource->get, *request));
  return PrintMessage(context, *reply.message, DescribeMessage(*reply.message));
}

absl::Status RunList(CommandContext& context, const ListArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(
      const Resource* resource,
      FindResource(context.catalogue, arguments.collection, arguments.service));
  if (resource->list == nullptr) {
    return absl::NotFoundError(
        fmt::format("{} are got by name, and not listed", resource->collection));
  }
  PRIHVAT_ASSIGN_OR_RETURN(const std::unique_ptr<Message> request,
                           FilledMessage(*resource->list->input_type(), arguments.where));
  PRIHVAT_RETURN_IF_ERROR(SetParent(*resource, arguments.parent, *request));
  if (!arguments.service.empty()) SetText(*request, "service", arguments.service);
  PRIHVAT_ASSIGN_OR_RETURN(const auto rows,
                           ReadPages(context, *resource, *request, arguments.limit));
  return PrintRows(context, *resource, rows, arguments.parent);
}

absl::Status RunCall(CommandContext& context, const std::string& method_name,
                     const std::string& argument, const std::string& import_id) {
  PRIHVAT_ASSIGN_OR_RETURN(const MethodDescriptor* method,
                           context.catalogue.FindMethod(method_name));
  PRIHVAT_ASSIGN_OR_RETURN(const std::string json, ReadArgument(context, argument));
  const std::unique_ptr<Message> request = NewMessage(*method->input_type());
  PRIHVAT_RETURN_IF_ERROR(JsonToMessage(json, *request));
  if (!IsRepeatable(*request)) {
    base::SystemRandom random;
    SetText(*request, "request_id", base::MakeUuid(random));
  }
  context.call.import_id = import_id;
  const absl::StatusOr<Reply> reply = CallOnce(context, *method, *request);
  if (!reply.ok()) {
    const std::string request_id = GetText(*request, "request_id");
    if (!request_id.empty()) context.err << fmt::format("request id: {}\n", request_id);
    return reply.status();
  }
  return PrintMessage(context, *reply->message, DescribeMessage(*reply->message));
}

absl::Status RunMethods(CommandContext& context) {
  documents::Table table;
  table.header = {"method", "request", "response", "permission"};
  for (const MethodDescriptor* method : context.catalogue.methods()) {
    table.rows.push_back({documents::Text{ShortMethodName(*method)},
                          documents::Text{method->input_type()->name()},
                          documents::Text{method->output_type()->name()},
                          documents::Text{method->options().GetExtension(common::v1::permission)}});
  }
  documents::TextTableOptions options;
  options.max_width = context.width;
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, documents::FormatTextTable(table, options));
  context.out << text;
  return absl::OkStatus();
}

}  // namespace prihvat::ctl
