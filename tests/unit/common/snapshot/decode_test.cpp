#include "common/snapshot/decode.hpp"

#include <doctest/doctest.h>

#include "common/snapshot/limits.hpp"
#include "common/snapshot/published.hpp"
#include "tests/unit/common/snapshot/documents.hpp"

using namespace turnpike;
using namespace turnpike::snapshot;
using turnpike::snapshot::test::compile_text;
using turnpike::snapshot::test::document_of;

namespace {

constexpr std::string_view kFull = R"({"format":1,
 "restApi":{"id":"a1b2c3d4e5","name":"n","apiKeySource":"AUTHORIZER","binaryMediaTypes":["image/*"],
            "minimumCompressionSize":10,"futureMember":{"x":1},"description":null},
 "resources":[
  {"id":"r2","parentId":"r1","pathPart":"{id}","path":"/{id}","resourceMethods":{"GET":{
     "httpMethod":"GET","authorizationType":"AWS_IAM","apiKeyRequired":true,
     "requestParameters":{"method.request.path.id":true},
     "methodResponses":{"200":{"statusCode":"200"}},
     "methodIntegration":{"type":"HTTP","httpMethod":"POST","uri":"http://h/{id}",
       "timeoutInMillis":500,"passthroughBehavior":"NEVER","tlsConfig":{"insecureSkipVerification":true},
       "requestParameters":{"integration.request.path.id":"method.request.path.id",
                            "integration.request.header.B":"method.request.body.x"},
       "requestTemplates":{"application/json":"$input.body"},
       "integrationResponses":{
         "500":{"statusCode":"500","selectionPattern":"5.."},
         "200":{"statusCode":"200","responseParameters":{"method.response.header.A":"'1'"}},
         "404":{"statusCode":"404","selectionPattern":"4\\d\\d"}}}}}},
  {"id":"r1","path":"/"}]})";

/// kFull with one piece of text replaced.
std::string changed(std::string_view from, std::string_view to) {
    std::string text(kFull);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    return text;
}

}  // namespace

TEST_CASE("a whole deployment is decoded and compiled") {
    const auto compiled = compile_text(kFull);
    REQUIRE(compiled);
    const CompiledDeployment& deployment = **compiled;
    CHECK(deployment.api_id() == "a1b2c3d4e5");
    CHECK(deployment.api_key_source() == ApiKeySource::Authorizer);
    CHECK(deployment.minimum_compression_size() == 10);
    const RouteMatch match = deployment.match("/7", Verb::Get);
    REQUIRE(match.method != nullptr);
    CHECK(match.method->authorization == Authorization::AwsIam);
    CHECK(match.method->api_key_required);
    REQUIRE(match.method->integration);
    const CompiledIntegration& integration = *match.method->integration;
    CHECK(integration.type == CompiledIntegration::Type::Http);
    CHECK(integration.verb == Verb::Post);
    CHECK(integration.timeout == Milliseconds(500));
    CHECK(integration.insecure_skip_verification);
    CHECK(integration.maps_request_body);
    CHECK(integration.passthrough == CompiledIntegration::Passthrough::Never);
    CHECK(integration.select_response("404")->status == 404);
    CHECK_FALSE(integration.select_response("404")->is_declared);
    CHECK(integration.select_response("503")->status == 500);
    CHECK(integration.select_response("201")->status == 200);
    CHECK(integration.select_response("201")->is_declared);
}

TEST_CASE("a template that is null is empty") {
    const auto compiled = compile_text(
        changed(R"({"application/json":"$input.body"})", R"({"application/json":null})"));
    REQUIRE(compiled);
    const auto& templates = (*compiled)->match("/7", Verb::Get).method->integration->templates;
    REQUIRE(templates.size() == 1);
    CHECK(templates.front().text.empty());
    CHECK_FALSE(templates.front().needs_evaluation());
}

TEST_CASE("members of wrong types are refused, with their place") {
    CHECK(compile_text(changed("\"timeoutInMillis\":500", "\"timeoutInMillis\":\"500\""))
              .error()
              .message == "methodIntegration.timeoutInMillis is not an integer");
    for (const auto& [from, to] : model::StringMap{
             {"\"format\":1", "\"format\":2"},
             {"\"format\":1", "\"format\":\"1\""},
             {"\"a1b2c3d4e5\"", "\"\""},
             {"\"a1b2c3d4e5\"", "7"},
             {"[\"image/*\"]", "[7]"},
             {"\"minimumCompressionSize\":10", "\"minimumCompressionSize\":-1"},
             {"\"apiKeyRequired\":true", "\"apiKeyRequired\":\"true\""},
             {"{\"method.request.path.id\":true}", "{\"a\":1}"},
             {"{\"application/json\":\"$input.body\"}", "{\"application/json\":1}"},
             {"{\"application/json\":\"$input.body\"}", "[]"},
             {"{\"insecureSkipVerification\":true}", "true"},
             {"\"timeoutInMillis\":500", "\"timeoutInMillis\":0"},
             {"\"timeoutInMillis\":500", "\"timeoutInMillis\":9000000"},
             {"\"resources\":[", "\"resources\":[7,"},
             {"\"httpMethod\":\"GET\"", "\"httpMethod\":\"PUT\""},
         }) {
        CAPTURE(to);
        CHECK_FALSE(compile_text(changed(from, to)));
    }
}

TEST_CASE("values that mean nothing are refused when compiled") {
    for (const auto& [from, to] : model::StringMap{
             {"AUTHORIZER", "OTHER"},
             {"AWS_IAM", "MAGIC"},
             {"\"type\":\"HTTP\"", "\"type\":\"GOPHER\""},
             {"NEVER", "SOMETIMES"},
             {"5..", "(?!5)"},
             {"\"statusCode\":\"404\"", "\"statusCode\":\"4040\""},
             {"'1'", "1"},
             {"\"GET\":{\n     \"httpMethod\":\"GET\"", "\"TRACE\":{\"httpMethod\":\"TRACE\""},
         }) {
        CAPTURE(to);
        CHECK_FALSE(compile_text(changed(from, to)));
    }
}

TEST_CASE("a tree that is none is refused") {
    for (const auto& [from, to] : model::StringMap{
             {"\"parentId\":\"r1\"", "\"parentId\":\"r9\""},
             {"\"parentId\":\"r1\"", "\"parentId\":\"r2\""},
             {"\"parentId\":\"r1\",", ""},
             {"{\"id\":\"r1\",\"path\":\"/\"}",
              "{\"id\":\"r1\",\"parentId\":\"r2\",\"pathPart\":\"x\"}"},
             {"{\"id\":\"r1\"", "{\"id\":\"r2\""},
             {"\"pathPart\":\"{id}\"", "\"pathPart\":\"\""},
             {"\"pathPart\":\"{id}\"", "\"pathPart\":\"a/b\""},
             {"\"pathPart\":\"{id}\"", "\"pathPart\":\"{\""},
             {"\"pathPart\":\"{id}\"", "\"pathPart\":\"{+}\""},
             {"{\"id\":\"r1\",\"path\":\"/\"}",
              "{\"id\":\"r1\"},{\"id\":\"r3\",\"parentId\":\"r1\",\"pathPart\":\"{other}\"}"},
             {"{\"id\":\"r1\",\"path\":\"/\"}",
              "{\"id\":\"r1\"},{\"id\":\"r3\",\"parentId\":\"r1\",\"pathPart\":\"x\"},"
              "{\"id\":\"r4\",\"parentId\":\"r1\",\"pathPart\":\"x\"}"},
         }) {
        CAPTURE(to);
        CHECK_FALSE(compile_text(changed(from, to)));
    }
    CHECK_FALSE(compile_text(R"({"format":1,"restApi":{"id":"a"},"resources":[]})"));
    CHECK_FALSE(compile_text(R"({"format":1,"restApi":{"id":"a"}})"));
}

TEST_CASE("depth and parameters of a tree are bounded") {
    std::string deep;
    for (std::size_t i = 1; i < limits::kResourceDepthMax; ++i) deep += "/s";
    CHECK(compile_text(json::write(document_of({{"GET", deep}}))));
    CHECK_FALSE(compile_text(json::write(document_of({{"GET", deep + "/s"}}))));
    std::string variables;
    for (std::size_t i = 0; i < limits::kPathParametersMax; ++i) {
        variables += "/{v" + std::to_string(i) + "}";
    }
    CHECK(compile_text(json::write(document_of({{"GET", variables}}))));
    CHECK_FALSE(compile_text(json::write(document_of({{"GET", variables + "/{w}"}}))));
}

TEST_CASE("what is not a document at all is refused") {
    for (const std::string_view text :
         {"", "null", "7", "[]", "{}", "{\"format\":1", "{\"format\":1,\"restApi\":[]}"}) {
        CAPTURE(text);
        CHECK_FALSE(decode_deployment(text));
        CHECK_FALSE(decode_stage(text));
        CHECK_FALSE(decode_plan(text));
        CHECK_FALSE(decode_key(text));
    }
    CHECK_FALSE(decode_stage(std::string(limits::kRecordBytesMax + 1, ' ')));
    CHECK_FALSE(decode_key(std::string(100'000, '[')));
}

TEST_CASE("a key record is decoded") {
    const auto key =
        decode_key(R"({"id":"k1","enabled":true,"name":"n","customerId":"c","plans":["p1","p2"]})");
    REQUIRE(key);
    CHECK(key->id == "k1");
    CHECK(key->enabled);
    CHECK(key->customer_id == "c");
    CHECK(key->plan_ids == std::vector<std::string>{"p1", "p2"});
    CHECK(key->extensions.empty());
    CHECK_FALSE(decode_key(R"({"id":"k1","plans":[7]})"));
    CHECK_FALSE(decode_key(R"({"id":"k1","enabled":1})"));
}

TEST_CASE("a key record tells what was granted beyond a quota") {
    const auto key = decode_key(
        R"({"id":"k1","extensions":[{"plan":"p1","windowStart":1700000000,"requests":-7}]})");
    REQUIRE(key);
    REQUIRE(key->extensions.size() == 1);
    CHECK(key->extensions[0].plan_id == "p1");
    CHECK(key->extensions[0].window_start_s == 1'700'000'000);
    CHECK(key->extensions[0].requests == -7);
    CHECK_FALSE(decode_key(R"({"id":"k1","extensions":{}})"));
    CHECK_FALSE(decode_key(R"({"id":"k1","extensions":[{"windowStart":1,"requests":1}]})"));
    CHECK_FALSE(decode_key(R"({"id":"k1","extensions":[{"plan":"p","windowStart":"1"}]})"));
    CHECK_FALSE(decode_key(R"({"id":"k1","extensions":[{"plan":"p","requests":1e30}]})"));
}

TEST_CASE("a plan record tells since when it has its quota, and what holds without Redis") {
    const auto plan = decode_plan(
        R"({"id":"p1","quota":{"limit":5,"period":"HOUR"},"quotaSince":12,"withoutRedis":"open"})");
    REQUIRE(plan);
    CHECK(plan->quota->period == "HOUR");
    CHECK(plan->quota->quota_since_s == 12);
    CHECK(plan->without_redis == "open");
    for (const std::string_view policy : {"closed", "local-share", ""}) {
        CAPTURE(policy);
        CHECK(decode_plan(R"({"id":"p1","withoutRedis":")" + std::string(policy) + "\"}")
                  ->without_redis == policy);
    }
    CHECK_FALSE(decode_plan(R"({"id":"p1","withoutRedis":"ajar"})"));
    CHECK_FALSE(decode_plan(R"({"id":"p1","withoutRedis":true})"));
    CHECK_FALSE(decode_plan(R"({"id":"p1","quota":{"limit":5,"period":"YEAR"}})"));
}

TEST_CASE("a plan record is decoded") {
    const auto plan = decode_plan(R"({"id":"p1","name":"gold",
        "apiStages":[{"apiId":"a","stage":"prod","throttle":{"/pets/GET":{"rateLimit":5,"burstLimit":2}}}],
        "throttle":{"rateLimit":10.5,"burstLimit":20},"quota":{"limit":100,"offset":1,"period":"DAY"}})");
    REQUIRE(plan);
    CHECK(plan->stages[0].method_throttles[0].second.rate_limit == 5.0);
    CHECK(plan->throttle->rate_limit == 10.5);
    CHECK(plan->quota->period == "DAY");
    CHECK_FALSE(decode_plan(R"({"id":"p1","apiStages":[{"apiId":"a"}]})"));
    CHECK_FALSE(decode_plan(R"({"id":"p1","quota":{"limit":"x","period":"DAY"}})"));
}

TEST_CASE("a stage records no requests unless its record says so") {
    const auto record = [](std::string_view explain) {
        return R"({"apiId":"a","stageName":"prod","snapshot":"hash")" + std::string(explain) + "}";
    };
    const auto silent = decode_stage(record(""));
    REQUIRE(silent);
    CHECK(silent->explain.percent_traffic == 0);
    CHECK_FALSE(silent->explain.data_trace_enabled);
    const auto sampled =
        decode_stage(record(R"(,"explain":{"percentTraffic":12.5,"dataTraceEnabled":true})"));
    REQUIRE(sampled);
    CHECK(sampled->explain.percent_traffic == 12.5);
    CHECK(sampled->explain.data_trace_enabled);
    CHECK(decode_stage(record(R"(,"explain":{"percentTraffic":100})"))->explain.percent_traffic ==
          100);
    CHECK(decode_stage(record(R"(,"explain":{"percentTraffic":100.1})")).error().message ==
          "explain.percentTraffic is out of range");
    for (const std::string_view wrong :
         {R"(,"explain":7)", R"(,"explain":{"percentTraffic":-0.5})",
          R"(,"explain":{"percentTraffic":"5"})", R"(,"explain":{"dataTraceEnabled":1})"}) {
        CAPTURE(wrong);
        CHECK_FALSE(decode_stage(record(wrong)));
    }
}

TEST_CASE("callers of a stage are told nothing of limits unless its record says so") {
    const auto decoded = [](std::string_view settings) {
        return decode_stage(R"({"apiId":"a","stageName":"prod","snapshot":"hash")" +
                            std::string(settings) + "}");
    };
    for (const std::string_view off : {"", R"(,"limits":null)", R"(,"limits":{})"}) {
        REQUIRE(decoded(off));
        CHECK_FALSE(decoded(off)->limits.headers_enabled);
        CHECK_FALSE(decoded(off)->limits.usage_enabled);
    }
    const auto on = decoded(R"(,"limits":{"headersEnabled":true,"usageEnabled":true})");
    REQUIRE(on);
    CHECK(on->limits.headers_enabled);
    CHECK(on->limits.usage_enabled);
    for (const std::string_view wrong : {R"(,"limits":true)", R"(,"limits":{"usageEnabled":1})",
                                         R"(,"limits":{"headersEnabled":"true"})"}) {
        CAPTURE(wrong);
        CHECK_FALSE(decoded(wrong));
    }
}

TEST_CASE("what is recorded of requests lies in one slot, apart from what is published") {
    const PublishedNames names("tp");
    CHECK(names.explained_ids() == "{tp:explain}:ids");
    CHECK(names.explained_documents() == "{tp:explain}:documents");
}
