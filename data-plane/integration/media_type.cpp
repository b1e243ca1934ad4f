#include "data-plane/integration/media_type.hpp"

#include "common/base/text.hpp"

namespace turnpike::integration {
namespace {

std::string_view first_type(std::string_view field_value) {
    return trim(field_value.substr(0, field_value.find_first_of(",;")));
}

bool matches(std::string_view entry, std::string_view type) {
    if (entry == "*/*") return true;
    if (entry.ends_with("/*")) {
        const std::string_view prefix = entry.substr(0, entry.size() - 1);
        return type.size() > prefix.size() &&
               equals_ignoring_case(type.substr(0, prefix.size()), prefix);
    }
    return equals_ignoring_case(entry, type);
}

}  // namespace

std::string_view media_type_of(std::string_view field_value, pipeline::Arena& arena) {
    const std::string_view type = first_type(field_value);
    for (const char c : type) {
        if (to_lower(c) != c) return arena.copy(to_lower(type));
    }
    return type;
}

std::string_view content_type_of(const http::FieldList& fields) {
    const auto given = fields.find(http::KnownHeader::ContentType);
    return given && !given->empty() ? *given : "application/json";
}

std::string_view wanted_media_type(const http::FieldList& fields, pipeline::Arena& arena) {
    std::string_view accept;
    if (fields.contains(http::KnownHeader::Accept)) {
        for (const http::Field field : fields) {
            if (field.known == http::KnownHeader::Accept) accept = field.value;
        }
    }
    return accept.empty() ? "application/json" : media_type_of(accept, arena);
}

bool matches_any(const std::vector<std::string>& entries, std::string_view field_value) {
    const std::string_view type = first_type(field_value);
    for (const std::string& entry : entries) {
        if (matches(entry, type)) return true;
    }
    return false;
}

}  // namespace turnpike::integration
