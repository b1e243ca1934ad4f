#include "data-plane/pipeline/memory_request.hpp"

#include <doctest/doctest.h>

#include "data-plane/pipeline/memory_writer.hpp"

using namespace turnpike;
using namespace turnpike::pipeline;
using net::BodyPiece;

namespace {

snapshot::TestCall call_of(std::string path) {
    snapshot::TestCall call;
    call.http_method = "GET";
    call.path = std::move(path);
    return call;
}

struct Fixture {
    Result<std::unique_ptr<MemoryRequest>> make(const snapshot::TestCall& call) {
        return MemoryRequest::create(call, reactor);
    }
    std::string target_of(std::string path) {
        auto made = make(call_of(std::move(path)));
        return made ? std::string((*made)->request().head.target()) : made.error().message;
    }
    worker::Reactor reactor;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a path as people type it becomes one that a client would send") {
    CHECK(target_of("/pets/7?a=b&c=d") == "/pets/7?a=b&c=d");
    CHECK(target_of("pets") == "/pets");
    CHECK(target_of("/pets/{id}?q={x}|y") == "/pets/{id}?q=%7Bx%7D%7Cy");
    CHECK(target_of("/a b/\xc3\xa9#c\r\n") == "/a%20b/%C3%A9%23c%0D%0A");
    CHECK(target_of("/already%20encoded") == "/already%20encoded");
}

TEST_CASE_FIXTURE(Fixture, "headers arrive as from a client, but for those of a connection") {
    snapshot::TestCall call = call_of("/");
    call.headers = {{"X-A", "1"},
                    {"content-length", "999"},
                    {"Transfer-Encoding", "chunked"},
                    {"Host", "elsewhere"},
                    {"Expect", "100-continue"},
                    {"X-A", "2"},
                    {"Content-Type", "text/plain"}};
    call.body = "four";
    auto made = make(call);
    REQUIRE(made);
    const http::RequestHead& head = (*made)->request().head;
    CHECK(head.authority() == "testPrefix.testDomainName");
    CHECK(head.content_length() == 4);
    CHECK(head.expect() == http::RequestHead::Expect::None);
    CHECK(head.fields().find(http::KnownHeader::ContentType) == "application/json");
    std::string values;
    for (const http::Field field : head.fields()) {
        if (field.name == "X-A") values += field.value;
    }
    CHECK(values == "12");
    CHECK((*made)->request().peer.ip == "test-invoke-source-ip");
}

TEST_CASE_FIXTURE(Fixture, "what no request can have is refused with its name") {
    snapshot::TestCall call = call_of("/");
    call.headers = {{"no name", "x"}};
    CHECK(make(call).error().message == "Invalid header specified: no name");
    call.headers = {{"X-A", "a\r\nX-B: b"}};
    CHECK(make(call).error().message == "Invalid header specified: X-A");
    call.headers = {{"X-A", std::string(11'000, 'a')}};
    CHECK_FALSE(make(call));
    CHECK_FALSE(make(call_of(std::string(11'000, 'a'))));
    snapshot::TestCall verb = call_of("/");
    verb.http_method = "GET /x HTTP/1.1\r\nX:";
    CHECK_FALSE(make(verb));
}

TEST_CASE_FIXTURE(Fixture, "the body is read once, in one piece") {
    snapshot::TestCall call = call_of("/");
    call.body = "text";
    auto made = make(call);
    net::BodySource& body = (*made)->request().body;
    CHECK(body.declared_length() == 4);
    CHECK_FALSE(body.is_complete());
    const BodyPiece piece = body.read_all().await_resume();
    CHECK(piece.status == BodyPiece::Status::Data);
    CHECK(piece.bytes == "text");
    CHECK(body.is_complete());
    CHECK(body.next().await_resume().status == BodyPiece::Status::End);

    auto empty = make(call_of("/"));
    CHECK_FALSE((*empty)->request().head.has_body());
    CHECK((*empty)->request().body.next().await_resume().status == BodyPiece::Status::End);
}

TEST_CASE("an answer is kept without what frames it, whole or in pieces") {
    const std::array<net::ResponseField, 3> fields{
        {{"X-A", "1"}, {"Content-Length", "3"}, {"Date", "today"}}};
    MemoryWriter whole;
    CHECK_FALSE(whole.is_started());
    CHECK(whole.send({201, {}, fields}, "abc").await_resume());
    CHECK(whole.status() == 201);
    CHECK(whole.fields() == model::StringMap{{"X-A", "1"}});
    CHECK(whole.body() == "abc");
    CHECK(whole.is_finished());

    MemoryWriter pieces;
    CHECK(pieces.start({200, {}, fields}, std::nullopt).await_resume());
    CHECK(pieces.write("ab").await_resume());
    CHECK(pieces.write("c").await_resume());
    CHECK_FALSE(pieces.is_finished());
    CHECK(pieces.finish().await_resume());
    CHECK(pieces.body() == "abc");
    CHECK(pieces.body_bytes_sent() == 3);
}
