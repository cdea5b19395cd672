#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "google/protobuf/timestamp.pb.h"
#include "google/type/money.pb.h"
#include "libs/base/check.h"
#include "libs/es/decider.h"
#include "libs/rpc/validation.h"
#include "prihvat/common/v1/common.pb.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/scenario.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/rules.h"
#include "tests/fuzz/services.h"
#include "tests/fuzz/targets.h"

namespace prihvat::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kCommands = 60;
constexpr int kDepth = 4;
constexpr size_t kChapters = 16;
constexpr uint8_t kDearer = 240;  // a changed step of the story is a dearer one from this byte on
constexpr int64_t kMostUnits = 1'000'000'000;
constexpr size_t kMostDigits = 9;

// ---- The stories ------------------------------------------------------------------------------

// All commands of scenarios/, in order.
const std::vector<Command>& Story() {
  static const auto& story = *[] {
    auto* commands = new std::vector<Command>;
    for (const char* name : {"/bih-2023.yaml", "/procurement-full.yaml"}) {
      std::ifstream in(std::string(PRIHVAT_SCENARIOS) + name, std::ios::binary);
      const std::string yaml((std::istreambuf_iterator<char>(in)),
                             std::istreambuf_iterator<char>());
      auto scenario = ctl::ParseScenario(yaml, ctl::ApiCatalogue::Compiled());
      PRIHVAT_CHECK(scenario.ok(), scenario.status().ToString());
      for (ctl::ScenarioStep& step : scenario->steps) {
        for (size_t service = 0; service < kServices; ++service) {
          if (!Definitions()[service].decider->Knows(step.request->GetDescriptor()->full_name()))
            continue;
          const absl::Time at = rpc::EffectiveTimeOf(*step.request);
          commands->push_back({service, rpc::OperationOf(*step.request),
                               step.principal.substr(0, step.principal.find(';')),
                               std::move(step.request), at, at, scenario->import_id});
          break;
        }
      }
    }
    return commands;
  }();
  return story;
}

// How the services stand after so many parts of the story; the first is empty.
const Services& Chapter(size_t number) {
  static const auto& chapters = *[] {
    auto* saved = new std::vector<Services>;
    Services services;
    for (size_t i = 0; i < Story().size(); ++i) {
      if (i % (Story().size() / kChapters) == 0 && saved->size() < kChapters) {
        saved->push_back(services);
        saved->back().Settle();
      }
      services.Do(Story()[i]);
    }
    // All but what the story itself expects to be refused.
    PRIHVAT_CHECK(services.accepted() > static_cast<int>(Story().size()), "the story is refused");
    services.CheckRefold();
    CheckRules(services);
    return saved;
  }();
  return chapters.at(number % chapters.size());
}
size_t FirstStepOf(size_t chapter) { return chapter % kChapters * (Story().size() / kChapters); }

// ---- Requests ---------------------------------------------------------------------------------

// What names of resources there are, by the collection that they stand in.
using Names = std::map<std::string, std::vector<std::string>>;

Names NamesIn(const es::MapRows& rows) {
  Names names;
  for (const auto& [name, value] : rows.map()) {
    const size_t end = name.rfind('/');
    if (end == std::string::npos || end == 0) continue;
    const size_t begin = name.rfind('/', end - 1);
    names[name.substr(begin == std::string::npos ? 0 : begin + 1, end - begin - 1)].push_back(name);
  }
  return names;
}

// "budget_line" -> "budgetLines"
std::string CollectionOf(const std::string& field) {
  std::string collection;
  for (size_t i = 0; i < field.size(); ++i)
    collection +=
        field[i] == '_' && i + 1 < field.size() ? static_cast<char>(field[++i] - 32) : field[i];
  if (collection.ends_with('y')) return collection.substr(0, collection.size() - 1) + "ies";
  return collection.ends_with("ss") ? collection + "es" : collection + "s";
}

// Fills requests so that many of them are nearly right: names that are there, small numbers, times
// about now.
class Writer {
 public:
  Writer(Bytes& bytes, const Names& names, absl::Time now)
      : bytes_(bytes), names_(names), now_(now) {}

  void Fill(Message& message, int depth = 0) {
    const auto& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const size_t choice = bytes_.Below(8);
      if (choice == 7 || field.is_map()) continue;
      if (!field.is_repeated()) {
        Set(message, field, depth);
        continue;
      }
      for (size_t n = 0; n < choice % 3; ++n) Set(message, field, depth);
    }
  }
  // Another value for one field, at any depth.
  void Change(Message& message) {
    const auto& type = *message.GetDescriptor();
    if (type.field_count() == 0) return;
    const FieldDescriptor& field =
        *type.field(static_cast<int>(bytes_.Below(256)) % type.field_count());
    const auto& reflection = *message.GetReflection();
    const bool inside = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_map();
    if (inside && field.is_repeated()) {
      const int size = reflection.FieldSize(message, &field);
      const size_t choice = bytes_.Below(8);
      if (size == 0 || choice == 7) return Set(message, field, 1);
      if (choice == 6) return reflection.RemoveLast(&message, &field);
      return Change(*reflection.MutableRepeatedMessage(&message, &field,
                                                       static_cast<int>(bytes_.Below(256)) % size));
    }
    if (inside && reflection.HasField(message, &field))
      return Change(*reflection.MutableMessage(&message, &field));
    if (field.is_map()) return;
    if (bytes_.Below(8) == 7) return reflection.ClearField(&message, &field);
    Set(message, field, 1);
  }

 private:
  template <size_t n>
  std::string OneOf(const std::array<const char*, n>& of) {
    return of[bytes_.Below(n)];
  }
  // One of the names in that collection; "" where there is none.
  std::string Known(const std::string& collection) {
    const auto found = names_.find(collection);
    if (found == names_.end()) return "";
    return found->second[(bytes_.Below(256) * 256 + bytes_.Below(256)) % found->second.size()];
  }
  // What the request is about: OpenCentreRequest is about a centre.
  std::string Subject(const Message& message) {
    const std::string& type = message.GetDescriptor()->name();
    std::string best;
    for (const auto& [collection, names] : names_) {
      std::string word = collection.substr(0, collection.size() - 1);
      if (word.empty()) continue;
      word[0] = static_cast<char>(std::toupper(word[0]));
      if (type.find(word) != std::string::npos && collection.size() > best.size())
        best = collection;
    }
    return Known(best);
  }
  std::string Text(const Message& message, const FieldDescriptor& field) {
    const std::string& name = field.name();
    if (name == "request_id") return "00000000-0000-4000-8000-000000000001";
    if (name.ends_with("etag")) return bytes_.Below(8) == 7 ? "stale" : "";
    if (name == "value" && field.containing_type()->name() == "Decimal")
      return OneOf(std::array{"1", "2", "3", "4", "5", "10", "0.5", "0", "-1", "100.002",
                              "1000000000", "0.000000001"});
    if (name == "currency_code") return OneOf(std::array{"BAM", "EUR", "BAM", "EUR", "USD", ""});
    if (name.ends_with("_id")) return std::string(1, static_cast<char>('a' + bytes_.Below(6)));
    std::string known = name == "name"     ? Subject(message)
                        : name == "parent" ? Known("operations")
                                           : Known(CollectionOf(name));
    if (!known.empty() && bytes_.Below(16) != 15) return known;
    switch (bytes_.Below(4)) {
      case 0: {
        auto any = names_.begin();
        if (any == names_.end()) return "operations/ba";
        std::advance(any, static_cast<std::ptrdiff_t>(bytes_.Below(256) % names_.size()));
        return Known(any->first);
      }
      case 1:
        return Story()[bytes_.Below(256) % Story().size()].principal;
      case 2:
        return OneOf(std::array{"operations/ba", "organisations/dcpb", "organisations/iom", "BA",
                                "pcs", "security", "Europe/Sarajevo", "as agreed"});
      default:
        return std::string(bytes_.Take(bytes_.Below(12)));
    }
  }

  void Set(Message& message, const FieldDescriptor& field, int depth) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    const bool more = field.is_repeated();
    const auto number = [&] { return static_cast<int>(bytes_.Next()) - 8; };
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth < kDepth)
          Inside(more ? *reflection.AddMessage(&message, &field)
                      : *reflection.MutableMessage(&message, &field),
                 depth + 1);
        return;
      case FieldDescriptor::CPPTYPE_STRING:
        return more ? reflection.AddString(&message, &field, Utf8(Text(message, field)))
                    : reflection.SetString(&message, &field, Utf8(Text(message, field)));
      case FieldDescriptor::CPPTYPE_INT32:
        return more ? reflection.AddInt32(&message, &field, number())
                    : reflection.SetInt32(&message, &field, number());
      case FieldDescriptor::CPPTYPE_INT64:
        return more ? reflection.AddInt64(&message, &field, number())
                    : reflection.SetInt64(&message, &field, number());
      case FieldDescriptor::CPPTYPE_BOOL:
        return more ? reflection.AddBool(&message, &field, bytes_.Below(2) == 1)
                    : reflection.SetBool(&message, &field, bytes_.Below(2) == 1);
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto& type = *field.enum_type();
        const int value =
            type.value(static_cast<int>(bytes_.Below(256)) % type.value_count())->number();
        return more ? reflection.AddEnumValue(&message, &field, value)
                    : reflection.SetEnumValue(&message, &field, value);
      }
      default:
        return;
    }
  }
  // A time about now, a day of these years, or what the fields say.
  void Inside(Message& message, int depth) {
    const std::string& type = message.GetDescriptor()->full_name();
    if (type == "google.protobuf.Timestamp") {
      const auto hours = (static_cast<int64_t>(bytes_.Next()) - 128) * (bytes_.Below(4) + 1);
      static_cast<google::protobuf::Timestamp&>(message).set_seconds(absl::ToUnixSeconds(now_) +
                                                                     hours * 3600);
      return;
    }
    Fill(message, depth);
    if (type != "google.type.Date") return;
    const auto& reflection = *message.GetReflection();
    const auto set = [&](const char* name, int value) {
      reflection.SetInt32(&message, message.GetDescriptor()->FindFieldByName(name), value);
    };
    set("year", 2019 + static_cast<int>(bytes_.Below(6)));
    set("month", 1 + static_cast<int>(bytes_.Below(12)));
    set("day", 1 + static_cast<int>(bytes_.Below(31)));
  }
  // As protobuf's parser takes nothing else.
  static std::string Utf8(std::string text) {
    for (char& c : text) c = static_cast<char>(c & 0x7f);
    return text;
  }

  Bytes& bytes_;
  const Names& names_;
  absl::Time now_;
};

// Ten times the quantities and amounts of money, at any depth: the values drawn for single fields
// seldom come to more than a story's budgets hold, and what is refused for want of money would not
// be met.
void MakeDearer(Message& message) {
  if (auto* money = dynamic_cast<google::type::Money*>(&message)) {
    if (std::abs(money->units()) < kMostUnits) money->set_units(money->units() * 10);
    return;
  }
  if (auto* number = dynamic_cast<common::v1::Decimal*>(&message)) {
    const bool whole = number->value().find('.') == std::string::npos;
    if (whole && !number->value().empty() && number->value().size() < kMostDigits)
      number->set_value(number->value() + "0");
    return;
  }
  const auto& type = *message.GetDescriptor();
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field.is_map()) continue;
    if (!field.is_repeated()) {
      if (reflection.HasField(message, &field))
        MakeDearer(*reflection.MutableMessage(&message, &field));
      continue;
    }
    for (int n = 0; n < reflection.FieldSize(message, &field); ++n)
      MakeDearer(*reflection.MutableRepeatedMessage(&message, &field, n));
  }
}

// ---- A history --------------------------------------------------------------------------------

class History {
 public:
  explicit History(Bytes& bytes)
      : bytes_(bytes), chapter_(bytes.Below(kChapters)), services_(Chapter(chapter_)) {
    next_ = FirstStepOf(chapter_);
    now_ = std::max(services_.recorded_at(), Story().front().recorded_at);
    before_ = services_.accepted();
  }

  Outcome Run() {
    for (int n = 0; n < kCommands && !bytes_.empty(); ++n) {
      const size_t choice = bytes_.Below(8);
      if (choice < 2) {
        StoryStep(next_++, 0);
      } else if (choice < 4) {
        const uint8_t byte = bytes_.Next();
        StoryStep(next_++, 1 + byte % 3, /*dearer=*/byte >= kDearer);
      } else if (choice < 6) {
        StoryStep(next_ + bytes_.Below(256), bytes_.Below(3));
      } else {
        AnyCommand();
      }
    }
    services_.CheckRefold();
    CheckRules(services_);
    return {services_.accepted() - before_, services_.refusals()};
  }

 private:
  // Those of a while ago are good enough: to gather them costs more than to decide.
  const Names& NamesOf(size_t service) {
    constexpr int kWhile = 8;  // accepted commands
    if (names_[service].empty() || services_.accepted() >= gathered_at_[service] + kWhile) {
      names_[service] = NamesIn(services_.rows(service));
      gathered_at_[service] = services_.accepted();
    }
    return names_[service];
  }
  void StoryStep(size_t number, size_t changes, bool dearer = false) {
    Command command = Story()[number % Story().size()];
    if (changes > 0) {
      std::shared_ptr<Message> changed(command.message->New());
      changed->CopyFrom(*command.message);
      Writer writer(bytes_, NamesOf(command.service), command.effective_at);
      if (dearer) MakeDearer(*changed);
      for (size_t n = 0; n < changes && !dearer; ++n) writer.Change(*changed);
      command.message = std::move(changed);
    }
    now_ = std::max(now_, command.recorded_at);
    Send(std::move(command));
  }
  void AnyCommand() {
    const size_t service = bytes_.Below(kServices);
    const es::Decider& decider = *Definitions()[service].decider;
    static const auto& types = *[] {
      auto* all = new std::vector<std::vector<std::string>>;
      for (const auto& definition : Definitions())
        all->push_back(definition.decider->command_types());
      return all;
    }();
    const std::string& type = types[service][bytes_.Below(256) % types[service].size()];
    std::shared_ptr<Message> message = decider.NewCommand(type);
    Writer(bytes_, NamesOf(service), now_).Fill(*message);
    Command command;
    command.service = service;
    command.principal = Story()[bytes_.Below(256) % Story().size()].principal;
    command.import_id = bytes_.Below(4) == 3 ? "fuzz" : "";
    command.message = std::move(message);
    Send(std::move(command));
  }
  // As the API lets it through.
  void Send(Command command) {
    if (!rpc::CheckRequest(*command.message).empty()) return;
    now_ += absl::Minutes(bytes_.Below(64));
    command.operation = rpc::OperationOf(*command.message);
    if (command.operation.empty()) return;
    const absl::Time effective = rpc::EffectiveTimeOf(*command.message);
    command.recorded_at = now_;
    command.effective_at = effective == absl::InfinitePast() ? now_ : effective;
    services_.Do(command);
  }

  Bytes& bytes_;
  const size_t chapter_;
  Services services_;
  size_t next_ = 0;
  absl::Time now_;
  int before_ = 0;
  std::array<Names, kServices> names_;
  std::array<int, kServices> gathered_at_ = {};
};

}  // namespace

Outcome OutcomeOfDeciders(std::string_view input) {
  Bytes bytes(input);
  return History(bytes).Run();
}

void Deciders(std::string_view input) { (void)OutcomeOfDeciders(input); }

}  // namespace prihvat::fuzz
