// The call chain over a real server: what every kind of error looks like to a caller, paging,
// tokens, repeats, deadlines, access, forwarding.
#include "libs/rpc/calls.h"

#include <fstream>
#include <future>
#include <map>
#include <sstream>

#include "absl/strings/str_split.h"
#include "absl/synchronization/blocking_counter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/partitioner.h"
#include "libs/rpc/admission.h"
#include "libs/rpc/metadata.h"
#include "libs/rpc/reasons.h"
#include "libs/rpc/refusals.h"
#include "libs/rpc/service_metrics.h"
#include "libs/rpc/testing/test_server.h"
#include "libs/telemetry/http_endpoint.h"
#include "libs/telemetry/log.h"
#include "nlohmann/json.hpp"
#include "prometheus/registry.h"

namespace prihvat::rpc::testing {
namespace {

using event_log::testing::AppendFault;
using rpctest::v1::BoardService;
using rpctest::v1::CountNotesRequest;
using rpctest::v1::CountNotesResponse;
using rpctest::v1::EditNoteRequest;
using rpctest::v1::ForgottenRequest;
using rpctest::v1::GetNoteRequest;
using rpctest::v1::ListNotesRequest;
using rpctest::v1::ListNotesResponse;
using rpctest::v1::Note;
using rpctest::v1::PinNoteRequest;
using rpctest::v1::ReplyToNoteRequest;
using rpctest::v1::ReplyToNoteResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using Stub = BoardService::Stub;

PinNoteRequest Pin(int n, const std::string& id = "", const std::string& operation = "ba") {
  PinNoteRequest request;
  request.set_parent("operations/" + operation);
  request.set_note_id(id.empty() ? "n" + std::to_string(n) : id);
  request.mutable_note()->set_text("buy milk");
  request.set_request_id(RequestId(n));
  return request;
}

std::vector<std::string> BrokenFields(const Outcome& outcome) {
  std::vector<std::string> fields;
  for (const auto& violation : outcome.bad_request.field_violations())
    fields.push_back(violation.field());
  return fields;
}

bool Eventually(const std::function<bool()>& holds) {
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!holds() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
  return holds();
}

// Calls that the server has open.
double InFlight(prometheus::Registry& registry) {
  double open = 0;
  for (const auto& family : registry.Collect()) {
    if (family.name != "prihvat_rpc_in_flight") continue;
    for (const auto& metric : family.metric) open += metric.gauge.value;
  }
  return open;
}

class CallsTest : public ::testing::Test {
 protected:
  CallsTest() : board_(BoardStorage()) {}

  Outcome PinNote(const PinNoteRequest& request, Note* note, const Saying& saying = {}) {
    return Call(board_.stub(), &Stub::PinNote, request, note, saying);
  }
  Outcome GetNote(const std::string& name, Note* note, const Saying& saying = {}) {
    GetNoteRequest request;
    request.set_name(name);
    return Call(board_.stub(), &Stub::GetNote, request, note, saying);
  }

  Instance board_;
};

TEST_F(CallsTest, ACommandAnswersTheResourceItsEtagAndAToken) {
  Note pinned;
  const Outcome outcome = PinNote(Pin(1), &pinned);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  EXPECT_EQ(pinned.name(), "operations/ba/notes/n1");
  EXPECT_EQ(pinned.text(), "buy milk");
  EXPECT_FALSE(outcome.token.empty());

  Note read;
  ASSERT_TRUE(GetNote(pinned.name(), &read, {.token = outcome.token}).status.ok());
  EXPECT_EQ(read.etag(), pinned.etag());

  EditNoteRequest edit;
  edit.set_name(pinned.name());
  edit.set_etag(read.etag());
  edit.set_text("buy bread");
  edit.set_request_id(RequestId(2));
  Note edited;
  ASSERT_TRUE(Call(board_.stub(), &Stub::EditNote, edit, &edited).status.ok());
  EXPECT_EQ(edited.text(), "buy bread");
  EXPECT_NE(edited.etag(), read.etag());

  edit.set_request_id(RequestId(3));  // with the etag of before
  const Outcome stale = Call(board_.stub(), &Stub::EditNote, edit, &edited);
  EXPECT_EQ(stale.status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(stale.reason, "STALE_ETAG");
}

TEST_F(CallsTest, G3_ARepeatedRequestIdChangesNothingAndRendersTheResourceAsItIsNow) {
  Note note;
  ASSERT_TRUE(PinNote(Pin(1), &note).status.ok());
  EditNoteRequest edit;
  edit.set_name(note.name());
  edit.set_text("buy bread");
  edit.set_request_id(RequestId(2));
  ASSERT_TRUE(Call(board_.stub(), &Stub::EditNote, edit, &note).status.ok());

  Note again;
  const Outcome repeat = PinNote(Pin(1), &again);
  ASSERT_TRUE(repeat.status.ok()) << repeat.status.error_message();
  EXPECT_EQ(again.text(), "buy bread");
  EXPECT_EQ(again.etag(), note.etag());
  EXPECT_FALSE(repeat.token.empty());

  ReplyToNoteRequest reply;
  reply.set_name(note.name());
  reply.set_request_id(RequestId(3));
  ReplyToNoteResponse replied;
  ASSERT_TRUE(Call(board_.stub(), &Stub::ReplyToNote, reply, &replied).status.ok());
  EXPECT_FALSE(replied.repeated_request());
  replied.Clear();
  ASSERT_TRUE(Call(board_.stub(), &Stub::ReplyToNote, reply, &replied).status.ok());
  EXPECT_TRUE(replied.repeated_request());
  EXPECT_EQ(replied.replies(), 1);
}

TEST_F(CallsTest, B8_ARequestIdUsedForAnotherRequestIsRefused) {
  Note note;
  ASSERT_TRUE(PinNote(Pin(1), &note).status.ok());
  const Outcome outcome = PinNote(Pin(1, "other"), &note);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(outcome.reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(outcome.domain, "prihvat");
  EXPECT_EQ(outcome.metadata.at("remedy"), "Use a new UUID for a new request.");
}

TEST_F(CallsTest, ARejectionSaysWhichRuleWhichNumbersAndWhatToDo) {
  Note note;
  for (int i = 0; i < kMaxNotes; ++i) ASSERT_TRUE(PinNote(Pin(i), &note).status.ok());
  const Outcome full = PinNote(Pin(99), &note);
  EXPECT_EQ(full.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(full.status.error_message(), "30 notes are pinned; 30 fit");
  EXPECT_EQ(full.reason, "BOARD_FULL");
  EXPECT_EQ(full.domain, "prihvat");
  EXPECT_THAT(full.metadata,
              ElementsAre(Pair("limit", "30"), Pair("name", "operations/ba"), Pair("notes", "30"),
                          Pair("remedy", "Take another board.")));
  ASSERT_EQ(full.precondition.violations_size(), 1);
  EXPECT_EQ(full.precondition.violations(0).type(), "BOARD_FULL");
  EXPECT_EQ(full.precondition.violations(0).subject(), "operations/ba");
  EXPECT_FALSE(full.retry.has_retry_delay());
}

TEST_F(CallsTest, NamesThatAreNotThereOrThereAlreadySaySo) {
  Note note;
  const Outcome missing = GetNote("operations/ba/notes/none", &note);
  EXPECT_EQ(missing.status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(missing.reason, "NOT_FOUND");
  EXPECT_EQ(missing.metadata.at("name"), "operations/ba/notes/none");

  ASSERT_TRUE(PinNote(Pin(1, "a"), &note).status.ok());
  const Outcome twice = PinNote(Pin(2, "a"), &note);
  EXPECT_EQ(twice.status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(twice.reason, "ALREADY_EXISTS");
}

TEST_F(CallsTest, G13_AGetOfANameOfAnotherTypeFindsNothing) {
  Note note;
  ASSERT_TRUE(PinNote(Pin(1), &note).status.ok());
  ReplyToNoteRequest reply;
  reply.set_name(note.name());
  reply.set_request_id(RequestId(2));
  ReplyToNoteResponse replied;
  ASSERT_TRUE(Call(board_.stub(), &Stub::ReplyToNote, reply, &replied).status.ok());
  std::string name;
  board_.service().Look()->entities().Scan(note.name() + "/replies/", "",
                                           [&](std::string_view key, std::string_view) {
                                             name = std::string(key);
                                             return false;
                                           });
  ASSERT_FALSE(name.empty());
  EXPECT_EQ(GetNote(name, &note).reason, "NOT_FOUND");
}

TEST_F(CallsTest, EveryBrokenFieldIsNamed) {
  PinNoteRequest request = Pin(1);
  request.set_parent("operations/BA BA");
  request.set_note_id("-");
  request.set_request_id("7");
  request.mutable_effective_time()->set_nanos(-1);
  Note note;
  const Outcome outcome = PinNote(request, &note);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(outcome.reason, "INVALID_FIELD");
  EXPECT_THAT(BrokenFields(outcome),
              ElementsAre("parent", "note_id", "request_id", "effective_time"));
  for (const char* field : {"parent: ", "note_id: ", "request_id: ", "effective_time: "}) {
    const std::vector<std::string> parts =
        absl::StrSplit(outcome.status.error_message(), absl::ByString(field));
    EXPECT_EQ(parts.size(), 2u) << field << "is not said once: " << outcome.status.error_message();
  }

  request = Pin(1);
  request.clear_request_id();
  EXPECT_THAT(BrokenFields(PinNote(request, &note)), ElementsAre("request_id"));
  request = Pin(1);
  request.clear_parent();
  EXPECT_THAT(BrokenFields(PinNote(request, &note)), ElementsAre("parent"));
  request = Pin(1);
  request.mutable_note()->clear_text();  // the decider's rule
  const Outcome decided = PinNote(request, &note);
  EXPECT_EQ(decided.reason, "INVALID_FIELD");
  EXPECT_THAT(BrokenFields(decided), ElementsAre("note.text"));
  EXPECT_THAT(BrokenFields(GetNote("", &note)), ElementsAre("name"));
}

TEST_F(CallsTest, INV34_TheEffectiveTimeReachesTheDecider) {
  PinNoteRequest request = Pin(1);
  request.mutable_effective_time()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(1)));
  Note note;
  EXPECT_EQ(PinNote(request, &note).reason, "EFFECTIVE_IN_FUTURE");
  request.mutable_effective_time()->set_seconds(
      absl::ToUnixSeconds(absl::Now() - absl::Hours(24 * 40)));
  EXPECT_EQ(PinNote(request, &note).reason, "BACKDATED_TOO_FAR");

  // An import may, if the caller may import.
  Saying saying{.metadata = {{kImportKey, "bih-2023"}}};
  const Outcome denied = PinNote(request, &note, saying);
  EXPECT_EQ(denied.reason, "PERMISSION_DENIED");
  EXPECT_EQ(denied.metadata.at("permission"), "operations.import");
  saying.principal = kNurse;
  ASSERT_TRUE(PinNote(request, &note, saying).status.ok());
  EXPECT_EQ(note.effective_time().seconds(), request.effective_time().seconds());
  saying.metadata[kImportKey] = "../../etc";
  EXPECT_THAT(BrokenFields(PinNote(Pin(5), &note, saying)), ElementsAre(kImportKey));
}

TEST_F(CallsTest, G12_WhoIsUnknownOrNotGrantedDoesNothing) {
  Note note;
  const Outcome nobody = PinNote(Pin(1), &note, {.principal = ""});
  EXPECT_EQ(nobody.status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(nobody.reason, "UNAUTHENTICATED");
  EXPECT_EQ(PinNote(Pin(1), &note, {.principal = "ana;roles=writer"}).reason, "UNAUTHENTICATED");

  const Outcome reader = PinNote(Pin(1), &note, {.principal = kReader});
  EXPECT_EQ(reader.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(reader.reason, "PERMISSION_DENIED");
  EXPECT_EQ(reader.metadata.at("permission"), "board.notes.pin");

  const Outcome elsewhere = PinNote(Pin(1, "", "xx"), &note);
  EXPECT_EQ(elsewhere.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(elsewhere.reason, "OPERATION_NOT_GRANTED");
  EXPECT_EQ(elsewhere.metadata.at("operation"), "operations/xx");

  PinNoteRequest smuggled = Pin(1);  // another operation deep in the request
  smuggled.mutable_note()->set_name("operations/xx/notes/a");
  EXPECT_EQ(PinNote(smuggled, &note).reason, "OPERATION_NOT_GRANTED");

  ForgottenRequest forgotten;
  forgotten.set_name("operations/ba/notes/a");
  const Outcome undeclared =
      Call(board_.stub(), &Stub::Forgotten, forgotten, &note, {.principal = kNurse});
  EXPECT_EQ(undeclared.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(undeclared.reason, "METHOD_WITHOUT_PERMISSION");
  EXPECT_EQ(undeclared.metadata.at("method"), "/prihvat.rpctest.v1.BoardService/Forgotten");
  EXPECT_EQ(board_.service().counters().commits, 0);
}

TEST_F(CallsTest, G12_FieldsThatTheCallerMayNotSeeComeBackEmpty) {
  PinNoteRequest request = Pin(1);
  request.mutable_note()->set_person("Amina");
  request.mutable_note()->mutable_ailment()->set_title("flu");
  Note note;
  ASSERT_TRUE(PinNote(request, &note).status.ok());
  EXPECT_EQ(note.person(), "Amina");
  EXPECT_FALSE(note.has_ailment()) << "not even in the answer to who wrote it";
  const std::string name = note.name();
  ASSERT_TRUE(GetNote(name, &note, {.principal = kNurse}).status.ok());
  EXPECT_EQ(note.ailment().title(), "flu");
  ASSERT_TRUE(GetNote(name, &note, {.principal = kReader}).status.ok());
  EXPECT_EQ(note.text(), "buy milk");
  EXPECT_EQ(note.person(), "");
  ListNotesRequest list;
  list.set_parent("operations/ba");
  ListNotesResponse listed;
  ASSERT_TRUE(
      Call(board_.stub(), &Stub::ListNotes, list, &listed, {.principal = kReader}).status.ok());
  ASSERT_EQ(listed.notes_size(), 1);
  EXPECT_EQ(listed.notes(0).person(), "");
  EXPECT_NE(listed.notes(0).etag(), "");
}

TEST_F(CallsTest, AListIsPagedByNameWithoutLossOrRepeat) {
  Note note;
  for (int i = 0; i < 25; ++i) {
    PinNoteRequest request = Pin(i, "n" + std::to_string(100 + i));
    if (i % 5 == 0) request.mutable_note()->set_text("buy eggs");
    ASSERT_TRUE(PinNote(request, &note).status.ok());
    ReplyToNoteRequest reply;  // children, which lie among their parents' rows
    reply.set_name(note.name());
    reply.set_request_id(RequestId(1000 + i));
    ReplyToNoteResponse replied;
    ASSERT_TRUE(Call(board_.stub(), &Stub::ReplyToNote, reply, &replied).status.ok());
  }
  ListNotesRequest list;
  list.set_parent("operations/ba");
  list.set_page_size(10);
  std::vector<std::string> names;
  std::vector<int> sizes;
  do {
    ListNotesResponse page;
    ASSERT_TRUE(Call(board_.stub(), &Stub::ListNotes, list, &page).status.ok());
    for (const Note& listed : page.notes()) names.push_back(listed.name());
    sizes.push_back(page.notes_size());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty() && sizes.size() < 10);
  EXPECT_THAT(sizes, ElementsAre(10, 10, 5));
  ASSERT_EQ(names.size(), 25u);
  for (int i = 0; i < 25; ++i)
    EXPECT_EQ(names[static_cast<size_t>(i)], "operations/ba/notes/n" + std::to_string(100 + i));

  list.clear_page_token();
  list.set_text("buy eggs");
  list.set_page_size(5);
  ListNotesResponse eggs;
  ASSERT_TRUE(Call(board_.stub(), &Stub::ListNotes, list, &eggs).status.ok());
  EXPECT_EQ(eggs.notes_size(), 5);
  EXPECT_EQ(eggs.next_page_token(), "") << "nothing follows the last one";
}

TEST_F(CallsTest, G13_APageOfLargeResourcesIsCutToWhatAClientTakes) {
  Note note;
  for (int i = 0; i < 12; ++i) {
    PinNoteRequest request = Pin(i, "n" + std::to_string(100 + i));
    request.mutable_note()->set_text(std::string(600'000, 'x'));
    ASSERT_TRUE(PinNote(request, &note).status.ok());
  }
  ListNotesRequest list;
  list.set_parent("operations/ba");
  int seen = 0;
  int pages = 0;
  do {
    ListNotesResponse page;
    const Outcome outcome = Call(board_.stub(), &Stub::ListNotes, list, &page);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
    seen += page.notes_size();
    list.set_page_token(page.next_page_token());
  } while (++pages < 12 && !list.page_token().empty());
  EXPECT_EQ(seen, 12);
  EXPECT_EQ(pages, 3);
}

TEST_F(CallsTest, G13_FieldsThatTheApiDoesNotHaveAreNotStored) {
  PinNoteRequest request = Pin(1);
  Note& sent = *request.mutable_note();
  sent.GetReflection()->MutableUnknownFields(&sent)->AddLengthDelimited(9999, "anything");
  Note note;
  ASSERT_TRUE(PinNote(request, &note).status.ok());
  Note stored;
  GetNote(note.name(), &stored);
  EXPECT_EQ(stored.text(), sent.text());
  EXPECT_TRUE(stored.GetReflection()->GetUnknownFields(stored).empty());
  EXPECT_TRUE(note.GetReflection()->GetUnknownFields(note).empty());
}

TEST_F(CallsTest, APageTokenServesOnlyTheRequestThatItCameFrom) {
  Note note;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(PinNote(Pin(i), &note).status.ok());
  ListNotesRequest list;
  list.set_parent("operations/ba");
  list.set_page_size(2);
  ListNotesResponse page;
  ASSERT_TRUE(Call(board_.stub(), &Stub::ListNotes, list, &page).status.ok());
  list.set_page_token(page.next_page_token());
  list.set_page_size(1);  // may change
  EXPECT_TRUE(Call(board_.stub(), &Stub::ListNotes, list, &page).status.ok());

  ListNotesRequest other = list;
  other.set_text("buy milk");
  const Outcome outcome = Call(board_.stub(), &Stub::ListNotes, other, &page);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(outcome.reason, "INVALID_PAGE_TOKEN");
  EXPECT_THAT(BrokenFields(outcome), ElementsAre("page_token"));
  list.set_page_token("AAAA");
  EXPECT_EQ(Call(board_.stub(), &Stub::ListNotes, list, &page).reason, "INVALID_PAGE_TOKEN");
  list.clear_page_token();
  list.set_page_size(-1);
  EXPECT_THAT(BrokenFields(Call(board_.stub(), &Stub::ListNotes, list, &page)),
              ElementsAre("page_size"));
}

TEST_F(CallsTest, AComputedReadSeesViewsAndTheZone) {
  Note note;
  ASSERT_TRUE(PinNote(Pin(1), &note).status.ok());
  ASSERT_TRUE(PinNote(Pin(2, "", "rs"), &note).status.ok());
  CountNotesRequest count;
  count.set_operation("operations/ba");
  CountNotesResponse counted;
  ASSERT_TRUE(Call(board_.stub(), &Stub::CountNotes, count, &counted).status.ok());
  EXPECT_EQ(counted.notes(), 1);
  EXPECT_EQ(counted.time_zone(), "Europe/Sarajevo");

  // What names no operation could tell of any.
  count.clear_operation();
  EXPECT_EQ(Call(board_.stub(), &Stub::CountNotes, count, &counted).reason,
            "OPERATION_NOT_GRANTED");
  counted.Clear();
  ASSERT_TRUE(
      Call(board_.stub(), &Stub::CountNotes, count, &counted, {.principal = kNurse}).status.ok());
  EXPECT_EQ(counted.notes(), 2);
}

TEST_F(CallsTest, G5_AReadWaitsForItsTokenAndNotForEver) {
  Note note;
  const Outcome written = PinNote(Pin(1), &note);
  ASSERT_TRUE(written.status.ok());
  common::v1::Token future = *DecodeToken(written.token);
  future.mutable_positions(0)->set_offset(future.positions(0).offset() + 1);
  // A write that comes while the read waits.
  auto reading = std::async(std::launch::async, [&] {
    Note read;
    return GetNote("operations/ba/notes/n2", &read, {.token = EncodeToken(future)});
  });
  ASSERT_TRUE(PinNote(Pin(2), &note).status.ok());
  EXPECT_TRUE(reading.get().status.ok());

  future.mutable_positions(0)->set_offset(1'000'000);
  const Outcome late = GetNote("operations/ba/notes/n2", &note,
                               {.token = EncodeToken(future), .timeout = absl::Milliseconds(150)});
  EXPECT_EQ(late.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  const Outcome broken = GetNote("operations/ba/notes/n2", &note, {.token = "!"});
  EXPECT_EQ(broken.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(broken.reason, "INVALID_TOKEN");
  EXPECT_EQ(broken.metadata.at("metadata"), "x-prihvat-token");
  EXPECT_EQ(broken.metadata.at("bytes"), "1");
}

// As one that is not there, a view of which no version has caught up has no rows yet.
TEST_F(CallsTest, AViewThatIsBeingBuiltSaysSoAndWhenToAskAgain) {
  const Admission admission;
  const ReadContext reads(board_.service(), admission);
  EXPECT_TRUE(reads.view("counts").ok());
  const absl::Status building = reads.view("sums").status();
  EXPECT_EQ(building.code(), absl::StatusCode::kUnavailable);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(
      std::string(*building.GetPayload("type.googleapis.com/google.rpc.ErrorInfo"))));
  EXPECT_EQ(info.reason(), "VIEW_BUILDING");
  EXPECT_EQ(info.metadata().at("view"), "sums");
  EXPECT_TRUE(building.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
}

TEST_F(CallsTest, S1_WhatIsOfAnotherOperationShowsInNoListCountOrError) {
  Note note;
  ASSERT_TRUE(PinNote(Pin(1), &note).status.ok());
  ASSERT_TRUE(PinNote(Pin(2, "hidden", "rs"), &note).status.ok());
  const Saying ben{.principal = kReader};  // of operations/ba alone
  ListNotesRequest list;
  list.set_parent("operations/ba");
  list.set_page_size(1);
  ListNotesResponse listed;
  ASSERT_TRUE(Call(board_.stub(), &Stub::ListNotes, list, &listed, ben).status.ok());
  EXPECT_EQ(listed.notes_size(), 1);
  EXPECT_EQ(listed.next_page_token(), "");
  list.set_parent("operations/rs");
  listed.Clear();
  EXPECT_EQ(Call(board_.stub(), &Stub::ListNotes, list, &listed, ben).reason,
            "OPERATION_NOT_GRANTED");
  EXPECT_EQ(listed.notes_size(), 0);
  for (const char* operation : {"", "operations/rs"}) {
    CountNotesRequest count;
    count.set_operation(operation);
    CountNotesResponse counted;
    EXPECT_EQ(Call(board_.stub(), &Stub::CountNotes, count, &counted, ben).reason,
              "OPERATION_NOT_GRANTED");
    EXPECT_EQ(counted.notes(), 0);
  }
  // What is there and what is not is refused in the same words.
  const Outcome there = GetNote("operations/rs/notes/hidden", &note, ben);
  const Outcome none = GetNote("operations/rs/notes/none", &note, ben);
  EXPECT_EQ(there.reason, "OPERATION_NOT_GRANTED");
  EXPECT_EQ(there.status.error_message(), none.status.error_message());
  EXPECT_EQ(there.metadata, none.metadata);
}

// Else a few thousand tokens of the future, with far deadlines, would stop all reads with tokens.
TEST_F(CallsTest, G13_CallersWhoAreGoneTakeNoPlaceAmongThoseWhoWaitForAToken) {
  Note note;
  const Outcome written = PinNote(Pin(1), &note);
  common::v1::Token future = *DecodeToken(written.token);
  future.mutable_positions(0)->set_offset(1'000'000);
  GetNoteRequest get;
  get.set_name(note.name());
  for (int wave = 0; wave < 12; ++wave) {
    constexpr int kCalls = 1000;  // in all more than may wait
    std::vector<grpc::ClientContext> contexts(kCalls);
    std::vector<Note> notes(kCalls);
    absl::BlockingCounter open(kCalls);
    for (int i = 0; i < kCalls; ++i) {
      Prepare(contexts[i], {.token = EncodeToken(future), .timeout = absl::Hours(24)});
      board_.stub().async()->GetNote(&contexts[i], &get, &notes[i],
                                     [&](grpc::Status) { open.DecrementCount(); });
    }
    EXPECT_TRUE(Eventually([&] { return InFlight(board_.registry()) == kCalls; }));
    for (grpc::ClientContext& context : contexts) context.TryCancel();
    open.Wait();
    EXPECT_TRUE(Eventually([&] { return InFlight(board_.registry()) == 0; }));
  }
  const Outcome late = GetNote(note.name(), &note,
                               {.token = EncodeToken(future), .timeout = absl::Milliseconds(1500)});
  EXPECT_EQ(late.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << late.reason;
}

TEST_F(CallsTest, ACancelledCallIsFinishedAtOnceAndItsLateAnswerHarmsNothing) {
  Note note;
  ASSERT_TRUE(PinNote(Pin(1), &note).status.ok());
  board_.log().FailNextAppends(1, AppendFault::kHold);  // decided, and not answered
  {
    grpc::ClientContext context;
    Prepare(context, {.timeout = absl::Seconds(30)});
    auto call = std::async(std::launch::async, [&] {
      Note late;
      return board_.stub().PinNote(&context, Pin(2), &late);
    });
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    while (board_.log().held() == 0 && absl::Now() < deadline)
      absl::SleepFor(absl::Milliseconds(1));
    context.TryCancel();
    EXPECT_EQ(call.get().error_code(), grpc::StatusCode::CANCELLED);
  }
  board_.log().ReleaseHeld();
  Outcome repeat;
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  do {
    repeat = PinNote(Pin(2), &note);
  } while (!repeat.status.ok() && absl::Now() < deadline);
  EXPECT_TRUE(repeat.status.ok()) << "a retry with the same request id settles it: "
                                  << repeat.reason;
}

TEST_F(CallsTest, WhatTheLogDoesNotTakeIsNotStoredAndMayBeRetried) {
  board_.log().FailNextAppends(1, AppendFault::kNotSent);
  Note note;
  const Outcome failed = PinNote(Pin(1), &note);
  EXPECT_EQ(failed.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(failed.reason, "APPEND_FAILED");
  EXPECT_TRUE(failed.retry.has_retry_delay());
  EXPECT_EQ(board_.service().counters().commits, 0);
  EXPECT_TRUE(PinNote(Pin(1), &note).status.ok());
}

TEST_F(CallsTest, WhatTheLogDoesNotConfirmMayBeRetried) {
  Note note;
  ASSERT_TRUE(PinNote(Pin(1), &note).status.ok());
  board_.log().FailNextAppends(1, AppendFault::kLoseAnswer);
  const Outcome unknown = PinNote(Pin(2), &note);
  EXPECT_EQ(unknown.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(unknown.reason, "OUTCOME_UNKNOWN");
  EXPECT_TRUE(unknown.retry.has_retry_delay());
  EXPECT_THAT(unknown.metadata.at("remedy"), HasSubstr("same request id"));
}

TEST_F(CallsTest, ATraceGoesThroughTheCallIntoTheLogAndBackAndNoContentsWithIt) {
  const std::string file = ::testing::TempDir() + "calls-" + FreeAddress() + ".log";
  ASSERT_TRUE(telemetry::SetLogFile(file));
  telemetry::SetLogLevel(telemetry::Level::kDebug);
  const std::string trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  Saying saying;
  saying.metadata = {{kTraceparentKey, "00-" + trace_id + "-00f067aa0ba902b7-01"}};
  PinNoteRequest request = Pin(1);
  request.mutable_note()->set_person("Amina");
  request.mutable_note()->mutable_ailment()->set_title("influenza");
  Note note;
  ASSERT_TRUE(PinNote(request, &note, saying).status.ok());
  const Outcome missing = GetNote("operations/ba/notes/none", &note, saying);
  EXPECT_EQ(missing.trace_id, trace_id);
  const Outcome untraced = GetNote("operations/ba/notes/none", &note);
  EXPECT_EQ(untraced.trace_id.size(), 32u);
  EXPECT_NE(untraced.trace_id, trace_id);
  telemetry::SetLogLevel(telemetry::Level::kInfo);
  const std::string sampled(32, '5'), unsampled(32, '6');
  for (const std::string& header :
       {sampled + "-00f067aa0ba902b7-01", unsampled + "-00f067aa0ba902b7-00"})
    GetNote("operations/ba/notes/none", &note, {.metadata = {{kTraceparentKey, "00-" + header}}});
  telemetry::FlushLog();

  std::ifstream in(file);
  const std::string log((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (const char* content : {"Amina", "influenza", "buy milk", "people/ana", "notes/none"})
    EXPECT_EQ(log.find(content), std::string::npos) << content;
  std::map<std::string, nlohmann::json> by_method;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json parsed = nlohmann::json::parse(line);
    if (parsed.value("trace_id", "") == trace_id) by_method[parsed.value("method", "")] = parsed;
  }
  ASSERT_EQ(by_method.size(), 2u) << log;
  EXPECT_NE(log.find(sampled), std::string::npos) << "a sampled call has its span at any level";
  EXPECT_EQ(log.find(unsampled), std::string::npos);
  const nlohmann::json& span = by_method["/prihvat.rpctest.v1.BoardService/PinNote"];
  EXPECT_EQ(span["parent_id"], "00f067aa0ba902b7");
  EXPECT_THAT(span["span_id"], ::testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(by_method["/prihvat.rpctest.v1.BoardService/PinNote"]["code"], "OK");
  EXPECT_EQ(by_method["/prihvat.rpctest.v1.BoardService/GetNote"]["code"], "NOT_FOUND");
  EXPECT_EQ(by_method["/prihvat.rpctest.v1.BoardService/GetNote"]["reason"], "NOT_FOUND");

  // It stands in the commit too.
  const auto changes = board_.service().Changes(event_log::PartitionOf("operations/ba", 2), -1, 10);
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ(changes->front().commit.trace_id(), trace_id);
}

// Who tries what is not granted is noted; no person, and no more than a log bears.
TEST_F(CallsTest, A5_S3_RefusedAttemptsAreToldInTheLogAndFillNoDisk) {
  const std::string file = ::testing::TempDir() + "refusals-" + FreeAddress() + ".log";
  ASSERT_TRUE(telemetry::SetLogFile(file));
  telemetry::SetLogLevel(telemetry::Level::kInfo);
  Note note;
  PinNoteRequest elsewhere = Pin(1);
  elsewhere.set_parent("operations/xx");
  const std::string trace_id(32, '7');
  EXPECT_EQ(PinNote(elsewhere, &note,
                    {.metadata = {{kTraceparentKey, "00-" + trace_id + "-00f067aa0ba902b7-00"}}})
                .reason,
            "OPERATION_NOT_GRANTED");
  for (int i = 0; i < 200; ++i) PinNote(Pin(2), &note, {.principal = kReader});
  ASSERT_TRUE(PinNote(Pin(3), &note).status.ok());
  telemetry::FlushLog();
  std::ifstream in(file);
  std::vector<nlohmann::json> refused;
  for (std::string line; std::getline(in, line);) {
    EXPECT_EQ(line.find("people/"), std::string::npos) << line;
    const nlohmann::json parsed = nlohmann::json::parse(line);
    if (parsed["message"] == "refused") refused.push_back(parsed);
  }
  ASSERT_FALSE(refused.empty());
  EXPECT_EQ(refused[0]["level"], "warning");
  EXPECT_EQ(refused[0]["trace_id"], trace_id);
  EXPECT_EQ(refused[0]["organisation"], "organisations/test");
  EXPECT_EQ(refused[0]["method"], "/prihvat.rpctest.v1.BoardService/PinNote");
  EXPECT_EQ(refused[0]["reason"], "OPERATION_NOT_GRANTED");
  EXPECT_EQ(refused[0]["operation"], "operations/xx");
  std::map<std::string, int> told;  // by second
  int64_t all = 0;
  for (const nlohmann::json& line : refused) {
    ++told[line["time"].get<std::string>().substr(0, 19)];
    all += 1 + line["unsaid"].get<int64_t>();
  }
  EXPECT_LE(all, 201);
  // The line's second is not quite the call's: two windows may meet in one.
  for (const auto& [second, lines] : told) EXPECT_LE(lines, 2 * kRefusalsToldASecond) << second;
  EXPECT_LT(refused.size(), 201u);
}

TEST_F(CallsTest, MetricsTellRateErrorsAndLatencyAndHowTheServiceStands) {
  Note note;
  ASSERT_TRUE(PinNote(Pin(1), &note).status.ok());
  ASSERT_TRUE(PinNote(Pin(1), &note).status.ok());  // a repeat
  GetNote("operations/ba/notes/none", &note);
  auto endpoint = telemetry::HttpEndpoint::Start({});
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  (*endpoint)->Add(board_.shared_registry());
  (*endpoint)->Add(std::make_shared<ServiceMetrics>(board_.service(), nullptr));
  std::string text;
  ASSERT_TRUE(Eventually([&] {
    text = (*endpoint)->MetricsText();  // the counters follow the answers
    return text.find("prihvat_commits_total{service=\"board\"} 1\n") != std::string::npos &&
           text.find("prihvat_request_id_hits_total{service=\"board\"} 1\n") != std::string::npos;
  })) << text;
  const std::string board = "grpc_service=\"prihvat.rpctest.v1.BoardService\"";
  const std::string rpc = board + ",grpc_type=\"unary\"";
  for (const std::string& line :
       {"grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"PinNote\"," + rpc + "} 2\n",
        "grpc_server_handled_total{grpc_code=\"NotFound\",grpc_method=\"GetNote\"," + rpc + "} 1\n",
        "grpc_server_started_total{grpc_method=\"PinNote\"," + rpc + "} 2\n",
        "grpc_server_handling_seconds_count{grpc_method=\"PinNote\"," + rpc + "} 2\n",
        "prihvat_rpc_in_flight{" + board + "} 0\n",
        std::string("prihvat_request_id_hits_total{service=\"board\"} 1\n"),
        std::string("prihvat_partition_owned{service=\"board\",partition=\"0\"} 1\n"),
        std::string("prihvat_partition_lag_records{service=\"board\",partition=\"0\"} 0\n"),
        std::string("prihvat_mailbox_wait_seconds_count{service=\"board\"} 2\n"),
        std::string("prihvat_commit_latency_seconds_count{service=\"board\"} 1\n"),
        std::string("prihvat_commit_latency_seconds_bucket{service=\"board\",le=\"+Inf\"} 1\n"),
        std::string("prihvat_service_ready{service=\"board\"} 1\n")})
    EXPECT_THAT(text, HasSubstr(line));
}

// A partition knows of the end only what it has read, which is little more than it has folded. Here
// the log that is asked goes on where the service's ends.
TEST_F(CallsTest, TheLagIsToTheEndOfTheLogAndNotToWhatWasRead) {
  constexpr int kMore = 2000;
  event_log::testing::MemoryLog log(BoardStorage());
  std::promise<event_log::AppendResult> appended;
  log.Append(
      {kBoardTopic, 0}, std::vector<std::string>(kMore, "record"), absl::InfiniteFuture(),
      [&appended](event_log::AppendResult result) { appended.set_value(std::move(result)); });
  ASSERT_EQ(appended.get_future().get().outcome, event_log::AppendResult::Outcome::kConfirmed);
  const ServiceMetrics metrics(board_.service(), &log);
  std::map<std::string, double> lag;
  for (const prometheus::MetricFamily& family : metrics.Collect()) {
    if (family.name != "prihvat_partition_lag_records") continue;
    for (const prometheus::ClientMetric& metric : family.metric)
      lag[metric.label.back().value] = metric.gauge.value;
  }
  EXPECT_GT(lag["0"], kMore / 2);
  EXPECT_EQ(lag["1"], 0);
}

// A narrow filter over a large collection: each page ends when it has looked at enough, and says
// where to go on.
TEST(CallsLimitsTest, G13_AListThatFindsLittleGivesShortPagesAndLosesNothing) {
  constexpr int kNotes = 20;
  Instance board(BoardStorage(), {.calls = {.most_rows_passed_over = 1}});
  Note note;
  for (int i = 0; i < kNotes; ++i) {
    PinNoteRequest request = Pin(i, "n" + std::to_string(10 + i));
    if (i % 5 == 4) request.mutable_note()->set_text("buy eggs");
    ASSERT_TRUE(Call(board.stub(), &Stub::PinNote, request, &note).status.ok());
  }
  ListNotesRequest list;
  list.set_parent("operations/ba");
  list.set_text("buy eggs");
  std::vector<std::string> names;
  int pages = 0;
  do {
    ListNotesResponse page;
    ASSERT_TRUE(Call(board.stub(), &Stub::ListNotes, list, &page).status.ok());
    for (const Note& listed : page.notes()) names.push_back(listed.name().substr(20));
    list.set_page_token(page.next_page_token());
  } while (++pages <= kNotes && !list.page_token().empty());
  EXPECT_THAT(names, ElementsAre("n14", "n19", "n24", "n29"));
  EXPECT_EQ(pages, kNotes) << "one look a page";
}

// A caller whose own deadline passes hears no more; where it set none, the server's ends the wait.
TEST(CallsLimitsTest, G5_AReadThatWaitedInVainForItsTokenSaysSo) {
  Instance board(BoardStorage(), {.calls = {.default_deadline = absl::Milliseconds(150)}});
  common::v1::Token future;
  auto* position = future.add_positions();
  position->set_topic(kBoardTopic);
  position->set_offset(1'000'000);
  GetNoteRequest request;
  request.set_name("operations/ba/notes/n");
  Note note;
  const Outcome late = Call(board.stub(), &Stub::GetNote, request, &note,
                            {.token = EncodeToken(future), .timeout = absl::InfiniteDuration()});
  EXPECT_EQ(late.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(late.reason, "TOKEN_NOT_SEEN");
  EXPECT_EQ(late.metadata.count("deadline"), 1u);
}

TEST(CallsLimitsTest, G13_MoreOpenCallsThanMayBeAreRefusedWithATimeToRetry) {
  Instance board(BoardStorage(), {.calls = {.max_in_flight = 1}});
  Note note;
  common::v1::Token future;
  auto* position = future.add_positions();
  position->set_topic(kBoardTopic);
  position->set_offset(1'000'000);
  grpc::ClientContext waiting;
  Prepare(waiting, {.token = EncodeToken(future), .timeout = absl::Seconds(30)});
  auto open = std::async(std::launch::async, [&] {
    GetNoteRequest request;
    request.set_name("operations/ba/notes/n");
    Note read;
    return board.stub().GetNote(&waiting, request, &read);
  });
  GetNoteRequest request;
  request.set_name("operations/ba/notes/n");
  ASSERT_TRUE(Eventually([&] { return InFlight(board.registry()) == 1; }));
  const Outcome refused = Call(board.stub(), &Stub::GetNote, request, &note);
  EXPECT_EQ(refused.reason, "OVERLOADED");
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.metadata.at("limit"), "1");
  EXPECT_TRUE(refused.retry.has_retry_delay());
  waiting.TryCancel();
  open.get();
}

TEST(CallsLimitsTest, G13_RequestsThatTakeTooMuchMemoryTogetherAreRefusedWithATimeToRetry) {
  Instance board(BoardStorage(), {.calls = {.max_request_bytes = 10'000}});
  const auto large = [](int n) {
    PinNoteRequest request = Pin(n);
    request.mutable_note()->set_text(std::string(6000, 'x'));
    return request;
  };
  // One that waits takes more than half of what there is.
  common::v1::Token future;
  auto* position = future.add_positions();
  position->set_topic(kBoardTopic);
  position->set_offset(1'000'000);
  grpc::ClientContext waiting;
  Prepare(waiting, {.token = EncodeToken(future), .timeout = absl::Seconds(30)});
  auto open = std::async(std::launch::async, [&] {
    Note unseen;
    board.stub().PinNote(&waiting, large(1), &unseen);
  });
  Note note;
  ASSERT_TRUE(Eventually([&] { return InFlight(board.registry()) == 1; }));
  const Outcome refused = Call(board.stub(), &Stub::PinNote, large(2), &note);
  EXPECT_EQ(refused.reason, "OVERLOADED");
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.metadata.at("limit_bytes"), "10000");
  EXPECT_TRUE(refused.retry.has_retry_delay());
  // Whatever large ones are open, small ones go on; and what has ended holds nothing.
  const Outcome small = Call(board.stub(), &Stub::PinNote, Pin(90), &note);
  EXPECT_TRUE(small.status.ok()) << small.status.error_message();
  waiting.TryCancel();
  open.get();
  bool served = false;
  EXPECT_TRUE(Eventually([&] {
    served = served || Call(board.stub(), &Stub::PinNote, large(3), &note).status.ok();
    return served;
  }));
}

TEST(CallsIdentityTest, AServerThatCannotTellCallersApartRefusesAll) {
  const RefusingAuthenticator nobody;
  Instance board(BoardStorage(), {.authenticator = &nobody});
  Note note;
  EXPECT_EQ(Call(board.stub(), &Stub::PinNote, Pin(1), &note).reason, "UNAUTHENTICATED");
}

TEST(ForwardingTest, ACommandReachesItsOwnerThroughAnyInstanceAndIsForwardedOnce) {
  auto storage = BoardStorage();
  const auto alive = [](const std::string&) { return absl::Now(); };
  Instance owner(storage, {.name = "board-0", .last_heard = alive});
  Instance standby(storage, {.name = "board-1", .rank = 1, .last_heard = alive});
  ASSERT_FALSE(standby.service().OwnerOf("operations/ba").here);

  PinNoteRequest request = Pin(1);
  request.mutable_note()->set_person("Amina");
  Note note;
  const std::string trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  const Outcome outcome =
      Call(standby.stub(), &Stub::PinNote, request, &note,
           {.metadata = {{kTraceparentKey, "00-" + trace_id + "-00f067aa0ba902b7-01"}}});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  EXPECT_EQ(note.name(), "operations/ba/notes/n1");
  EXPECT_TRUE(Eventually([&] { return owner.service().counters().commits == 1; }));
  EXPECT_EQ(standby.service().counters().commits, 0);
  const auto changes = owner.service().Changes(event_log::PartitionOf("operations/ba", 2), -1, 10);
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ(changes->front().commit.trace_id(), trace_id) << "the trace goes on at the owner";

  // G5: the token of a forwarded write serves on the standby.
  GetNoteRequest get;
  get.set_name(note.name());
  Note read;
  ASSERT_TRUE(
      Call(standby.stub(), &Stub::GetNote, get, &read, {.token = outcome.token}).status.ok());
  EXPECT_EQ(read.etag(), note.etag());

  // The owner's own words come back unchanged.
  const Outcome twice = Call(standby.stub(), &Stub::PinNote, Pin(2, "n1"), &note);
  EXPECT_EQ(twice.reason, "ALREADY_EXISTS");
  EXPECT_EQ(twice.metadata.at("name"), "operations/ba/notes/n1");

  // Sent on once already: never again.
  const Outcome again =
      Call(standby.stub(), &Stub::PinNote, Pin(3), &note, {.metadata = {{kForwardedKey, "1"}}});
  EXPECT_EQ(again.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(again.reason, "NOT_OWNER");
  EXPECT_TRUE(again.retry.has_retry_delay());
}

TEST(ForwardingTest, AnOwnerThatDoesNotAnswerLeavesTheOutcomeUnknown) {
  auto storage = BoardStorage();
  const auto alive = [](const std::string&) { return absl::Now(); };
  Instance owner(storage, {.name = "board-0", .last_heard = alive});
  Instance standby(storage, {.name = "board-1", .rank = 1, .last_heard = alive});
  owner.server().Drain(absl::Now());
  Note note;
  const Outcome outcome = Call(standby.stub(), &Stub::PinNote, Pin(1), &note);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(outcome.reason, "OWNER_UNREACHABLE");
  EXPECT_TRUE(outcome.retry.has_retry_delay());
}

// What the owner still does for a caller who has gone costs it a place among its open calls.
TEST(ForwardingTest, ACallerWhoGivesUpGivesUpTheForwardedCallToo) {
  auto storage = BoardStorage();
  const auto alive = [](const std::string&) { return absl::Now(); };
  Instance owner(storage, {.name = "board-0", .last_heard = alive});
  Instance standby(storage, {.name = "board-1", .rank = 1, .last_heard = alive});
  owner.log().FailNextAppends(1, AppendFault::kHold);
  grpc::ClientContext context;
  Prepare(context, {.timeout = absl::Minutes(5)});
  auto open = std::async(std::launch::async, [&] {
    Note note;
    return standby.stub().PinNote(&context, Pin(1), &note);
  });
  ASSERT_TRUE(Eventually([&] { return owner.log().held() == 1; }));
  ASSERT_EQ(InFlight(owner.registry()), 1);
  context.TryCancel();
  EXPECT_EQ(open.get().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return InFlight(owner.registry()) == 0; }))
      << "the owner still answers nobody";
  owner.log().ReleaseHeld();
}

}  // namespace
}  // namespace prihvat::rpc::testing
