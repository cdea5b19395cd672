// Every type of resource that the protos declare is made in the stories, and is then told of by the
// feed, got and listed by its name: with prihvatctl's own commands, against prihvatd. Nothing here
// names a type; one that is added must be made by a scenario, and be got, listed and watched.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/resource_name.h"
#include "nlohmann/json.hpp"
#include "prihvat/admin/v1/service.grpc.pb.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/cli.h"
#include "services/prihvatctl/grpc_api.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"

namespace prihvat::e2e {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

const ctl::ApiCatalogue& Catalogue() { return ctl::ApiCatalogue::Compiled(); }

absl::Time Soon() { return absl::Now() + absl::Seconds(120); }

bool HasText(const Descriptor& type, const char* name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr && field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated();
}

// The types of what has a name, and whether a command answers with it: if none does, it is what
// others come to (a contracting process of its releases), and the feed tells of those.
std::map<const Descriptor*, bool> NamedTypes() {
  std::map<const Descriptor*, bool> types;
  for (const auto* method : Catalogue().methods()) {
    if (!HasText(*method->output_type(), "name")) continue;
    types[method->output_type()] |= HasText(*method->input_type(), "request_id");
  }
  for (const ctl::Resource& resource : Catalogue().resources()) {
    if (HasText(*resource.type, "name")) types.try_emplace(resource.type, false);
  }
  return types;
}

const ctl::Resource* ResourceOf(const Descriptor& type) {
  const auto& all = Catalogue().resources();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.type == &type; });
  return found == all.end() ? nullptr : &*found;
}

std::string Slurp(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// One server with all that the stories make, for all tests.
class Resources : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = fs::path(::testing::TempDir()) / fmt::format("prihvat_resources_{}", getpid());
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    auto started =
        ServerProcess::Start("prihvatd", {"--data-dir=" + (directory_ / "data").string()});
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    const absl::Status serving = server_->AwaitServing(Soon());
    ASSERT_TRUE(serving.ok()) << serving;
    for (const fs::path& scenario :
         {fs::path(PRIHVAT_SCENARIOS) / "bih-2023.yaml",
          fs::path(PRIHVAT_SCENARIOS) / "procurement-full.yaml", WriteTheRest()}) {
      const auto [code, out, err] = Run({"play", scenario.string()});
      ASSERT_EQ(code, ctl::kDone) << scenario << ": " << out << err;
    }
  }
  static void TearDownTestSuite() {
    if (server_ != nullptr) {
      EXPECT_EQ(server_->Terminate(Soon()).value_or(-1), 0);
    }
    server_.reset();
    fs::remove_all(directory_);
  }

  static fs::path WriteTheRest() {
    std::string serials;
    for (int i = 0; i < 500; ++i)
      serials += fmt::format("{}{{serial: S-{:04}, manufacturer: Sample}}", i == 0 ? "" : ", ", i);
    std::string long_text;
    for (int i = 0; i < 300; ++i) long_text += "€";
    fs::path written = directory_ / "resources.yaml";
    std::ofstream(written) << absl::StrReplaceAll(Slurp(PRIHVAT_RESOURCES),
                                                  {{"SERIALS", serials}, {"LONG", long_text}});
    return written;
  }

  struct Ran {
    int code;
    std::string out;
    std::string err;
  };
  // A command of prihvatctl.
  static Ran Run(std::vector<std::string> arguments) {
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in;
    ctl::Surroundings surroundings{out, err, in};
    surroundings.connect = [](const ctl::Connection& connection) {
      return ctl::GrpcApi::To(server_->address(), connection);
    };
    surroundings.wait = [](absl::Duration wait) { absl::SleepFor(wait); };
    arguments.insert(arguments.begin(), {"--server=" + server_->address(), "--json"});
    if (arguments[2] != "play")
      arguments.insert(arguments.begin(), std::string("--principal=") + kManager);
    const int code = ctl::RunCommandLine(std::move(arguments), surroundings);
    return {code, out.str(), err.str()};
  }
  static json Told(const std::vector<std::string>& arguments) {
    const Ran ran = Run(arguments);
    EXPECT_EQ(ran.code, ctl::kDone) << ::testing::PrintToString(arguments) << ran.err;
    return ran.code == ctl::kDone ? json::parse(ran.out) : json();
  }

  // What the feeds of all services have told up to now: {service and collection, names}.
  using Names = std::map<std::pair<std::string, std::string>, std::set<std::string>>;
  static Names Watched() {
    Names names;
    auto stub = admin::v1::ChangeFeedService::NewStub(server_->channel());
    for (const char* service : {"procurement", "handover", "reception", "reporting"}) {
      grpc::ClientContext context;
      context.AddMetadata("x-prihvat-principal", kManager);
      context.set_deadline(absl::ToChronoTime(Soon()));
      admin::v1::WatchRequest request;
      request.set_service(service);
      request.mutable_heartbeat_interval()->set_seconds(1);
      const auto reader = stub->Watch(&context, request);
      admin::v1::WatchResponse response;
      while (reader->Read(&response) && !response.has_heartbeat()) {
        for (const std::string& name : response.change().resources()) {
          const auto parsed = base::ResourceName::Parse(name);
          EXPECT_TRUE(parsed.ok()) << name;
          if (parsed.ok()) names[{service, std::string(parsed->Collection())}].insert(name);
        }
      }
      EXPECT_TRUE(response.has_heartbeat()) << service;
      context.TryCancel();
      while (reader->Read(&response)) {
      }
      reader->Finish();
    }
    return names;
  }

  // The service that tells of the resource in its feed, "" for none.
  static std::string TellerOf(const ctl::Resource& resource, const Names& names) {
    for (const auto& [key, unused] : names) {
      const bool of_every_service = resource.service == "admin";
      if (key.second == resource.collection && (of_every_service || key.first == resource.service))
        return key.first;
    }
    return "";
  }

  // Watched() once every type that commands answer with was told of.
  static Names WatchedInFull() {
    const absl::Time deadline = Soon();
    for (;;) {
      Names names = Watched();
      std::vector<std::string> missing;
      for (const auto& [type, changed] : NamedTypes()) {
        const ctl::Resource* resource = ResourceOf(*type);
        if (changed && resource != nullptr && TellerOf(*resource, names).empty())
          missing.push_back(resource->service + " " + resource->collection);
      }
      if (missing.empty()) return names;
      if (absl::Now() > deadline) {
        ADD_FAILURE() << "no feed tells of " << ::testing::PrintToString(missing)
                      << ": no scenario makes one, or its events do not name it first";
        return names;
      }
    }
  }

  static std::vector<std::string> ListArguments(const ctl::Resource& resource,
                                                const std::string& service,
                                                const std::string& parent) {
    std::vector<std::string> arguments = {"list", resource.collection, "--service=" + service,
                                          "--limit=100000"};
    if (!parent.empty()) arguments.push_back("--parent=" + parent);
    return arguments;
  }

  // A name of what no feed tells of: of the first that is listed under anything.
  static std::string FindOne(const ctl::Resource& resource, const Names& names) {
    for (const auto& [key, known] : names) {
      if (key.first != resource.service) continue;
      int tried = 0;
      for (const std::string& parent : known) {
        if (++tried > 3) break;
        const json listed = Told(ListArguments(resource, resource.service, parent));
        if (!listed.empty()) return listed[0]["name"];
      }
    }
    return "";
  }

  static void ExpectGotAndListed(const ctl::Resource& resource, const std::string& service,
                                 const std::string& name) {
    const json got = Told({"get", name, "--service=" + service});
    ASSERT_EQ(got.value("name", ""), name);
    const std::string parent(base::ResourceName::Parse(name)->Parent());
    const json listed = Told(ListArguments(resource, service, parent));
    const auto row = std::find_if(listed.begin(), listed.end(),
                                  [&](const json& each) { return each.value("name", "") == name; });
    ASSERT_NE(row, listed.end()) << name << " is not listed under " << parent;
    // A list may leave out what is large; what it tells is the same.
    for (const auto& [field, value] : row->items()) EXPECT_EQ(got[field], value) << field;
  }

  static fs::path directory_;
  static std::unique_ptr<ServerProcess> server_;
};

fs::path Resources::directory_;
std::unique_ptr<ServerProcess> Resources::server_;

TEST_F(Resources, EachTypeIsWatchedGotAndListedByName) {
  const Names names = WatchedInFull();
  for (const auto& [type, changed] : NamedTypes()) {
    SCOPED_TRACE(type->full_name());
    const ctl::Resource* resource = ResourceOf(*type);
    ASSERT_NE(resource, nullptr) << "is neither got nor listed";
    ASSERT_NE(resource->get, nullptr) << "cannot be got";
    ASSERT_NE(resource->list, nullptr) << "cannot be listed";
    const std::string teller = TellerOf(*resource, names);
    if (teller.empty()) {
      EXPECT_FALSE(changed);
      const std::string name = FindOne(*resource, names);
      ASSERT_NE(name, "") << "no scenario makes one";
      ExpectGotAndListed(*resource, resource->service, name);
      continue;
    }
    ExpectGotAndListed(*resource, teller, *names.at({teller, resource->collection}).begin());
    const json told = Told({"watch", resource->collection, "--service=" + teller, "--limit=1"});
    ASSERT_TRUE(told.is_object());
    const std::vector<std::string> resources = told["change"]["resources"];
    EXPECT_THAT(resources,
                Contains(::testing::ContainsRegex("/?" + resource->collection + "/[^/]+$")));
  }
}

// What is computed, and has no name of its own.
TEST_F(Resources, WhatHasNoNameIsListed) {
  for (const ctl::Resource& resource : Catalogue().resources()) {
    if (HasText(*resource.type, "name") || resource.list == nullptr) continue;
    SCOPED_TRACE(resource.collection);
    json listed = json::array();
    if (HasText(*resource.list->input_type(), "parent")) {
      for (const char* operation : {"operations/ba", "operations/ba-purchase"}) {
        for (const json& row :
             Told({"list", resource.collection, "--limit=10", "--parent", operation}))
          listed.push_back(row);
      }
    } else {
      listed = Told({"list", resource.collection});
    }
    EXPECT_THAT(listed, Not(IsEmpty()));
  }
}

}  // namespace
}  // namespace prihvat::e2e
