// Any bytes as an OpenAPI document. The first byte chooses the options. What is read keeps what
// whoever applies it relies on, and reads the same again.
#include <algorithm>
#include <set>
#include <string>

#include "control-plane/openapi/document.hpp"
#include "control-plane/openapi/positions.hpp"
#include "control-plane/openapi/reader.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike;
using namespace turnpike::openapi;

namespace {

/// Texts that no bound can reach.
constexpr std::size_t kSmall = 64U << 10U;

ReadOptions options_of(std::uint8_t choice) {
    ReadOptions options;
    options.base_path = static_cast<BasePathMode>(choice % 3);
    options.ignore_documentation = (choice & 4U) != 0;
    options.model_url_prefix = "https://example.com/restapis/a/models/";
    options.account_id = "000000000000";
    options.partition = "aws";
    options.region = "us-east-1";
    return options;
}

bool is_alphanumeric(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

void check_models(const ApiDefinition& api) {
    std::set<std::string_view> names;
    for (const json::Value& model : api.models) {
        FUZZ_CHECK(is_alphanumeric(model.text("name")));
        FUZZ_CHECK(names.insert(model.text("name")).second);
        FUZZ_CHECK(json::parse(model.text("schema")).has_value());
    }
}

void check_methods(const PathDefinition& path, const std::set<std::string_view>& authorizers) {
    std::set<std::string_view> verbs;
    for (const MethodDefinition& method : path.methods) {
        FUZZ_CHECK(verbs.insert(method.http_method).second);
        FUZZ_CHECK(method.method.text("httpMethod") == method.http_method);
        FUZZ_CHECK(!method.method.text("authorizationType").empty());
        FUZZ_CHECK(method.authorizer_name.empty() || authorizers.contains(method.authorizer_name));
        for (const auto& [key, required] : method.method.object("requestParameters")) {
            FUZZ_CHECK(key.starts_with("method.request.") && required.is_bool());
        }
        for (const auto& [code, response] : method.method.object("methodResponses")) {
            FUZZ_CHECK(code.size() == 3 && response.text("statusCode") == code);
        }
    }
}

void check_paths(const ApiDefinition& api) {
    std::set<std::string_view> authorizers;
    for (const json::Value& authorizer : api.authorizers) {
        authorizers.insert(authorizer.text("name"));
    }
    std::set<std::string_view> paths;
    for (const PathDefinition& path : api.paths) {
        FUZZ_CHECK(path.path.starts_with('/') && paths.insert(path.path).second);
        check_methods(path, authorizers);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    const ReadOptions options = options_of(data[0]);
    if (const auto document = parse_document(text)) {
        // Both languages of a value are read in the same way.
        const std::string written = json::write(document->root);
        const auto again = parse_document(written);
        FUZZ_CHECK(written.size() > kSmall || (again && again->root == document->root));
        PositionFinder finder;
        finder.want({"paths", "/", "get"});
        finder.find_in(*document);
    }
    static_cast<void>(read_documentation(text, options));
    const auto reading = read_api(text, options);
    if (!reading) {
        FUZZ_CHECK(reading.error().kind == Error::Kind::Invalid &&
                   !reading.error().message.empty());
        return 0;
    }
    check_models(reading->api);
    check_paths(reading->api);
    const auto again = read_api(text, options);
    FUZZ_CHECK(again && again->warnings == reading->warnings &&
               again->api.models == reading->api.models);
    return 0;
}
