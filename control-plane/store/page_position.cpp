#include "control-plane/store/page_position.hpp"

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "common/json/value.hpp"
#include "control-plane/store/storable.hpp"
#include "control-plane/store/tables.hpp"

namespace turnpike::store {
namespace {

constexpr std::size_t kTextBytesMax = 16'384;

bool is_sort_key(service::Table table, const std::vector<std::string>& key) {
    if (key.size() != sort_key_size(table)) return false;
    if (layout_of(table).order == ListOrder::Path) {
        return is_storable(key[0]) && is_storable(key[1]);
    }
    return parse_integer(key[0]).has_value();
}

}  // namespace

std::string encode(service::Table table, const PagePosition& position) {
    json::Array texts{json::Value(static_cast<std::int64_t>(table))};
    for (const std::string& text : position.sort_key) texts.emplace_back(text);
    return to_base64url(json::write(json::Value(std::move(texts))));
}

std::optional<PagePosition> decode(service::Table table, std::string_view text) {
    if (text.size() > kTextBytesMax) return std::nullopt;
    const auto bytes = from_base64(text);
    if (!bytes) return std::nullopt;
    const auto value = json::parse(*bytes, {.depth_max = 2, .bytes_max = kTextBytesMax});
    if (!value || !value->is_array() || value->as_array().empty()) return std::nullopt;
    const json::Array& texts = value->as_array();
    if (texts[0] != json::Value(static_cast<std::int64_t>(table))) return std::nullopt;
    PagePosition position;
    for (std::size_t i = 1; i < texts.size(); ++i) {
        if (!texts[i].is_string()) return std::nullopt;
        position.sort_key.push_back(texts[i].as_string());
    }
    if (!is_sort_key(table, position.sort_key)) return std::nullopt;
    return position;
}

}  // namespace turnpike::store
