#include "control-plane/service/method_use.hpp"

namespace turnpike::service {

std::optional<MethodUse> find_method_use(Transaction& transaction, std::string_view api_id,
                                         const std::function<bool(const json::Value&)>& uses) {
    const std::vector<Row> methods = transaction.scan(Table::Methods, api_id);
    for (auto row = methods.rbegin(); row != methods.rend(); ++row) {
        if (!uses(row->document)) continue;
        const std::size_t slash = row->key.id.find('/');
        const auto resource =
            transaction.find(Table::Resources, {row->key.scope, row->key.id.substr(0, slash)});
        return MethodUse{std::string(resource ? resource->text("path") : ""),
                         row->key.id.substr(slash + 1)};
    }
    return std::nullopt;
}

std::optional<MethodUse> find_method_use(Transaction& transaction, std::string_view api_id,
                                         std::string_view member, std::string_view value) {
    return find_method_use(transaction, api_id, [member, value](const json::Value& method) {
        return method.text(member) == value;
    });
}

}  // namespace turnpike::service
