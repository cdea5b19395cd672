// The board service of the tests: a decider, a view and an API of one line a method.
#pragma once

#include "libs/rpc/calls.h"
#include "libs/runtime/service.h"
#include "prihvat/rpctest/v1/board.grpc.pb.h"

namespace prihvat::rpc::testing {

inline constexpr char kBoardTopic[] = "test.board";
inline constexpr char kBoardApi[] = "prihvat.rpctest.v1.BoardService";
inline constexpr int kMaxNotes = 30;  // on one board: one more is refused with BOARD_FULL

runtime::ServiceDefinition BoardDefinition();

class BoardServiceImpl final : public rpctest::v1::BoardService::CallbackService {
 public:
  explicit BoardServiceImpl(Calls& calls) : calls_(calls) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;
  Reactor* PinNote(Context* context, const rpctest::v1::PinNoteRequest* request,
                   rpctest::v1::Note* response) override {
    return calls_.Command(context, request, response);
  }
  Reactor* EditNote(Context* context, const rpctest::v1::EditNoteRequest* request,
                    rpctest::v1::Note* response) override {
    // As those do that answer more than the decision left: reads, though the row is of this type.
    return calls_.Command(context, request, response,
                          [response](const ReadContext& reads, const runtime::CommandReply& reply) {
                            return reads.FindInto(reply.resource, *response);
                          });
  }
  Reactor* ReplyToNote(Context* context, const rpctest::v1::ReplyToNoteRequest* request,
                       rpctest::v1::ReplyToNoteResponse* response) override;
  Reactor* GetNote(Context* context, const rpctest::v1::GetNoteRequest* request,
                   rpctest::v1::Note* response) override {
    return calls_.Get(context, request, response);
  }
  Reactor* ListNotes(Context* context, const rpctest::v1::ListNotesRequest* request,
                     rpctest::v1::ListNotesResponse* response) override {
    return calls_.List<rpctest::v1::Note>(
        context, request, response, response->mutable_notes(), "notes",
        [request](const rpctest::v1::Note& note) {
          return request->text().empty() || note.text() == request->text();
        },
        {request->text()});
  }
  Reactor* CountNotes(Context* context, const rpctest::v1::CountNotesRequest* request,
                      rpctest::v1::CountNotesResponse* response) override;
  Reactor* Forgotten(Context* context, const rpctest::v1::ForgottenRequest* request,
                     rpctest::v1::Note* response) override {
    return calls_.Get(context, request, response);
  }

 private:
  Calls& calls_;
};

}  // namespace prihvat::rpc::testing
