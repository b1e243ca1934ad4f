#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "control-plane/openapi/export.hpp"
#include "control-plane/openapi/export_method.hpp"
#include "control-plane/openapi/reader.hpp"
#include "control-plane/openapi/yaml_writer.hpp"

using namespace turnpike;
using namespace turnpike::openapi;

namespace {

constexpr std::string_view kDocument = R"yaml(
openapi: 3.0.1
info:
  title: Pets
  version: "1.0"
  description: |
    All pets,
      and what they eat.
  contact: {name: the keeper}
tags: [{name: pets}]
x-amazon-apigateway-api-key-source: AUTHORIZER
x-amazon-apigateway-binary-media-types: [image/png, "*/*"]
x-amazon-apigateway-minimum-compression-size: 0
x-amazon-apigateway-endpoint-configuration: {disableExecuteApiEndpoint: true}
x-amazon-apigateway-policy:
  Version: "2012-10-17"
  Statement:
  - {Effect: Allow, Principal: "*", Action: execute-api:Invoke, Resource: execute-api:/*}
x-amazon-apigateway-request-validators:
  all: {validateRequestBody: true, validateRequestParameters: true}
  body only: {validateRequestBody: true, validateRequestParameters: false}
x-amazon-apigateway-request-validator: all
x-amazon-apigateway-gateway-responses:
  DEFAULT_5XX:
    responseParameters: {gatewayresponse.header.a: "'b'"}
    responseTemplates: {application/json: "{\n  \"no\": true\n}\n"}
  ACCESS_DENIED: {statusCode: 404, responseTemplates: {}}
x-amazon-apigateway-documentation:
  version: 1.0.3
  documentationParts:
  - location: {type: API}
    properties: {foo: {bar: [1, 2.5, null]}, x-made-for: tests}
  - location: {type: RESPONSE, path: /pets, method: GET, statusCode: "404"}
    properties: {description: Nothing., x-note: 1}
paths:
  /:
    get:
      security: []
      responses: {}
      x-amazon-apigateway-integration:
        type: mock
        passthroughBehavior: never
        requestTemplates: {application/json: "{\"statusCode\": 200}", text/plain: null}
        responses:
          default: {statusCode: "200", responseTemplates: {text/html: "<html>\n\t<p>\n</html>"}}
          5\d{2}: {statusCode: "500", contentHandling: CONVERT_TO_TEXT}
  /pets:
    get:
      operationId: listPets
      summary: Lists
      description: Lists "all" pets
      tags: [pets]
      parameters:
      - {name: page, in: query, schema: {type: string}, description: "Which: one"}
      - {name: X-Token, in: header, required: true, schema: {type: string}}
      responses:
        200:
          description: Pets
          headers: {X-Count: {schema: {type: string}, description: How many}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Pets"}}}
        404: {description: None}
      security: [{pool: [pets/read, pets/write]}, {api_key: []}]
      x-amazon-apigateway-integration:
        type: http
        httpMethod: GET
        uri: http://127.0.0.1:8080/pets?all=1
        requestParameters: {integration.request.querystring.p: method.request.querystring.page}
        passthroughBehavior: when_no_match
        timeoutInMillis: 1500
        cacheKeyParameters: [method.request.querystring.page]
        cacheNamespace: shared
        responses: {default: {statusCode: 200}}
    post:
      requestBody:
        description: A pet
        content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
      responses: {"201": {description: Made}}
      security: [{token: []}]
      x-amazon-apigateway-request-validator: body only
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: POST
        uri: https://127.0.0.1/pets
        connectionType: VPC_LINK
        connectionId: ${stageVariables.link}
        tlsConfig: {insecureSkipVerification: true}
  /pets/{id}:
    put:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody:
        content:
          application/json: {schema: {type: object, properties: {name: {type: string}}}}
      responses:
        200:
          description: "200 response"
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}
      security: [{request: []}]
    delete:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {204: {description: Gone}}
      security: [{sigv4: [], api_key: []}]
  /{proxy+}:
    x-amazon-apigateway-any-method:
      parameters: [{name: proxy, in: path, required: true, schema: {type: string}}]
      responses: {}
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations
        credentials: arn:aws:iam::000000000000:role/r
components:
  schemas:
    Pet:
      title: A pet
      description: "One: pet"
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 10, pattern: "^[a-z]+$"}
        mother: {$ref: "#/components/schemas/Pet"}
        food: {type: string, nullable: true, enum: [hay, "no"]}
        default: {type: number, minimum: 0.5}
    Pets: {type: array, items: {$ref: "#/components/schemas/Pet"}}
    Unused: {type: string, enum: ["yes", "1.0", "2020-01-01"]}
  securitySchemes:
    api_key: {type: apiKey, name: x-api-key, in: header}
    sigv4: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
    token:
      type: apiKey
      name: Auth
      in: header
      description: Who calls
      x-amazon-apigateway-authtype: custom
      x-amazon-apigateway-authorizer:
        type: token
        authorizerUri: arn:aws:apigateway:us-east-1:lambda:path/f
        identityValidationExpression: ^x-
        authorizerResultTtlInSeconds: 0
    request:
      type: apiKey
      name: Unused
      in: header
      x-amazon-apigateway-authtype: oauth2
      x-amazon-apigateway-authorizer:
        type: request
        authorizerUri: arn:aws:apigateway:us-east-1:lambda:path/f
        authorizerCredentials: arn:aws:iam::000000000000:role/r
        identitySource: method.request.header.A, context.stage
    pool:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authtype: cognito_user_pools
      x-amazon-apigateway-authorizer:
        type: cognito_user_pools
        providerARNs: [arn:aws:cognito-idp:us-east-1:000000000000:userpool/p]
)yaml";

/// Definition and warnings of a text that must be readable.
Reading read(std::string_view text) {
    ReadOptions options;
    options.model_url_prefix =
        "https://apigateway.us-east-1.amazonaws.com/restapis/a1b2c3d4e5/models/";
    options.account_id = "000000000000";
    options.partition = "aws";
    options.region = "us-east-1";
    auto reading = read_api(text, options);
    REQUIRE_MESSAGE(reading, reading.error().message, ": ", reading.error().detail);
    return *std::move(reading);
}

/// Documents with the identifiers that storing them would give.
json::Array stored(const std::vector<json::Value>& documents, std::string_view prefix) {
    json::Array result;
    for (json::Value document : documents) {
        document["id"] = std::string(prefix) + std::string(document.text("name"));
        result.push_back(std::move(document));
    }
    return result;
}

json::Value stored_method(const MethodDefinition& definition) {
    json::Value method = definition.method;
    if (!definition.authorizer_name.empty()) {
        method["authorizerId"] = "a-" + definition.authorizer_name;
    }
    if (!definition.validator_name.empty()) {
        method["requestValidatorId"] = "v-" + definition.validator_name;
    }
    return method;
}

json::Value deployment_of(const ApiDefinition& api) {
    json::Object rest_api = api.rest_api;
    rest_api.set("id", "a1b2c3d4e5");
    json::Array resources;
    for (const PathDefinition& path : api.paths) {
        json::Object methods;
        for (const MethodDefinition& method : path.methods) {
            methods.set(method.http_method, stored_method(method));
        }
        resources.emplace_back(json::Object{
            {"id", "r1"}, {"path", path.path}, {"resourceMethods", std::move(methods)}});
    }
    return json::Object{{"restApi", std::move(rest_api)},
                        {"resources", std::move(resources)},
                        {"models", json::Array(api.models.begin(), api.models.end())},
                        {"authorizers", stored(api.authorizers, "a-")},
                        {"requestValidators", stored(api.request_validators, "v-")},
                        {"gatewayResponses",
                         json::Array(api.gateway_responses.begin(), api.gateway_responses.end())}};
}

json::Value exported(const ApiDefinition& api, ExportType type) {
    ExportRequest request;
    request.type = type;
    request.deployment = deployment_of(api);
    request.stage_name = "test";
    request.host = "a1b2c3d4e5.execute-api.us-east-1.localhost";
    request.extensions = export_extensions("apigateway");
    request.documentation = ExportDocumentation{
        api.documentation_version, WallTime{Seconds{1'700'000'000}},
        json::Array(api.documentation_parts.begin(), api.documentation_parts.end())};
    auto document = export_api(request);
    REQUIRE_MESSAGE(document, document.error().message);
    return *std::move(document);
}

/// In an order that does not depend on the document's.
std::vector<std::string> sorted(const std::vector<json::Value>& documents) {
    std::vector<std::string> lines;
    for (const json::Value& document : documents) lines.push_back(json::write(document));
    std::sort(lines.begin(), lines.end());
    return lines;
}

std::string in_order(const std::vector<json::Value>& documents) {
    std::string text;
    for (const std::string& line : sorted(documents)) text += line + "\n";
    return text;
}

void check_methods(const PathDefinition& before, const PathDefinition& after) {
    REQUIRE(after.methods.size() == before.methods.size());
    for (const MethodDefinition& method : before.methods) {
        const auto same = std::find_if(
            after.methods.begin(), after.methods.end(),
            [&](const MethodDefinition& other) { return other.http_method == method.http_method; });
        REQUIRE_MESSAGE(same != after.methods.end(), before.path, " ", method.http_method);
        CHECK_MESSAGE(same->method == method.method, json::write(same->method),
                      "\nbefore: ", json::write(method.method));
        CHECK(same->authorizer_name == method.authorizer_name);
        CHECK(same->validator_name == method.validator_name);
    }
}

void check_same(const ApiDefinition& before, const ApiDefinition& after) {
    CHECK_MESSAGE(after.rest_api == before.rest_api, json::write(after.rest_api),
                  "\nbefore: ", json::write(before.rest_api));
    REQUIRE(after.paths.size() == before.paths.size());
    for (std::size_t i = 0; i < before.paths.size(); ++i) {
        CHECK(after.paths[i].path == before.paths[i].path);
        check_methods(before.paths[i], after.paths[i]);
    }
    CHECK(in_order(after.models) == in_order(before.models));
    CHECK(in_order(after.authorizers) == in_order(before.authorizers));
    CHECK(in_order(after.request_validators) == in_order(before.request_validators));
    CHECK(in_order(after.gateway_responses) == in_order(before.gateway_responses));
    CHECK(after.documentation_version == before.documentation_version);
}

void check_same_documentation(const ApiDefinition& before, const ApiDefinition& after) {
    CHECK(in_order(after.documentation_parts) == in_order(before.documentation_parts));
}

/// A model with a generated name and content that is inherited have parts of their own when they
/// are read again, because they are written out.
void check_no_documentation_lost(const ApiDefinition& before, const ApiDefinition& after) {
    const auto parts = sorted(after.documentation_parts);
    const auto wanted = sorted(before.documentation_parts);
    CHECK(std::includes(parts.begin(), parts.end(), wanted.begin(), wanted.end()));
}

/// Bodies that have models but none for JSON, which an export refuses.
bool has_foreign_body(const json::Value& method) {
    const auto is_foreign = [](const json::Object& models) {
        return !models.empty() && json_model(models).empty();
    };
    if (is_foreign(method.object("requestModels"))) return true;
    for (const auto& [status, response] : method.object("methodResponses")) {
        if (is_foreign(response.object("responseModels"))) return true;
    }
    return false;
}

void drop_foreign_bodies(ApiDefinition& api) {
    for (PathDefinition& path : api.paths) {
        std::erase_if(path.methods, [](const MethodDefinition& method) {
            return has_foreign_body(method.method);
        });
    }
    std::erase_if(api.paths, [](const PathDefinition& path) { return path.methods.empty(); });
}

std::string text_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("what is imported, exported and imported again is the same API") {
    const Reading before = read(kDocument);
    CHECK(before.warnings.empty());
    REQUIRE(before.api.paths.size() == 4);
    REQUIRE(before.api.models.size() == 5);
    REQUIRE(before.api.authorizers.size() == 3);
    REQUIRE(before.api.documentation_parts.size() > 8);
    for (const ExportType type : {ExportType::Oas30, ExportType::Swagger}) {
        CAPTURE((type == ExportType::Swagger));
        const json::Value document = exported(before.api, type);
        const Reading json_again = read(json::write_pretty(document));
        const Reading yaml_again = read(write_yaml(document));
        CHECK(json_again.warnings.empty());
        CHECK(yaml_again.warnings.empty());
        check_same(before.api, json_again.api);
        check_same(before.api, yaml_again.api);
        check_same_documentation(before.api, json_again.api);
        check_same_documentation(before.api, yaml_again.api);
    }
}

TEST_CASE("bodies of many content types come back from OpenAPI 3") {
    const Reading before = read(R"yaml(
openapi: 3.0.1
info: {title: a, version: "1"}
paths:
  /:
    post:
      requestBody:
        content:
          application/xml: {schema: {$ref: "#/components/schemas/A"}}
          application/json: {schema: {$ref: "#/components/schemas/B"}}
      responses:
        "200":
          description: 200 response
          content:
            application/json: {schema: {$ref: "#/components/schemas/A"}}
            text/csv: {schema: {$ref: "#/components/schemas/B"}}
components:
  schemas: {A: {type: object}, B: {type: object}}
)yaml");
    check_same(before.api, read(json::write(exported(before.api, ExportType::Oas30))).api);
}

TEST_CASE("real descriptions come back from OpenAPI 3") {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
    const char* const named = std::getenv("TURNPIKE_CORPORA");
    const auto corpus =
        std::filesystem::path(named != nullptr ? named : "../shared/corpora") / "openapi";
    if (!std::filesystem::exists(corpus)) {
        MESSAGE("skipped: there is no " << corpus.string());
        return;
    }
    for (const std::string_view name : {"discord.json", "openai.yaml", "twilio.yaml"}) {
        CAPTURE(name);
        Reading before = read(text_of_file(corpus / name));
        drop_foreign_bodies(before.api);
        REQUIRE(before.api.paths.size() > 50);
        const json::Value document = exported(before.api, ExportType::Oas30);
        for (const std::string& text : {json::write(document), write_yaml(document)}) {
            const Reading again = read(text);
            check_same(before.api, again.api);
            check_no_documentation_lost(before.api, again.api);
        }
    }
}

TEST_CASE("every scalar that is awkward in YAML is read as it was written") {
    json::Object awkward;
    for (const std::string_view text :
         {"yes",    "1.0",  "",          " a",     "a ",      "null",        "2020-01-01",
          "~",      "0x1F", "1_000",     "a: b",   "a #b",    "\u2028",      "\x01\x7f",
          "a\r\nb", "\n",   " a\nb\n\n", "\ta\nb", "a\n \nb", "é\U0001F600", "- a",
          "{{x}}",  "'",    "\"\\",      "---",    "<<",      "!tag",        "&a",
          "*a",     "@",    "%a",        "? a"}) {
        awkward.set(text, text);
    }
    awkward.set(std::string(4000, 'k'), std::string(5000, ' ') + "x");
    json::Object parts = awkward;
    const json::Value document = json::Object{
        {"swagger", "2.0"},
        {"info", json::Object{{"title", "a"}, {"version", "1.0"}}},
        {"paths", json::Object{}},
        {"x-amazon-apigateway-documentation",
         json::Object{{"documentationParts",
                       json::Array{json::Object{{"location", json::Object{{"type", "API"}}},
                                                {"properties", std::move(parts)}}}}}}};
    const Reading reading = read(write_yaml(document));
    REQUIRE(reading.api.documentation_parts.size() == 1);
    const auto content = json::parse(reading.api.documentation_parts[0].text("properties"));
    REQUIRE(content);
    CHECK(*content == json::Value(awkward));
}
