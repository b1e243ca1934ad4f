#include "common/base/text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace turnpike;

TEST_CASE("names are the same only if every byte is") {
    std::string name;
    for (std::size_t size = 0; size <= 40; ++size, name += static_cast<char>('a' + size % 26)) {
        CHECK(is_same_name(name, std::string(name)));
        CHECK_FALSE(is_same_name(name, name + 'x'));
        for (std::size_t at = 0; at < size; ++at) {
            std::string other = name;
            other[at] = '\0';
            CHECK_FALSE(is_same_name(name, other));
        }
    }
}

TEST_CASE("a copied text is whole, whatever its length, and nothing beyond it is touched") {
    std::string text;
    for (std::size_t size = 0; size <= 300; ++size, text += static_cast<char>('a' + size % 26)) {
        std::string room(size + 8, '.');
        CHECK(copy_text(room.data(), text) == room.data() + size);
        CHECK(room == text + "........");
    }
}

TEST_CASE("texts are equal but for the case of letters, whatever their length") {
    for (std::size_t size = 0; size <= 40; ++size) {
        const std::string lower(size, 'k');
        CHECK(equals_ignoring_case(lower, lower));
        CHECK(equals_ignoring_case(lower, std::string(size, 'K')));
        CHECK_FALSE(equals_ignoring_case(lower, lower + "k"));
        for (std::size_t at = 0; at < size; ++at) {
            std::string other = lower;
            other[at] = 'K';
            CHECK(equals_ignoring_case(lower, other));
            other[at] = '+';  // differs from "K" in the bit of case
            CHECK_FALSE(equals_ignoring_case(lower, other));
            other[at] = 'k' ^ '\x40';
            CHECK_FALSE(equals_ignoring_case(other, lower));
        }
    }
}
