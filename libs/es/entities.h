// Entities: protobuf messages by resource name, as deciders see (View) and change (Entities) them.
//
// A row's key is the name ("operations/ba/purchaseOrders/PO-2023-0001"); its value is the message's
// full type name, a zero byte, and its deterministic serialisation. Asking for a name by another
// type than it was stored with finds nothing: names come from callers. Not thread-safe: one
// decision, one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/functional/function_ref.h"
#include "google/protobuf/message.h"
#include "libs/base/check.h"
#include "libs/es/rows.h"

namespace prihvat::es {

// The bytes that an entity is stored as, and back (false: another type, or damaged).
std::string EncodeEntity(const google::protobuf::Message& message);
bool DecodeEntity(std::string_view value, google::protobuf::Message& message);
// The full type name in an entity's row.
std::string_view EntityType(std::string_view value);

// Deterministic serialisation: equal messages, equal bytes (within one version of the proto).
std::string SerializeDeterministically(const google::protobuf::Message& message);

// AIP-154: a short digest of the entity's content, "" never.
std::string EtagOf(const google::protobuf::Message& message);
// The same, of an entity's row.
std::string EtagOfRow(std::string_view value);

// What a decision may look at. Pointers stay valid until the view is destroyed or the entity is
// changed through it.
class View {
 public:
  // `rows` outlives the view.
  explicit View(const Rows& rows) : rows_(rows) {}
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  virtual ~View() = default;

  // The entity of that name and type, or nullptr.
  template <class T>
  const T* Find(std::string_view name) const {
    return static_cast<const T*>(FindMessage(name, T::default_instance()));
  }

  bool Exists(std::string_view name) const { return rows_.Get(name).has_value(); }

  // Visits the entities directly in `collection` ("operations/ba/purchaseOrders": no deeper
  // children), by name order, until `visit` returns false. Reads every row of the collection: for
  // small ones; else keep an index entity.
  template <class T>
  void ForEach(std::string_view collection,
               absl::FunctionRef<bool(std::string_view name, const T& entity)> visit) const {
    T entity;
    ScanCollection(collection, [&](std::string_view name, std::string_view value) {
      PRIHVAT_CHECK(DecodeEntity(value, entity),
                    std::string(name) + " is not a " + T::descriptor()->full_name());
      return visit(name, entity);
    });
  }

  const Rows& rows() const { return rows_; }

 protected:
  const google::protobuf::Message* FindMessage(std::string_view name,
                                               const google::protobuf::Message& prototype) const;
  void ScanCollection(std::string_view collection,
                      absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const;

  const Rows& rows_;
  mutable std::unordered_map<std::string, std::unique_ptr<google::protobuf::Message>> cache_;
};

// What evolve changes.
class Entities final : public View {
 public:
  explicit Entities(MutableRows& rows) : View(rows), mutable_rows_(rows) {}

  // Stores `entity` under `name`, whether or not there was one.
  void Put(std::string_view name, const google::protobuf::Message& entity);
  void Delete(std::string_view name);

  // Applies `edit` to the entity of that name (a default one where there is none) and stores it.
  template <class T>
  void Edit(std::string_view name, absl::FunctionRef<void(T&)> edit) {
    T entity;
    if (const T* found = Find<T>(name)) entity = *found;
    edit(entity);
    Put(name, entity);
  }

 private:
  MutableRows& mutable_rows_;
};

}  // namespace prihvat::es
