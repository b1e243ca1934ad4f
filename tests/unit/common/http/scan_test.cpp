#include "common/http/scan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>

using namespace turnpike::http;

namespace {

using Find = const char* (*)(const char* p, const char* end);
using Is = bool (*)(char c);

struct Search {
    Find find;
    Is is;
};

bool is_no_token(char c) { return !is_token_character(c); }

/// Every search, and what it looks for.
constexpr Search kSearches[] = {{find_not_token, is_no_token},
                                {find_rare_in_names, is_rare_in_names},
                                {find_value_control, is_value_control},
                                {find_path_end, ends_path},
                                {find_query_end, ends_query}};

/// In memory of its own, so that a byte read beyond it is noticed.
void check_all(const std::string& text) {
    const auto copy = std::make_unique<char[]>(text.size());
    std::copy(text.begin(), text.end(), copy.get());
    const char* const end = copy.get() + text.size();
    for (const Search& search : kSearches) {
        const char* const expected = std::find_if(static_cast<const char*>(copy.get()), end,
                                                  [&](char c) { return search.is(c); });
        CHECK(search.find(copy.get(), end) == expected);
    }
}

}  // namespace

TEST_CASE("searches find the first byte of their kind, at any place of any length") {
    for (std::size_t size = 0; size <= 50; ++size) {
        const std::string plain(size, 'a');
        check_all(plain);
        for (std::size_t at = 0; at < size; ++at) {
            for (const char c :
                 {'\0', '\t', '\n', ' ', '"', '#', '.', ':', '?', '{', '\x7f', '\xc3'}) {
                std::string text = plain;
                text[at] = c;
                if (at + 5 < size) text[at + 5] = '\r';
                check_all(text);
            }
        }
    }
}

TEST_CASE("searches know every byte") {
    for (int byte = 0; byte < 256; ++byte) {
        for (const std::size_t size : {1U, 5U, 12U, 16U, 21U}) {
            check_all(std::string(size - 1, 'x') + static_cast<char>(byte));
        }
    }
}
