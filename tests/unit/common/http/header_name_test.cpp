#include "common/http/header_name.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/http/method.hpp"

using turnpike::http::find_header;
using turnpike::http::find_method;
using turnpike::http::kKnownHeaders;
using turnpike::http::KnownHeader;
using turnpike::http::Method;

TEST_CASE("every known header is found by its name in any case") {
    for (std::size_t i = 1; i < kKnownHeaders; ++i) {
        const auto header = static_cast<KnownHeader>(i);
        std::string name(to_text(header));
        CAPTURE(name);
        CHECK(find_header(name) == header);
        for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        CHECK(find_header(name) == header);
    }
}

TEST_CASE("a name that differs in one byte is not found") {
    for (std::size_t i = 1; i < kKnownHeaders; ++i) {
        const auto header = static_cast<KnownHeader>(i);
        const std::string name(to_text(header));
        for (std::size_t at = 0; at < name.size(); ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string other = name;
                other[at] = static_cast<char>(byte);
                const bool same = (byte >= 'A' && byte <= 'Z' ? byte + 32 : byte) ==
                                  static_cast<unsigned char>(name[at]);
                if (same == (find_header(other) == header)) continue;
                FAIL_CHECK(name, " ", at, " ", byte);
            }
        }
        CHECK(find_header(name + "x") != header);
        CHECK(find_header(name.substr(1)) != header);
    }
    CHECK(find_header("") == KnownHeader::Unknown);
    CHECK(find_header("x") == KnownHeader::Unknown);
    CHECK(find_header(std::string(1000, 'a')) == KnownHeader::Unknown);
}

TEST_CASE("methods are found by their exact token") {
    for (const Method method :
         {Method::Get, Method::Head, Method::Post, Method::Put, Method::Delete, Method::Options,
          Method::Patch, Method::Trace, Method::Connect}) {
        CHECK(find_method(to_text(method)) == method);
    }
    CHECK(find_method("get") == Method::Other);
    CHECK(find_method("") == Method::Other);
    CHECK(find_method("GETX") == Method::Other);
}
