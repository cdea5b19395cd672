#include "libs/ocds/package_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "fmt/format.h"
#include "libs/ocds/dates.h"

namespace prihvat::ocds {
namespace {

// What the release schema of 1.1 and 1.0 has under these names, wherever they stand.
constexpr std::array<std::string_view, 21> kArrays = {"tag",
                                                      "parties",
                                                      "awards",
                                                      "contracts",
                                                      "items",
                                                      "tenderers",
                                                      "suppliers",
                                                      "documents",
                                                      "milestones",
                                                      "amendments",
                                                      "transactions",
                                                      "relatedProcesses",
                                                      "relationship",
                                                      "roles",
                                                      "additionalIdentifiers",
                                                      "additionalClassifications",
                                                      "additionalProcurementCategories",
                                                      "submissionMethod",
                                                      "changes",
                                                      "lots",
                                                      "relatedLots"};
// Not "value", nor "identifier": statistics of bids and related processes have no objects there.
constexpr std::array<std::string_view, 15> kObjects = {
    "planning",       "tender",        "budget",    "minValue",       "address",
    "classification", "contactPoint",  "unit",      "implementation", "tenderPeriod",
    "awardPeriod",    "enquiryPeriod", "amendment", "contractPeriod", "procuringEntity"};
constexpr std::array<std::string_view, 8> kDates = {"date",       "startDate",     "endDate",
                                                    "dateSigned", "datePublished", "dateModified",
                                                    "dueDate",    "dateMet"};
constexpr std::array<std::string_view, 5> kIds = {"id", "uid", "awardID", "projectID",
                                                  "postalCode"};

template <size_t n>
bool Has(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string KindWords(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::kArray:
      return "a list";
    case Json::Kind::kObject:
      return "an object";
    case Json::Kind::kString:
      return fmt::format("the text \"{}\"", value.text());
    case Json::Kind::kNull:
      return "null";
    default:
      return value.text();
  }
}

// "9506232.0"
bool LooksLikeANumberOfASpreadsheet(std::string_view text) {
  if (!text.ends_with(".0") || text.size() < 3) return false;
  text.remove_suffix(2);
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsCompiled(const Json& release) {
  const Json* tags = release.Find("tag");
  return tags != nullptr && std::any_of(tags->items().begin(), tags->items().end(),
                                        [](const Json& tag) { return tag.text() == "compiled"; });
}

// A link to a release, and not the release itself.
bool IsLink(const Json& release) {
  return release.Find("url") != nullptr && release.Find("ocid") == nullptr;
}

class Checker {
 public:
  Checker(const ReadOptions& options, ReadPackage& reading)
      : options_(options), reading_(reading) {}

  // Whether the release can be used.
  bool Check(const Json& release, const std::string& path) {
    const size_t before = reading_.refused.size();
    if (!release.IsObject()) {
      Refuse(path, fmt::format("must be a release, is {}", KindWords(release)));
      return false;
    }
    if (IsLink(release)) {
      Refuse(path, "is a link to a release, and not the release itself");
      return false;
    }
    CheckRequired(release, path);
    CheckMembers(release, path);
    return reading_.refused.size() == before;
  }

  // Who publishes: not needed, and often what a spreadsheet spoils first.
  void CheckPublisher(const Json& document) {
    const Json* publisher = document.Find("publisher");
    if (publisher != nullptr && publisher->IsObject()) CheckMembers(*publisher, "publisher");
  }

  void Refuse(std::string path, std::string text) {
    reading_.refused.push_back({std::move(path), std::move(text)});
  }

 private:
  void CheckRequired(const Json& release, const std::string& path) {
    if (release.TextOf("ocid").empty()) Refuse(path + "/ocid", "there is none");
    const Json* id = release.Find("id");
    if (id == nullptr || !(id->IsString() || id->IsNumber()) || id->text().empty()) {
      Refuse(path + "/id", "there is none");
    }
    if (release.Find("date") == nullptr || release.Find("date")->IsNull()) {
      Refuse(path + "/date", "there is none");
    }
    const Json* tags = release.Find("tag");
    if (tags == nullptr || tags->IsNull()) {
      Refuse(path + "/tag", "there is none");
    } else if (!options_.compiled && IsCompiled(release)) {
      Refuse(path + "/tag", "is a compiled release: what it was compiled of is wanted");
    }
  }

  void CheckMembers(const Json& object, const std::string& path) {
    for (const auto& [name, value] : object.members()) {
      const std::string at = path + "/" + name;
      if (value.IsNull()) continue;
      CheckKind(name, value, at);
      if (Has(kIds, name) && value.IsString() && LooksLikeANumberOfASpreadsheet(value.text())) {
        reading_.warnings.push_back(
            {at, fmt::format("\"{}\" ends in .0: a spreadsheet may have made a number of it",
                             value.text())});
      }
      if (value.IsObject()) CheckMembers(value, at);
      std::set<std::string> ids;
      for (size_t i = 0; i < value.items().size(); ++i) {
        const Json& item = value.items()[i];
        const Json* id = item.Find("id");
        if (id != nullptr && !ids.insert(id->text()).second) {
          reading_.warnings.push_back(
              {fmt::format("{}/{}", at, i),
               fmt::format("the id {} is there already: the two are merged", id->text())});
        }
        if (item.IsObject()) CheckMembers(item, fmt::format("{}/{}", at, i));
      }
    }
  }

  void CheckKind(std::string_view name, const Json& value, const std::string& at) {
    if (Has(kArrays, name) && !value.IsArray()) {
      Refuse(at, fmt::format("must be a list, is {}", KindWords(value)));
    } else if (Has(kObjects, name) && !value.IsObject()) {
      Refuse(at, fmt::format("must be an object, is {}", KindWords(value)));
    } else if (Has(kDates, name) && !(value.IsString() && ParseDate(value.text()))) {
      Refuse(at,
             fmt::format("must be a time of RFC 3339 with its offset, is {}", KindWords(value)));
    } else if (name == "amount" && !value.IsNumber() && !value.IsObject()) {
      Refuse(at, fmt::format("must be a number, is {}", KindWords(value)));
    }
  }

  const ReadOptions options_;
  ReadPackage& reading_;
};

struct Placed {
  std::string path;
  const Json* release;
  size_t number;
};

// All releases of the document with their paths.
absl::StatusOr<std::vector<Placed>> PlacesOf(const Json& document, const ReadOptions& options) {
  std::vector<Placed> placed;
  const auto add = [&](std::string path, const Json& release) {
    placed.push_back({std::move(path), &release, placed.size()});
  };
  if (const Json* releases = document.Find("releases"); releases && releases->IsArray()) {
    for (size_t i = 0; i < releases->items().size(); ++i) {
      add(fmt::format("releases/{}", i), releases->items()[i]);
    }
    return placed;
  }
  const Json* records = document.Find("records");
  if (records == nullptr || !records->IsArray()) {
    return absl::InvalidArgumentError("is no package: it has neither releases nor records");
  }
  for (size_t i = 0; i < records->items().size(); ++i) {
    const Json& record = records->items()[i];
    const Json* releases = record.Find("releases");
    const Json* compiled = options.compiled ? record.Find("compiledRelease") : nullptr;
    for (size_t j = 0; releases != nullptr && j < releases->items().size(); ++j) {
      if (compiled != nullptr && IsLink(releases->items()[j])) continue;
      add(fmt::format("records/{}/releases/{}", i, j), releases->items()[j]);
    }
    if (compiled != nullptr) add(fmt::format("records/{}/compiledRelease", i), *compiled);
  }
  return placed;
}

// The releases of one ocid, while they are gathered.
struct Gathered {
  std::vector<Placed> releases;
  std::vector<Placed> compiled;
  bool refused = false;
};

void Gather(const Placed& placed, Gathered& process, ReadPackage& reading, Checker& checker) {
  const Json& release = *placed.release;
  std::vector<Placed>& releases = IsCompiled(release) ? process.compiled : process.releases;
  for (const Placed& known : releases) {
    if (known.release->Find("id")->text() != release.Find("id")->text()) continue;
    if (*known.release == release) {
      ++reading.repeated;
    } else {
      checker.Refuse(placed.path,
                     fmt::format("is another release than {}, of the same ocid {} and "
                                 "id {}",
                                 known.path, release.TextOf("ocid"), release.Find("id")->text()));
      process.refused = process.refused || !IsCompiled(release);
    }
    return;
  }
  releases.push_back(placed);
}

// By date; refused where two have the same.
void Order(Gathered& process, Checker& checker) {
  const auto time = [](const Placed& placed) { return *ParseDate(placed.release->TextOf("date")); };
  std::stable_sort(process.releases.begin(), process.releases.end(),
                   [&](const Placed& a, const Placed& b) { return time(a) < time(b); });
  for (size_t i = 1; i < process.releases.size(); ++i) {
    const Placed& before = process.releases[i - 1];
    const Placed& placed = process.releases[i];
    if (time(before) != time(placed)) continue;
    checker.Refuse(placed.path + "/date",
                   fmt::format("{} is the date of {} too: their order cannot be told",
                               placed.release->TextOf("date"), before.path));
    process.refused = true;
  }
}

}  // namespace

absl::StatusOr<ReadPackage> ReadReleases(const Json& document, const ReadOptions& options) {
  ReadPackage reading;
  Checker checker(options, reading);
  const absl::StatusOr<std::vector<Placed>> places = PlacesOf(document, options);
  if (!places.ok()) return places.status();
  checker.CheckPublisher(document);
  std::vector<std::string> ocids;
  std::map<std::string, Gathered, std::less<>> processes;
  for (const Placed& placed : *places) {
    ++reading.releases;
    const bool usable = checker.Check(*placed.release, placed.path);
    const std::string ocid(placed.release->TextOf("ocid"));
    if (ocid.empty()) continue;
    const auto [process, first] = processes.try_emplace(ocid);
    if (first) ocids.push_back(ocid);
    if (usable) {
      Gather(placed, process->second, reading, checker);
    } else {
      process->second.refused =
          process->second.refused || !(options.compiled && IsCompiled(*placed.release));
    }
  }
  for (const std::string& ocid : ocids) {
    Gathered& process = processes.find(ocid)->second;
    if (!process.refused) Order(process, checker);
    if (process.refused) {
      if (!process.releases.empty()) {
        checker.Refuse(
            process.releases.front().path,
            fmt::format("{} is left out as a whole: one of its releases is refused", ocid));
      }
      continue;
    }
    ReadProcess read{ocid, {}, {}, {}, {}};
    for (const Placed& placed : process.releases) {
      read.releases.push_back(*placed.release);
      read.places.push_back({placed.path, placed.number});
    }
    for (const Placed& placed : process.compiled) {
      read.compiled.push_back(*placed.release);
      read.compiled_places.push_back({placed.path, placed.number});
    }
    if (!read.releases.empty() || !read.compiled.empty()) {
      reading.processes.push_back(std::move(read));
    }
  }
  return reading;
}

}  // namespace prihvat::ocds
