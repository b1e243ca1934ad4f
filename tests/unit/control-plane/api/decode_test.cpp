#include "control-plane/api/decode.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::api;

namespace {

struct Decoded {
    json::Value input;
    std::string error;
    std::string message;
};

Decoded decode_request(std::string_view method, std::string_view target, std::string_view body = {},
                       std::vector<access::HeaderField> fields = {}) {
    const std::size_t mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    const std::string_view query =
        mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    const auto found = Router().find(method, path, query);
    REQUIRE(std::holds_alternative<Match>(found));
    const auto decoded = decode(std::get<Match>(found), {query, fields, body});
    if (const auto* failure = std::get_if<Failure>(&decoded)) {
        return {{}, std::string(failure->type), failure->message};
    }
    return {std::get<json::Value>(decoded), {}, {}};
}

std::string text_of(const Decoded& decoded) {
    return decoded.error.empty() ? json::write(decoded.input) : decoded.error;
}

}  // namespace

TEST_CASE("members come under their model names from wherever they are on the wire") {
    CHECK(
        text_of(decode_request("PUT", "/restapis/a1/resources/r1/methods/GET/integration",
                               R"({"type":"HTTP","httpMethod":"POST","uri":"http://x"})")) ==
        R"({"type":"HTTP","integrationHttpMethod":"POST","uri":"http://x","restApiId":"a1","resourceId":"r1","httpMethod":"GET"})");
    CHECK(text_of(decode_request("GET", "/apikeys?limit=10&includeValues=true&name=a%20b")) ==
          R"({"limit":10,"nameQuery":"a b","includeValues":true})");
}

TEST_CASE("a repeated query parameter is a list") {
    CHECK(text_of(decode_request("DELETE", "/tags/a?tagKeys=x&tagKeys=y%2Cz")) ==
          R"({"resourceArn":"a","tagKeys":["x","y,z"]})");
}

TEST_CASE("of a repeated single parameter the first counts") {
    CHECK(text_of(decode_request("GET", "/restapis?limit=1&limit=2")) == R"({"limit":1})");
}

TEST_CASE("what is repeated in a map of the query is a list") {
    CHECK(text_of(decode_request("GET",
                                 "/restapis/a/stages/s/exports/oas30?extensions=integrations&"
                                 "extensions=authorizers,documentation",
                                 {}, {{"Accept", "application/yaml"}})) ==
          R"({"restApiId":"a","stageName":"s","exportType":"oas30",)"
          R"("parameters":{"extensions":"integrations,authorizers,documentation"},)"
          R"("accepts":"application/yaml"})");
}

TEST_CASE("a map in the query takes every parameter that has no place of its own") {
    CHECK(text_of(decode_request("POST",
                                 "/restapis?mode=import&failonwarnings=true&basepath=ignore&"
                                 "X-Amz-Date=1",
                                 "{}")) ==
          R"({"body":"{}","failOnWarnings":true,"parameters":{"basepath":"ignore"}})");
}

TEST_CASE("members of headers are read whatever the case of their name") {
    const auto decoded = decode_request("GET", "/restapis/a1/stages/s/exports/oas30", {},
                                        {{"ACCEPT", "application/yaml"}});
    CHECK(decoded.input.text("accepts") == "application/yaml");
}

TEST_CASE("an absent, empty or null body is an empty object") {
    for (const std::string_view body : {"", "{}", "null"}) {
        CHECK(text_of(decode_request("POST", "/restapis/a1/deployments", body)) ==
              R"({"restApiId":"a1"})");
    }
}

TEST_CASE("null and unknown members are left out, null templates stay") {
    CHECK(text_of(decode_request("POST", "/restapis",
                                 R"({"name":"n","description":null,"nothing":[1]})")) ==
          R"({"name":"n"})");
    CHECK(
        text_of(decode_request(
            "PUT", "/restapis/a/resources/r/methods/GET/integration/responses/200",
            R"({"responseTemplates":{"application/json":null},"responseParameters":{"a":null}})")) ==
        R"({"responseParameters":{},"responseTemplates":{"application/json":null},"restApiId":"a","resourceId":"r","httpMethod":"GET","statusCode":"200"})");
}

TEST_CASE("a path member wins over one of the same name in the body") {
    CHECK(decode_request("POST", "/restapis/a1/models",
                         R"({"restApiId":"b","restapi_id":"b","name":"M","contentType":"c"})")
              .input.text("restApiId") == "a1");
}

TEST_CASE("malformed JSON is a SerializationException") {
    for (const std::string_view body : {"{", "[1", "nul", "{\"name\":}", "\xff", "{}{}"}) {
        CHECK(decode_request("POST", "/restapis", body).error == "SerializationException");
    }
    CHECK(decode_request("POST", "/restapis", std::string(100'000, '[')).error ==
          "SerializationException");
}

TEST_CASE("wrong types are told in the service's words") {
    const auto message = [](std::string_view body) {
        return decode_request("PUT", "/restapis/a/resources/r/methods/GET/integration", body)
            .message;
    };
    CHECK(message(R"({"type":"HTTP","requestParameters":{"integration.request.path.x":true}})") ==
          "class java.lang.Boolean can not be converted to an String");
    CHECK(
        message(R"({"type":"HTTP","requestTemplates":{"application/json":1}})") ==
        "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an "
        "String");
    CHECK(message(R"({"type":"HTTP","timeoutInMillis":"1"})") ==
          "class java.lang.String can not be converted to an Integer");
    CHECK(message(R"({"type":{}})") == "Start of structure or map found where not expected.");
    CHECK(decode_request("POST", "/restapis", "[]").error == "SerializationException");
    CHECK(decode_request("POST", "/restapis", R"({"name":"a\u0000b"})").error ==
          "SerializationException");
    CHECK(decode_request("GET", "/restapis?limit=many").error == "SerializationException");
}

TEST_CASE("numbers beyond their type are refused, fractions are cut") {
    const auto timeout = [](std::string_view number) {
        return text_of(
            decode_request("PUT", "/restapis/a/resources/r/methods/GET/integration",
                           R"({"type":"HTTP","timeoutInMillis":)" + std::string(number) + "}"));
    };
    CHECK(timeout("1e999") == "SerializationException");
    CHECK(timeout("2147483648") == "SerializationException");
    CHECK(timeout("50.9").find(R"("timeoutInMillis":50,)") != std::string::npos);
}

TEST_CASE("an enumeration is checked with its path and its values in the service's order") {
    CHECK(
        decode_request("PUT", "/restapis/a/resources/r/methods/GET/integration",
                       R"({"type":"HTTPS_PROXY"})")
            .message ==
        "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to "
        "satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, "
        "HTTP_PROXY, "
        "AWS]");
}

TEST_CASE("all violations are told at once, those of the body before those of the path") {
    CHECK(
        decode_request("PATCH", "/restapis/a/resources/r/methods/GET/responses/wrong",
                       R"({"patchOperations":[{"op":"wrong_op"},{"op":"add"}]})")
            .message ==
        R"(2 validation errors detected: Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]; Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d)");
}

TEST_CASE("a list is told as a whole") {
    CHECK(
        decode_request(
            "POST", "/restapis",
            R"({"name":"n","endpointConfiguration":{"types":["wrong"],"ipAddressType":"wrong"}})")
            .message ==
        "2 validation errors detected: Value '[wrong]' at "
        "'createRestApiInput.endpointConfiguration."
        "types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy "
        "enum value set: [PRIVATE, EDGE, REGIONAL]]; Value 'wrong' at "
        "'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ipv4, dualstack]");
}

TEST_CASE("a required member that is missing is a violation") {
    CHECK(decode_request("POST", "/restapis", "{}").message ==
          "1 validation error detected: Value null at 'createRestApiInput.name' failed to satisfy "
          "constraint: Member must not be null");
    CHECK(
        decode_request("PATCH", "/restapis/a", R"({"patchOperations":[null]})").message ==
        "1 validation error detected: Value null at 'updateRestApiInput.patchOperations.1.member' "
        "failed to satisfy constraint: Member must not be null");
}

TEST_CASE("limits that v2 hides in the names of its shapes are checked") {
    const auto decoded = decode_request(
        "POST", "/v2/apis", R"({"protocolType":"HTTP","name":")" + std::string(129, 'a') + "\"}");
    CHECK(decoded.error == "BadRequestException");
    CHECK(decoded.message == "Invalid name specified");
    const std::string umlauts = [] {
        std::string text;
        for (int i = 0; i < 128; ++i) text += "\xc3\xa4";
        return text;
    }();
    CHECK(decode_request("POST", "/v2/apis", R"({"protocolType":"HTTP","name":")" + umlauts + "\"}")
              .error.empty());
}

TEST_CASE("what is repeated of a hostile value is bounded") {
    const std::string body = R"({"type":")" + std::string(1'000'000, 'x') + "\"}";
    CHECK(decode_request("PUT", "/restapis/a/resources/r/methods/GET/integration", body)
              .message.size() < 2'000);
    std::string operations = R"({"patchOperations":[{"op":"x"})";
    for (int i = 0; i < 9'999; ++i) operations += R"(,{"op":"x"})";
    const auto decoded = decode_request("PATCH", "/restapis/a", operations + "]}");
    CHECK(decoded.message.starts_with("10000 validation errors detected: "));
    CHECK(decoded.message.size() < 20'000);
}
