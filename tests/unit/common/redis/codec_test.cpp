#include "common/redis/codec.hpp"

#include <doctest/doctest.h>

using turnpike::redis::format;
using turnpike::redis::Reply;
using turnpike::redis::ReplyReader;

TEST_CASE("a command is an array of bulk strings, any bytes included") {
    const std::string binary("a\0\r\n", 4);
    CHECK(format({"SET", "k", binary}) == "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n" + binary + "\r\n");
}

TEST_CASE("replies come out whole however the bytes arrive") {
    const std::string bytes = "*3\r\n$2\r\nab\r\n:7\r\n$-1\r\n+OK\r\n";
    ReplyReader reader;
    std::vector<Reply> replies;
    for (const char byte : bytes) {
        REQUIRE(reader.feed({&byte, 1}));
        while (auto reply = reader.next()) replies.push_back(**reply);
    }
    REQUIRE(replies.size() == 2);
    REQUIRE(replies[0].elements.size() == 3);
    CHECK(replies[0].elements[0].text == "ab");
    CHECK(replies[0].elements[1].integer == 7);
    CHECK(replies[0].elements[2].is_nil());
    CHECK(replies[1].text == "OK");
}

TEST_CASE("texts come out whole wherever the bytes are cut, and whatever is between them") {
    std::string bytes;
    for (int i = 0; i < 5; ++i) {
        bytes += "$" + std::to_string(i * 7) + "\r\n" +
                 std::string(static_cast<std::size_t>(i) * 7, 'x') +
                 "\r\n$-1\r\n:" + std::to_string(i) + "\r\n";
    }
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
        for (const std::size_t second : {first, (first + bytes.size()) / 2, bytes.size()}) {
            ReplyReader reader;
            std::vector<Reply> replies;
            std::size_t at = 0;
            for (const std::size_t end : {first, second, bytes.size()}) {
                const std::string piece = bytes.substr(at, end - at);
                at = end;
                REQUIRE(reader.feed(piece));
                while (auto reply = reader.next()) replies.push_back(**reply);
            }
            REQUIRE(replies.size() == 15);
            for (std::size_t i = 0; i < 5; ++i) {
                const bool is_text = replies[3 * i].kind == Reply::Kind::Text;
                CHECK((is_text && replies[3 * i].text == std::string(i * 7, 'x')));
                CHECK(replies[3 * i + 1].is_nil());
                CHECK(replies[3 * i + 2].integer == static_cast<std::int64_t>(i));
            }
        }
    }
}

TEST_CASE("a length that is none ends the connection") {
    for (const char* bytes : {"$x\r\n", "$-2\r\n", "$\r\nab\r\n"}) {
        CAPTURE(bytes);
        ReplyReader reader;
        reader.feed(bytes);
        CHECK_FALSE(reader.next());
        CHECK(reader.failed());
    }
}

TEST_CASE("an error reply is an Error with the server's text as detail") {
    ReplyReader reader;
    REQUIRE(reader.feed("-ERR no such command\r\n"));
    const auto reply = reader.next();
    REQUIRE(reply);
    REQUIRE_FALSE(*reply);
    CHECK(reply->error().detail == "ERR no such command");
}

TEST_CASE("bytes that are not RESP end the connection") {
    ReplyReader reader;
    reader.feed("HTTP/1.1 400 Bad Request\r\n");
    CHECK_FALSE(reader.next());
    CHECK(reader.failed());
}
