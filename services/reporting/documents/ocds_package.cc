#include "services/reporting/documents/ocds_package.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/ocds/changes.h"
#include "libs/ocds/merge.h"
#include "services/reporting/documents/contracting_state.h"
#include "services/reporting/views/contracting.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

using ocds::Json;

// Where what goes beyond the standard is described. Ours is hosted by the publisher
// (docs/standards/ocds-beneficiary).
constexpr const char* kExtensions[] = {
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/v1.1.5/"
    "extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/"
    "extension.json"};
constexpr const char* kOurExtension = "ocds-beneficiary/extension.json";
// Where a budget line names several sources.
constexpr const char* kBreakdownExtension =
    "https://raw.githubusercontent.com/open-contracting-extensions/"
    "ocds_budget_breakdown_extension/master/extension.json";

std::string UtcText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

std::string_view IdOf(std::string_view operation) {
  return operation.substr(operation.rfind('/') + 1);
}

std::string OcidOf(const OcdsScope& scope, const v1::OcdsPublisher& publisher,
                   const v1::ContractingProcess& process) {
  return fmt::format("{}-{}-{}", publisher.ocid_prefix(), IdOf(scope.operation),
                     process.document_number());
}

// What the changes of one release are called, by what they change.
class Tags {
 public:
  explicit Tags(const Json& before) : before_(before) {}

  Json Of(const Json& changes, const Json& after) {
    const Json* tender = changes.Find("tender");
    const std::string_view status =
        after.Find("tender") == nullptr ? "" : after.Find("tender")->TextOf("status");
    const bool plan = status == "planning" || status == "planned";
    if (changes.Find("planning") != nullptr || (tender != nullptr && plan)) {
      Add(before_.Find("planning") == nullptr ? "planning" : "planningUpdate");
    }
    if (tender != nullptr && !plan) AddTender(*tender, status);
    if (tender == nullptr && changes.Find("bids") != nullptr) Add("tenderUpdate");
    AddAwards(changes.Find("awards"));
    AddContracts(changes.Find("contracts"));
    // Parties alone: a name, or a role.
    if (tags_.IsEmpty()) Add(plan ? "planningUpdate" : "tenderUpdate");
    return tags_;
  }

 private:
  void Add(std::string_view tag) {
    const auto& items = tags_.items();
    if (std::none_of(items.begin(), items.end(),
                     [&](const Json& known) { return known.text() == tag; })) {
      tags_.Add(tag);
    }
  }

  static const Json* KnownIn(const Json* array, const Json& item) {
    if (array == nullptr) return nullptr;
    for (const Json& known : array->items()) {
      if (known.TextOf("id") == item.TextOf("id")) return &known;
    }
    return nullptr;
  }

  void AddTender(const Json& tender, std::string_view status) {
    const Json* known = before_.Find("tender");
    const std::string_view was = known == nullptr ? "" : known->TextOf("status");
    const bool first = was.empty() || was == "planning" || was == "planned";
    if (tender.Find("status") != nullptr && status == "cancelled") {
      Add("tenderCancellation");
    } else if (tender.Find("amendments") != nullptr) {
      Add("tenderAmendment");
    } else {
      Add(first ? "tender" : "tenderUpdate");
    }
  }

  void AddAwards(const Json* awards) {
    if (awards == nullptr) return;
    for (const Json& award : awards->items()) {
      if (KnownIn(before_.Find("awards"), award) == nullptr) {
        Add("award");
      } else {
        Add(award.TextOf("status") == "cancelled" ? "awardCancellation" : "awardUpdate");
      }
    }
  }

  void AddContracts(const Json* contracts) {
    if (contracts == nullptr) return;
    for (const Json& contract : contracts->items()) {
      const Json* known = KnownIn(before_.Find("contracts"), contract);
      const std::string_view status = contract.TextOf("status");
      const bool implemented = contract.Find("implementation") != nullptr;
      if (known == nullptr) {
        Add("contract");
      } else if (status == "terminated" || status == "cancelled") {
        Add("contractTermination");
      } else if (contract.Find("amendments") != nullptr) {
        Add("contractAmendment");
      } else if (!implemented || !status.empty()) {
        Add("contractUpdate");
      }
      if (implemented) {
        const bool first = known == nullptr || known->Find("implementation") == nullptr;
        Add(first ? "implementation" : "implementationUpdate");
      }
    }
  }

  const Json& before_;
  Json tags_ = Json::Array();
};

// Makes the releases while the facts come by; those of one record are one release.
class Releases {
 public:
  Releases(std::string ocid, Json related, ContractingSurroundings around)
      : ocid_(std::move(ocid)), related_(std::move(related)), state_(std::move(around)) {}

  absl::Status Add(const v1::ContractingFact& fact) {
    const std::string id =
        fmt::format("{}-{}-{}", fact.topic(), fact.partition(), fact.record_offset());
    if (id != id_) {
      PRIHVAT_RETURN_IF_ERROR(Close());
      id_ = id;
      recorded_ = FromProto(fact.fact().record_time());
      state_.BeginRelease(id);
    }
    return state_.Apply(fact);
  }

  absl::Status Close() {
    if (id_.empty()) return absl::OkStatus();
    PRIHVAT_ASSIGN_OR_RETURN(Json after, state_.Content());
    const Json changes = ocds::ChangesBetween(content_, after);
    if (changes.IsEmpty()) return absl::OkStatus();
    date_ = std::max(recorded_, date_ + absl::Microseconds(1));
    Json release = Json::Object();
    release.Set("ocid", ocid_);
    release.Set("id", id_);
    release.Set("date", UtcText(date_));
    release.Set("tag", Tags(content_).Of(changes, after));
    release.Set("initiationType", "tender");
    release.Set("language", "en");
    for (const auto& [name, value] : changes.members()) release.Set(name, value);
    if (releases_.empty()) release.SetUnlessEmpty("relatedProcesses", related_);
    releases_.push_back(std::move(release));
    state_.Released(changes);
    content_ = std::move(after);
    return absl::OkStatus();
  }

  std::vector<Json> Take() { return std::move(releases_); }

 private:
  const std::string ocid_;
  const Json related_;
  ContractingState state_;
  std::string id_;
  absl::Time recorded_;
  absl::Time date_ = absl::InfinitePast();
  Json content_ = Json::Object();
  std::vector<Json> releases_;
};

bool HasBreakdown(const std::vector<Json>& content, bool records) {
  return std::any_of(content.begin(), content.end(), [&](const Json& item) {
    const Json* at = records ? item.Find("compiledRelease") : &item;
    for (const char* member : {"planning", "budget", "budgetBreakdown"}) {
      at = at == nullptr ? nullptr : at->Find(member);
    }
    return at != nullptr;
  });
}

bool IsPrefix(std::string_view prefix) {
  return prefix.size() == 11 && prefix.starts_with("ocds-") &&
         std::all_of(prefix.begin() + 5, prefix.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool IsUri(std::string_view uri) {
  return (uri.starts_with("https://") || uri.starts_with("http://")) &&
         uri.find_first_of(" \t\n\"<>") == std::string_view::npos && !uri.ends_with('/');
}

}  // namespace

std::string PublisherProblem(const v1::OcdsPublisher& publisher) {
  if (!IsPrefix(publisher.ocid_prefix())) {
    return "ocid_prefix: must be ocds- and six lower-case letters or digits, as registered";
  }
  if (publisher.display_name().empty()) return "display_name: must say who publishes";
  if (!IsUri(publisher.base_uri())) {
    return "base_uri: must begin with https:// or http:// and not end in /";
  }
  for (const auto& [field, uri] : {std::pair("uri", publisher.uri()),
                                   {"license_uri", publisher.license_uri()},
                                   {"policy_uri", publisher.policy_uri()}}) {
    if (!uri.empty() && !IsUri(uri)) {
      return fmt::format("{}: must begin with https:// or http:// and not end in /", field);
    }
  }
  return "";
}

absl::StatusOr<std::vector<Json>> OcdsReleases(const es::Rows& contracting, const OcdsScope& scope,
                                               const v1::OcdsPublisher& publisher,
                                               std::string_view key) {
  PRIHVAT_ASSIGN_OR_RETURN(const v1::ContractingProcess process,
                           ReadContractingProcess(contracting, scope.operation, key));
  Json related = Json::Array();
  if (!process.planned_in().empty()) {
    PRIHVAT_ASSIGN_OR_RETURN(
        const v1::ContractingProcess planned,
        ReadContractingProcess(contracting, scope.operation, process.planned_in()));
    Json link = Json::Object();
    link.Set("id", "1");
    link.Set("relationship", Json::Array({Json("planning")}));
    link.Set("scheme", "ocid");
    link.Set("identifier", OcidOf(scope, publisher, planned));
    related.Add(std::move(link));
  }
  ContractingSurroundings around;
  around.ocid = OcidOf(scope, publisher, process);
  around.zone = scope.zone;
  // Each release names the same few again.
  std::map<std::string, std::optional<v1::ContractingFact>, std::less<>> references;
  around.reference = [&](std::string_view name) {
    const auto known = references.find(name);
    if (known != references.end()) return known->second;
    auto read = ReadReference(contracting, scope.operation, name);
    references.emplace(std::string(name), read);
    return read;
  };
  for (const auto& [id, name] : publisher.organisation_names()) {
    around.organisation_names[id] = name;
  }
  const std::string ocid = around.ocid;
  Releases releases(ocid, std::move(related), std::move(around));
  PRIHVAT_RETURN_IF_ERROR(VisitContractingFacts(
      contracting, scope.operation, key, [&](const v1::ContractingFact& fact) -> absl::Status {
        if (FromProto(fact.fact().record_time()) > scope.known_at) return absl::OkStatus();
        return releases.Add(fact);
      }));
  PRIHVAT_RETURN_IF_ERROR(releases.Close());
  return releases.Take();
}

absl::StatusOr<Json> OcdsRecord(std::vector<Json> releases) {
  PRIHVAT_ASSIGN_OR_RETURN(Json compiled, ocds::CompileReleases(releases));
  PRIHVAT_ASSIGN_OR_RETURN(Json versioned, ocds::VersionReleases(releases));
  Json record = Json::Object();
  record.Set("ocid", compiled.TextOf("ocid"));
  record.Set("releases", Json::Array(std::move(releases)));
  record.Set("compiledRelease", std::move(compiled));
  record.Set("versionedRelease", std::move(versioned));
  return record;
}

Json OcdsPackage(const OcdsScope& scope, const v1::OcdsPublisher& publisher, bool records,
                 std::vector<Json> content, absl::Time otherwise) {
  std::string published;
  for (const Json& item : content) {
    const Json* dated = records ? item.Find("compiledRelease") : &item;
    published = std::max(published, std::string(dated->TextOf("date")));
  }
  const char* const kind = records ? "records" : "releases";
  Json package = Json::Object();
  package.Set("uri",
              fmt::format("{}/{}/{}.json", publisher.base_uri(), IdOf(scope.operation), kind));
  package.Set("version", "1.1");
  Json extensions = Json::Array();
  for (const char* extension : kExtensions) extensions.Add(extension);
  if (HasBreakdown(content, records)) extensions.Add(kBreakdownExtension);
  extensions.Add(fmt::format("{}/{}", publisher.base_uri(), kOurExtension));
  package.Set("extensions", std::move(extensions));
  package.Set("publishedDate", published.empty() ? UtcText(otherwise) : published);
  Json who = Json::Object();
  who.Set("name", publisher.display_name());
  who.SetUnlessEmpty("uri", publisher.uri());
  package.Set("publisher", std::move(who));
  package.SetUnlessEmpty("license", publisher.license_uri());
  package.SetUnlessEmpty("publicationPolicy", publisher.policy_uri());
  package.Set(kind, Json::Array(std::move(content)));
  return package;
}

}  // namespace prihvat::reporting
