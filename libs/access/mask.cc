#include "google/protobuf/descriptor.h"
#include "libs/access/policy.h"

namespace prihvat::access {
namespace {

using common::v1::FieldClass;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

class Masker {
 public:
  Masker(const Policy& policy, const Principal& principal, absl::CivilDay day) {
    for (int c = common::v1::FieldClass_MIN; c <= common::v1::FieldClass_MAX; ++c)
      sees_[c] = policy.Sees(principal, static_cast<FieldClass>(c), day);
  }

  // `inherited`: the class of the field that holds the message.
  int Run(Message& message, FieldClass inherited) {
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    int cleared = 0;
    for (const FieldDescriptor* field : fields) {
      FieldClass field_class = field->options().GetExtension(common::v1::field_class);
      if (field_class == common::v1::FIELD_CLASS_UNSPECIFIED) field_class = inherited;
      const bool nested = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      if (nested && field_class == inherited) {  // says nothing of its own: its fields decide
        cleared += Descend(message, *field, field_class);
      } else if (!Sees(field_class)) {
        reflection.ClearField(&message, field);
        ++cleared;
      } else if (nested) {
        cleared += Descend(message, *field, field_class);
      }
    }
    return cleared;
  }

 private:
  // A class that this build does not know is shown to nobody.
  bool Sees(FieldClass field_class) const {
    return common::v1::FieldClass_IsValid(field_class) && sees_[field_class];
  }

  int Descend(Message& message, const FieldDescriptor& field, FieldClass field_class) {
    const Reflection& reflection = *message.GetReflection();
    if (!field.is_repeated()) return Run(*reflection.MutableMessage(&message, &field), field_class);
    int cleared = 0;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i)
      cleared += Run(*reflection.MutableRepeatedMessage(&message, &field, i), field_class);
    return cleared;
  }

  bool sees_[common::v1::FieldClass_ARRAYSIZE] = {};
};

}  // namespace

int Mask(Message& message, const Policy& policy, const Principal& principal, absl::CivilDay day) {
  return Masker(policy, principal, day).Run(message, common::v1::FIELD_CLASS_INTERNAL);
}

}  // namespace prihvat::access
