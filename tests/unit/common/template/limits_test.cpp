#include "tests/unit/common/template/fixture.hpp"

namespace turnpike::velocity {
namespace {

void check_limited(std::string_view text, std::string_view reason, const Limits& limits = {}) {
    CAPTURE(text);
    const Outcome outcome = outcome_of(text, "{}", {.has_evaluate = true}, limits);
    CHECK(outcome.kind == Error::Kind::LimitExceeded);
    CHECK(outcome.error.find(reason) != std::string::npos);
}

TEST_CASE("a loop runs a thousand times and not once more") {
    CHECK(render("#foreach($x in [1..1000])#end.") == ".");
    check_limited("#foreach($x in [1..1001])#end", "#foreach runs more than 1000 times");
}

TEST_CASE("what never ends runs out of steps") {
    const Limits limits{.steps_max = 100'000};
    const std::string loops =
        "#foreach($a in [1..1000])#foreach($b in [1..1000])#set($x = 1)#end#end";
    check_limited(loops, "takes too many steps", limits);
    check_limited("#set($l = [1..9999999])", "takes too many steps", limits);
    check_limited(
        "#set($s = 'a')#foreach($i in [1..22])#set($s = $s + $s)#end"
        "#foreach($i in [1..1000])#if($s.contains('b'))#end#end",
        "takes too many steps", limits);
    check_limited("#foreach($i in [1..1000])#set($x = $i.toString().replaceAll(\"$i+\", 'x'))#end",
                  "takes too many steps", limits);
}

TEST_CASE("regular expressions are charged for what they read, again and again too") {
    const std::string long_text = "#set($s = 'a')#foreach($i in [1..17])#set($s = $s + $s)#end";
    check_limited(long_text + "#set($x = $s.replaceAll('a.*b|a', 'x'))", "takes too many steps");
    check_limited(long_text + "#set($x = $s.split('a(.*b)?').size())", "takes too many steps");
    check_limited(long_text +
                      "#foreach($i in [1..1000])#if($s.matches('(a|b)*a(a|b){99}'))#end"
                      "#end",
                  "takes too many steps");
    CHECK(render(long_text + "$s.replaceAll('a', '').length() $s.replaceAll('[ab]', '').length() "
                             "$s.split('[a,]', -1).size()") == "0 0 131073");
}

TEST_CASE("what calls itself ends at the depth") {
    check_limited("#macro(m)#m()#end#m()", "nested too deeply");
    check_limited("#macro(m $x)#m(\"$x\")#end#m('x')", "nested too deeply");
    check_limited("#define($b)$b#end$b", "nested too deeply");
    check_limited("#set($s = '#evaluate($s)')#evaluate($s)", "nested too deeply");
    check_limited("#macro(w)#@w()$bodyContent#end#end#w()", "nested too deeply");
}

TEST_CASE("what nests too deeply in its source is refused") {
    const auto repeated = [](std::string_view text, int times) {
        std::string all;
        for (int n = 0; n < times; ++n) all += text;
        return all;
    };
    for (const std::string& text :
         {repeated("#if(true)", 200) + repeated("#end", 200),
          "#set($x = " + repeated("(", 200) + "1" + repeated(")", 200) + ")",
          "#set($x = " + repeated("[", 200) + repeated("]", 200) + ")",
          "#set($x = " + repeated("!", 200) + "true)", "#set($x = 1" + repeated("+ 1", 200) + ")",
          repeated("$x[", 200) + "1" + repeated("]", 200), "$x" + repeated(".y", 200)}) {
        CAPTURE(text.substr(0, 40));
        const Outcome outcome = outcome_of(text);
        CHECK(outcome.kind == Error::Kind::Invalid);
        CHECK(outcome.error != "");
    }
}

TEST_CASE("the text that comes out is bounded") {
    check_limited("#foreach($x in [1..100])0123456789#end", "the text is longer than the limit",
                  {.output_bytes_max = 500});
    check_limited("#set($s = 'a')#foreach($i in [1..30])#set($s = \"$s$s\")#end$s", "template T");
}

TEST_CASE("values that contain themselves print to a limit and equal nothing") {
    check_limited("#set($m = {})#set($m.a = $m)#set($m.b = $m)$m", "needs too much memory");
    const Outcome outcome = outcome_of(
        "#set($a = [])#set($x = $a.add($a))#set($b = [])#set($x = $b.add($b))#if($a == $b)y#end"
        "$a.hashCode()#set($m = {})#set($m.e = $m.entrySet())#set($x = $m.put('m', $m))"
        "#foreach($e in $m.entrySet())$e#end");
    CHECK(outcome.error == "");
    CHECK(!outcome.text.starts_with("y"));
}

TEST_CASE("memory is the heap's, and an evaluation beyond it is an error") {
    const Outcome outcome = outcome_of("a\n #set($l = [1..100000])", "{}", {}, {}, 64U << 10U);
    CHECK(outcome.kind == Error::Kind::LimitExceeded);
    CHECK(outcome.error == "template T, line 2, column 2: the evaluation needs too much memory");
}

class Recorder final : public dynamic::Object {
public:
    dynamic::Value member(std::string_view name) override {
        return name == "self" ? dynamic::Value::object(*this) : dynamic::Value();
    }
    bool set_member(std::string_view name, dynamic::Value value) override {
        if (name == "fixed") return false;
        kept = value;
        return true;
    }
    std::string_view text() override { return "recorder"; }
    dynamic::Value kept;
};

TEST_CASE("objects are given texts for what only the evaluation can print") {
    const auto program = compile("#define($b)x$y#end#set($y = 1)#set($o.self.a = $b)$o", "T");
    REQUIRE(program.has_value());
    dynamic::Heap heap;
    Recorder recorder;
    const std::vector<Variable> variables{{"o", dynamic::Value::object(recorder)}};
    std::pmr::string out;
    REQUIRE(evaluate(*program, {variables}, heap, {}, out).has_value());
    CHECK(out == "recorder");
    CHECK(recorder.kept.as_string() == "x1");
}

TEST_CASE("a program serves many evaluations, and appends") {
    const auto program = compile("#set($x = $v + 1)$x;", "T");
    REQUIRE(program.has_value());
    std::pmr::string out = "start:";
    for (int n = 0; n < 3; ++n) {
        dynamic::Heap heap;
        const std::vector<Variable> variables{{"v", dynamic::Value::integer(n)}};
        REQUIRE(evaluate(*program, {variables}, heap, {}, out).has_value());
    }
    CHECK(out == "start:1;2;3;");
}

}  // namespace
}  // namespace turnpike::velocity
