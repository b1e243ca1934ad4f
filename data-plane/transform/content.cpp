#include "data-plane/transform/content.hpp"

#include "common/base/encoding.hpp"

namespace turnpike::transform {
namespace {

using snapshot::ContentHandling;

Content as_text(std::string_view body, pipeline::Arena& arena) {
    return {is_utf8(body) ? body : arena.copy(valid_utf8(body)), true};
}

Content as_base64(std::string_view body, pipeline::Arena& arena) {
    return {arena.copy(to_base64(body)), true};
}

Result<Content> decoded(std::string_view body, pipeline::Arena& arena) {
    const auto bytes = from_base64(body);
    if (!bytes) return invalid("the body is not base64, from which it has to be converted");
    return Content{arena.copy(*bytes), false};
}

}  // namespace

Result<Content> convert_request(std::string_view body, bool is_binary, ContentHandling handling,
                                pipeline::Arena& arena) {
    if (is_binary) {
        if (handling == ContentHandling::ToText) return as_base64(body, arena);
        return Content{body, false};
    }
    if (handling == ContentHandling::ToBinary) return decoded(body, arena);
    return as_text(body, arena);
}

Result<Content> convert_response(std::string_view body, bool has_binary_types, bool is_binary,
                                 bool wants_binary, ContentHandling handling,
                                 pipeline::Arena& arena) {
    if (!has_binary_types || !is_binary) {
        const bool decodes =
            handling == ContentHandling::ToBinary ||
            (has_binary_types && wants_binary && handling == ContentHandling::None);
        return decodes ? decoded(body, arena) : Result<Content>(as_text(body, arena));
    }
    const bool encodes =
        handling == ContentHandling::ToText || (handling == ContentHandling::None && !wants_binary);
    return encodes ? as_base64(body, arena) : Content{body, false};
}

}  // namespace turnpike::transform
