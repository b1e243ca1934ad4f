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
