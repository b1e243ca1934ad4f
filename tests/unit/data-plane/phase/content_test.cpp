// Binary and text bodies, and their content codings.
#include <doctest/doctest.h>

#include "common/base/encoding.hpp"
#include "common/http/content_coding.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::string_view kBytes = "\xff\xfe plain";

std::string method(std::string_view integration) {
    return R"("POST":{"httpMethod":"POST","authorizationType":"NONE",
        "methodResponses":{"200":{"statusCode":"200"}},"methodIntegration":{)" +
           std::string(integration) + "}}";
}

Gateway::Options one(std::string_view integration, std::string_view api_members = "") {
    Gateway::Options options;
    options.resources = {{"/a", method(integration)}};
    options.rest_api_members = std::string(api_members);
    return options;
}

std::string custom(const FixedBackend& backend, std::string_view handling = "",
                   std::string_view response_members = "", std::string_view more = "") {
    std::string text = R"("type":"HTTP","httpMethod":"POST","uri":")" + backend.origin() +
                       R"(","integrationResponses":{"200":{"statusCode":"200")" +
                       std::string(response_members) + "}}" + std::string(more);
    if (!handling.empty()) text += R"(,"contentHandling":")" + std::string(handling) + "\"";
    return text;
}

constexpr std::string_view kBinaryTypes =
    R"(,"binaryMediaTypes":["image/*","application/octet-stream"])";

/// What the back end gets of a body.
std::string sent(std::string_view type, std::string_view body, std::string_view handling,
                 std::string_view api_members = kBinaryTypes) {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(one(custom(backend, handling), api_members));
    const std::string response =
        gateway.call("POST /prod/a", "Content-Type: " + std::string(type) + "\r\n", body);
    return status_of(response) == 200 ? body_of(backend.last_request())
                                      : std::to_string(status_of(response));
}

/// What the caller gets of a body that the back end answers with.
std::string received(std::string_view type, std::string_view accept, std::string_view body,
                     std::string_view handling, std::string_view api_members = kBinaryTypes) {
    const FixedBackend backend("HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) +
                               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                               std::string(body));
    const std::string members =
        handling.empty() ? "" : R"(,"contentHandling":")" + std::string(handling) + "\"";
    const Gateway gateway(one(custom(backend, "", members), api_members));
    const std::string response =
        gateway.call("POST /prod/a", "Accept: " + std::string(accept) + "\r\n", "{}");
    return status_of(response) == 200 ? body_of(response) : std::to_string(status_of(response));
}

std::string gzipped(std::string_view text) {
    return *http::encode_content(http::ContentCoding::Gzip, text);
}

}  // namespace

TEST_CASE("requests are converted as their type and contentHandling say") {
    const std::string base64 = to_base64(kBytes);
    const std::string lossy = valid_utf8(kBytes);
    CHECK(sent("text/plain", kBytes, "", "") == lossy);
    CHECK(sent("text/plain", kBytes, "") == lossy);
    CHECK(sent("text/plain", kBytes, "CONVERT_TO_TEXT") == lossy);
    CHECK(sent("text/plain", base64, "CONVERT_TO_BINARY") == kBytes);
    CHECK(sent("text/plain", "not base64!", "CONVERT_TO_BINARY") == "500");
    CHECK(sent("image/png", kBytes, "") == kBytes);
    CHECK(sent("image/png", kBytes, "CONVERT_TO_BINARY") == kBytes);
    CHECK(sent("image/png", kBytes, "CONVERT_TO_TEXT") == base64);
}

TEST_CASE("answers are converted as type, Accept and contentHandling say") {
    const std::string base64 = to_base64(kBytes);
    const std::string lossy = valid_utf8(kBytes);
    CHECK(received("image/png", "image/png", kBytes, "", "") == lossy);
    CHECK(received("text/plain", "text/plain", base64, "CONVERT_TO_BINARY", "") == kBytes);
    CHECK(received("text/plain", "text/plain", kBytes, "") == lossy);
    CHECK(received("text/plain", "image/png", base64, "") == kBytes);
    CHECK(received("text/plain", "image/png", kBytes, "CONVERT_TO_TEXT") == lossy);
    CHECK(received("text/plain", "text/plain", base64, "CONVERT_TO_BINARY") == kBytes);
    CHECK(received("image/png", "text/plain", kBytes, "") == base64);
    CHECK(received("image/png", "image/gif, text/plain", kBytes, "") == kBytes);
    CHECK(received("image/png", "text/plain", kBytes, "CONVERT_TO_BINARY") == kBytes);
    CHECK(received("image/png", "image/png", kBytes, "CONVERT_TO_TEXT") == base64);
    CHECK(received("text/plain", "image/png", "not base64!", "") == "500");
}

TEST_CASE("binary bodies do not go through templates") {
    const FixedBackend backend(ok_answer());
    constexpr std::string_view kTemplate = R"(,"requestTemplates":{"image/png":"$input.body"})";
    const Gateway raw(one(custom(backend, "", "", kTemplate), kBinaryTypes));
    CHECK(status_of(raw.call("POST /prod/a", "Content-Type: image/png\r\n", kBytes)) == 500);
    const Gateway text(one(custom(backend, "CONVERT_TO_TEXT", "", kTemplate), kBinaryTypes));
    CHECK(status_of(text.call("POST /prod/a", "Content-Type: image/png\r\n", kBytes)) == 200);
    CHECK(body_of(backend.last_request()) == to_base64(kBytes));
}

TEST_CASE("with every type binary, a MOCK needs a conversion to text") {
    constexpr std::string_view kEvery = R"(,"binaryMediaTypes":["*/*"])";
    constexpr std::string_view kMock =
        R"("type":"MOCK","integrationResponses":{"200":{"statusCode":"200"}},
        "requestTemplates":{"application/json":"{\"statusCode\": 200}"})";
    CHECK(status_of(Gateway(one(kMock, kEvery)).call("POST /prod/a")) == 500);
    CHECK(status_of(
              Gateway(one(std::string(kMock) + ",\"contentHandling\":\"CONVERT_TO_TEXT\"", kEvery))
                  .call("POST /prod/a")) == 200);
}

TEST_CASE("a MOCK's answer is text, whatever is binary") {
    const Gateway gateway(one(R"("type":"MOCK","contentHandling":"CONVERT_TO_TEXT",
        "requestTemplates":{"application/json":"{\"statusCode\": 200}"},
        "integrationResponses":{"200":{"statusCode":"200",
            "responseTemplates":{"application/json":"$context.stage"}}})",
                              R"(,"binaryMediaTypes":["*/*"])"));
    CHECK(body_of(gateway.call("POST /prod/a")) == "prod");
}

TEST_CASE("a coded body is decoded before anything sees it") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(one(custom(
        backend, "", "", R"~(,"requestTemplates":{"application/json":"$input.json('$.a')"})~")));
    for (const auto coding : {http::ContentCoding::Gzip, http::ContentCoding::Deflate}) {
        const std::string body = *http::encode_content(coding, R"({"a":[1,2]})");
        const std::string fields =
            "Content-Encoding: " + std::string(http::to_text(coding)) + "\r\n";
        CHECK(status_of(gateway.call("POST /prod/a", fields, body)) == 200);
        CHECK(body_of(backend.last_request()) == "[1,2]");
    }
}

TEST_CASE("a proxy's back end gets the decoded body without the coding") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(
        one(R"("type":"HTTP_PROXY","httpMethod":"POST","uri":")" + backend.origin() + "\""));
    CHECK(status_of(gateway.call("POST /prod/a", "Content-Encoding: gzip\r\n", gzipped("text"))) ==
          200);
    CHECK(body_of(backend.last_request()) == "text");
    CHECK(field_of(backend.last_request(), "content-encoding") == "(absent)");
    CHECK(field_of(backend.last_request(), "content-length") == "4");
}

TEST_CASE("what cannot be decoded is refused") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(
        one(R"("type":"HTTP_PROXY","httpMethod":"POST","uri":")" + backend.origin() + "\""));
    for (const std::string_view coding : {"br", "gzip, gzip", "gzip"}) {
        CAPTURE(coding);
        const std::string response = gateway.call(
            "POST /prod/a", "Content-Encoding: " + std::string(coding) + "\r\n", "text");
        CHECK(status_of(response) == 415);
        CHECK(body_of(response) == R"({"message":"Unsupported Media Type"})");
    }
    const std::string bomb = gzipped(std::string(20 << 20, 'x'));
    CHECK(status_of(gateway.call("POST /prod/a", "Content-Encoding: gzip\r\n", bomb)) == 413);
    CHECK(backend.accepted() == 0);
}

TEST_CASE("answers are compressed from the size that the API names") {
    const std::string body(2000, 'x');
    const FixedBackend large(ok_answer(body));
    const FixedBackend small(ok_answer("small"));
    const FixedBackend coded("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body);
    constexpr std::string_view kFrom1000 = R"(,"minimumCompressionSize":1000)";
    const auto answer = [](const Gateway& gateway, std::string_view accepted) {
        return gateway.call("POST /prod/a", "Accept-Encoding: " + std::string(accepted) + "\r\n");
    };
    for (const bool is_proxy : {true, false}) {
        CAPTURE(is_proxy);
        const auto gateway_to = [&](const FixedBackend& backend) {
            return one(is_proxy ? R"("type":"HTTP_PROXY","httpMethod":"POST","uri":")" +
                                      backend.origin() + "\""
                                : custom(backend),
                       kFrom1000);
        };
        const Gateway gateway(gateway_to(large));
        const std::string response = answer(gateway, "br;q=0.5, gzip");
        CHECK(field_of(response, "content-encoding") == "gzip");
        CHECK(http::decode_content(http::ContentCoding::Gzip, body_of(response), {}).value() ==
              body);
        CHECK(field_of(answer(gateway, "deflate"), "content-encoding") == "deflate");
        for (const std::string_view accepted : {"br, gzip;q=0.9", "*", "identity", "gzip;q=0"}) {
            CAPTURE(accepted);
            CHECK(body_of(answer(gateway, accepted)) == body);
        }
        const Gateway little(gateway_to(small));
        CHECK(body_of(answer(little, "gzip")) == "small");
    }
    const Gateway twice(one(
        R"("type":"HTTP_PROXY","httpMethod":"POST","uri":")" + coded.origin() + "\"", kFrom1000));
    CHECK(body_of(answer(twice, "gzip")) == body);
    const Gateway off(one(custom(large)));
    CHECK(body_of(answer(off, "gzip")) == body);
}

TEST_CASE("small bodies stay coded if the API compresses larger ones only") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(
        one(R"("type":"HTTP_PROXY","httpMethod":"POST","uri":")" + backend.origin() + "\"",
            R"(,"minimumCompressionSize":1000)"));
    const std::string body = gzipped("text");
    CHECK(status_of(gateway.call("POST /prod/a", "Content-Encoding: gzip\r\n", body)) == 200);
    CHECK(body_of(backend.last_request()) == body);
    CHECK(field_of(backend.last_request(), "content-encoding") == "gzip");
}
