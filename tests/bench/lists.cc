#include "tests/bench/lists.h"

#include <atomic>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "tests/bench/load.h"
#include "tests/e2e/server_process.h"

namespace prihvat::bench {
namespace {

using e2e::ServerProcess;
namespace v1 = procurement::v1;

constexpr char kService[] = "/prihvat.procurement.v1.ProcurementService/";
constexpr char kOperation[] = "operations/ba";
constexpr char kProject[] = "operations/ba/projects/bench";
constexpr int64_t kSuppliers = 1000;
constexpr int64_t kLines = 20;
constexpr int kFilling = 64;  // calls open at a time
constexpr int kPageSize = 50;
constexpr absl::Duration kPatience = absl::Minutes(2);
constexpr double kMostMs = 50;

class Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Start(const std::string& data) {
    auto process = ServerProcess::Start("prihvatd", {"--data-dir=" + data, "--log-level=warning"});
    if (!process.ok()) return process.status();
    if (absl::Status serving = (*process)->AwaitServing(absl::Now() + kPatience); !serving.ok())
      return serving;
    return std::unique_ptr<Server>(new Server(*std::move(process)));
  }

  template <class Request>
  absl::Status Do(const std::string& method, Request request) {
    request.set_request_id(base::MakeUuid(random_));
    return CallOnce(To(method, 1, kPatience), request.SerializeAsString()).status();
  }

  // Sends what `request` makes of 0, 1, 2 ... until there are `count`, and perhaps some more.
  absl::Status Fill(const std::string& method, int64_t count,
                    const std::function<std::string(int64_t i)>& request) {
    std::atomic<int64_t> next{0};
    const absl::Time give_up = absl::Now() + absl::Minutes(30);
    while (next < count) {
      if (absl::Now() > give_up)
        return absl::DeadlineExceededError(
            fmt::format("only {} of {} were made", next.load(), count));
      LoadOptions options = To(method, kFilling, absl::Seconds(1));
      options.warm_up = absl::ZeroDuration();
      const auto figures = RunLoad(options, [&](int64_t) { return request(next.fetch_add(1)); });
      if (!figures.ok()) return figures.status();
      if (figures->failures > 0) return absl::InternalError(figures->first_failure);
    }
    return absl::OkStatus();
  }

  // First pages of what `request` asks for.
  absl::StatusOr<Figures> Pages(const v1::ListPurchaseOrdersRequest& request,
                                absl::Duration measure) const {
    std::string bytes = request.SerializeAsString();
    auto figures = RunLoad(To("ListPurchaseOrders", 1, measure), [&](int64_t) { return bytes; });
    if (figures.ok() && (figures->failures > 0 || figures->calls() == 0))
      return absl::InternalError(figures->first_failure);
    return figures;
  }

  // How many orders there are on the first page.
  absl::StatusOr<int> Found(const v1::ListPurchaseOrdersRequest& request) const {
    const auto bytes =
        CallOnce(To("ListPurchaseOrders", 1, kPatience), request.SerializeAsString());
    if (!bytes.ok()) return bytes.status();
    v1::ListPurchaseOrdersResponse page;
    if (!page.ParseFromString(*bytes)) return absl::InternalError("a page cannot be parsed");
    return page.purchase_orders_size();
  }

  base::Random& random() { return random_; }

 private:
  explicit Server(std::unique_ptr<ServerProcess> process) : process_(std::move(process)) {}

  LoadOptions To(const std::string& method, int open, absl::Duration measure) const {
    LoadOptions options;
    options.address = process_->address();
    options.method = kService + method;
    options.metadata = {{"x-prihvat-principal",
                         "organisations/iom/people/bench;roles=operation_manager;operations=*"}};
    options.open = open;
    options.channels = std::min(open, 4);
    options.measure = measure;
    return options;
  }

  const std::unique_ptr<ServerProcess> process_;
  base::SystemRandom random_;  // any thread
};

std::string SupplierName(int64_t i) {
  return fmt::format("{}/suppliers/s{}", kOperation, i % kSuppliers);
}

std::string LineName(int64_t i) { return fmt::format("{}/budgetLines/l{}", kProject, i % kLines); }

std::string Supplier(Server& server, int64_t i) {
  v1::RegisterSupplierRequest request;
  request.set_parent(kOperation);
  request.set_supplier_id(fmt::format("s{}", i));
  request.mutable_supplier()->set_display_name(fmt::format("Dobavljač {} d.o.o.", i));
  request.mutable_supplier()->set_country_code("BA");
  request.set_request_id(base::MakeUuid(server.random()));
  return request.SerializeAsString();
}

std::string Order(Server& server, int64_t i) {
  v1::CreatePurchaseOrderRequest request;
  request.set_parent(kOperation);
  request.set_purchase_order_id(fmt::format("o{:07}", i));
  v1::PurchaseOrder& order = *request.mutable_purchase_order();
  order.set_budget_line(LineName(i));
  order.set_supplier(SupplierName(i));
  order.set_display_name(fmt::format("Winter kits {}", i));
  for (int line = 0; line < 3; ++line) {
    v1::OrderLine& item = *order.add_lines();
    item.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
    item.set_description(fmt::format("Winter kit, size {}", line));
    item.set_unit("piece");
    item.mutable_quantity()->set_value("7");
    item.mutable_unit_price()->set_currency_code("BAM");
    item.mutable_unit_price()->set_units(10);
  }
  request.set_request_id(base::MakeUuid(server.random()));
  return request.SerializeAsString();
}

absl::Status FillServer(Server& server, int64_t orders) {
  v1::CreateOperationRequest operation;
  operation.set_name(kOperation);
  operation.set_display_name("Benchmark");
  operation.set_time_zone("Europe/Sarajevo");
  absl::Status done = server.Do("CreateOperation", operation);
  v1::CreateProjectRequest project;
  project.set_parent(kOperation);
  project.set_project_id("bench");
  project.mutable_project()->set_display_name("Benchmark");
  project.mutable_project()->set_donor("organisations/eu");
  project.mutable_project()->set_funding_source("European Union");
  project.mutable_project()->set_currency("BAM");
  if (done.ok()) done = server.Do("CreateProject", project);
  for (int64_t i = 0; i < kLines && done.ok(); ++i) {
    v1::CreateBudgetLineRequest line;
    line.set_parent(kProject);
    line.set_budget_line_id(fmt::format("l{}", i));
    line.mutable_budget_line()->set_display_name(fmt::format("Line {}", i));
    line.mutable_budget_line()->mutable_amount()->set_currency_code("BAM");
    line.mutable_budget_line()->mutable_amount()->set_units(1'000'000'000);
    done = server.Do("CreateBudgetLine", line);
  }
  if (!done.ok()) return done;
  done =
      server.Fill("RegisterSupplier", kSuppliers, [&](int64_t i) { return Supplier(server, i); });
  if (!done.ok()) return done;
  return server.Fill("CreatePurchaseOrder", orders, [&](int64_t i) { return Order(server, i); });
}

}  // namespace

absl::Status MeasureLists(const std::string& scratch, int64_t orders, absl::Duration measure,
                          std::vector<Line>& lines) {
  auto server = Server::Start(scratch + "/lists");
  if (!server.ok()) return server.status();
  if (absl::Status filled = FillServer(**server, orders); !filled.ok()) return filled;
  v1::ListPurchaseOrdersRequest all;
  all.set_parent(kOperation);
  all.set_page_size(kPageSize);
  v1::ListPurchaseOrdersRequest of_line = all, of_supplier = all, of_nobody = all, in_state = all;
  of_line.set_budget_line(LineName(kLines - 1));
  of_supplier.set_supplier(SupplierName(kSuppliers - 1));
  of_nobody.set_supplier(fmt::format("{}/suppliers/none", kOperation));
  in_state.set_state(v1::PURCHASE_ORDER_STATE_ISSUED);
  for (const auto& [what, request] : {std::pair{"all", &all},
                                      {"of one budget line of 20", &of_line},
                                      {"of one supplier of 1000", &of_supplier},
                                      {"of a supplier who has none", &of_nobody},
                                      {"in a state that none is in", &in_state}}) {
    const auto found = (*server)->Found(*request);
    if (!found.ok()) return found.status();
    const auto pages = (*server)->Pages(*request, measure);
    if (!pages.ok()) return pages.status();
    const double p99 = absl::ToDoubleMilliseconds(pages->p99());
    lines.push_back({fmt::format("page of {} orders {} ({}), p50 / p99", orders, what, *found),
                     fmt::format("{:.1f}/{:.1f}ms", absl::ToDoubleMilliseconds(pages->p50()), p99),
                     fmt::format("{:.0f}ms", kMostMs), "what was asked for", kMostMs / p99,
                     "p99 <= 50 ms", p99 <= kMostMs});
  }
  return absl::OkStatus();
}

}  // namespace prihvat::bench
