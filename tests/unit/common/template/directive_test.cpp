#include "tests/unit/common/template/fixture.hpp"

namespace turnpike::velocity {
namespace {

TEST_CASE("a template is trimmed, and a line that only has a directive swallows its end") {
    CHECK(render("\n  #if(true)\n a\n  #end\n b\n") == " a\n   b");
    CHECK(render("a\n#set($x = 1)\nb") == "a\nb");
    CHECK(render("a #set($x = 1) b") == "a  b");
    CHECK(render("$data #set($x = 1)b") == "{}b");
}

TEST_CASE("a line may begin with a directive #set that is written apart") {
    CHECK(render("# set($x = 1)$x") == "1");
    CHECK(render("a\n  #  set ( $x = 1 )\n$x") == "a\n  1");
    CHECK(render("a # set($x = 1)") == "a # set( = 1)");
    CHECK(render("text#${data.a}", R"({"a":1})") == "text#1");
}

TEST_CASE("null is not assigned") {
    CHECK(render("#set($x = 1)#set($x = $none)$x#set($m = {'a': 2})#set($m.a = $none)$m.a") ==
          "12");
}

TEST_CASE("#if takes the first branch that is true; only booleans and references are") {
    CHECK(render("#if(false)a#elseif($none)b#elseif(true)c#else d#end") == "c");
    CHECK(render("#if($data.e)a#end#if($data.z)b#end#if('x')c#end#if(1)d#end#if($data.f)e#end",
                 R"({"e":"","z":0,"f":false})") == "ab");
}

TEST_CASE("#foreach goes over lists, values of maps and ranges, and knows where it is") {
    CHECK(render("#foreach($x in [3..1])$x#if($foreach.hasNext),#end#end") == "3,2,1");
    CHECK(render("#foreach($x in {'a':1,'b':2})$x#end#foreach($x in 'abc')$x#end") == "12");
    CHECK(render("#foreach($x in ['a','b'])$foreach.index$foreach.count$foreach.first"
                 "$foreach.last$velocityCount #end") == "01truefalse1 12falsetrue2 ");
    CHECK(render("#foreach($x in [1,2])#foreach($y in [1,2])$foreach.parent.count#end#end") ==
          "1122");
}

TEST_CASE("#foreach leaves variables as they were") {
    CHECK(render("#set($x = 7)#foreach($x in [1,2])#end$x $foreach#foreach($y in [1])#end$y") ==
          "7 ");
}

TEST_CASE("#break ends a loop, a chosen one, or a macro; #stop the template") {
    CHECK(render("#foreach($x in [1..9])#if($x == 3)#break#end$x#end.") == "12.");
    CHECK(render("#foreach($x in [1,2])#foreach($y in [1,2])#break($foreach.parent)#end"
                 " no#end.") == ".");
    CHECK(render("#macro(m)a#break b#end#foreach($x in [1,2])#m()#end.") == "aa.");
    CHECK(render("a#if(true)b#stop c#end d") == "ab");
    CHECK(error_of("#break('x')").find("#break takes a loop") != std::string::npos);
}

TEST_CASE("a macro's arguments are evaluated where they are used") {
    CHECK(render("#macro(m $a $b)$a|$b|$a#end#set($n = 0)#m(\"#set($n = $n + 1)$n\", 'x')") ==
          "1|x|2");
    CHECK(render("#m('early')#macro(m $a)<$a>#end#m()#m") == "<early><><>");
    CHECK(render("#macro(m $a)#set($a = 3)$a#end#set($q = 1)#m($q)$q$a") == "313");
    CHECK(render("#macro(w $x)[$x$bodyContent]#end#@w(1)b#end") == "[1b]");
}

TEST_CASE("what no macro is called is text") {
    CHECK(render("#nope #nope($data) #nope(a b) color: #fff;") ==
          "#nope #nope($data) #nope(a b) color: #fff;");
}

TEST_CASE("#define is evaluated when it prints") {
    CHECK(render("#define($b)<$x>#end#set($x = 1)$b#set($x = 2)$b#set($s = \"$b\")$s.length()") ==
          "<1><2>3");
}

TEST_CASE("comments and raw text") {
    CHECK(render("a ## b\nc #* d\n#if( *#e #[[ $x #if( ]]#f") == "a c e  $x #if( f");
}

TEST_CASE("#evaluate is there if the template's owner says so; #include and #parse never are") {
    CHECK(error_of("#evaluate('x')") == "template T, line 1, column 1: #evaluate is not available");
    CHECK(outcome_of("#set($x = 'v')#evaluate('$x$data.a#set($y = 2)')$y#evaluate('$y')",
                     R"({"a":1})", {.has_evaluate = true})
              .text == "v122");
    CHECK(error_of("a\n #parse('x')") == "template T, line 2, column 2: #parse is not available");
    CHECK(error_of("#include('x')").ends_with("#include is not available"));
}

TEST_CASE("errors name template, line and column") {
    CHECK(error_of("\n\n ab\n#if(true)") == "template T, line 4, column 1: #if has no #end");
    CHECK(error_of("a\n  #end") ==
          "template T, line 2, column 3: nothing is open that this could end or continue");
    CHECK(error_of("a\nb $data.l.get(5)", R"({"l":[]})") ==
          "template T, line 2, column 11: get: index 5 is outside a list of size 0");
    CHECK(error_of("x\n#set($s = \"ab\ncd $data.l[1]\")", R"({"l":[]})") ==
          "template T, line 3, column 11: index 1 is outside a list of size 0");
    CHECK(
        error_of("$util.parseJson('{')").starts_with("template T, line 1, column 7: parseJson: "));
}

TEST_CASE("variables that were given cannot be assigned") {
    CHECK(error_of("#set($data = 1)").ends_with("$data cannot be assigned"));
    CHECK(error_of("#foreach($util in [1])#end").ends_with("$util cannot be assigned"));
    CHECK(error_of("#define($data)x#end").ends_with("$data cannot be assigned"));
    CHECK(render("#set($data.x = 1)$data.x") == "1");
}

TEST_CASE("what cannot be a template is refused") {
    for (const std::string_view text : {"#set($x)",
                                        "#set(1 = 2)",
                                        "#if()#end",
                                        "#if(true",
                                        "#foreach($x $y)#end",
                                        "${x",
                                        "#else",
                                        "#*",
                                        "#[[",
                                        "#foreach($x in [1..2])",
                                        "#macro()#end",
                                        "#set($x = )",
                                        "#set($x = 'a)",
                                        "#set($x = {1})",
                                        "#set($x = [1..'a'])",
                                        "#define('x')#end",
                                        "$x[1",
                                        "$x.y(1",
                                        "#{if}",
                                        "#set($x = - $y)",
                                        "#macro(a)#end#a(b)"}) {
        CAPTURE(text);
        const Outcome outcome = outcome_of(text);
        CHECK(outcome.kind == Error::Kind::Invalid);
        CHECK(outcome.error.starts_with("template T, line 1, column "));
    }
}

}  // namespace
}  // namespace turnpike::velocity
