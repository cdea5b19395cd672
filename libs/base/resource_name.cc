#include "libs/base/resource_name.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace prihvat::base {
namespace {

constexpr std::string_view kCollectionRule =
    "a collection begins with a small letter and goes on in ASCII letters and digits";
constexpr std::string_view kIdRule =
    "an id has 1 to 63 characters, begins with an ASCII letter or digit and goes on in those and . "
    "_ ~ -";

// What stands between the slashes: one segment at least.
std::vector<std::string_view> Segments(std::string_view text) {
  std::vector<std::string_view> segments;
  for (size_t slash = text.find('/'); slash != std::string_view::npos; slash = text.find('/')) {
    segments.push_back(text.substr(0, slash));
    text.remove_prefix(slash + 1);
  }
  segments.push_back(text);
  return segments;
}

bool IsCollection(std::string_view segment) {
  if (segment.empty() || !absl::ascii_islower(segment.front())) return false;
  for (const unsigned char c : segment) {
    if (!absl::ascii_isalnum(c)) return false;
  }
  return true;
}

bool IsId(std::string_view segment) {
  if (segment.empty() || segment.size() > ResourceName::kMaxIdLength) return false;
  if (!absl::ascii_isalnum(segment.front())) return false;
  for (const unsigned char c : segment) {
    if (!absl::ascii_isalnum(c) && c != '.' && c != '_' && c != '~' && c != '-') return false;
  }
  return true;
}

absl::Status BadSegment(size_t number, std::string_view segment, std::string_view rule) {
  return absl::InvalidArgumentError(
      fmt::format("segment {} is {}: {}", number, Quoted(segment), rule));
}

}  // namespace

absl::StatusOr<ResourceName> ResourceName::Parse(std::string_view text) {
  if (text.empty()) {
    return absl::InvalidArgumentError("a resource name must not be empty");
  }
  if (text.size() > kMaxLength) {
    return absl::InvalidArgumentError(fmt::format(
        "a resource name has at most {} bytes, this one has {}", kMaxLength, text.size()));
  }
  const std::vector<std::string_view> segments = Segments(text);
  for (size_t i = 0; i < segments.size(); ++i) {
    const bool collection = i % 2 == 0;
    if (collection && !IsCollection(segments[i])) {
      return BadSegment(i + 1, segments[i], kCollectionRule);
    }
    if (!collection && !IsId(segments[i])) return BadSegment(i + 1, segments[i], kIdRule);
  }
  if (segments.size() % 2 != 0) {
    return absl::InvalidArgumentError(
        fmt::format("segment {} is the collection {} without an id; a resource name is made of "
                    "collection/id pairs",
                    segments.size(), Quoted(segments.back())));
  }
  if (segments.size() / 2 > kMaxPairs) {
    return absl::InvalidArgumentError(
        fmt::format("a resource name has at most {} collection/id pairs, this one has {}",
                    kMaxPairs, segments.size() / 2));
  }
  return ResourceName(std::string(text));
}

std::string_view ResourceName::Operation() const {
  constexpr std::string_view kPrefix = "operations/";
  const std::string_view text = text_;
  if (!text.starts_with(kPrefix)) return {};
  return text.substr(0, text.find('/', kPrefix.size()));
}

std::string_view ResourceName::Parent() const {
  const std::string_view text = text_;
  const size_t id_slash = text.rfind('/');
  const size_t collection_slash = text.rfind('/', id_slash - 1);
  return collection_slash == std::string_view::npos ? std::string_view()
                                                    : text.substr(0, collection_slash);
}

std::string_view ResourceName::Collection() const {
  const std::string_view text = text_;
  const size_t id_slash = text.rfind('/');
  const size_t collection_slash = text.rfind('/', id_slash - 1);
  const size_t begin = collection_slash == std::string_view::npos ? 0 : collection_slash + 1;
  return text.substr(begin, id_slash - begin);
}

std::string_view ResourceName::Id() const {
  const std::string_view text = text_;
  return text.substr(text.rfind('/') + 1);
}

bool ResourceName::Matches(std::string_view pattern) const {
  const std::vector<std::string_view> wanted = Segments(pattern);
  const std::vector<std::string_view> have = Segments(text_);
  if (wanted.size() != have.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != "*" && wanted[i] != have[i]) return false;
  }
  return true;
}

absl::StatusOr<ResourceName> ResourceName::Child(std::string_view collection,
                                                 std::string_view id) const {
  PRIHVAT_ASSIGN_OR_RETURN(ResourceName child,
                           Parse(fmt::format("{}/{}/{}", text_, collection, id)));
  // Parts with a '/' in them can make a name too, but of something deeper down.
  if (child.Collection() != collection || child.Id() != id) {
    return absl::InvalidArgumentError(fmt::format("{} is not an id: {}", Quoted(id), kIdRule));
  }
  return child;
}

absl::Status CheckName(std::string_view value, std::string_view pattern) {
  PRIHVAT_ASSIGN_OR_RETURN(const ResourceName name, ResourceName::Parse(value));
  if (!name.Matches(pattern)) {
    return absl::InvalidArgumentError(
        fmt::format("{} does not have the form {}", Quoted(value), pattern));
  }
  return absl::OkStatus();
}

absl::Status CheckId(std::string_view id) {
  if (IsId(id)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} is not an id: {}", Quoted(id), kIdRule));
}

}  // namespace prihvat::base
