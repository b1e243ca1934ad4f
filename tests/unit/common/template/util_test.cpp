#include "tests/unit/common/template/fixture.hpp"

namespace turnpike::velocity {
namespace {

TEST_CASE("escapeJavaScript escapes quotes, slashes, controls and what is not ASCII") {
    CHECK(render("$util.escapeJavaScript($data)",
                 R"("it's \"a/b\" \\ \n\u0001\u00e9\ud83d\ude00")") ==
          R"(it\'s \"a\/b\" \\ \n\u0001\u00E9\uD83D\uDE00)");
    CHECK(render("$util.escapeJavaScript(5) $util.escapeJavaScript($none).") == "5 .");
}

TEST_CASE("URLs: form encoding both ways") {
    CHECK(render("$util.urlEncode($data)", R"("{\"some\": \"value\"}")") ==
          "%7B%22some%22%3A+%22value%22%7D");
    CHECK(render("$util.urlDecode('a+b%2Fc%C3%A9') $util.urlEncode($none).") == "a b/c\u00e9 .");
    CHECK(error_of("$util.urlDecode('%zz')").ends_with("urlDecode: the text is not URL encoded"));
    CHECK(render("$util.urlDecode('%ff')") == "\ufffd");
}

TEST_CASE("Base64 both ways") {
    CHECK(render("$util.base64Encode('h\u00e9')$util.base64Decode('aMOp')") == "aMOph\u00e9");
    CHECK(error_of("$util.base64Decode('*')").ends_with("base64Decode: the text is not Base64"));
}

TEST_CASE("parseJson gives values that templates walk") {
    CHECK(render("$util.parseJson($data).a[1].b", R"("{\"a\":[0,{\"b\":\"x\"}]}")") == "x");
    CHECK(outcome_of("$util.parseJson('nope')").kind == Error::Kind::Invalid);
}

std::string with_xml(std::string_view text, std::string_view data) {
    const auto program = compile(text, "T");
    REQUIRE(program.has_value());
    dynamic::Heap heap;
    const auto root = dynamic::parse_json(data, heap);
    REQUIRE(root.has_value());
    Util util({.has_parse_xml = true, .has_to_xml = true});
    const std::vector<Variable> variables{{"data", *root}, {"util", dynamic::Value::object(util)}};
    std::pmr::string out;
    const auto done = evaluate(*program, {variables}, heap, {}, out);
    return done ? std::string(out) : "error: " + done.error().message;
}

TEST_CASE("parseXml and toXml are there only if the template's owner says so") {
    CHECK(render("$util.parseXml('<a/>')$util.toXml({'a':1}).") == ".");
}

TEST_CASE("parseXml gives maps, texts and lists") {
    CHECK(
        with_xml(
            "$util.parseXml($data)",
            R"("<o id='7'>\n<n>A &amp; B</n><i>1</i><i x='y'>2</i><e/><c><![CDATA[<z>]]></c></o>")") ==
        R"({o={@id=7, n=A & B, i=["1",{"@x":"y","#text":"2"}], e=, c=<z>}})");
    CHECK(with_xml("#set($x = $util.parseXml($data))$x.o['@id']$x.o.i[1]['#text']",
                   R"("<o id='7'><i>1</i><i x='y'>2</i></o>")") == "72");
}

TEST_CASE("parseXml refuses what is no XML, document types, and what nests too deeply") {
    for (const std::string_view text : {"", "x", "<a>", "<a></b>", "<a/><b/>", "<a>&x;</a>",
                                        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"}) {
        CAPTURE(text);
        CHECK(with_xml("$util.parseXml($data)", "\"" + std::string(text) + "\"")
                  .starts_with("error: template T, line 1, column 7: parseXml: "));
    }
    std::string deep;
    for (int n = 0; n < 1000; ++n) deep += "<a>";
    CHECK(with_xml("$util.parseXml($data)", "\"" + deep + "\"").ends_with("nested too deeply"));
}

TEST_CASE("toXml is the way back") {
    CHECK(
        with_xml(
            "$util.toXml($data)",
            R"({"o":{"@id":"7\"","n":"A & <B>","i":[1,{"@x":true,"#text":"2"}],"e":null,"m":{}}})") ==
        R"(<o id="7&quot;"><n>A &amp; &lt;B&gt;</n><i>1</i><i x="true">2</i><e/><m/></o>)");
    CHECK(with_xml("$util.toXml($data, 'list')", R"({"a":[],"b":[1,2]})") ==
          "<list><b>1</b><b>2</b></list>");
    const std::string_view text = R"("<o id='7'><n>A</n><i>1</i><i>2</i></o>")";
    CHECK(with_xml("$util.toXml($util.parseXml($data))", text) ==
          R"(<o id="7"><n>A</n><i>1</i><i>2</i></o>)");
}

TEST_CASE("toXml refuses what has no form in XML") {
    for (const std::string_view data :
         {"[]", "1", "{}", R"({"a":1,"b":2})", R"({"a b":1})", R"({"a":[[1]]})", R"({"a":[1,2]})",
          R"({"a":{"@x":{}}})", R"({"1a":1})", R"({"":1})", R"({"a":"\u0001"})"}) {
        CAPTURE(data);
        CHECK(with_xml("$util.toXml($data)", data)
                  .starts_with("error: template T, line 1, column 7: toXml: "));
    }
    CHECK(with_xml("#set($m = {})#set($m.a = $m)$util.toXml($m)", "1").ends_with("too deeply"));
}

}  // namespace
}  // namespace turnpike::velocity
