#include "libs/ocds/merge.h"

#include <algorithm>
#include <array>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/ocds/dates.h"

namespace prihvat::ocds {
namespace {

// Of the release schema 1.1: arrays of objects with `wholeListMerge`, arrays of objects without an
// id, and arrays of text (which may be empty, so that what is in them does not tell).
constexpr std::array<std::string_view, 10> kWholeLists = {"additionalIdentifiers",
                                                          "additionalClassifications",
                                                          "changes",
                                                          "roles",
                                                          "submissionMethod",
                                                          "relatedLots",
                                                          "relationship",
                                                          "relatedBids",
                                                          "tag",
                                                          "additionalProcurementCategories"};

constexpr std::array<std::string_view, 4> kNotMerged = {"ocid", "id", "date", "tag"};

bool Contains(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Who says a value, for versions.
struct Source {
  const Json& release;
  bool versioned;
};

bool IsLeaf(std::string_view name, const Json& value) {
  if (value.IsObject()) return false;
  return !value.IsArray() || IsWholeList(name, value);
}

// Whether there is not one leaf in a container, however deep: then merging does not see it.
bool SaysNothing(const Json& container) {
  for (const Json& item : container.items()) {
    if (!SaysNothing(item)) return false;
  }
  for (const auto& [name, value] : container.members()) {
    if (IsLeaf(name, value) || !SaysNothing(value)) return false;
  }
  return true;
}

Json VersionOf(const Json& value, const Json& release) {
  Json version = Json::Object();
  for (const auto& [from, to] :
       {std::pair("id", "releaseID"), {"date", "releaseDate"}, {"tag", "releaseTag"}}) {
    const Json* said = release.Find(from);
    version.Set(to, said == nullptr ? Json() : *said);
  }
  version.Set("value", value);
  return version;
}

void SetLeaf(std::string_view name, const Json& value, const Source& source, Json& target) {
  if (source.versioned && name.find('_') != std::string_view::npos) return;  // "title_bs"
  if (!source.versioned) {
    if (value.IsNull()) {
      target.Remove(name);
    } else {
      target.Set(name, value);
    }
    return;
  }
  Json* versions = target.Find(name);
  if (versions != nullptr && !versions->items().empty() &&
      *versions->items().back().Find("value") == value) {
    return;
  }
  if (versions == nullptr) {
    target.Set(name, Json::Array());
    versions = target.Find(name);
  }
  versions->Add(VersionOf(value, source.release));
}

absl::Status MergeObject(const Json& from, const Source& source, Json& into);

// The text of an id, which may be a number.
const std::string* IdOf(const Json& object) {
  const Json* id = object.Find("id");
  return id == nullptr ? nullptr : &id->text();
}

absl::Status MergeArray(const Json& from, const Source& source, Json& into) {
  for (const Json& item : from.items()) {
    const std::string* id = IdOf(item);
    auto match = into.items().end();
    if (id != nullptr) {
      match = std::find_if(into.items().begin(), into.items().end(), [&](const Json& known) {
        const std::string* known_id = IdOf(known);
        return known_id != nullptr && *known_id == *id;
      });
    }
    if (match == into.items().end()) {
      Json added = Json::Object();
      if (id != nullptr) added.Set("id", *item.Find("id"));
      into.Add(std::move(added));
      match = into.items().end() - 1;
    }
    // An id within an array tells objects apart: it has no versions.
    Json rest = item;
    if (id != nullptr) rest.Remove("id");
    PRIHVAT_RETURN_IF_ERROR(MergeObject(rest, source, *match));
  }
  return absl::OkStatus();
}

absl::Status MergeContainer(std::string_view name, const Json& value, const Source& source,
                            Json& into) {
  Json* known = into.Find(name);
  if (known == nullptr) {
    into.Set(name, value.IsArray() ? Json::Array() : Json::Object());
    known = into.Find(name);
  } else if (known->kind() != value.kind()) {
    return absl::InvalidArgumentError(
        fmt::format("release {}: {} is of another kind than in an earlier release",
                    source.release.TextOf("id"), name));
  }
  return value.IsArray() ? MergeArray(value, source, *known) : MergeObject(value, source, *known);
}

absl::Status MergeObject(const Json& from, const Source& source, Json& into) {
  for (const auto& [name, value] : from.members()) {
    if (IsLeaf(name, value)) {
      SetLeaf(name, value, source, into);
    } else if (!SaysNothing(value)) {
      PRIHVAT_RETURN_IF_ERROR(MergeContainer(name, value, source, into));
    }
  }
  return absl::OkStatus();
}

// As times where both are; else as what stands there.
bool IsLater(std::string_view date, std::string_view than) {
  const auto time = ParseDate(date);
  const auto before = ParseDate(than);
  return time && before ? *time > *before : date > than;
}

absl::Status CheckOrder(const std::vector<Json>& releases) {
  if (releases.empty()) return absl::InvalidArgumentError("there are no releases to merge");
  for (size_t i = 1; i < releases.size(); ++i) {
    const Json& before = releases[i - 1];
    const Json& release = releases[i];
    if (release.TextOf("ocid") != before.TextOf("ocid")) {
      return absl::InvalidArgumentError(fmt::format("release {} is of {}, not of {}",
                                                    release.TextOf("id"), release.TextOf("ocid"),
                                                    before.TextOf("ocid")));
    }
    if (!IsLater(release.TextOf("date"), before.TextOf("date"))) {
      return absl::InvalidArgumentError(
          fmt::format("release {} of {} is not later than release {} of {}", release.TextOf("id"),
                      release.TextOf("date"), before.TextOf("id"), before.TextOf("date")));
    }
  }
  return absl::OkStatus();
}

Json Content(const Json& release) {
  Json content = release;
  for (const std::string_view name : kNotMerged) content.Remove(name);
  return content;
}

}  // namespace

bool IsWholeList(std::string_view name, const Json& array) {
  if (Contains(kWholeLists, name)) return true;
  return std::any_of(array.items().begin(), array.items().end(),
                     [](const Json& item) { return !item.IsObject(); });
}

absl::StatusOr<Json> CompileReleases(const std::vector<Json>& releases) {
  PRIHVAT_RETURN_IF_ERROR(CheckOrder(releases));
  const Json& last = releases.back();
  Json compiled = Json::Object();
  compiled.Set("ocid", last.TextOf("ocid"));
  compiled.Set("id", fmt::format("{}-{}", last.TextOf("ocid"), last.TextOf("date")));
  compiled.Set("date", last.TextOf("date"));
  compiled.Set("tag", Json::Array({"compiled"}));
  for (const Json& release : releases) {
    PRIHVAT_RETURN_IF_ERROR(MergeObject(Content(release), {release, false}, compiled));
  }
  return compiled;
}

absl::StatusOr<Json> VersionReleases(const std::vector<Json>& releases) {
  PRIHVAT_RETURN_IF_ERROR(CheckOrder(releases));
  Json versioned = Json::Object();
  versioned.Set("ocid", releases.back().TextOf("ocid"));
  for (const Json& release : releases) {
    PRIHVAT_RETURN_IF_ERROR(MergeObject(Content(release), {release, true}, versioned));
  }
  return versioned;
}

}  // namespace prihvat::ocds
