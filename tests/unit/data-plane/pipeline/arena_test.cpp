#include "data-plane/pipeline/arena.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace turnpike::pipeline;

TEST_CASE("a text grows in its arena") {
    Arena arena;
    ArenaText text(arena);
    std::string expected;
    for (int i = 0; i < 500; ++i) {
        text += "piece ";
        text += static_cast<char>('0' + i % 10);
        expected += "piece ";
        expected += static_cast<char>('0' + i % 10);
    }
    CHECK(text.view() == expected);
    CHECK(text.size() == expected.size());
}

TEST_CASE("null views are empty texts") {
    Arena arena;
    CHECK(arena.copy({}).empty());
    ArenaText text(arena);
    text += std::string_view{};
    CHECK(text.empty());
    text += "a";
    text += std::string_view{};
    CHECK(text.view() == "a");
}
