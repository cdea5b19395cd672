#include "libs/rpc/testing/board.h"

#include "fmt/format.h"
#include "libs/base/resource_name.h"
#include "libs/base/status_macros.h"

namespace prihvat::rpc::testing {
namespace {

using es::Accepted;
using es::Context;
using es::Decision;
using es::Entities;
using es::EventContext;
using es::View;
using namespace rpctest::v1;  // NOLINT

constexpr es::Reason kBoardFull{"BOARD_FULL", absl::StatusCode::kFailedPrecondition,
                                "The board is full.", "Take another board."};

bool IsNote(const std::string& name) { return base::CheckName(name, "operations/*/notes/*").ok(); }

Decision DecidePin(const View& view, const PinNoteRequest& command, Context& context) {
  if (command.note().text().empty()) return es::InvalidField("note.text", "must be set");
  int notes = 0;
  view.ForEach<Note>(context.operation + "/notes",
                     [&](std::string_view, const Note&) { return ++notes < kMaxNotes; });
  const std::string id = command.note_id().empty() ? context.NewId() : command.note_id();
  NotePinned event;
  *event.mutable_note() = command.note();
  event.mutable_note()->set_name(fmt::format("{}/notes/{}", context.operation, id));
  event.mutable_note()->mutable_effective_time()->set_seconds(
      absl::ToUnixSeconds(context.effective_at));
  if (view.Exists(event.note().name())) return es::AlreadyExists(event.note().name());
  if (notes >= kMaxNotes)
    return es::Rejected(kBoardFull)
        .Saying(fmt::format("{} notes are pinned; {} fit", notes, kMaxNotes))
        .With("name", context.operation)
        .With("notes", notes)
        .With("limit", kMaxNotes);
  const std::string name = event.note().name();
  return Accepted(std::move(event)).Naming(name);
}

Decision DecideEdit(const View& view, const EditNoteRequest& command, Context&) {
  if (!IsNote(command.name())) return es::InvalidField("name", "must name a note");
  const Note* note = view.Find<Note>(command.name());
  if (note == nullptr) return es::NotFound(command.name());
  if (!command.etag().empty() && command.etag() != es::EtagOf(*note))
    return es::Rejected(es::kStaleEtag).With("name", command.name());
  NoteEdited event;
  event.set_name(command.name());
  event.set_text(command.text());
  return Accepted(std::move(event)).Naming(command.name());
}

Decision DecideReply(const View& view, const ReplyToNoteRequest& command, Context& context) {
  if (!IsNote(command.name()) || !view.Exists(command.name())) return es::NotFound(command.name());
  NoteReplied event;
  event.set_name(fmt::format("{}/replies/{}", command.name(), context.NewId()));
  event.set_text(command.text());
  return Accepted(std::move(event)).Naming(command.name());  // what was changed: the note
}

const es::Decider& BoardDecider() {
  static const es::Decider& decider = *[] {
    auto* d = new es::Decider;
    d->On<PinNoteRequest>(&DecidePin);
    d->On<EditNoteRequest>(&DecideEdit);
    d->On<ReplyToNoteRequest>(&DecideReply);
    d->Fold<NotePinned>(+[](Entities& entities, const NotePinned& event, const EventContext&) {
      entities.Put(event.note().name(), event.note());
    });
    d->Fold<NoteEdited>(+[](Entities& entities, const NoteEdited& event, const EventContext&) {
      entities.Edit<Note>(event.name(), [&](Note& note) { note.set_text(event.text()); });
    });
    d->Fold<NoteReplied>(+[](Entities& entities, const NoteReplied& event, const EventContext&) {
      Reply reply;
      reply.set_text(event.text());
      entities.Put(event.name(), reply);
    });
    d->SetZoneOf(+[](const View&, std::string_view) {
      absl::TimeZone zone;
      absl::LoadTimeZone("Europe/Sarajevo", &zone);
      return zone;
    });
    return d;
  }();
  return decider;
}

const es::Projection& Counts() {
  static const es::Projection& projection = *[] {
    auto* p = new es::Projection("counts", 1, {kBoardTopic});
    p->On<NotePinned>(+[](es::MutableRows& rows, const NotePinned&, const EventContext& context) {
      const std::optional<std::string> row = rows.Get(context.operation);
      rows.Put(context.operation, std::to_string((row ? std::stoi(*row) : 0) + 1));
    });
    return p;
  }();
  return projection;
}

}  // namespace

runtime::ServiceDefinition BoardDefinition() {
  return {"board", kBoardTopic, &BoardDecider(), {&Counts()}, {}};
}

grpc::ServerUnaryReactor* BoardServiceImpl::ReplyToNote(Context* context,
                                                        const ReplyToNoteRequest* request,
                                                        ReplyToNoteResponse* response) {
  return calls_.Command(context, request, response,
                        [response](const ReadContext& reads, const runtime::CommandReply& reply) {
                          int replies = 0;
                          reads.entities().ForEach<Reply>(
                              reply.resource + "/replies",
                              [&](std::string_view, const Reply&) { return ++replies; });
                          response->set_replies(replies);
                          response->set_repeated_request(reply.repeated);
                          return absl::OkStatus();
                        });
}

grpc::ServerUnaryReactor* BoardServiceImpl::CountNotes(Context* context,
                                                       const CountNotesRequest* request,
                                                       CountNotesResponse* response) {
  return calls_.Read(
      context, request, response, [request, response](const ReadContext& reads) -> absl::Status {
        PRIHVAT_ASSIGN_OR_RETURN(const es::Rows* rows, reads.view("counts"));
        rows->Scan(request->operation(), "", [&](std::string_view, std::string_view value) {
          response->set_notes(response->notes() + std::stoi(std::string(value)));
          return true;
        });
        response->set_time_zone(reads.zone().name());
        return absl::OkStatus();
      });
}

}  // namespace prihvat::rpc::testing
