#include <functional>

#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

/// An API with GET / deployed to the stage "test".
class ExportOperationFixture : public RestApiFixture {
public:
    ExportOperationFixture() {
        call = Caller{{service::rest_api_bindings(), service::resource_bindings(),
                       service::method_bindings(), service::integration_bindings(),
                       service::deployment_bindings(), service::stage_bindings(),
                       service::export_bindings()}};
        const json::Value created =
            call.ok("CreateRestApi", json::Object{{"name", "pets"}, {"version", "1.0.0"}});
        api = created.text("id");
        root = created.text("rootResourceId");
        add_mock();
        call.ok("CreateDeployment", in_api(R"({"stageName":"test"})"));
    }

    void freeze_documentation(std::string_view version) {
        write([&](service::Transaction& transaction) {
            const json::Value document = parse(version);
            transaction.insert(service::Table::DocumentationVersions,
                               {api, std::string(document.text("version"))}, document);
        });
    }
    void show_documentation(std::string_view version) {
        write([&](service::Transaction& transaction) {
            json::Value stage = *transaction.find(service::Table::Stages, {api, "test"});
            stage["documentationVersion"] = version;
            transaction.update(service::Table::Stages, {api, "test"}, stage);
        });
    }
    json::Value in_export(std::string_view more = "{}") const {
        return merged(in_api(R"({"stageName":"test","exportType":"swagger"})"), parse(more));
    }
    json::Value exported(std::string_view more = "{}") {
        return parse(call.ok("GetExport", in_export(more)).text("body"));
    }

private:
    void write(const std::function<void(service::Transaction&)>& change) {
        const auto done =
            call.store.run(service::Access::Write, [&](service::Transaction& transaction) {
                transaction.lock(service::Table::RestApis, api);
                change(transaction);
                return Result<json::Value>(json::Value());
            });
        REQUIRE(done);
    }
};

std::string text_of(const json::Value* value) { return value ? json::write(*value) : "absent"; }

}  // namespace

TEST_CASE_FIXTURE(ExportOperationFixture, "an export is a file of what the stage runs") {
    const json::Value answer = call.ok("GetExport", in_export());
    CHECK(answer.text("contentType") == "application/octet-stream");
    CHECK(answer.text("contentDisposition") == R"(attachment; filename="swagger_1.0.0.json")");
    const json::Value document = parse(answer.text("body"));
    CHECK(document.text("host") == api + ".execute-api.us-east-1.localhost");
    CHECK(document.text("basePath") == "/test");
    CHECK(text_of(document.find("paths")) == R"({"/":{"get":{"responses":{}}}})");

    call.ok("DeleteMethod", in_method());
    CHECK(text_of(exported().find("paths")) == R"({"/":{"get":{"responses":{}}}})");
}

TEST_CASE_FIXTURE(ExportOperationFixture, "a canary is not exported") {
    call.ok(
        "UpdateMethod",
        in_method(
            R"({"patchOperations":[{"op":"replace","path":"/apiKeyRequired","value":"true"}]})"));
    call.ok("CreateDeployment",
            in_api(R"({"stageName":"test","canarySettings":{"percentTraffic":10}})"));
    CHECK(exported().find("securityDefinitions") == nullptr);
    call.ok("CreateDeployment", in_api(R"({"stageName":"other"})"));
    CHECK(exported(R"({"stageName":"other"})").find("securityDefinitions") != nullptr);
}

TEST_CASE_FIXTURE(ExportOperationFixture, "Accept chooses YAML") {
    const auto is_yaml = [this](std::string_view accept) {
        json::Value input = in_export();
        input["accepts"] = accept;
        const json::Value answer = call.ok("GetExport", input);
        const bool named = answer.text("contentDisposition").ends_with(".yaml\"");
        CHECK(named == answer.text("body").starts_with("swagger: \"2.0\"\n"));
        return named;
    };
    CHECK(is_yaml("application/yaml"));
    CHECK(is_yaml("Text/YAML; charset=utf-8"));
    CHECK(is_yaml("application/json;q=0.5, application/yaml;q=0.9"));
    CHECK_FALSE(is_yaml("application/json, application/yaml"));
    CHECK_FALSE(is_yaml("application/yaml;q=0"));
    CHECK_FALSE(is_yaml("application/json"));
    CHECK_FALSE(is_yaml("*/*"));
    CHECK_FALSE(is_yaml(""));
}

TEST_CASE_FIXTURE(ExportOperationFixture, "extensions come with the parameters") {
    CHECK(exported(R"({"parameters":{"extensions":"integrations,authorizers"}})")
              .find("paths")
              ->find("/")
              ->find("get")
              ->find("x-amazon-apigateway-integration") != nullptr);
}

TEST_CASE_FIXTURE(ExportOperationFixture, "the documentation is that of the stage") {
    freeze_documentation(
        R"({"version":"2","createdDate":1774818307,"parts":[{"id":"p1",
            "location":{"type":"METHOD","path":"/","method":"GET"},
            "properties":"{\"description\":\"of GET\"}"}]})");
    CHECK(exported(R"({"parameters":{"extensions":"documentation"}})")
              .find("x-amazon-apigateway-documentation") == nullptr);

    show_documentation("2");
    const json::Value document = exported(R"({"parameters":{"extensions":"documentation"}})");
    CHECK(document.find("paths")->find("/")->find("get")->text("description") == "of GET");
    CHECK(text_of(document.find("x-amazon-apigateway-documentation")) ==
          R"({"version":"2","createdDate":"2026-03-29T21:05:07Z","documentationParts":[)"
          R"({"location":{"type":"METHOD","path":"/","method":"GET"},)"
          R"("properties":{"description":"of GET"}}]})");
}

TEST_CASE_FIXTURE(ExportOperationFixture, "what cannot be exported is told") {
    CHECK(call.refused("GetExport", in_export(R"({"exportType":"raml"})")) ==
          "400 No API exporter for type 'raml'");
    CHECK(call.refused("GetExport", in_export(R"({"stageName":"none"})")) ==
          "404 Invalid stage identifier specified");
    CHECK(call.refused("GetExport", in_export(R"({"restApiId":"none"})")) ==
          "404 Invalid stage identifier specified");
}
