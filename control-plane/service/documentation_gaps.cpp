#include "control-plane/service/documentation_gaps.hpp"

#include <map>

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/documentation_location.hpp"

namespace turnpike::service {

namespace {

using Location = json::Object;

/// In the order in which they are listed; the key is what a position holds.
using Entities = std::map<std::string, Location>;

void add(Entities& entities, Location location) {
    const json::Value value = location;
    std::string key;
    for (const std::string_view name : {"path", "method", "type", "statusCode", "name"}) {
        key += value.text(name);
        key += '\n';
    }
    entities.emplace(std::move(key), std::move(location));
}

/// "PATH_PARAMETER" of "method.request.path.id". Empty: of nothing that is documented.
std::string_view parameter_type(std::string_view place) {
    if (place == "path") return "PATH_PARAMETER";
    if (place == "querystring" || place == "multivaluequerystring") return "QUERY_PARAMETER";
    if (place == "header" || place == "multivalueheader") return "REQUEST_HEADER";
    return {};
}

/// What follows the third dot.
std::string_view parameter_name(std::string_view key) {
    for (int i = 0; i < 3; ++i) {
        const std::size_t dot = key.find('.');
        if (dot == std::string_view::npos) return {};
        key.remove_prefix(dot + 1);
    }
    return key;
}

class MethodEntities {
public:
    MethodEntities(Entities& entities, std::string_view path, std::string_view verb)
        : entities_(entities), base_{{"path", path}, {"method", verb}} {}

    void add_all(const json::Value& method) {
        put({{"type", "METHOD"}});
        for (const auto& [key, required] : method.object("requestParameters")) {
            const auto parts = split(key, '.');
            const std::string_view type = parameter_type(parts.size() > 2 ? parts[2] : "");
            if (!type.empty()) put({{"type", type}, {"name", parameter_name(key)}});
        }
        if (!method.object("requestModels").empty()) put({{"type", "REQUEST_BODY"}});
        for (const auto& [status, response] : method.object("methodResponses")) {
            add_response(status, response);
        }
    }

private:
    void add_response(const std::string& status, const json::Value& response) {
        put({{"type", "RESPONSE"}, {"statusCode", status}});
        for (const auto& [key, required] : response.object("responseParameters")) {
            put({{"type", "RESPONSE_HEADER"},
                 {"statusCode", status},
                 {"name", parameter_name(key)}});
        }
        if (!response.object("responseModels").empty()) {
            put({{"type", "RESPONSE_BODY"}, {"statusCode", status}});
        }
    }

    void put(Location more) {
        for (const auto& [name, value] : base_) more.set(name, value);
        add(entities_, std::move(more));
    }

    Entities& entities_;
    Location base_;
};

Entities entities_of(Transaction& transaction, const std::string& api_id) {
    Entities entities;
    add(entities, {{"type", "API"}});
    std::map<std::string, std::string> paths;
    for (const Row& row : transaction.scan(Table::Resources, api_id)) {
        paths[row.key.id] = row.document.text("path");
        add(entities, {{"type", "RESOURCE"}, {"path", row.document.text("path")}});
    }
    for (const Row& row : transaction.scan(Table::Methods, api_id)) {
        const std::size_t slash = row.key.id.find('/');
        MethodEntities(entities, paths[row.key.id.substr(0, slash)], row.key.id.substr(slash + 1))
            .add_all(row.document);
    }
    for (const Row& row : transaction.scan(Table::Models, api_id)) {
        add(entities, {{"type", "MODEL"}, {"name", row.key.id}});
    }
    for (const Row& row : transaction.scan(Table::Authorizers, api_id)) {
        add(entities, {{"type", "AUTHORIZER"}, {"name", row.document.text("name")}});
    }
    return entities;
}

/// Complete locations that have content, by type and name.
using Documented = std::multimap<std::string, json::Value>;

std::string group_of(const json::Value& location) {
    return std::string(location.text("type")) + " " + std::string(location.text("name"));
}

Documented documented_locations(Transaction& transaction, const std::string& api_id) {
    Documented documented;
    for (const Row& row : transaction.scan(Table::DocumentationParts, api_id)) {
        json::Value location = row.document.object("location");
        std::string group = group_of(location);
        documented.emplace(std::move(group), std::move(location));
    }
    return documented;
}

bool is_documented(const Documented& documented, const json::Value& entity) {
    const auto [begin, end] = documented.equal_range(group_of(entity));
    for (auto held = begin; held != end; ++held) {
        if (covers_location(held->second, entity)) return true;
    }
    return false;
}

bool is_asked_for(const json::Value& input, const json::Value& entity) {
    for (const std::string_view member : {"type", "path"}) {
        const std::string_view wanted = input.text(member);
        if (!wanted.empty() && entity.text(member) != wanted) return false;
    }
    return entity.text("name").starts_with(input.text("nameQuery"));
}

}  // namespace

Page undocumented_page(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    const PageRequest request = page_request(call);
    const Entities entities = entities_of(transaction, api_id);
    const Documented documented = documented_locations(transaction, api_id);
    Page page;
    std::string last;
    const std::string after = from_base64(request.position).value_or("");
    for (auto entry = entities.upper_bound(after); entry != entities.end(); ++entry) {
        const json::Value entity = entry->second;
        if (!is_asked_for(call.input, entity) || is_documented(documented, entity)) continue;
        if (std::ssize(page.items) == request.limit) {
            page.position = to_base64url(last);
            break;
        }
        page.items.emplace_back(json::Object{{"location", entity}});
        last = entry->first;
    }
    return page;
}

}  // namespace turnpike::service
