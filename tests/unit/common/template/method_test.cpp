#include "tests/unit/common/template/fixture.hpp"

namespace turnpike::velocity {
namespace {

constexpr std::string_view kData =
    R"({"s":"abc","u":"h\u00e9\ud83d\ude00x","n":5,"d":2.5,"l":["a","b","a"],"m":{"k":"v"},"t":true})";

std::string call(std::string_view expression) {
    return render("#set($r = $data." + std::string(expression) + ")$r", kData);
}

TEST_CASE("strings count UTF-16 units") {
    CHECK(call("u.length()") == "5");
    CHECK(call("u.indexOf('x')") == "4");
    CHECK(call("u.substring(2,4)") == "\U0001f600");
    CHECK(call("u.substring(3)") == "?x");
    CHECK(call("u.substring(0,3)") == "h\u00e9?");
    CHECK(call("u.charAt(1)") == "\u00e9");
    CHECK(call("u.toUpperCase()") == "H\u00c9\U0001f600X");
    CHECK(call("u.hashCode()") == "157947476");
}

TEST_CASE("strings are searched from either end") {
    CHECK(call("s.indexOf('c', 1)") == "2");
    CHECK(call("s.lastIndexOf('a')") == "0");
    CHECK(call("s.indexOf('zz')") == "-1");
    CHECK(render("#set($e = '')$e.indexOf('ab') $e.contains('ab') $e.split('ab').size()") ==
          "-1 false 1");
    CHECK(render("#set($long = $data.s.repeat(20))$long.lastIndexOf($long.substring(0,40)) "
                 "$long.lastIndexOf($long.substring(1,40), 30) $long.indexOf('cab', 50)",
                 kData) == "18 19 50");
}

TEST_CASE("regular expressions replace, split and match as Java's do") {
    CHECK(call("s.replaceAll('(a)(b)', '$2-$1')") == "b-ac");
    CHECK(call("s.replaceAll('b*', '.')") == ".a..c.");
    CHECK(call("s.replaceFirst('[ab]', '\\$')") == "$bc");
    CHECK(call("s.matches('[a-c]+')") == "true");
    CHECK(render("$data.x.split(',').size() $data.x.split(',', -1).size() $data.x.split(',', 2)[1]",
                 R"({"x":"a,,b,,"})") == "3 5 ,b,,");
    CHECK(render(R"($data.x.replaceAll("\\'","'"))", R"({"x":"it\\'s"})") == "it's");
    CHECK(render("#foreach($p in ['a','b'])$data.s.replaceAll($p, '_') #end", kData) == "_bc a_c ");
}

TEST_CASE("what RE2 cannot do is an error that says so") {
    for (const std::string_view expression :
         {"(?=a)", "(?<!a)b", "(a)\\1", "a++", "[a-z&&[^b]]", "[a[b]]", "(", "*", "\\Z"}) {
        CAPTURE(expression);
        const std::string error =
            error_of("$data.s.replaceAll('" + std::string(expression) + "', '')", kData);
        CHECK(error.find("replaceAll: the regular expression is not supported") !=
              std::string::npos);
    }
    CHECK(error_of("$data.s.replaceAll('b', '$1')", kData) != "");
    CHECK(error_of("$data.s.replaceAll('b', '\\')", kData) != "");
}

TEST_CASE("Java's names of classes are translated") {
    CHECK(call("s.replaceAll('\\p{Alpha}', 'x')") == "xxx");
    CHECK(call("s.replaceAll('[^\\p{Lower}]|\\P{Alnum}|\\u0062', '')") == "ac");
    CHECK(call("s.replaceAll('(?<x>b)', '[${x}]')") == "a[b]c");
    CHECK(call("s.replaceAll('\\Qb\\E', '.')") == "a.c");
}

TEST_CASE("lists") {
    CHECK(render("$data.l.size()$data.l.add('c')$data.l.add(0,'z')$data.l.remove('b')"
                 "$data.l.remove(0)$data.l.set(0,'q')$data.l.contains('c')$data.l.lastIndexOf('c')"
                 "$data.l.subList(0,2)$data.l.addAll([1])$data.l.isEmpty()$data.l",
                 kData) == R"(3truetruezatrue2["q","a"]truefalse["q","a","c",1])");
    CHECK(render("#foreach($x in $data.l.iterator())$x#end", kData) == "aba");
}

TEST_CASE("maps keep the order of their members") {
    CHECK(render("$data.m.put('b',1)$data.m.put('k','w')$data.m.keySet()$data.m.values()"
                 "$data.m.containsKey('b')$data.m.containsValue(1)$data.m.remove('k')"
                 "$data.m.getOrDefault('z',9)$data.m.size()",
                 kData) == R"(v["k","b"]["w",1]truetruew91)");
    CHECK(render("#foreach($e in $data.m.entrySet())$e.key=$e.value $e.getKey()=$e.getValue() $e"
                 "#end",
                 kData) == "k=v k=v k=v");
}

TEST_CASE("numbers and booleans") {
    CHECK(call("n.parseInt('7') + 1") == "8");
    CHECK(call("n.toHexString(255)") == "ff");
    CHECK(call("d.intValue()") == "2");
    CHECK(call("n.equals(5.0)") == "false");
    CHECK(call("n.compareTo(6)") == "-1");
    CHECK(call("t.toString().length()") == "4");
    CHECK(error_of("$data.n.parseInt('x')", kData).find("parseInt") != std::string::npos);
}

TEST_CASE("String.format") {
    CHECK(call("s.format('%05d|%-4s|%.1f|%s%%', 42, 'x', 2.25, $data.l)") ==
          "00042|x   |2.2|[\"a\",\"b\",\"a\"]%");
    CHECK(error_of("$data.s.format('%d', 'x')", kData) != "");
    CHECK(error_of("$data.s.format('%9999d', 1)", kData) != "");
}

TEST_CASE("a method that is not there, or not for such arguments, is nothing; null is an error") {
    CHECK(call("s.nope()") == "");
    CHECK(call("s.substring('x')") == "");
    CHECK(call("s.contains(5)") == "");
    CHECK(call("l.get('x')") == "");
    CHECK(error_of("$data.s.contains($none)", kData).ends_with("contains: an argument is null"));
}

TEST_CASE("indexes that are nowhere are errors") {
    for (const std::string_view wrong :
         {"s.substring(4)", "s.substring(-1)", "s.substring(2,1)", "s.charAt(3)", "l.get(3)",
          "l.remove(3)", "l.add(4,'x')", "l.subList(2,1)", "l[3]", "l[-4]"}) {
        CAPTURE(wrong);
        const Outcome outcome = outcome_of("$data." + std::string(wrong), kData);
        CHECK(outcome.kind == Error::Kind::Invalid);
        CHECK(outcome.error != "");
    }
}

}  // namespace
}  // namespace turnpike::velocity
