// Who may make which call of handover: the built-in policy against a table that is written by hand,
// so that a method that is added is thought about.
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/access/policy.h"
#include "prihvat/common/v1/options.pb.h"
#include "prihvat/handover/v1/service.pb.h"

namespace prihvat::handover {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Methods = std::set<std::string>;

const google::protobuf::ServiceDescriptor& Api() {
  return *v1::GetAssetRequest::descriptor()->file()->FindServiceByName("HandoverService");
}

bool MayCall(const std::string& role, const google::protobuf::MethodDescriptor& method) {
  return access::Policy::Default().Grants(
      {.name = "organisations/iom/people/p", .roles = {role}, .operations = {"operations/ba"}},
      method.options().GetExtension(common::v1::permission), absl::CivilDay(2026, 1, 1));
}

bool Changes(const google::protobuf::MethodDescriptor& method) {
  return method.input_type()->FindFieldByName("request_id") != nullptr;
}

// What the role may do beside reading, or what it may not read.
Methods Done(const std::string& role) {
  Methods done;
  for (int i = 0; i < Api().method_count(); ++i) {
    const auto& method = *Api().method(i);
    if (Changes(method) && MayCall(role, method)) done.insert(method.name());
  }
  return done;
}
Methods NotDone(const std::string& role) {
  Methods not_done;
  for (int i = 0; i < Api().method_count(); ++i) {
    const auto& method = *Api().method(i);
    if (!MayCall(role, method)) not_done.insert(method.name());
  }
  return not_done;
}

TEST(HandoverRoles, WhoHandsOverDecidesNoPolicyAndNotWhoseKeyIsWhose) {
  for (const char* role : {"handover_officer", "logistics_officer"}) {
    EXPECT_THAT(NotDone(role),
                ElementsAre("AddCentreFunction", "AdoptHandoverPolicy", "EndCentreFunction",
                            "RegisterSigningKey", "RevokeSigningKey"))
        << role;
  }
  EXPECT_THAT(NotDone("operation_manager"), IsEmpty());
}

TEST(HandoverRoles, WhoReadsChangesNothingAndWhoReceivesSigns) {
  EXPECT_THAT(Done("viewer"), IsEmpty());
  EXPECT_THAT(Done("finance_officer"), IsEmpty());
  EXPECT_THAT(Done("donor"), IsEmpty());
  EXPECT_THAT(Done("recipient"), ElementsAre("SignCorrectiveCertificate", "SignHandoverCase"));
  EXPECT_THAT(NotDone("recipient"), Contains("DownloadSignature"));
}

TEST(HandoverRoles, AViewerReadsAllButPapersThatNamePeople) {
  Methods unread;
  for (int i = 0; i < Api().method_count(); ++i) {
    const auto& method = *Api().method(i);
    if (!Changes(method) && !MayCall("viewer", method)) unread.insert(method.name());
  }
  EXPECT_THAT(unread, ElementsAre("DownloadSignature", "ExportCertificate", "RenderCertificate"));
}

TEST(HandoverRoles, AViewerSeesOfASigningKeyNothingThatNamesAPerson) {
  const auto seen_by = [](const std::string& role) {
    v1::SigningKey key;
    key.set_id("card");
    key.set_x509_certificate("DER");
    key.set_subject("CN=director");
    key.set_reference("handed over in person");
    key.set_sha256("ab");
    access::Mask(
        key, access::Policy::Default(),
        {.name = "organisations/iom/people/p", .roles = {role}, .operations = {"operations/ba"}},
        absl::CivilDay(2026, 1, 1));
    return key;
  };
  const v1::SigningKey viewed = seen_by("viewer");
  EXPECT_EQ(viewed.x509_certificate() + viewed.subject() + viewed.reference(), "");
  EXPECT_EQ(viewed.id() + viewed.sha256(), "cardab");
  EXPECT_EQ(seen_by("handover_officer").subject(), "CN=director");
}

}  // namespace
}  // namespace prihvat::handover
