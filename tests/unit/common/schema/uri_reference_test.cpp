#include "common/schema/uri_reference.hpp"

#include <doctest/doctest.h>

namespace turnpike::schema {
namespace {

TEST_CASE("references resolve as RFC 3986 shows") {
    constexpr std::string_view kBase = "http://a/b/c/d;p?q";
    for (const auto& [reference, uri] :
         std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"g:h", "g:h"},
             {"g", "http://a/b/c/g"},
             {"./g", "http://a/b/c/g"},
             {"g/", "http://a/b/c/g/"},
             {"/g", "http://a/g"},
             {"//g", "http://g"},
             {"?y", "http://a/b/c/d;p?y"},
             {"g?y", "http://a/b/c/g?y"},
             {"#s", "http://a/b/c/d;p?q#s"},
             {"g#s", "http://a/b/c/g#s"},
             {"", "http://a/b/c/d;p?q"},
             {".", "http://a/b/c/"},
             {"..", "http://a/b/"},
             {"../../../g", "http://a/g"},
             {"/./g", "http://a/g"},
             {"http://x", "http://x"}}) {
        CAPTURE(reference);
        CHECK(resolve_reference(kBase, reference) == uri);
    }
}

TEST_CASE("other bases") {
    CHECK(resolve_reference("", "#/definitions/a") == "#/definitions/a");
    CHECK(resolve_reference("", "a.json") == "a.json");
    CHECK(resolve_reference("http://h", "a.json") == "http://h/a.json");
    CHECK(resolve_reference("file:///c:/folder/file.json", "#x") ==
          "file:///c:/folder/file.json#x");
    CHECK(resolve_reference("urn:uuid:1", "#x") == "urn:uuid:1#x");
    CHECK(split_fragment("a#b#c").document == "a");
    CHECK(split_fragment("a#b#c").fragment == "b#c");
    CHECK(split_fragment("a").fragment.empty());
}

}  // namespace
}  // namespace turnpike::schema
