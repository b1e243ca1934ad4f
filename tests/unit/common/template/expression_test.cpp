#include "tests/unit/common/template/fixture.hpp"

namespace turnpike::velocity {
namespace {

std::string value_of(std::string_view expression, std::string_view data = "{}") {
    return render("#set($r = " + std::string(expression) + ")$r", data);
}

TEST_CASE("integers divide as Java's do, and go on exactly beyond 64 bits") {
    CHECK(value_of("7 / 2") == "3");
    CHECK(value_of("-7 % 3") == "-1");
    CHECK(value_of("2147483647 + 1") == "2147483648");
    CHECK(value_of("9223372036854775807 + 1") == "9223372036854775808");
    CHECK(value_of("9223372036854775807 * 9223372036854775807") ==
          "85070591730234615847396907784232501249");
    CHECK(value_of("-9223372036854775807 - 1 - 1") == "-9223372036854775809");
}

TEST_CASE("doubles print as Java prints them") {
    CHECK(value_of("7 / 2.0") == "3.5");
    CHECK(value_of("1.0 * 3") == "3.0");
    CHECK(value_of("10000000.0 * 1") == "1.0E7");
    CHECK(value_of("0.1 + 0.2") == "0.30000000000000004");
}

TEST_CASE("what has no result is null") {
    for (const std::string_view expression : {"1 / 0", "1 % 0", "1.0 / 0", "'a' - 1", "true + 1",
                                              "[1] * 2", "$none + 1", "[$none..2]"}) {
        CAPTURE(expression);
        CHECK(value_of(expression) == "");
    }
}

TEST_CASE("a text makes a sum a text") {
    CHECK(value_of("'a' + 1 + 2") == "a12");
    CHECK(value_of("1 + 2 + 'a'") == "3a");
    CHECK(value_of("'a' + $none + true + [1]") == "atrue[1]");
}

TEST_CASE("operators bind as in Java, and have words") {
    CHECK(value_of("1 + 2 * 3 - 4 / 2 % 3") == "5");
    CHECK(value_of("(1 + 2) * 3") == "9");
    CHECK(value_of("5-3") == "2");
    CHECK(value_of("true || false && false") == "true");
    CHECK(value_of("not true or 1 lt 2 and 3 ge 3") == "true");
    CHECK(value_of("1 == 1 == true") == "true");
    CHECK(value_of("!false && !($none)") == "true");
}

TEST_CASE("== compares numbers by value, one kind by equals, kinds by their texts") {
    CHECK(value_of("1 == 1.0") == "true");
    CHECK(value_of("1 == '1'") == "true");
    CHECK(value_of("true == 'true'") == "true");
    CHECK(value_of("[1,{'a':2}] == [1,{'a':2}]") == "true");
    CHECK(value_of("[1,2] == [2,1]") == "false");
    CHECK(value_of("'a' != 'b'") == "true");
}

TEST_CASE("null equals null and the empty text") {
    CHECK(value_of("$a == $b") == "true");
    CHECK(value_of("$a == ''") == "true");
    CHECK(value_of("'' != $a") == "false");
    CHECK(value_of("$a == 0") == "false");
    CHECK(value_of("$a == []") == "false");
}

TEST_CASE("only numbers have an order") {
    CHECK(value_of("2 > 1.5") == "true");
    CHECK(value_of("'b' > 'a'") == "false");
    CHECK(value_of("$a < 1") == "false");
    CHECK(value_of("'2' >= 1") == "false");
}

TEST_CASE("strings: doubled quotes, no escapes but \\u, references in double quotes") {
    CHECK(value_of(R"('it''s "x" $data \n')") == R"(it's "x" $data \n)");
    CHECK(value_of(R"("say ""hi"" $data.a#if(true)!#end \n A\u00e9\ud83d\ude00")", R"({"a":1})") ==
          "say \"hi\" 1! \\n A\u00e9\U0001f600");
    CHECK(value_of("\"$none\"") == "");
    CHECK(value_of("\"a$\"") == "a$");
    CHECK(value_of("'two\nlines'") == "two\nlines");
}

TEST_CASE("lists and maps are shared, not copied") {
    CHECK(render("#set($a = [1])#set($b = $a)#set($x = $b.add(2))$a") == "[1,2]");
}

}  // namespace
}  // namespace turnpike::velocity
