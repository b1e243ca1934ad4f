#pragma once

#include <cstdint>
#include <string_view>

namespace turnpike::http {

/// Request methods that something treats specially; of Other ones only the token is known.
enum class Method : std::uint8_t {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    Patch,
    Trace,
    Connect,
    Other,
};

/// Methods are case-sensitive (RFC 9110 section 9.1): "get" is Other.
Method find_method(std::string_view token);
/// The token; empty for Other.
std::string_view to_text(Method method);

}  // namespace turnpike::http
