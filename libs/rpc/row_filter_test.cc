#include "libs/rpc/row_filter.h"

#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "libs/es/entities.h"

namespace prihvat::rpc {
namespace {

using google::protobuf::FieldDescriptorProto;
using google::protobuf::FieldOptions;

// An entity with a number, enums, texts, and a message that has fields of the same numbers.
FieldDescriptorProto Entity() {
  FieldDescriptorProto entity;
  entity.set_name("operations/ba/orders/1");
  entity.set_number(300);
  entity.set_label(FieldDescriptorProto::LABEL_REPEATED);
  entity.set_type(FieldDescriptorProto::TYPE_STRING);
  entity.mutable_options()->set_deprecated(true);                 // field 3, 1
  entity.mutable_options()->set_jstype(FieldOptions::JS_NUMBER);  // field 6, 2
  return entity;
}
std::string Row(const FieldDescriptorProto& entity) { return es::EncodeEntity(entity); }

TEST(RowFilter, FindsTheValueOfAnEntitysOwnField) {
  const std::string row = Row(Entity());
  const int label = FieldDescriptorProto::kLabelFieldNumber;
  EXPECT_TRUE(Mentions(row, FieldIs(label, FieldDescriptorProto::LABEL_REPEATED)));
  EXPECT_FALSE(Mentions(row, FieldIs(label, FieldDescriptorProto::LABEL_REQUIRED)));
  EXPECT_TRUE(Mentions(row, FieldIsOneOf(label, {1, 2, 3})));
  EXPECT_FALSE(Mentions(row, FieldIsOneOf(label, {1, 2})));
  // Values of more than one byte, and fields behind the first.
  EXPECT_TRUE(Mentions(row, FieldIs(FieldDescriptorProto::kNumberFieldNumber, 300)));
  EXPECT_FALSE(Mentions(row, FieldIs(FieldDescriptorProto::kNumberFieldNumber, 44)));
  EXPECT_TRUE(Mentions(row, FieldIs(FieldDescriptorProto::kTypeFieldNumber, 9)));
}

TEST(RowFilter, LooksIntoNoOtherMessageThanTheEntity) {
  const std::string row = Row(Entity());
  EXPECT_FALSE(Mentions(row, FieldIs(FieldOptions::kDeprecatedFieldNumber, 1)));
  EXPECT_FALSE(Mentions(row, FieldIs(FieldOptions::kJstypeFieldNumber, 2)));
}

TEST(RowFilter, AFieldThatIsNotWrittenHasNoneOfTheValues) {
  FieldDescriptorProto entity = Entity();
  entity.clear_label();
  EXPECT_FALSE(Mentions(Row(entity), FieldIs(FieldDescriptorProto::kLabelFieldNumber, 3)));
  EXPECT_FALSE(Mentions(Row(FieldDescriptorProto()), FieldIs(4, 3)));
}

TEST(RowFilter, AsksForNothingWithoutAValueOrWithNought) {
  EXPECT_EQ(FieldIs(4, 0), "");
  EXPECT_EQ(FieldIsOneOf(4, {}), "");
  EXPECT_EQ(FieldIsOneOf(4, {3, 0}), "");
  EXPECT_EQ(FieldIs(4, -1), "");
  EXPECT_TRUE(Mentions(Row(Entity()), ""));
}

TEST(RowFilter, FindsTexts) {
  const std::string row = Row(Entity());
  EXPECT_TRUE(Mentions(row, "operations/ba/orders/1"));
  EXPECT_FALSE(Mentions(row, "operations/ba/orders/2"));
}

// The parser says what they are.
TEST(RowFilter, PassesOverNothingThatItCannotRead) {
  const std::string row = Row(Entity());
  const size_t body = row.find('\0') + 1;
  const std::string entry = FieldIs(FieldDescriptorProto::kTypeFieldNumber, 1);
  EXPECT_FALSE(Mentions(row, entry));
  EXPECT_TRUE(Mentions(row.substr(0, body + 5), entry));       // cut within the name
  EXPECT_TRUE(Mentions(row.substr(0, body - 1), entry));       // no entity
  EXPECT_TRUE(Mentions(row.substr(0, body) + "\x0b", entry));  // a group
  EXPECT_TRUE(Mentions(row, std::string(1, '\0')));
  // A field of that number that is a text.
  EXPECT_TRUE(Mentions(row, FieldIs(FieldDescriptorProto::kNameFieldNumber, 1)));
}

}  // namespace
}  // namespace prihvat::rpc
