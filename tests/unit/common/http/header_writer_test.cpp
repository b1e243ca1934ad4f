#include "common/http/header_writer.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace std::literals;
using turnpike::http::append_field;

TEST_CASE("a field is written as one line") {
    std::string out;
    CHECK(append_field(out, "X-Name", "some value\twith a tab \xc3\xa9"));
    CHECK(append_field(out, "X-Empty", ""));
    CHECK(out == "X-Name: some value\twith a tab \xc3\xa9\r\nX-Empty: \r\n");
}

TEST_CASE("a field that would break out of its line is refused and leaves nothing behind") {
    std::string out;
    for (const auto value : {"a\r\nb"sv, "a\nb"sv, "a\rb"sv, "a\0b"sv, "\x7f"sv, "\x1b[0m"sv,
                             "a long value with a line break\r\nSet-Cookie: x"sv}) {
        CHECK_FALSE(append_field(out, "X", value));
    }
    for (const auto name : {""sv, "a b"sv, "a:"sv, "a\r\n"sv, "\xc3\xa9"sv}) {
        CHECK_FALSE(append_field(out, name, "v"));
    }
    CHECK(out.empty());
}

TEST_CASE("status lines and lengths are written") {
    std::string out;
    turnpike::http::append_status_line(out, 200);
    turnpike::http::append_status_line(out, 431);
    turnpike::http::append_status_line(out, 299);
    turnpike::http::append_content_length(out, 0);
    turnpike::http::append_content_length(out, std::numeric_limits<std::uint64_t>::max());
    CHECK(out ==
          "HTTP/1.1 200 OK\r\nHTTP/1.1 431 Request Header Fields Too Large\r\nHTTP/1.1 299 "
          "Unknown\r\nContent-Length: 0\r\nContent-Length: 18446744073709551615\r\n");
}
