#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "control-plane/openapi/diagnostics.hpp"
#include "control-plane/openapi/reader.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/documentation_location.hpp"
#include "control-plane/service/documentation_part.hpp"

namespace turnpike::service {

namespace {

/// The same text for the same place.
std::string place_of(const json::Value& part) {
    return json::write(json::Value(part.object("location")));
}

/// Ids of the API's parts by place.
std::map<std::string, std::string> held_parts(Transaction& transaction, const std::string& api_id) {
    std::map<std::string, std::string> held;
    for (const Row& row : transaction.scan(Table::DocumentationParts, api_id)) {
        const auto complete = complete_location(json::Value(row.document.object("location")));
        if (complete) held[json::write(*complete)] = row.key.id;
    }
    return held;
}

/// The path is shown even if it was left out.
void give_path(json::Value& part) {
    const std::string path(part["location"].text("path"));
    if (!path.empty()) part["given"]["path"] = path;
}

/// Those that can be parts, one for each place.
std::vector<json::Value> accepted_parts(const std::vector<json::Value>& parts,
                                        ImportedDocumentation& imported) {
    const auto ignore = [&imported](std::size_t at, const std::string& reason) {
        imported.warnings.push_back("Documentation part " + std::to_string(at + 1) +
                                    " is ignored: " + reason);
        imported.ignored.push_back(at);
    };
    std::vector<json::Value> accepted;
    std::set<std::string> places;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto part = new_documentation_part(parts[i]);
        if (!part) {
            ignore(i, part.error().message);
        } else if (!places.insert(place_of(*part)).second) {
            ignore(i, "another one has the same location: " + location_text(*part->find("given")));
        } else {
            give_path(*part);
            accepted.push_back(*std::move(part));
        }
    }
    return accepted;
}

}  // namespace

Result<ImportedDocumentation> import_documentation(Transaction& transaction, const Call& call,
                                                   const std::string& api_id,
                                                   const std::vector<json::Value>& parts,
                                                   DocumentationImportMode mode) {
    ImportedDocumentation imported;
    std::vector<json::Value> accepted = accepted_parts(parts, imported);
    const bool is_merge = mode == DocumentationImportMode::Merge;
    std::map<std::string, std::string> held;
    if (is_merge) held = held_parts(transaction, api_id);
    std::vector<std::string> replaced;
    for (const json::Value& part : accepted) {
        const auto same = held.find(place_of(part));
        if (same != held.end()) replaced.push_back(same->second);
    }
    if (auto checked = check_documentation_quota(call, std::ssize(held) - std::ssize(replaced),
                                                 std::ssize(accepted));
        !checked) {
        return checked.error();
    }
    for (const std::string& id : replaced) {
        transaction.erase(Table::DocumentationParts, {api_id, id});
    }
    if (!is_merge) transaction.erase_scope(Table::DocumentationParts, api_id);
    for (json::Value& part : accepted) {
        const std::string id = new_part_id(transaction, Table::DocumentationParts, api_id);
        part["id"] = id;
        if (!transaction.insert(Table::DocumentationParts, {api_id, id}, part)) {
            return internal_error("documentation part not taken: " + place_of(part));
        }
        imported.ids.emplace_back(id);
    }
    return imported;
}

Result<json::Value> import_documentation_parts(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    openapi::ReadOptions options;
    options.document_bytes_max =
        static_cast<std::size_t>(call.installation.openapi_document_bytes_max);
    options.account_id = call.installation.account_id;
    options.partition = call.installation.partition;
    options.region = call.installation.region;
    auto reading = openapi::read_documentation(call.input.text("body"), options);
    if (!reading) return reading.error();
    const auto mode = call.input.text("mode") == "overwrite" ? DocumentationImportMode::Overwrite
                                                             : DocumentationImportMode::Merge;
    auto imported = import_documentation(transaction, call, api_id, reading->parts, mode);
    if (!imported) return imported.error();
    openapi::Diagnostics diagnostics;
    for (std::size_t at = 0; at < imported->warnings.size(); ++at) {
        diagnostics.warn_at(reading->places[imported->ignored[at]], imported->warnings[at]);
    }
    std::vector<std::string>& warnings = reading->warnings;
    std::ranges::move(diagnostics.take(reading->source), std::back_inserter(warnings));
    return import_answer(call, std::move(imported->ids), warnings);
}

}  // namespace turnpike::service
