#include "common/snapshot/mapping_template.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::snapshot;

namespace {

std::vector<MappingTemplate> prepared(const model::StringMap& templates) {
    ProgramPool programs;
    return prepare_templates(templates, programs);
}

}  // namespace

TEST_CASE("a MOCK status is read leniently") {
    CHECK(parse_mock_status(R"({"statusCode": 200})") == 200);
    CHECK(parse_mock_status("{statusCode: 200}") == 200);
    CHECK(parse_mock_status("{'statusCode': 200}") == 200);
    CHECK(parse_mock_status(R"({"statusCode": 200,, })") == 200);
    CHECK(parse_mock_status(R"( { "a": {"b": [1, "}"]}, "statusCode" : 404 } )") == 404);
    CHECK(parse_mock_status(R"({"statusCode": 1234567})") == 1234567);
    CHECK(parse_mock_status(R"({"message": "x, y: {z}", "statusCode": -1})") == -1);
}

TEST_CASE("without a readable status there is none") {
    for (const std::string_view text :
         {"", "{}", "statusCode: 200", R"({"statusCode": "abc"})", R"({"statusCode": 2.5})",
          R"({"statusCode": "200"})", "{'statusCode': '200'}", R"({"statusCode": 200)",
          R"({"statusCode" 200})", R"({"statuscode": 200})", R"({"statusCode": 99999999999})",
          R"([{"statusCode": 200}])", R"({"a": {"b": 1})", R"({"statusCode": 200} x)",
          R"({"statusCode)", "{:}", "{statusCode:}"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_mock_status(text));
    }
}

TEST_CASE("nesting in a MOCK template is bounded") {
    const std::string deep = "{a:" + std::string(100'000, '[');
    CHECK_FALSE(parse_mock_status(deep));
}

TEST_CASE("a template without references or directives is static") {
    const auto templates = prepared({
        {"application/json", "  {\"statusCode\": 200, \"price\": \"$5 #1\"}\n"},
        {"text/plain", "#set($x = 1)"},
        {"text/html", "a $input.body"},
        {"text/xml", "${context.stage}"},
        {"text/csv", "$!x"},
        {"text/css", "## comment"},
    });
    CHECK_FALSE(templates[0].needs_evaluation());
    CHECK(templates[0].text == "{\"statusCode\": 200, \"price\": \"$5 #1\"}");
    CHECK(templates[0].mock_status == 200);
    for (std::size_t i = 1; i < templates.size(); ++i) CHECK(templates[i].needs_evaluation());
}

TEST_CASE("a template is selected by media type, then by $default") {
    const auto templates = prepared({{"$default", "d"}, {"Application/JSON", "j"}});
    CHECK(select_template(templates, "application/json")->text == "j");
    CHECK(select_template(templates, "text/plain")->text == "d");
    CHECK(select_template(prepared({{"a/b", "x"}}), "text/plain") == nullptr);
}

TEST_CASE("a template that cannot be compiled says why when it is asked for") {
    const auto templates = prepared({{"text/plain", "#if($x) no end"}});
    REQUIRE(templates[0].needs_evaluation());
    REQUIRE_FALSE(*templates[0].program);
    CHECK(templates[0].program->error().message.find("text/plain") != std::string::npos);
}

TEST_CASE("the first line turns on what is ours, and nothing else does") {
    const auto templates = prepared({
        {"a/a", "## turnpike: parseXml, toXml\n$util.x"},
        {"a/b", "##turnpike:evaluate\r\n#evaluate('x')"},
        {"a/c", "## turnpike: parseXml, nothing\n$x"},
        {"a/d", "$x ## turnpike: parseXml"},
        {"a/e", "#evaluate('x')"},
    });
    CHECK(templates[0].util.has_parse_xml);
    CHECK(templates[0].util.has_to_xml);
    CHECK(templates[1].program->has_value());
    REQUIRE_FALSE(templates[2].program->has_value());
    CHECK(templates[2].program->error().message == "a/c: line 1: no switch is called 'nothing'");
    CHECK_FALSE(templates[3].util.has_parse_xml);
    CHECK_FALSE(templates[4].program->has_value());
}
