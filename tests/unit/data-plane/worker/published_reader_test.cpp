#include "data-plane/worker/published_reader.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::worker;
using redis::Reply;

namespace {

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
                                        text(R"([["stage","api/prod"],["key","abc"]])")}));
    REQUIRE(entries);
    REQUIRE(entries->size() == 1);
    CHECK((*entries)[0].revision == 12);
    CHECK((*entries)[0].previous == 9);
    REQUIRE((*entries)[0].changes.size() == 2);
    CHECK((*entries)[0].changes[0] == std::pair<std::string, std::string>("stage", "api/prod"));
}

TEST_CASE("no reply in time is no entry") { CHECK(parse_stream(Reply{})->empty()); }

TEST_CASE("replies of another form are refused") {
    CHECK_FALSE(parse_stream(text("x")));
    CHECK_FALSE(parse_stream(array({})));
    CHECK_FALSE(parse_stream(array({array({text("stream")})})));
    CHECK_FALSE(parse_stream(stream_of("x-0", {})));
    CHECK_FALSE(parse_stream(stream_of("-1-0", {})));
    CHECK_FALSE(parse_stream(stream_of("1-0", {text("previous"), text("x")})));
    for (const char* changes :
         {"", "{}", "[1]", "[[]]", "[[\"a\"]]", "[[1,2]]", "[[\"a\",\"b\",\"c\"]]"}) {
        CHECK_FALSE(parse_stream(stream_of("1-0", {text("changes"), text(changes)})));
    }
}
