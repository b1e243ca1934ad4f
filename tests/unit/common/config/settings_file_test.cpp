#include "common/config/settings_file.hpp"

#include <doctest/doctest.h>

using turnpike::config::parse_settings_file;

namespace {

std::string values(std::string_view text) {
    const auto entries = parse_settings_file(text, "f");
    if (!entries) return entries.error().message;
    std::string all;
    for (const auto& entry : *entries) {
        all += entry.key + "=" + entry.value + "@" + std::to_string(entry.line) + ";";
    }
    return all;
}

}  // namespace

TEST_CASE("keys, values and lines are found") {
    CHECK(values("a = 1\n\n  # comment\nb_c=two words\r\nd = \n") == "a=1@1;b-c=two words@4;d=@5;");
    CHECK(values("") == "");
}

TEST_CASE("values may be quoted, and then hold anything") {
    CHECK(values(R"(a = "x # y, 'z' = [1]")") == "a=x # y, 'z' = [1]@1;");
    CHECK(values(R"(a = "say \"hi\" \\ \n" # comment)") == R"(a=say "hi" \ \n@1;)");
    CHECK(values("a = \"x") == "f:1: no closing quote");
    CHECK(values("a = \"x\" y") == "f:1: text after the closing quote");
}

TEST_CASE("a hash begins a comment only where a word begins") {
    CHECK(values("a = 1 # one\nb = x#y\nc = # nothing\n") == "a=1@1;b=x#y@2;c=@3;");
}

TEST_CASE("addresses need no quotes") {
    CHECK(values("a = 0.0.0.0:1,[::]:2\nb = [::]:3\n") == "a=0.0.0.0:1,[::]:2@1;b=[::]:3@2;");
}

TEST_CASE("what makes no sense is told with its line") {
    CHECK(values("a = 1\nb\n") == "f:2: expected key = value");
    CHECK(values("= 1\n") == "f:1: no key before the equals sign");
    CHECK(values("[worker]\n") == "f:1: sections are not used, write key = value");
    CHECK(values("a-b = 1\n\na_b = 2\n") == "f:3: a-b is set already in line 1");
}
