#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace turnpike::http {

/// Whether `name` is a token (RFC 9110 section 5.1).
bool is_token(std::string_view name);
/// Whether `value` may be sent: no controls except the tab (RFC 9110 section 5.5).
bool is_field_value(std::string_view value);

/// Adds "Name: value\r\n" to anything with append(const char*, std::size_t). Names and values may
/// come from mappings and callers, so both are checked.
/// Returns: false, adding nothing, if a line break or another control would get in.
template <typename Buffer>
[[nodiscard]] bool append_field(Buffer& out, std::string_view name, std::string_view value) {
    if (!is_token(name) || !is_field_value(value)) return false;
    out.append(name.data(), name.size());
    out.append(": ", 2);
    out.append(value.data(), value.size());
    out.append("\r\n", 2);
    return true;
}

/// Adds "HTTP/1.1 200 OK\r\n" with RFC 9110's phrase. Requires: 100 <= status <= 999.
void append_status_line(std::string& out, int status);
/// Adds "Content-Length: n\r\n".
void append_content_length(std::string& out, std::uint64_t bytes);

/// The decimal digits of `number`, written to the end of `out`, for buffers that are not strings.
std::string_view write_decimal(std::uint64_t number, char (&out)[20]);

}  // namespace turnpike::http
