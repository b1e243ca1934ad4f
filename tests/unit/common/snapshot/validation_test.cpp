#include "common/snapshot/validation.hpp"

#include <doctest/doctest.h>

#include "common/dynamic/text.hpp"
#include "tests/unit/common/snapshot/documents.hpp"

using namespace turnpike;
using namespace turnpike::snapshot;
using turnpike::snapshot::test::compile_text;
using turnpike::snapshot::test::document_of;

namespace {

constexpr std::string_view kModelsUri =
    "https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/";

/// POST / under the validator "both", with a body that must match the model `name`.
json::Value validating(std::string_view name) {
    json::Value document = document_of({{"POST", "/"}});
    json::Value& method = document["resources"].as_array()[0]["resourceMethods"]["POST"];
    method["requestValidatorId"] = "both";
    method["requestModels"]["application/json"] = name;
    json::Value validator;
    validator["id"] = "both";
    validator["validateRequestBody"] = true;
    validator["validateRequestParameters"] = true;
    document["requestValidators"] = json::Array{validator};
    return document;
}

json::Value model_of(std::string name, std::string schema) {
    json::Value value;
    value["name"] = std::move(name);
    value["schema"] = std::move(schema);
    return value;
}

std::shared_ptr<const CompiledDeployment> compiled(const json::Value& document) {
    return compile_text(json::write(document)).value();
}

const CompiledValidation* validation_of(const CompiledDeployment& deployment) {
    return deployment.match("/", Verb::Post).method->validation.get();
}

bool accepts(const CompiledValidation& validation, std::string_view body) {
    dynamic::Heap heap;
    const auto& schema = *validation.find_body("application/json")->schema;
    return schema::validate(schema.value(), dynamic::parse_json(body, heap).value(), heap)
        ->is_valid;
}

/// `count` models that each take one of the strings "M0", "M1" ...
json::Array many_models(std::size_t count) {
    json::Array models;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = "M" + std::to_string(i);
        models.push_back(model_of(name, R"({"enum":[")" + name + "\"]}"));
    }
    return models;
}

}  // namespace

TEST_CASE("an API may have thousands of models") {
    json::Value document = validating("Outer");
    json::Array models = many_models(2'500);
    models.push_back(
        model_of("Outer", R"({"items":{"$ref":")" + std::string(kModelsUri) + "M2499\"}}"));
    document["models"] = std::move(models);
    const auto deployment = compiled(document);
    CHECK(accepts(*validation_of(*deployment), R"(["M2499"])"));
    CHECK_FALSE(accepts(*validation_of(*deployment), R"(["M2498"])"));
}

TEST_CASE("an API may have thousands of request validators") {
    json::Value document = validating("M1");
    json::Array validators;
    for (int i = 0; i < 2'500; ++i) {
        json::Value validator;
        validator["id"] = "v" + std::to_string(i);
        validators.push_back(std::move(validator));
    }
    validators.push_back(document["requestValidators"].as_array()[0]);
    document["requestValidators"] = std::move(validators);
    document["models"] = many_models(2);
    const auto deployment = compiled(document);
    CHECK_FALSE(accepts(*validation_of(*deployment), R"("M0")"));
}

TEST_CASE("only models that requests have to match count as memory") {
    json::Value document = validating("M1");
    const std::size_t without = compiled(document)->bytes();
    document["models"] = many_models(2'000);
    const std::size_t with_one_used = compiled(document)->bytes();
    CHECK(with_one_used - without < 1'000);
    document["requestValidators"].as_array()[0]["validateRequestBody"] = false;
    const std::size_t with_none_used = compiled(document)->bytes();
    CHECK(with_none_used < with_one_used);
    CHECK(validation_of(*compiled(document)) == nullptr);
}

TEST_CASE("a method without a known validator is not validated") {
    json::Value document = validating("M1");
    document["models"] = many_models(2);
    document["requestValidators"].as_array()[0]["id"] = "other";
    CHECK(validation_of(*compiled(document)) == nullptr);
}

TEST_CASE("required parameters are prepared as sources, in the order of a refusal") {
    json::Value document = validating("M1");
    json::Value& parameters =
        document["resources"].as_array()[0]["resourceMethods"]["POST"]["requestParameters"];
    parameters["method.request.querystring.page"] = true;
    parameters["method.request.querystring.size"] = false;
    parameters["method.request.path.id"] = true;
    parameters["method.request.header.accept"] = true;
    const auto deployment = compiled(document);
    const auto& required = validation_of(*deployment)->parameters;
    REQUIRE(required.size() == 3);
    CHECK(required[0].kind == ParameterSource::Kind::HeaderLast);
    CHECK(required[0].name == "accept");
    CHECK(required[0].known == http::KnownHeader::Accept);
    CHECK(required[1].kind == ParameterSource::Kind::Path);
    CHECK(required[1].name == "id");
    CHECK(required[2].kind == ParameterSource::Kind::QueryLast);
    CHECK(required[2].name == "page");
}
