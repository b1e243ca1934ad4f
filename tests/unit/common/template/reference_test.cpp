#include "tests/unit/common/template/fixture.hpp"

namespace turnpike::velocity {
namespace {

TEST_CASE("a reference to nothing prints nothing, however it is written") {
    CHECK(render("[$x|$x.y|${x}|$!x|$x.y(1)|$x[0]|$data.no.such|$data.get('z').y]") == "[|||||||]");
}

TEST_CASE("members, methods and indexes follow one another") {
    const std::string_view data = R"({"a":{"b":[10,{"c":"see"}]},"name":"a"})";
    CHECK(render("$data.a.b[1].c.length() ${data.a.b[0]}0 $data[$data.name].b.size()", data) ==
          "3 100 2");
    CHECK(render("$data.a.b[-1].c", data) == "see");
}

TEST_CASE("what stands behind a reference and is no part of it is text") {
    CHECK(render("$data.a.$data.a+b $data.a(x) $data.a. $data.a[0]", R"({"a":1})") ==
          "1.1+b 1(x) 1. ");
    CHECK(render("$data.a .b ${data.a}.b $data.a{} $data.a: $5 $ $$", R"({"a":1})") ==
          "1 .b 1.b 1{} 1: $5 $ $$");
}

TEST_CASE("lists print as compact JSON, maps as Java prints them, their lists as JSON") {
    const std::string_view data = R"({"l":[{"foo":"bar"},1.0,null],"m":{"a":1,"b":"text"}})";
    CHECK(render("$data.l", data) == R"([{"foo":"bar"},1.0,null])");
    CHECK(render("$data.l[0]", data) == "{foo=bar}");
    CHECK(render("$data.m", data) == "{a=1, b=text}");
    CHECK(render("$data", R"({"foo":[{"nested":"bar"}]})") == R"({foo=[{"nested":"bar"}]})");
    CHECK(render("$data.l$data.l.x", R"({"l":[]})") == "[]");
}

TEST_CASE("numbers keep the spelling of the document") {
    CHECK(render("$data.a $data.b $data.c", R"({"a":1.0,"b":1e3,"c":123456789012345678901234})") ==
          "1.0 1e3 123456789012345678901234");
}

TEST_CASE("backslashes escape references and directives") {
    const std::string_view data = R"({"a":1})";
    CHECK(render(R"(\$data.a \\$data.a \\\$data.a \$none \\$none)", data) ==
          R"($data.a \1 \$data.a \$none \)");
    CHECK(render(R"(\#if(true) \#foo \\#if(true)x#end)") == R"(#if(true) \#foo \x)");
}

TEST_CASE("properties are assigned in maps, lists and new names") {
    CHECK(render("#set($m = {})#set($m.a = 1)#set($m['b c'] = 2)#set($m.d = {})"
                 "#set($m.d.e = 'x')$m") == "{a=1, b c=2, d={e=x}}");
    CHECK(render("#set($l = [1,2])#set($l[1] = 'z')$l") == R"([1,"z"])");
    CHECK(render("#set($no.such = 1)[$no]") == "[]");
}

TEST_CASE("a class is nowhere to be had") {
    CHECK(render("[$data.class$data.a.class$data.a.getClass()]", R"({"a":"x"})") == "[]");
}

}  // namespace
}  // namespace turnpike::velocity
