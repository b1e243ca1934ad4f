// Documents that ask for more than they should get. Each is refused or read within bounds; a bound
// that is missing shows as a test that does not end.
#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;

constexpr std::string_view kTooLarge =
    "Failed to parse the uploaded OpenAPI document due to: what it describes is too large";

std::string repeated(std::string_view piece, int times, std::string_view separator = ", ") {
    std::string all;
    for (int i = 0; i < times; ++i) {
        if (i > 0) all += separator;
        all += piece;
    }
    return all;
}

/// "p0": value, "p1": value ...
std::string numbered(std::string_view prefix, std::string_view value, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) {
        if (i > 0) all += ", ";
        all += "\"" + std::string(prefix) + std::to_string(i) + "\": " + std::string(value);
    }
    return all;
}

}  // namespace

TEST_CASE("a document above the limit is refused") {
    const std::string text = oas30(R"("paths": {}, "x": ")" + std::string(7U << 20U, 'a') + "\"");
    CHECK(refusal(text) == "Invalid OpenAPI input.");
    ReadOptions options = read_options();
    options.document_bytes_max = text.size();
    CHECK(read_api(text, options).has_value());
    --options.document_bytes_max;
    CHECK_FALSE(read_api(text, options).has_value());
}

TEST_CASE("deep nesting is refused in JSON and YAML") {
    const std::string deep = std::string(100'000, '[');
    CHECK(refusal(oas30(R"("paths": {}, "x": )" + deep)) == "Invalid OpenAPI input.");
    CHECK(refusal("openapi: 3.0.1\npaths: " + deep) == "Invalid OpenAPI input.");
}

TEST_CASE("numbers beyond any type are refused") {
    CHECK(refusal(oas30(R"("paths": {}, "x": 1e999)")) == "Invalid OpenAPI input.");
    CHECK(refusal("openapi: 3.0.1\npaths: {}\nx: 1e999") == "Invalid OpenAPI input.");
}

TEST_CASE("numbers without end are refused") {
    const std::string yaml = "openapi: 3.0.1\npaths: {}\nx: ";
    for (const std::string& number : {std::string("1e999999"), std::string("-1e999999"),
                                      std::string(100'000, '9'), std::string(5'000'000, '9')}) {
        CHECK(refusal(oas30(R"("paths": {}, "x": )" + number)) == "Invalid OpenAPI input.");
        CHECK(refusal(yaml + number) == "Invalid OpenAPI input.");
    }
    // Those that merely have many digits are numbers.
    const std::string exact = "0." + std::string(5'000'000, '9');
    CHECK(read_api(oas30(R"("paths": {}, "x": )" + exact), read_options()).has_value());
    CHECK(read_api(yaml + exact, read_options()).has_value());
}

TEST_CASE("one name a great many times is one member, or refused") {
    const auto document = [](int times) { return repeated(R"("/a": {"get": {}})", times); };
    CHECK(refusal(oas30(R"("paths": {)" + document(300'000) + "}")) == "Invalid OpenAPI input.");
    CHECK(paths_of(read(oas30(R"("paths": {)" + document(150'000) + "}"))).size() == 1);
    std::string yaml = "openapi: 3.0.1\npaths:\n";
    for (int i = 0; i < 400'000; ++i) yaml += " /a: {}\n";
    CHECK(paths_of(read(yaml)).size() == 1);
    for (int i = 0; i < 200'000; ++i) yaml += " /a: {}\n";
    CHECK(refusal(yaml) == "Invalid OpenAPI input.");
}

TEST_CASE("a text of six megabytes is read where texts may stand, and not as a name") {
    const std::string text(6'000'000, 'a');
    CHECK(refusal(oas30(R"("paths": {"/)" + text + R"(": {}})")) == "Invalid OpenAPI input.");
    CHECK(refusal(oas30(R"("paths": {}, "components": {"schemas": {")" + text + R"(": {}}})")) ==
          "Invalid OpenAPI input.");
    CHECK(refusal("openapi: 3.0.1\npaths: {}\n" + text + ": 1\n") == "Invalid OpenAPI input.");
    const Reading reading = read(with_operation(R"("operationId": ")" + text + "\""));
    CHECK(the_method(reading).method.text("operationName").size() == text.size());
    CHECK(read(with_operation(R"("x-amazon-apigateway-integration": {"type": ")" + text + "\"}"))
              .warnings.size() == 1);
    CHECK(read(with_operation(R"("security": [{"a": [")" + text + R"("]}])")).warnings.size() == 1);
}

TEST_CASE("merge keys and maps of aliases are bounded as lists of aliases are") {
    std::string merges = "openapi: 3.0.1\npaths:\n /all: &all {";
    for (int i = 0; i < 50'000; ++i) merges += "k" + std::to_string(i) + ": 1, ";
    merges += "z: 1}\n";
    for (int i = 0; i < 50'000; ++i) merges += " /p" + std::to_string(i) + ": {<<: *all}\n";
    CHECK(refusal(merges) == "Invalid OpenAPI input.");
    std::string maps = "openapi: 3.0.1\npaths: {}\na0: &a0 {x: 1}\n";
    for (int i = 1; i < 10; ++i) {
        const std::string alias = "*a" + std::to_string(i - 1);
        maps += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " {";
        for (int k = 0; k < 9; ++k) maps += "k" + std::to_string(k) + ": " + alias + ", ";
        maps += "z: 1}\n";
    }
    CHECK(refusal(maps) == "Invalid OpenAPI input.");
}

TEST_CASE("bytes that are no UTF-8 are refused") {
    CHECK(refusal(oas30("\"paths\": {\"/\xff\": {}}")) == "Invalid OpenAPI input.");
    CHECK(refusal("openapi: 3.0.1\npaths: {/\xff: {}}") == "Invalid OpenAPI input.");
}

TEST_CASE("a million paths are refused") {
    CHECK(refusal(oas30(R"("paths": {)" + numbered("/", "0", 450'000) + "}")) ==
          "Failed to parse the uploaded OpenAPI document due to: there are too many paths");
    std::string yaml = "openapi: 3.0.1\npaths:\n";
    for (int i = 0; i < 600'000; ++i) yaml += " /" + std::to_string(i) + ":\n";
    CHECK(refusal(yaml) == "Invalid OpenAPI input.");
    const std::string long_path(4000, '/');
    CHECK(refusal(oas30(R"("paths": {)" + numbered("/" + long_path, "{}", 100) + "}")) ==
          "Failed to parse the uploaded OpenAPI document due to: there are too many paths");
}

TEST_CASE("a million references to a large part are refused") {
    CHECK(refusal(oas30(R"("paths": {)" +
                        numbered("/", R"({"get": {"responses": {"200": {"$ref": "#/x"}}}})", 5000) +
                        R"(}, "x": {"headers": {)" + numbered("h", "{}", 5000) + "}}")) ==
          kTooLarge);
    CHECK(refusal(oas30(R"("paths": {)" + numbered("/", R"({"$ref": "#/x"})", 10'000) +
                        R"(}, "x": {"parameters": [)" +
                        repeated(R"({"in": "cookie", "name": "c"})", 5000) + "], \"get\": {}}")) ==
          kTooLarge);
}

TEST_CASE("a large template that many methods refer to is refused") {
    CHECK(refusal(oas30(R"("paths": {)" +
                        numbered("/",
                                 R"({"get": {"x-amazon-apigateway-integration": {"$ref": "#/x"}}})",
                                 1000) +
                        R"(}, "x": {"type": "mock", "requestTemplates": {"a/b": ")" +
                        std::string(1U << 20U, 'a') + R"("}})")) == kTooLarge);
}

TEST_CASE("many security requirements of the document are refused where many methods take them") {
    CHECK(refusal(oas30(R"("paths": {)" + numbered("/", R"({"get": {}})", 5000) +
                        R"(}, "security": [)" + repeated(R"({"a": []})", 100'000) + "]")) ==
          kTooLarge);
    CHECK(refusal(oas30(R"("paths": {)" + numbered("/", R"({"get": {}})", 5000) +
                        R"(}, "security": [)" + repeated("{}", 100'000) + "]")) == kTooLarge);
    const std::string pool =
        R"(, "components": {"securitySchemes": {"p": {"type": "apiKey", "in": "header", "name": "A",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools"}}}})";
    CHECK(refusal(oas30(R"("paths": {)" + numbered("/", R"({"get": {}})", 5000) +
                        R"(}, "security": [{"p": [)" + repeated("\"a\"", 100'000) + "]}]" +
                        pool)) == kTooLarge);
}

TEST_CASE("a chain of references in extensions is followed to a bound") {
    std::string chain;
    for (int i = 0; i < 10'000; ++i) {
        chain += ", \"x" + std::to_string(i) + "\": {\"a\": {\"$ref\": \"#/x" +
                 std::to_string(i + 1) + "\"}}";
    }
    const Reading reading = read(with_operation(
        R"("x-amazon-apigateway-integration": {"type": "mock", "other": {"$ref": "#/x0"}})",
        chain));
    CHECK(reading.warnings.size() == 1);
}

TEST_CASE("schemas that lead from one to the next without names are read") {
    std::string chain;
    for (int i = 0; i < 10'000; ++i) {
        chain += ", \"x" + std::to_string(i) + "\": {\"items\": {\"$ref\": \"#/x" +
                 std::to_string(i + 1) + "\"}}";
    }
    const Reading reading = read(with_operation(
        R"("requestBody": {"content": {"a/b": {"schema": {"$ref": "#/x0"}}}})", chain));
    CHECK(reading.api.models.size() == 10'000);
    CHECK(reading.warnings.size() == 1);
}

TEST_CASE("pointers into every level of a large schema are refused") {
    std::string schema = "\"" + std::string(2U << 20U, 'a') + "\"";
    std::string references;
    std::string pointer = "#/x";
    for (int i = 0; i < 100; ++i) {
        schema = R"({"not": )" + schema + "}";
        references += (i > 0 ? ", " : "") + (R"({"$ref": ")" + pointer + "\"}");
        pointer += "/not";
    }
    CHECK(refusal(oas30(R"("paths": {}, "x": )" + schema +
                        R"(, "components": {"schemas": {"A": {"allOf": [)" + references +
                        "]}}}")) == kTooLarge);
}

TEST_CASE("large objects are searched fast") {
    // 40,000 names that 40,000 references look for.
    std::string references;
    for (int i = 0; i < 40'000; ++i) {
        references +=
            (i > 0 ? ", " : "") + (R"({"$ref": "#/definitions/d)" + std::to_string(i) + "\"}");
    }
    const Reading reading =
        read(swagger(R"("paths": {}, "definitions": {)" + numbered("d", "{}", 40'000) +
                     R"(, "all": {"allOf": [)" + references + "]}}"));
    CHECK(reading.api.models.size() == 40'001);
    CHECK(reading.warnings.empty());
}

}  // namespace turnpike::openapi
