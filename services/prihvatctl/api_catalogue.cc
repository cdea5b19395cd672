#include "services/prihvatctl/api_catalogue.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "services/prihvatctl/compiled_services.h"

namespace prihvat::ctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Levenshtein's distance, row by row.
size_t Edits(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// The page of a list response: its one repeated message.
const FieldDescriptor* PageField(const Descriptor& response) {
  for (int i = 0; i < response.field_count(); ++i) {
    const FieldDescriptor* field = response.field(i);
    if (field->is_repeated() && field->type() == FieldDescriptor::TYPE_MESSAGE) return field;
  }
  return nullptr;
}

// "operations" of Operation.
std::string PluralInCamelCase(std::string name) {
  name[0] = absl::ascii_tolower(static_cast<unsigned char>(name[0]));
  return name + "s";
}

std::string FullMethodName(const MethodDescriptor& method) {
  return fmt::format("{}/{}", method.service()->full_name(), method.name());
}

}  // namespace

std::string ShortServiceName(const ServiceDescriptor& service) {
  // prihvat.NAME.v1: the package's second part; two services of one package are told apart by name.
  const std::string& package = service.file()->package();
  const size_t begin = package.find('.') + 1;
  return package.substr(begin, package.find('.', begin) - begin);
}

std::string ShortMethodName(const MethodDescriptor& method) {
  return fmt::format("{}.{}", ShortServiceName(*method.service()), method.name());
}

std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates) {
  std::string nearest;
  size_t fewest = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t edits = Edits(word, candidate);
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

const ApiCatalogue& ApiCatalogue::Compiled() {
  static const ApiCatalogue* const catalogue = new ApiCatalogue(CompiledServiceFiles());
  return *catalogue;
}

ApiCatalogue::ApiCatalogue(const std::vector<const google::protobuf::FileDescriptor*>& files) {
  for (const google::protobuf::FileDescriptor* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      const ServiceDescriptor& service = *file->service(s);
      for (int m = 0; m < service.method_count(); ++m) methods_.push_back(service.method(m));
      AddResources(service);
    }
  }
}

void ApiCatalogue::AddResources(const ServiceDescriptor& service) {
  for (int m = 0; m < service.method_count(); ++m) {
    const MethodDescriptor* method = service.method(m);
    if (!absl::StartsWith(method->name(), "List")) continue;
    const FieldDescriptor* page = PageField(*method->output_type());
    if (page == nullptr) continue;
    const std::string get = fmt::format("Get{}", page->message_type()->name());
    resources_.push_back({page->json_name(), ShortServiceName(service), page->message_type(),
                          service.FindMethodByName(get), method, page});
  }
  // What is got by name and never listed.
  for (int m = 0; m < service.method_count(); ++m) {
    const MethodDescriptor* method = service.method(m);
    const Descriptor& type = *method->output_type();
    if (method->name() != "Get" + type.name() || type.FindFieldByName("name") == nullptr) continue;
    const bool listed = std::any_of(resources_.begin(), resources_.end(),
                                    [&](const auto& known) { return known.get == method; });
    if (listed) continue;
    resources_.push_back({PluralInCamelCase(type.name()), ShortServiceName(service), &type, method,
                          nullptr, nullptr});
  }
}

absl::StatusOr<const MethodDescriptor*> ApiCatalogue::FindMethod(std::string_view name) const {
  if (!name.empty() && name.front() == '/') name.remove_prefix(1);
  std::vector<const MethodDescriptor*> found;
  std::vector<std::string> short_names;
  for (const MethodDescriptor* method : methods_) {
    if (name == FullMethodName(*method)) return method;
    const std::string short_name = ShortMethodName(*method);
    if (name == short_name || name == method->name() || name == method->full_name()) {
      found.push_back(method);
    }
    short_names.push_back(short_name);
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    return absl::InvalidArgumentError(fmt::format(
        "{} is ambiguous: {} or {}", name, FullMethodName(*found[0]), FullMethodName(*found[1])));
  }
  const std::string nearest = NearestWord(name, short_names);
  return absl::NotFoundError(fmt::format("no method {}{}", name,
                                         nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

absl::StatusOr<const Resource*> ApiCatalogue::FindResource(std::string_view collection,
                                                           std::string_view service) const {
  std::vector<const Resource*> found;
  std::vector<std::string> collections;
  for (const Resource& resource : resources_) {
    if (!service.empty() && resource.service != service) continue;
    if (resource.collection == collection) found.push_back(&resource);
    collections.push_back(resource.collection);
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    return absl::InvalidArgumentError(
        fmt::format("{} is a collection of {} and of {}: say which with --service", collection,
                    found[0]->service, found[1]->service));
  }
  const std::string nearest = NearestWord(collection, collections);
  return absl::NotFoundError(fmt::format("no collection {}{}", collection,
                                         nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

}  // namespace prihvat::ctl
