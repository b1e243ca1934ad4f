#include "control-plane/openapi/integration.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "control-plane/openapi/scalars.hpp"

namespace turnpike::openapi {
namespace {

constexpr std::array<std::string_view, 5> kTypes{"AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"};

bool is_status_code(std::string_view text) {
    return text.size() == 3 && text[0] >= '1' && text[0] <= '5' && text[1] >= '0' &&
           text[1] <= '9' && text[2] >= '0' && text[2] <= '9';
}

class IntegrationReader {
public:
    IntegrationReader(const Node& extension, std::string_view path, std::string_view verb,
                      Diagnostics& diagnostics)
        : extension_(extension), path_(path), verb_(verb), diagnostics_(diagnostics) {}

    std::optional<json::Value> read(const json::Value& given) {
        const std::string type = to_upper(given.text("type"));
        if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
            diagnostics_.warn(extension_,
                              "The integration is ignored: its type is none of aws, "
                              "aws_proxy, http, http_proxy and mock");
            return std::nullopt;
        }
        json::Value integration = json::Object{{"type", type}};
        for (const std::string_view name :
             {"uri", "credentials", "connectionId", "cacheNamespace", "integrationTarget"}) {
            copy_text(given, name, integration);
        }
        for (const std::string_view name : {"httpMethod", "connectionType", "passthroughBehavior",
                                            "contentHandling", "responseTransferMode"}) {
            copy_enumeration(given, name, integration);
        }
        copy_map(given, "requestParameters", false, integration);
        copy_map(given, "requestTemplates", true, integration);
        copy_timeout(given, integration);
        copy_cache_keys(given, integration);
        copy_tls(given, integration);
        read_responses(given, integration);
        return integration;
    }

private:
    static void copy_text(const json::Value& from, std::string_view name, json::Value& to) {
        if (auto text = text_of(from.find(name)); text && !text->empty()) {
            to[name] = *std::move(text);
        }
    }

    static void copy_enumeration(const json::Value& from, std::string_view name, json::Value& to) {
        const auto text = text_of(from.find(name));
        if (text && !text->empty()) to[name] = to_upper(*text);
    }

    /// A map of texts. A template may be null.
    void copy_map(const json::Value& from, std::string_view name, bool is_null_allowed,
                  json::Value& to) {
        json::Object copied;
        for (const auto& [key, value] : from.object(name)) {
            if (value.is_string() || (value.is_null() && is_null_allowed)) {
                copied.append(key, value);
            } else {
                diagnostics_.warn_as_recorded("Invalid format for '" + std::string(name) +
                                              "'. Expected type string for property '" + key +
                                              "' of resource '" + std::string(path_) +
                                              "' and method '" + std::string(verb_) +
                                              "' but got '" + json::write(value) + "'");
            }
        }
        if (!copied.empty()) to[name] = std::move(copied);
    }

    void copy_timeout(const json::Value& given, json::Value& integration) {
        const json::Value* const timeout = given.find("timeoutInMillis");
        if (timeout == nullptr) return;
        const auto milliseconds = integer_of(timeout);
        if (milliseconds) integration["timeoutInMillis"] = *milliseconds;
        if (!milliseconds) diagnostics_.warn(extension_, "timeoutInMillis is no integer");
    }

    static void copy_cache_keys(const json::Value& given, json::Value& integration) {
        json::Array keys;
        for (const json::Value& key : given.array("cacheKeyParameters")) {
            if (key.is_string()) keys.push_back(key);
        }
        if (!keys.empty()) integration["cacheKeyParameters"] = std::move(keys);
    }

    static void copy_tls(const json::Value& given, json::Value& integration) {
        const json::Value* const tls = given.find("tlsConfig");
        if (tls == nullptr) return;
        if (const auto skip = flag_of(tls->find("insecureSkipVerification"))) {
            integration["tlsConfig"] = json::Object{{"insecureSkipVerification", *skip}};
        }
    }

    void read_responses(const json::Value& given, json::Value& integration) {
        json::Object responses;
        for (const auto& [pattern, response] : given.object("responses")) {
            if (!response.is_object()) continue;
            const std::string code = status_code(pattern, response);
            if (responses.contains(code)) {
                diagnostics_.warn(extension_, "Of several responses with the status code " + code +
                                                  " the last one is kept");
            }
            responses.set(code, read_response(pattern, code, response));
        }
        if (!responses.empty()) integration["integrationResponses"] = std::move(responses);
    }

    std::string status_code(std::string_view pattern, const json::Value& response) {
        const std::string code = text_of(response.find("statusCode")).value_or("");
        if (is_status_code(code)) return code;
        const std::string assumed = is_status_code(pattern) ? std::string(pattern) : "200";
        diagnostics_.warn(extension_, "The response '" + std::string(pattern) +
                                          "' has no usable statusCode; it gets " + assumed);
        return assumed;
    }

    json::Value read_response(std::string_view pattern, std::string_view code,
                              const json::Value& given) {
        json::Value response = json::Object{{"statusCode", code}};
        if (pattern != "default") response["selectionPattern"] = pattern;
        copy_map(given, "responseParameters", false, response);
        copy_map(given, "responseTemplates", true, response);
        copy_enumeration(given, "contentHandling", response);
        return response;
    }

    const Node& extension_;
    std::string_view path_;
    std::string_view verb_;
    Diagnostics& diagnostics_;
};

}  // namespace

std::optional<json::Value> read_integration(const Node& extension, std::string_view path,
                                            std::string_view verb, References& references,
                                            Diagnostics& diagnostics) {
    const json::Value given = references.expanded(extension);
    return IntegrationReader(extension, path, verb, diagnostics).read(given);
}

}  // namespace turnpike::openapi
