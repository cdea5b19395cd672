// Who may make which call: the built-in policy against a table that is written by hand, method by
// method, so that a method that is added is thought about.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/access/policy.h"
#include "prihvat/common/v1/options.pb.h"
#include "prihvat/procurement/v1/service.pb.h"

namespace prihvat::procurement {
namespace {

using Methods = std::set<std::string>;

// What each role does beside reading.
const std::map<std::string, Methods>& Duties() {
  static const auto& duties = *new std::map<std::string, Methods>{
      {"procurement_officer",
       {"RegisterSupplier",
        "CreateRequisition",
        "ReviseRequisition",
        "SubmitRequisition",
        "CancelRequisition",
        "CreateSourcingProcess",
        "InviteSuppliers",
        "PublishSourcingProcess",
        "ExtendBidDeadline",
        "SubmitBid",
        "WithdrawBid",
        "CloseBidding",
        "OpenBids",
        "DeclareConflict",
        "ScoreBid",
        "DisqualifyBid",
        "CompleteEvaluation",
        "RecommendAward",
        "WaiveSourcing",
        "StartStandstill",
        "FileComplaint",
        "AwardSourcing",
        "DeclareSourcingUnsuccessful",
        "CancelSourcingProcess",
        "CreateAgencyTransfer",
        "CloseAgencyTransfer",
        "CancelAgencyTransfer",
        "CreateFrameworkAgreement",
        "SuspendFrameworkAgreement",
        "ResumeFrameworkAgreement",
        "ExpireFrameworkAgreement",
        "TerminateFrameworkAgreement",
        "CreatePurchaseOrder",
        "IssuePurchaseOrder",
        "AcknowledgePurchaseOrder",
        "AmendPurchaseOrder",
        "DropPurchaseOrderAmendment",
        "SuspendPurchaseOrder",
        "ResumePurchaseOrder",
        "CancelPurchaseOrder",
        "ClosePurchaseOrder",
        "TerminatePurchaseOrder",
        "ReturnGoods",
        "RequestAdvance",
        "EnterPublishedPackage",
        "ImportPublishedRelease"}},
      {"bid_committee_member",
       {"CloseBidding", "OpenBids", "DeclareConflict", "ScoreBid", "DisqualifyBid",
        "CompleteEvaluation"}},
      {"approver",
       {"ApproveRequisition", "ReturnRequisition", "RejectRequisition", "ApproveAward",
        "SendBackRecommendation", "ResolveComplaint", "ApprovePurchaseOrder",
        "ApprovePurchaseOrderAmendment", "ApproveSupplierInvoice", "BlockSupplierInvoice",
        "ReleaseRetention", "ApproveAdvance", "BlockSupplier", "UnblockSupplier", "WaiveTolerance",
        "ApproveFrameworkAgreement", "ApproveAgencyTransfer"}},
      {"finance_officer", {"CreateProject",           "CreateBudgetLine",
                           "EnterFundingAgreement",   "RecordFundingTranche",
                           "CorrectFundingTranche",   "PayAgencyTransfer",
                           "RecordAgencyExpenditure", "CorrectAgencyExpenditure",
                           "NameOrganisation",        "ScreenSupplier",
                           "RecordVatExemption",      "RecordExchangeRate",
                           "RegisterSupplierInvoice", "MatchSupplierInvoice",
                           "BlockSupplierInvoice",    "RejectSupplierInvoice",
                           "RegisterCreditNote",      "PaySupplierInvoice",
                           "RecordSupplierRefund",    "PayAdvance",
                           "ReversePayment"}},
      {"logistics_officer",
       {"CountGoodsReceipt", "InspectGoodsReceipt", "AbandonGoodsReceipt", "PostGoodsReceipt",
        "ReturnGoods", "ReverseGoodsReceipt"}},
      {"viewer", {}},
  };
  return duties;
}

bool Reads(const std::string& method) {
  return method.rfind("Get", 0) == 0 || method.rfind("List", 0) == 0 ||
         method.rfind("Render", 0) == 0;
}

class Roles : public ::testing::Test {
 protected:
  bool MayCall(const std::string& role, const google::protobuf::MethodDescriptor& method) const {
    return access::Policy::Default().Grants(
        {.name = "organisations/iom/people/p", .roles = {role}, .operations = {"operations/ba"}},
        method.options().GetExtension(common::v1::permission), absl::CivilDay(2026, 1, 1));
  }
  const google::protobuf::ServiceDescriptor& service_ =
      *v1::PostGoodsReceiptRequest::descriptor()->file()->FindServiceByName("ProcurementService");
};

TEST_F(Roles, INV10_EachDoesItsOwnPartAndNoOther) {
  for (const auto& [role, duties] : Duties()) {
    Methods done;
    for (int i = 0; i < service_.method_count(); ++i) {
      const auto& method = *service_.method(i);
      const bool may = MayCall(role, method);
      if (!Reads(method.name())) {
        if (may) done.insert(method.name());
      } else if (role != "bid_committee_member") {
        EXPECT_TRUE(may) << role << " " << method.name();
      }
    }
    EXPECT_EQ(done, duties) << role;
  }
}

// No role but the whole operation's manager asks and approves, receives and approves, or pays and
// does either.
TEST_F(Roles, INV10_NoOfficeHasTwoOfTheFourDuties) {
  const std::vector<std::string> of_each[] = {
      {"CreateRequisition", "CreatePurchaseOrder", "AmendPurchaseOrder", "CreateAgencyTransfer"},
      {"ApproveRequisition", "ApprovePurchaseOrder", "ApproveAward", "ApproveSupplierInvoice",
       "WaiveTolerance", "ApproveFrameworkAgreement", "ApproveAgencyTransfer"},
      {"CountGoodsReceipt", "InspectGoodsReceipt", "PostGoodsReceipt", "ReverseGoodsReceipt"},
      {"PaySupplierInvoice", "PayAdvance", "PayAgencyTransfer"}};
  for (const std::string& role : access::Policy::Default().RolesOn(absl::CivilDay(2026, 1, 1))) {
    if (role == "operation_manager") continue;
    int duties = 0;
    for (const auto& methods : of_each) {
      bool any = false;
      for (const std::string& name : methods) {
        any = any || MayCall(role, *service_.FindMethodByName(name));
      }
      duties += any;
    }
    EXPECT_LE(duties, 1) << role;
  }
}

TEST_F(Roles, SomeRoleDoesEachThing) {
  Methods undone;
  for (int i = 0; i < service_.method_count(); ++i) {
    const auto& method = *service_.method(i);
    bool any = false;
    for (const auto& [role, duties] : Duties()) any = any || MayCall(role, method);
    if (!any) undone.insert(method.name());
  }
  // These are for who sets up an operation.
  EXPECT_THAT(undone, ::testing::ElementsAre("AdoptProcurementPolicy", "CreateOperation"));
}

}  // namespace
}  // namespace prihvat::procurement
