// Every event ever released can be read (G14): corpus/ holds one of each, as bytes and as text,
// written when the event was new. What stands there is never changed; a new event adds an entry, a
// changed event another one beside the first.
//
// PRIHVAT_ADD_TO_CORPUS=1 adds an entry for each event that has none, or that has grown since its
// last one; look at what it wrote before committing it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "libs/base/bytes.h"
#include "prihvat/common/v1/work_list.pb.h"
#include "prihvat/log/v1/record.pb.h"
#include "services/handover/definition.h"
#include "services/procurement/definition.h"
#include "services/reception/definition.h"
#include "services/reporting/definition.h"

namespace prihvat::compat {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kCorpus[] = "tests/compat/corpus";
constexpr int kDepth = 4;  // messages within messages; a corpus entry need not be endless

struct Entry {
  std::string type;
  std::string bytes;
  std::string text;
};

std::string Bytes(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

std::string Text(const Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetExpandAny(false);
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

// Sets every field to something that is not its default, the same each time.
void Fill(Message& message, int depth);

void FillField(Message& message, const FieldDescriptor& field, int depth) {
  const auto& reflection = *message.GetReflection();
  const bool many = field.is_repeated();
  const int number = field.number();
  switch (field.cpp_type()) {
#define PRIHVAT_FILL(CPPTYPE, Name, value)                \
  case FieldDescriptor::CPPTYPE:                          \
    many ? reflection.Add##Name(&message, &field, value)  \
         : reflection.Set##Name(&message, &field, value); \
    break;
    PRIHVAT_FILL(CPPTYPE_INT32, Int32, 1000 + number)
    PRIHVAT_FILL(CPPTYPE_INT64, Int64, 100000 + number)
    PRIHVAT_FILL(CPPTYPE_UINT32, UInt32, 2000u + static_cast<uint32_t>(number))
    PRIHVAT_FILL(CPPTYPE_UINT64, UInt64, 200000u + static_cast<uint64_t>(number))
    PRIHVAT_FILL(CPPTYPE_DOUBLE, Double, number + 0.5)
    PRIHVAT_FILL(CPPTYPE_FLOAT, Float, static_cast<float>(number) + 0.25f)
    PRIHVAT_FILL(CPPTYPE_BOOL, Bool, true)
    PRIHVAT_FILL(CPPTYPE_STRING, String, field.name() + "-" + std::to_string(number))
    PRIHVAT_FILL(CPPTYPE_ENUM, Enum, field.enum_type()->value(field.enum_type()->value_count() - 1))
#undef PRIHVAT_FILL
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (depth < kDepth) {
        Fill(many ? *reflection.AddMessage(&message, &field)
                  : *reflection.MutableMessage(&message, &field),
             depth + 1);
      }
      break;
  }
}

void Fill(Message& message, int depth) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i)
    FillField(message, *message.GetDescriptor()->field(i), depth);
}

std::unique_ptr<Message> New(const std::string& type) {
  const Descriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return nullptr;
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

// All that may stand in a log: the records, and the events of every service.
std::set<std::string> Types() {
  std::set<std::string> types = {
      log::v1::Record::descriptor()->full_name(), log::v1::Claim::descriptor()->full_name(),
      log::v1::Commit::descriptor()->full_name(), log::v1::Seal::descriptor()->full_name(),
      common::v1::ReactionRejected::descriptor()->full_name()};
  for (const auto& definition :
       {procurement::ProcurementDefinition(), handover::HandoverDefinition(),
        reception::ReceptionDefinition(), reporting::ReportingDefinition()}) {
    for (const std::string& type : definition.decider->event_types()) types.insert(type);
  }
  return types;
}

std::filesystem::path FileOf(const std::string& type) {
  return std::filesystem::path(kCorpus) / (type + ".txt");
}

// A file has entries of two lines: the bytes in hexadecimal digits, and the text that they mean.
std::vector<Entry> ReadCorpus() {
  std::vector<Entry> entries;
  for (const auto& file : std::filesystem::directory_iterator(kCorpus)) {
    if (file.path().extension() != ".txt") continue;
    std::ifstream in(file.path());
    std::string hex, text;
    while (std::getline(in, hex) && std::getline(in, text)) {
      const auto bytes = base::HexDecode(hex);
      EXPECT_TRUE(bytes.ok()) << file.path() << ": " << bytes.status();
      if (bytes.ok()) entries.push_back({file.path().stem().string(), *bytes, text});
    }
  }
  return entries;
}

void CollectUnknown(const Message& message, std::vector<std::string>& found) {
  const auto& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty())
    found.push_back(message.GetDescriptor()->full_name());
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    for (int i = 0; i < (field->is_repeated() ? reflection.FieldSize(message, field) : 1); ++i) {
      CollectUnknown(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                          : reflection.GetMessage(message, field),
                     found);
    }
  }
}

TEST(Corpus, G14_EveryEventEverReleasedIsReadAsItWasMeant) {
  const std::vector<Entry> corpus = ReadCorpus();
  EXPECT_FALSE(corpus.empty());
  for (const Entry& entry : corpus) {
    SCOPED_TRACE(entry.type);
    const auto message = New(entry.type);
    ASSERT_NE(message, nullptr) << "the type is gone: what was written with it cannot be read";
    ASSERT_TRUE(message->ParseFromString(entry.bytes));
    std::vector<std::string> unknown;
    CollectUnknown(*message, unknown);
    EXPECT_THAT(unknown, ::testing::IsEmpty()) << "a field was removed or renumbered";
    EXPECT_EQ(Text(*message), entry.text);
    EXPECT_EQ(Bytes(*message), entry.bytes) << "written again, it would be another event";
  }
}

TEST(Corpus, G14_EveryEventStandsInTheCorpusAsItIsNow) {
  std::map<std::string, std::set<std::string>> known;
  for (const Entry& entry : ReadCorpus()) known[entry.type].insert(entry.bytes);
  for (const std::string& type : Types()) {
    const auto message = New(type);
    ASSERT_NE(message, nullptr) << type;
    Fill(*message, 0);
    const std::string bytes = Bytes(*message);
    if (known[type].count(bytes) > 0) continue;
    if (std::getenv("PRIHVAT_ADD_TO_CORPUS") != nullptr) {
      std::ofstream(FileOf(type), std::ios::app) << base::HexEncode(bytes) << '\n'
                                                 << Text(*message) << '\n';
      continue;
    }
    ADD_FAILURE() << type << " is new or has grown and has no entry of its present form in "
                  << kCorpus << "; PRIHVAT_ADD_TO_CORPUS=1 adds it";
  }
}

}  // namespace
}  // namespace prihvat::compat
