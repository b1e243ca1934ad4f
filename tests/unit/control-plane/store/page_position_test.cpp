#include "control-plane/store/page_position.hpp"

#include <doctest/doctest.h>

#include "common/base/encoding.hpp"
#include "control-plane/store/storable.hpp"

namespace turnpike::store {
namespace {

using service::Table;

TEST_CASE("a position is read back by the table that gave it, and by no other") {
    const std::string position = encode(Table::ApiKeys, {{"42"}});
    REQUIRE(decode(Table::ApiKeys, position));
    CHECK(decode(Table::ApiKeys, position)->sort_key == std::vector<std::string>{"42"});
    CHECK_FALSE(decode(Table::UsagePlans, position));
    const std::string path = encode(Table::Resources, {{"/a/{b+}/ü", "id"}});
    CHECK(path.find_first_of("+/=") == std::string::npos);
    CHECK(decode(Table::Resources, path)->sort_key == std::vector<std::string>{"/a/{b+}/ü", "id"});
}

TEST_CASE("what is no position is refused, not guessed") {
    const auto refuses = [](std::string_view json) {
        return !decode(Table::ApiKeys, to_base64url(json)).has_value();
    };
    CHECK_FALSE(refuses(R"([7,"42"])"));
    CHECK(refuses(R"([7])"));
    CHECK(refuses(R"([7,"42","43"])"));
    CHECK(refuses(R"([7,42])"));
    CHECK(refuses(R"([7,"x"])"));
    CHECK(refuses(R"([7,"99999999999999999999"])"));
    CHECK(refuses(R"({"7":"42"})"));
    CHECK(refuses(R"([])"));
    CHECK(refuses(""));
    CHECK(refuses("[[[[["));
    CHECK_FALSE(decode(Table::ApiKeys, "not base64!"));
    CHECK_FALSE(decode(Table::ApiKeys, std::string(100'000, 'A')));
    CHECK_FALSE(decode(Table::Resources, to_base64url("[2,\"a\\u0000b\",\"id\"]")));
}

TEST_CASE("only UTF-8 without NUL can be stored") {
    for (const std::string_view good :
         {"", "plain", "\t\n\x7f", "ü", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf",
          "\xee\x80\x80", "\xed\x9f\xbf"}) {
        CHECK(is_storable(good));
    }
    using namespace std::string_view_literals;
    for (const std::string_view bad :
         {"a\0b"sv, "\0"sv, "\x80"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc3"sv, "\xe2\x82"sv,
          "\xe0\x9f\xbf"sv, "\xed\xa0\x80"sv, "\xf0\x8f\xbf\xbf"sv, "\xf4\x90\x80\x80"sv,
          "\xf5\x80\x80\x80"sv, "\xff"sv, "\xe2\x28\xa1"sv, "\xe2\x82\x28"sv}) {
        CHECK_FALSE(is_storable(bad));
    }
}

TEST_CASE("a document can be stored if all its texts can, names included") {
    CHECK(is_storable_value(json::Object{{"a", json::Array{1, "x", json::Object{}}}}));
    CHECK_FALSE(is_storable_value(json::Object{{"a", json::Array{1, "\xff"}}}));
    CHECK_FALSE(is_storable_value(json::Object{{"\xff", 1}}));
}

}  // namespace
}  // namespace turnpike::store
