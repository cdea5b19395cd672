// The papers, read back by other people's programs.
#include "services/procurement/documents/papers.h"

#include <fstream>

#include "libs/documents/testing/probe.h"
#include "services/procurement/domain/testing/sourcing_spec.h"

namespace prihvat::procurement {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// What the stage knows of a paper's surroundings.
struct Surroundings {
  explicit Surroundings(const ProcurementSpec& spec)
      : project(spec.Entity<v1::Project>(kProject)),
        supplier(spec.Entity<v1::Supplier>(kSupplier)) {
    context.zone = spec.zone();
    context.project = &project;
    context.suppliers = {&supplier};
  }
  v1::Project project;
  v1::Supplier supplier;
  PaperContext context;
};

// Its text; with PRIHVAT_PAPERS set, the PDF is left in that folder too, to be looked at.
std::string TextOf(const absl::StatusOr<std::string>& pdf, const std::string& file) {
  EXPECT_TRUE(pdf.ok()) << pdf.status();
  if (!pdf.ok()) return "";
  if (const char* folder = std::getenv("PRIHVAT_PAPERS")) {
    std::ofstream(std::string(folder) + "/" + file + ".pdf", std::ios::binary) << *pdf;
  }
  const auto text = documents::PdfText(*pdf);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

TEST(Papers, AnOrderSaysWhatIsBoughtFromWhomAndWhoApproved) {
  ProcurementSpec spec;
  spec.Ordered({Goods("1000", "170.90", "2"), Pieces("10", "72500.00")});
  const Surroundings at(spec);
  const std::string text = TextOf(RenderOrder(spec.Order(), at.context), "order");
  EXPECT_THAT(text, AllOf(HasSubstr("Purchase Order"), HasSubstr("Narudžbenica"),
                          HasSubstr("PO-2023-0001"), HasSubstr("Autokuća d.o.o."),
                          HasSubstr("protective footwear"), HasSubstr("zaštitna obuća")));
  EXPECT_THAT(text, AllOf(HasSubstr("170.90"), HasSubstr("170,900.00"), HasSubstr("725,000.00"),
                          HasSubstr("895,900.00 BAM"), HasSubstr("± 2 %"), HasSubstr("za: dcpb")));
  EXPECT_THAT(text, AllOf(HasSubstr("approver"), HasSubstr("second-approver"),
                          HasSubstr("13 July 2023"), HasSubstr("Funded by the European Union")));
  EXPECT_THAT(text, Not(HasSubstr("Draft")));
  // The same order, the same bytes; a draft says that it is one.
  EXPECT_EQ(RenderOrder(spec.Order(), at.context).value(),
            RenderOrder(spec.Order(), at.context).value());
  spec.Draft({Goods("1", "1.00")}, "other").ThenAccepted();
  EXPECT_THAT(TextOf(RenderOrder(spec.Order("other"), at.context), "draft"),
              HasSubstr("Draft: not valid"));
}

// Who pays stands on a paper with each source's percentage, and the Union's statement says whether
// it pays alone.
TEST(Papers, AnOrderThatSeveralPayForNamesThemAll) {
  ProcurementSpec spec;
  spec.Ordered({Goods("1000", "170.90")});
  Surroundings at(spec);
  const std::string alone = TextOf(RenderOrder(spec.Order(), at.context), "order-alone");
  v1::BudgetLine line = spec.Budget();
  at.context.budget_line = &line;
  EXPECT_EQ(TextOf(RenderOrder(spec.Order(), at.context), "order-alone"), alone);
  const auto add = [&](const char* donor, const char* source, const char* percent) {
    v1::FundingShare& share = *line.add_funding_shares();
    share.set_donor(donor);
    share.set_funding_source(source);
    *share.mutable_percent() = Number(percent);
  };
  add("organisations/eu", "IPA II", "66.6667");
  add("organisations/ch", "", "33.3333");
  const std::string both = TextOf(RenderOrder(spec.Order(), at.context), "order-shared");
  EXPECT_THAT(both, AllOf(HasSubstr("IPA II (eu) 66.6667 % · ch 33.3333 %"),
                          HasSubstr("Co-funded by the European Union"),
                          HasSubstr("Sufinansira Evropska unija")));
  EXPECT_THAT(both, Not(HasSubstr("Funded by")));
  EXPECT_THAT(TextOf(RenderVatExemption(spec.Order(), at.context), "vat-shared"),
              HasSubstr("ch, eu"));
  // By their names, where they are known.
  v1::Organisation union_, swiss;
  union_.set_organisation("organisations/eu");
  union_.set_display_name("European Union");
  union_.set_display_name_bs("Evropska unija");
  swiss.set_organisation("organisations/ch");
  swiss.set_display_name("Switzerland");
  swiss.set_display_name_bs("Švicarska");
  at.context.organisations = {&union_, &swiss};
  EXPECT_THAT(TextOf(RenderOrder(spec.Order(), at.context), "order-named"),
              HasSubstr("IPA II (European Union) 66.6667 % · Switzerland 33.3333 %"));
  EXPECT_THAT(
      TextOf(RenderVatExemption(spec.Order(), at.context), "vat-named"),
      AllOf(HasSubstr("Switzerland, European Union"), HasSubstr("Švicarska, Evropska unija")));
  line.clear_funding_shares();
  add("organisations/ch", "", "100");
  EXPECT_THAT(TextOf(RenderOrder(spec.Order(), at.context), "order-others"),
              Not(HasSubstr("European Union")));
}

TEST(Papers, AnOrderSaysWhatTheSupplierHasYetToAgreeTo) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00"), Goods("10", "5.00")});
  spec.Move<v1::AcknowledgePurchaseOrderRequest>().ThenAccepted();
  const Surroundings at(spec);
  EXPECT_THAT(TextOf(RenderOrder(spec.Order(), at.context), "order-first"),
              Not(HasSubstr("agreed to")));
  v1::AmendPurchaseOrderRequest amend;
  amend.set_name(kOrder);
  amend.set_reason("fewer");
  amend.add_changes()->set_line_number(2);
  *amend.mutable_changes(0)->mutable_quantity() = Number("8");
  spec.As(kRequester).When(amend).ThenAccepted();
  EXPECT_THAT(TextOf(RenderOrder(spec.Order(), at.context), "order-changed"),
              AllOf(HasSubstr("v2"), HasSubstr("version 1 of 2"), HasSubstr("izmijenjeno u: v2"),
                    HasSubstr("confirm version 2")));
  spec.Move<v1::AcknowledgePurchaseOrderRequest>().ThenAccepted();
  EXPECT_THAT(TextOf(RenderOrder(spec.Order(), at.context), "order-agreed"),
              AllOf(HasSubstr("version 2 of 2"), Not(HasSubstr("please confirm"))));
}

TEST(Papers, ACallOffNamesItsAgreementAndAWaiverItsReason) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "5.00")});
  Surroundings at(spec);
  v1::FrameworkAgreement agreement;
  agreement.set_document_number("FA-2023-0007");
  agreement.set_supplier_reference("OKV 12/23");
  at.context.agreement = &agreement;
  EXPECT_THAT(TextOf(RenderOrder(spec.Order(), at.context), "order-call-off"),
              AllOf(HasSubstr("Framework agreement"), HasSubstr("FA-2023-0007 (OKV 12/23)")));
  at.context.agreement = nullptr;
  v1::WaiveToleranceRequest waive;
  waive.set_name(kOrder);
  waive.set_line_number(1);
  *waive.mutable_ceiling() = Number("12");
  waive.set_reason("packed by the dozen");
  spec.As(kApprover).When(waive).ThenAccepted();
  spec.Receive({{.accepted = "12"}}).ThenAccepted();
  const v1::PurchaseOrder order = spec.Order();
  EXPECT_THAT(TextOf(RenderOrder(order, at.context), "order-waived"), HasSubstr("do 12"));
  at.context.order = &order;
  EXPECT_THAT(
      TextOf(RenderReceivingReport(spec.Entity<v1::GoodsReceipt>(kReceipt), at.context), "waived"),
      AllOf(HasSubstr("up to 12 may be accepted, by approver"), HasSubstr("packed by the dozen")));
}

TEST(Papers, AReceivingReportSaysWhatBecameOfWhatCame) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("3", "10.00"), Goods("100", "1.00")});
  Surroundings at(spec);
  v1::PurchaseOrder order = spec.Order();
  at.context.order = &order;
  spec.CountGoods({{1, "3"}, {2, "40"}}).ThenAccepted();
  const std::string counted =
      TextOf(RenderReceivingReport(spec.Entity<v1::GoodsReceipt>(kReceipt), at.context), "counted");
  EXPECT_THAT(counted, AllOf(HasSubstr("Counted, not yet inspected"), HasSubstr("GRN-2023-0001"),
                             Not(HasSubstr("Accepted"))));
  spec.Inspect({{.accepted = "2",
                 .rejected = "1",
                 .serials = {"A-1", "A-2"},
                 .rejected_serials = {"A-3"},
                 .reason = "does not switch on"},
                {.accepted = "40", .line = 2}})
      .ThenAccepted();
  spec.Post().ThenAccepted();
  const std::string text =
      TextOf(RenderReceivingReport(spec.Entity<v1::GoodsReceipt>(kReceipt), at.context), "receipt");
  EXPECT_THAT(text, AllOf(HasSubstr("Receiving Report"), HasSubstr("Zapisnik o prijemu"),
                          HasSubstr("Haix A-1"), HasSubstr("Haix A-2"), HasSubstr("PO-2023-0001"),
                          HasSubstr("does not switch on: Haix A-3"), HasSubstr("60.00 BAM")));
  EXPECT_THAT(text, Not(HasSubstr("not yet")));
}

TEST(Papers, ABidAnalysisIsMadeOnceTheBidsAreOpen) {
  SourcingSpec spec;
  spec.BidsClosed();
  Surroundings at(spec);
  EXPECT_EQ(RenderBidAnalysis(spec.Process(), at.context).status().code(),
            absl::StatusCode::kFailedPrecondition);
  SourcingSpec evaluated;
  evaluated.Evaluated();
  std::vector<v1::Bid> bids;
  std::vector<v1::Supplier> suppliers;
  for (const char* id : {"alfa", "beta", "gama"}) {
    bids.push_back(evaluated.BidOf(id));
    suppliers.push_back(evaluated.Entity<v1::Supplier>(SourcingSpec::SupplierName(id)));
  }
  for (const v1::Bid& bid : bids) at.context.bids.push_back(&bid);
  for (const v1::Supplier& supplier : suppliers) at.context.suppliers.push_back(&supplier);
  const std::string text = TextOf(RenderBidAnalysis(evaluated.Process(), at.context), "analysis");
  EXPECT_THAT(text, AllOf(HasSubstr("Bid Analysis"), HasSubstr("Analiza ponuda"),
                          HasSubstr("alfa d.o.o."), HasSubstr("no samples"),
                          HasSubstr("90,000.00 BAM"), HasSubstr("Lot 2. Footwear")));
  // How it was held and how each bid stands, in both languages.
  EXPECT_THAT(text, AllOf(HasSubstr("Request for Proposals"), HasSubstr("Zahtjev za prijedloge"),
                          HasSubstr("isključena"), HasSubstr("otvorena")));
  EXPECT_EQ(RenderAwardMemo(evaluated.Process(), at.context).status().code(),
            absl::StatusCode::kFailedPrecondition);
  evaluated.Recommend({"alfa", "beta"}, "alfa can deliver one lot only").ThenAccepted();
  const std::string asked = TextOf(RenderAwardMemo(evaluated.Process(), at.context), "memo");
  EXPECT_THAT(asked, AllOf(HasSubstr("Award Memorandum"), HasSubstr("0 of 1 approvals given"),
                           HasSubstr("185,000.00 BAM"), HasSubstr("alfa can deliver one lot only"),
                           HasSubstr("recommender")));
  evaluated.Do<v1::ApproveAwardRequest>(kApprover).ThenAccepted();
  EXPECT_THAT(TextOf(RenderAwardMemo(evaluated.Process(), at.context), "approved"),
              AllOf(HasSubstr("approver"), Not(HasSubstr("approvals given"))));
  v1::SourcingProcess waived = evaluated.Process();
  waived.set_waiver(v1::WAIVER_KIND_EMERGENCY);
  EXPECT_THAT(TextOf(RenderAwardMemo(waived, at.context), "memo-waived"),
              AllOf(HasSubstr("Emergency"), HasSubstr("Hitna nabavka")));
}

TEST(Papers, ARequisitionSaysWhatIsNeededAndWhoAsks) {
  ProcurementSpec spec;
  v1::CreateRequisitionRequest create;
  create.set_parent(kOperation);
  create.set_requisition_id("pr");
  create.mutable_requisition()->set_budget_line(kBudgetLine);
  create.mutable_requisition()->set_purpose("Footwear for the border police, Bihać");
  v1::RequisitionLine& line = *create.mutable_requisition()->add_lines();
  line.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
  line.set_description("protective footwear");
  line.set_description_bs("zaštitna obuća");
  line.set_unit("pair");
  *line.mutable_quantity() = Number("1000");
  *line.mutable_estimated_unit_price() = Km("170.90");
  spec.As(kRequester).When(create).ThenAccepted();
  Surroundings at(spec);
  const v1::BudgetLine budget_line = spec.Budget();
  at.context.budget_line = &budget_line;
  const auto text = [&](const char* file) {
    return TextOf(RenderRequisition(spec.Entity<v1::Requisition>(kRequisition), at.context), file);
  };
  EXPECT_THAT(text("requisition-draft"), HasSubstr("Draft"));
  v1::SubmitRequisitionRequest submit;
  submit.set_name(kRequisition);
  spec.When(submit).ThenAccepted();
  v1::ApproveRequisitionRequest approve;
  approve.set_name(kRequisition);
  spec.As(kApprover).When(approve).ThenAccepted();
  const std::string approved = text("requisition");
  EXPECT_THAT(approved, AllOf(HasSubstr("Requisition"), HasSubstr("Zahtjev za nabavku"),
                              HasSubstr("PR-2023-0001"), HasSubstr("zaštitna obuća"),
                              HasSubstr("170,900.00 BAM"), HasSubstr("border police, Bihać")));
  EXPECT_THAT(approved, AllOf(HasSubstr("requester"), HasSubstr("approver"), HasSubstr("Equipment"),
                              Not(HasSubstr("not yet"))));
}

TEST(Papers, INV04_ATenderPackTellsNothingOfEstimatesAndOtherBidders) {
  SourcingSpec spec;
  spec.Plan().ThenAccepted();
  Surroundings at(spec);
  const std::string draft = TextOf(RenderTenderPack(spec.Process(), at.context), "pack-draft");
  EXPECT_THAT(draft,
              AllOf(HasSubstr("Request for Proposals"), HasSubstr("Zahtjev za prijedloge"),
                    HasSubstr("Draft: not published"), HasSubstr("Quality of the goods"),
                    HasSubstr("20 July 2023"), HasSubstr("12:00"), HasSubstr("2. Footwear")));
  EXPECT_THAT(draft, AllOf(Not(HasSubstr("100,000")), Not(HasSubstr("alfa"))));
  spec.Do<v1::PublishSourcingProcessRequest>().ThenAccepted();
  EXPECT_THAT(TextOf(RenderTenderPack(spec.Process(), at.context), "pack"),
              Not(HasSubstr("Draft")));
  v1::SourcingProcess waived = spec.Process();
  waived.set_waiver(v1::WAIVER_KIND_EMERGENCY);
  EXPECT_EQ(RenderTenderPack(waived, at.context).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(Papers, ARejectionNoteIsOfWhatWasRejectedOnly) {
  ProcurementSpec spec;
  spec.Ordered({Pieces("3", "10.00"), Goods("100", "1.00")});
  Surroundings at(spec);
  const v1::PurchaseOrder order = spec.Order();
  at.context.order = &order;
  const auto note = [&](std::string_view id) {
    return RenderRejectionNote(spec.Entity<v1::GoodsReceipt>(ProcurementSpec::ReceiptName(id)),
                               at.context);
  };
  spec.Receive({{.accepted = "40", .line = 2}}, "good").ThenAccepted();
  EXPECT_EQ(note("good").status().code(), absl::StatusCode::kFailedPrecondition);
  spec.Receive({{.accepted = "1",
                 .rejected = "1",
                 .serials = {"A-1"},
                 .rejected_serials = {"A-3"},
                 .reason = "does not switch on"},
                {.accepted = "7", .line = 2}})
      .ThenAccepted();
  const std::string text = TextOf(note("grn"), "rejection");
  EXPECT_THAT(text, AllOf(HasSubstr("Rejection Note"), HasSubstr("Obavijest o odbijanju robe"),
                          HasSubstr("Haix A-3"), HasSubstr("does not switch on"),
                          HasSubstr("Autokuća d.o.o."), HasSubstr("PO-2023-0001")));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("A-1")), Not(HasSubstr("Line 2"))));
  v1::ReverseGoodsReceiptRequest reverse;
  reverse.set_name(kReceipt);
  reverse.set_reason("another order's");
  spec.As(kReceiver).When(reverse).ThenAccepted();
  EXPECT_EQ(note("grn").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Papers, AVatExemptionIsAskedForWhatIsNoTax) {
  ProcurementSpec spec;
  spec.Draft({Goods("1000", "170.90"), Line(v1::LINE_KIND_TAX, "1", "29053.00")}).ThenAccepted();
  const Surroundings at(spec);
  EXPECT_EQ(RenderVatExemption(spec.Order(), at.context).status().code(),
            absl::StatusCode::kFailedPrecondition);
  spec.Approve().ThenAccepted();
  spec.Approve(kSecondApprover);
  Surroundings with_order(spec);
  const v1::PurchaseOrder order = spec.Order();
  with_order.context.order = &order;
  const std::string text = TextOf(RenderVatExemption(order, with_order.context), "vat");
  EXPECT_THAT(text, AllOf(HasSubstr("Request for VAT Exemption"), HasSubstr("PDV-a"),
                          HasSubstr("170,900.00 BAM"), HasSubstr("29,053.00 BAM"),
                          HasSubstr("Autokuća d.o.o.")));
  EXPECT_THAT(text, Not(HasSubstr("199,953.00")));
}

}  // namespace
}  // namespace prihvat::procurement
