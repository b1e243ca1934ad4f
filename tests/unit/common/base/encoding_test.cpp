#include "common/base/encoding.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace turnpike;

TEST_CASE("a number is written as eight hexadecimal digits") {
    const auto written = [](std::uint32_t number) {
        std::string text(8, ' ');
        write_hex(number, text.data());
        return text;
    };
    CHECK(written(0) == "00000000");
    CHECK(written(0x0123'4567) == "01234567");
    CHECK(written(0x89ab'cdef) == "89abcdef");
    CHECK(written(0xffff'ffff) == "ffffffff");
    CHECK(written(0x9a00'00a9) == "9a0000a9");
}

TEST_CASE("UTF-8 is valid at any place among ASCII") {
    for (const std::string_view character :
         {"\u00e4", "\u20ac", "\U0001f600", "\u07ff\ud7ff\ue000"}) {
        for (std::size_t before = 0; before < 70; ++before) {
            const std::string text = std::string(before, 'a') + std::string(character) + "bc";
            CHECK(is_utf8(text));
            CHECK(utf8_prefix(text.substr(0, before + 1)) == before);
        }
    }
    CHECK(is_utf8(""));
    CHECK(is_utf8(std::string(100, '\x7f')));
}

TEST_CASE("what is not UTF-8 is found where it begins") {
    for (const std::string_view wrong :
         {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82",
          "\xc3("}) {
        for (const std::size_t before : {0U, 1U, 7U, 8U, 31U, 32U, 33U, 64U}) {
            const std::string text = std::string(before, 'a') + std::string(wrong) + "bc";
            CHECK_FALSE(is_utf8(text));
            CHECK(utf8_prefix(text) == before);
        }
    }
    CHECK(utf8_prefix("\u00e4\u00f6\xfc") == 4);
}

TEST_CASE("bytes that belong to no character are replaced") {
    CHECK(valid_utf8("a\xff\u00e4\xe2\x82") == "a\ufffd\u00e4\ufffd\ufffd");
}
