#include "data-plane/integration/header_rules.hpp"

#include <doctest/doctest.h>

#include "data-plane/integration/media_type.hpp"

using namespace turnpike;
using namespace turnpike::integration;

namespace {

bool passes(std::string_view name) { return passes_to_backend(http::find_header(name), name); }
MappedTarget target(std::string_view name) { return mapped_target(http::find_header(name), name); }
ResponseRule proxied(std::string_view name) {
    return proxy_response_rule(http::find_header(name), "gzip");
}
ResponseRule mapped(std::string_view name) { return mapped_response_rule(http::find_header(name)); }

}  // namespace

TEST_CASE("what of the caller's fields reaches a back end") {
    for (const std::string_view name :
         {"Accept", "accept-charset", "Accept-Encoding", "Age", "Content-Type", "Date", "Pragma",
          "Range", "Referer", "User-Agent", "Warn", "Authorization", "X-Forwarded-For",
          "traceparent", "X-Anything"}) {
        CAPTURE(name);
        CHECK(passes(name));
    }
    for (const std::string_view name :
         {"Connection", "Content-Length", "Content-MD5", "Expect", "Max-Forwards",
          "Proxy-Authenticate", "Server", "TE", "Transfer-Encoding", "Trailer", "Upgrade",
          "WWW-Authenticate", "Via", "Host", "x-amzn-trace-id", "X-AMZN-Apigateway-Api-Id",
          "X-HTTP-Method-Override"}) {
        CAPTURE(name);
        CHECK_FALSE(passes(name));
    }
}

TEST_CASE("which targets a mapping may have") {
    for (const std::string_view name :
         {"content-length", "Transfer-Encoding", "X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id"}) {
        CAPTURE(name);
        CHECK(target(name) == MappedTarget::Forbidden);
    }
    for (const std::string_view name : {"Expect", "Proxy-Authenticate", "TE", "Via"}) {
        CAPTURE(name);
        CHECK(target(name) == MappedTarget::Dropped);
    }
    for (const std::string_view name : {"Server", "Upgrade", "Trailer", "Max-Forwards", "Host",
                                        "Content-MD5", "WWW-Authenticate", "User-Agent", "X-A"}) {
        CAPTURE(name);
        CHECK(target(name) == MappedTarget::Set);
    }
}

TEST_CASE("what becomes of the fields of a proxied answer") {
    for (const std::string_view name :
         {"Connection", "Content-Length", "Date", "Server", "Authorization", "Content-MD5",
          "Max-Forwards", "User-Agent", "WWW-Authenticate", "x-amzn-RequestId", "x-amz-apigw-id"}) {
        CAPTURE(name);
        CHECK(proxied(name) == ResponseRule::Remap);
    }
    for (const std::string_view name : {"Expect", "Host", "Proxy-Authenticate", "TE", "Trailer",
                                        "Transfer-Encoding", "Upgrade", "Via"}) {
        CAPTURE(name);
        CHECK(proxied(name) == ResponseRule::Drop);
    }
    CHECK(proxied("Set-Cookie") == ResponseRule::Pass);
    CHECK(proxied("X-A") == ResponseRule::Pass);
}

TEST_CASE("a coding that is real passes with its body, another is dropped") {
    CHECK(proxied("Content-Encoding") == ResponseRule::Pass);
    CHECK(proxy_response_rule(http::KnownHeader::ContentEncoding, "identity") ==
          ResponseRule::Drop);
}

TEST_CASE("what becomes of mapped response fields") {
    for (const std::string_view name :
         {"Authorization", "Connection", "Content-Length", "Content-MD5", "Date", "Expect", "Host",
          "Max-Forwards", "Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent",
          "WWW-Authenticate"}) {
        CAPTURE(name);
        CHECK(mapped(name) == ResponseRule::Remap);
    }
    CHECK(mapped("Transfer-Encoding") == ResponseRule::Drop);
    for (const std::string_view name : {"TE", "Via", "Content-Encoding", "Accept", "X-A"}) {
        CAPTURE(name);
        CHECK(mapped(name) == ResponseRule::Pass);
    }
}

TEST_CASE("renamed fields keep their spelling") {
    pipeline::Arena arena;
    CHECK(remapped_name(http::KnownHeader::Date, "Date", arena) == "x-amzn-Remapped-Date");
    CHECK(remapped_name(http::KnownHeader::Date, "dAtE", arena) == "x-amzn-Remapped-dAtE");
    CHECK(remapped_name(http::KnownHeader::UserAgent, "User-Agent", arena) ==
          "x-amzn-Remapped-User-Agent");
}

TEST_CASE("the first media type counts, without parameters") {
    pipeline::Arena arena;
    CHECK(media_type_of("Application/JSON; charset=utf-8", arena) == "application/json");
    CHECK(media_type_of("text/plain, text/html", arena) == "text/plain");
    CHECK(media_type_of("", arena).empty());
}

TEST_CASE("binary media types match exactly, by a right wildcard, or all") {
    CHECK(matches_any({"image/png"}, "IMAGE/PNG; q=1"));
    CHECK(matches_any({"image/*"}, "image/gif"));
    CHECK_FALSE(matches_any({"image/*"}, "image/"));
    CHECK_FALSE(matches_any({"*/png"}, "image/png"));
    CHECK(matches_any({"*/*"}, "a/b"));
    CHECK_FALSE(matches_any({}, "a/b"));
}
