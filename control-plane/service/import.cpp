#include <array>

#include "common/base/text.hpp"
#include "control-plane/openapi/reader.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/draft_buffer.hpp"
#include "control-plane/service/imported_draft.hpp"
#include "control-plane/service/resource_policy.hpp"
#include "control-plane/service/rest_api.hpp"

/// ImportRestApi and PutRestApi: an OpenAPI document becomes the draft of an API.
namespace turnpike::service {
namespace {

constexpr std::string_view kModelUrl = "https://apigateway.amazonaws.com/restapis/";

Result<openapi::Reading> read_document(const Call& call, std::string_view api_id) {
    const std::string_view body = call.input.text("body");
    const auto bytes_max = static_cast<std::size_t>(call.installation.openapi_document_bytes_max);
    if (body.size() > bytes_max) {
        return invalid("The OpenAPI document exceeds the maximum size of " +
                       std::to_string(bytes_max) + " bytes.");
    }
    const json::Object& parameters = call.input.object("parameters");
    const json::Value flags = parameters;
    openapi::ReadOptions options;
    if (const std::string_view mode = flags.text("basepath"); !mode.empty()) {
        auto known = openapi::base_path_mode(mode);
        if (!known) return known.error();
        options.base_path = *known;
    }
    const std::string_view ignored = flags.text("ignore");
    if (!ignored.empty() && ignored != "documentation") {
        return invalid("Invalid value for parameter ignore: " + std::string(ignored));
    }
    options.ignore_documentation = !ignored.empty();
    options.model_url_prefix = std::string(kModelUrl) + std::string(api_id) + "/models/";
    options.document_bytes_max = bytes_max;
    options.account_id = call.installation.account_id;
    options.partition = call.installation.partition;
    options.region = call.installation.region;
    return openapi::read_api(body, options);
}

Result<void> check_warnings(const Call& call, const std::vector<std::string>& warnings) {
    if (!call.input.flag("failOnWarnings") || warnings.empty()) return {};
    std::string message = "Warnings found during import:";
    for (const std::string& warning : warnings) message += "\n\t" + warning;
    return invalid(message);
}

json::Array to_array(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

/// "a,b" as a list.
json::Array split_list(std::string_view text) {
    json::Array items;
    while (!text.empty()) {
        const std::string_view item = trim(text.substr(0, text.find(',')));
        if (!item.empty()) items.push_back(item);
        text.remove_prefix(std::min(text.find(','), text.size() - 1) + 1);
    }
    return items;
}

/// The endpoint that the query asks for; what the document says comes first.
json::Value endpoint_of(const Call& call, const json::Object& from_document) {
    const json::Value flags = call.input.object("parameters");
    json::Value endpoint = from_document;
    if (const std::string_view types = flags.text("endpointConfigurationTypes"); !types.empty()) {
        endpoint["types"] = split_list(types);
    }
    if (const std::string_view ids = flags.text("vpcEndpointIds"); !ids.empty()) {
        endpoint["vpcEndpointIds"] = split_list(ids);
    }
    return endpoint;
}

/// The API as it is read, with the warnings.
Result<json::Value> answer(Transaction& transaction, const Call& call, const std::string& api_id,
                           const std::vector<std::string>& warnings) {
    const json::Value input = json::Object{{"restApiId", api_id}};
    auto shown = read_rest_api(transaction, with_input(call, input));
    if (shown && !warnings.empty()) (*shown)["warnings"] = to_array(warnings);
    return shown;
}

/// Below the API, then what the caller is told.
Result<json::Value> put_draft(Transaction& transaction, const Call& call, const std::string& api_id,
                              openapi::Reading reading, ImportedDraft::Mode mode) {
    DraftBuffer buffer(transaction, api_id);
    ImportedDraft draft(buffer, call, api_id, mode);
    if (auto put = draft.put(reading); !put) return put.error();
    std::vector<std::string>& warnings = reading.warnings;
    warnings.insert(warnings.end(), draft.warnings().begin(), draft.warnings().end());
    if (auto checked = check_warnings(call, warnings); !checked) return checked.error();
    if (auto flushed = buffer.flush(); !flushed) return flushed.error();
    return answer(transaction, call, api_id, warnings);
}

Result<json::Value> import_rest_api(Transaction& transaction, const Call& call) {
    const std::string api_id = new_rest_api_id();
    auto reading = read_document(call, api_id);
    if (!reading) return reading.error();
    json::Value input = reading->api.rest_api;
    const json::Value endpoint = endpoint_of(call, input.object("endpointConfiguration"));
    if (!endpoint.as_object().empty()) input["endpointConfiguration"] = endpoint;
    if (input.text("description").empty()) input.as_object().erase("description");
    if (auto made = make_rest_api(transaction, with_input(call, input), api_id); !made) return made;
    return put_draft(transaction, call, api_id, *std::move(reading), ImportedDraft::Mode::Merge);
}

/// What was there and what is given, each once, the old first.
json::Array united(json::Array old, const json::Array& given) {
    old.insert(old.end(), given.begin(), given.end());
    return distinct_texts(old);
}

/// The members of the API that the document sets; those that an overwrite resets.
Result<json::Value> put_members(const Call& call, json::Value document, const json::Object& given,
                                ImportedDraft::Mode mode) {
    const json::Value from(given);
    const json::Array old_types = document.array("binaryMediaTypes");
    if (mode == ImportedDraft::Mode::Overwrite) {
        for (const std::string_view name :
             {"binaryMediaTypes", "minimumCompressionSize", "policy"}) {
            document.as_object().erase(name);
        }
        document["apiKeySource"] = "HEADER";
    }
    if (from.find("name") != nullptr) {
        if (auto checked = check_rest_api_name(from.text("name")); !checked) return checked.error();
    }
    copy_members(from,
                 {"name", "description", "version", "apiKeySource", "minimumCompressionSize",
                  "disableExecuteApiEndpoint", "securityPolicy", "endpointAccessMode"},
                 document);
    if (const auto bytes = from.integer("minimumCompressionSize")) {
        if (auto checked = check_compression_size(*bytes); !checked) return checked.error();
    }
    if (const std::string_view policy = from.text("policy"); !policy.empty()) {
        auto normalised = normalised_policy(policy, document.text("id"), call.installation);
        if (!normalised) return normalised.error();
        document["policy"] = *std::move(normalised);
    }
    const json::Array& types = from.array("binaryMediaTypes");
    if (!types.empty()) {
        document["binaryMediaTypes"] =
            mode == ImportedDraft::Mode::Merge ? united(old_types, types) : united({}, types);
    }
    return document;
}

Result<ImportedDraft::Mode> put_mode(const Call& call) {
    const std::string_view mode = call.input.text("mode", "merge");
    if (mode == "merge") return ImportedDraft::Mode::Merge;
    if (mode == "overwrite") return ImportedDraft::Mode::Overwrite;
    return invalid(R"(Enumeration value of OpenAPI import mode must be "overwrite" or "merge")");
}

Result<json::Value> put_rest_api(Transaction& transaction, const Call& call) {
    const auto mode = put_mode(call);
    if (!mode) return mode.error();
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    const auto before = find_rest_api(transaction, call);
    if (!before) return before;
    auto reading = read_document(call, api_id);
    if (!reading) return reading.error();
    auto after = put_members(call, *before, reading->api.rest_api, *mode);
    if (!after) return after;
    if (auto stored = store_rest_api(transaction, *before, *after); !stored) return stored.error();
    return put_draft(transaction, call, api_id, *std::move(reading), *mode);
}

constexpr std::array<Binding, 2> kBindings{{
    {"ImportRestApi", import_rest_api},
    {"PutRestApi", put_rest_api},
}};

}  // namespace

std::span<const Binding> import_bindings() { return kBindings; }

}  // namespace turnpike::service
