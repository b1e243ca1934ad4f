#include "data-plane/worker/published_reader.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::worker;
using redis::Reply;

namespace {

constexpr std::string_view kStream = "stream";

Reply text(std::string value) {
    Reply reply;
    reply.kind = Reply::Kind::Text;
    reply.text = std::move(value);
    return reply;
}

Reply array(std::vector<Reply> elements) {
    Reply reply;
    reply.kind = Reply::Kind::Array;
    reply.elements = std::move(elements);
    return reply;
}

Reply stream_of(const std::string& id, std::vector<Reply> fields) {
    return array({array({text("stream"), array({array({text(id), array(std::move(fields))})})})});
}

}  // namespace

TEST_CASE("an entry of the stream tells its predecessor and its changes") {
    const auto entries =
        parse_stream(stream_of("12-0", {text("previous"), text("9"), text("changes"),
                                        text(R"([["stage","api/prod"],["key","abc"]])")}),
                     kStream);
    REQUIRE(entries);
    REQUIRE(entries->size() == 1);
    CHECK((*entries)[0].revision == 12);
    CHECK((*entries)[0].previous == 9);
    REQUIRE((*entries)[0].changes.size() == 2);
    CHECK((*entries)[0].changes[0] == std::pair<std::string, std::string>("stage", "api/prod"));
}

TEST_CASE("no reply in time is no entry") { CHECK(parse_stream(Reply{}, kStream)->empty()); }

TEST_CASE("replies of another form are refused") {
    CHECK_FALSE(parse_stream(text("x"), kStream));
    CHECK_FALSE(parse_stream(array({}), kStream));
    CHECK_FALSE(parse_stream(array({array({text("stream")})}), kStream));
    CHECK_FALSE(parse_stream(stream_of("x-0", {}), kStream));
    CHECK_FALSE(parse_stream(stream_of("-1-0", {}), kStream));
    CHECK_FALSE(parse_stream(stream_of("1-0", {text("previous"), text("x")}), kStream));
    for (const char* changes :
         {"", "{}", "[1]", "[[]]", "[[\"a\"]]", "[[1,2]]", "[[\"a\",\"b\",\"c\"]]"}) {
        CHECK_FALSE(parse_stream(stream_of("1-0", {text("changes"), text(changes)}), kStream));
    }
}

TEST_CASE("a reply about two streams tells each one's entries") {
    const Reply published =
        stream_of("12-0", {text("previous"), text("11"), text("changes"), text("[]")}).elements[0];
    const Reply inbox =
        array({text("inbox"), array({array({text("5-1"), array({text("call"), text("abc")})})})});
    const Reply both = array({published, inbox});
    REQUIRE(parse_stream(both, kStream)->size() == 1);
    REQUIRE(parse_inbox(both, "inbox").size() == 1);
    CHECK(parse_inbox(both, "inbox")[0].entry == "5-1");
    CHECK(parse_inbox(both, "inbox")[0].call_id == "abc");
    CHECK(parse_stream(array({inbox}), kStream)->empty());
    CHECK(parse_inbox(array({published}), "inbox").empty());
    CHECK(parse_inbox(Reply{}, "inbox").empty());
}

TEST_CASE("what is no ticket is left out of an inbox") {
    const auto inbox_of = [](Reply entry) {
        return array({array({text("inbox"), array({std::move(entry)})})});
    };
    CHECK(parse_inbox(inbox_of(text("x")), "inbox").empty());
    CHECK(parse_inbox(inbox_of(array({text("1-0")})), "inbox").empty());
    CHECK(parse_inbox(inbox_of(array({text("1-0"), array({text("call")})})), "inbox").empty());
}
