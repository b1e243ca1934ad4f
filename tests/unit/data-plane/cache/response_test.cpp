// The encoded form of an entry, and bytes that are none.
#include "data-plane/cache/response.hpp"

#include <doctest/doctest.h>

#include "data-plane/cache/limits.hpp"

using namespace turnpike;
using turnpike::cache::Response;
using turnpike::cache::ResponseParts;

namespace {

ResponseParts sample() {
    ResponseParts parts;
    parts.status = 404;
    parts.fields = {{"Content-Type", "text/plain"}, {"X-Empty", ""}};
    parts.body = "not here";
    parts.kept_longer = Seconds(60);
    return parts;
}

}  // namespace

TEST_CASE("an entry is read back as it was made") {
    const auto made = Response::make(sample(), "id");
    REQUIRE(made != nullptr);
    const auto read = Response::decode(made->encoded(), "id");
    REQUIRE(read != nullptr);
    CHECK(read->status() == 404);
    REQUIRE(read->fields().size() == 2);
    CHECK(read->fields()[0].name == "Content-Type");
    CHECK(read->fields()[0].value == "text/plain");
    CHECK(read->fields()[1].name == "X-Empty");
    CHECK(read->fields()[1].value.empty());
    CHECK(read->body() == "not here");
    CHECK(read->kept_longer() == Seconds(60));
    CHECK_FALSE(read->is_note());
}

TEST_CASE("a note is no answer") {
    ResponseParts parts;
    parts.is_note = true;
    const auto made = Response::make(parts, "id");
    REQUIRE(made != nullptr);
    const auto read = Response::decode(made->encoded(), "id");
    REQUIRE(read != nullptr);
    CHECK(read->is_note());
}

TEST_CASE("under another id an entry is none") {
    const auto made = Response::make(sample(), "id");
    CHECK(Response::decode(made->encoded(), "other") == nullptr);
    CHECK(Response::decode(made->encoded(), "") == nullptr);
}

TEST_CASE("every changed, missing or additional byte is noticed") {
    const std::string good = Response::make(sample(), "id")->encoded();
    for (std::size_t at = 0; at < good.size(); ++at) {
        CAPTURE(at);
        std::string changed = good;
        changed[at] = static_cast<char>(changed[at] ^ 0x41);
        CHECK(Response::decode(changed, "id") == nullptr);
        CHECK(Response::decode(good.substr(0, at), "id") == nullptr);
    }
    CHECK(Response::decode(good + '\0', "id") == nullptr);
}

TEST_CASE("what breaks a bound is not made") {
    ResponseParts parts = sample();
    const std::string body(cache::limits::kBodyBytesMax, 'x');
    parts.body = body;
    CHECK(Response::make(parts, "id") != nullptr);
    const std::string longer = body + 'x';
    parts.body = longer;
    CHECK(Response::make(parts, "id") == nullptr);
    parts = sample();
    parts.fields.assign(cache::limits::kFieldsMax + 1, {"A", "b"});
    CHECK(Response::make(parts, "id") == nullptr);
    const std::string long_value(cache::limits::kFieldTextBytesMax + 1, 'x');
    parts.fields = {{"A", long_value}};
    CHECK(Response::make(parts, "id") == nullptr);
    parts = sample();
    parts.status = 199;
    CHECK(Response::make(parts, "id") == nullptr);
}
