#include "libs/ocds/changes.h"

#include <algorithm>

#include "libs/ocds/merge.h"

namespace prihvat::ocds {
namespace {

bool IsIdentified(std::string_view name, const Json& value) {
  return value.IsArray() && !IsWholeList(name, value);
}

const Json* WithId(const Json& array, const Json& id) {
  const auto found =
      std::find_if(array.items().begin(), array.items().end(), [&](const Json& item) {
        const Json* other = item.Find("id");
        return other != nullptr && *other == id;
      });
  return found == array.items().end() ? nullptr : &*found;
}

// `value` with null for every leaf but the ids by which arrays tell objects apart.
Json Nulls(std::string_view name, const Json& value, bool in_array) {
  if (value.IsObject()) {
    Json nulls = Json::Object();
    for (const auto& [member, inner] : value.members()) {
      nulls.Set(member, in_array && member == "id" ? inner : Nulls(member, inner, false));
    }
    return nulls;
  }
  if (!IsIdentified(name, value)) return Json();
  Json nulls = Json::Array();
  for (const Json& item : value.items()) nulls.Add(Nulls("", item, true));
  return nulls;
}

Json ChangedItems(const Json& before, const Json& after) {
  Json changed = Json::Array();
  for (const Json& item : after.items()) {
    const Json* known = WithId(before, *item.Find("id"));
    if (known == nullptr) {
      changed.Add(item);
    } else if (!(*known == item)) {
      changed.Add(ChangesBetween(*known, item));
    }
  }
  for (const Json& item : before.items()) {
    if (WithId(after, *item.Find("id")) == nullptr) changed.Add(Nulls("", item, true));
  }
  return changed;
}

}  // namespace

Json ChangesBetween(const Json& before, const Json& after) {
  Json changes = Json::Object();
  if (before == after) return changes;
  for (const char* required : {"id", "awardID"}) {
    if (const Json* value = after.Find(required)) changes.Set(required, *value);
  }
  for (const auto& [name, value] : after.members()) {
    const Json* known = before.Find(name);
    if (known == nullptr) {
      changes.Set(name, value);
    } else if (*known == value) {
      continue;
    } else if (value.IsObject() && known->IsObject()) {
      changes.Set(name, ChangesBetween(*known, value));
    } else if (IsIdentified(name, value) && IsIdentified(name, *known)) {
      changes.Set(name, ChangedItems(*known, value));
    } else {
      changes.Set(name, value);
    }
  }
  for (const auto& [name, value] : before.members()) {
    if (after.Find(name) == nullptr) changes.Set(name, Nulls(name, value, false));
  }
  return changes;
}

}  // namespace prihvat::ocds
