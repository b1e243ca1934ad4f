#include "common/http/header_writer.hpp"

#include "common/base/assert.hpp"
#include "common/http/message.hpp"
#include "common/http/scan.hpp"

namespace turnpike::http {

bool is_token(std::string_view name) {
    const char* const end = name.data() + name.size();
    return !name.empty() && find_not_token(name.data(), end) == end;
}

bool is_field_value(std::string_view value) {
    const char* const end = value.data() + value.size();
    return find_value_control(value.data(), end) == end;
}

std::string_view write_decimal(std::uint64_t number, char (&out)[20]) {
    char* const end = out + sizeof out;
    char* begin = end;
    do {
        *--begin = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return {begin, static_cast<std::size_t>(end - begin)};
}

void append_status_line(std::string& out, int status) {
    TURNPIKE_ASSERT(status >= 100 && status <= 999);
    char digits[20];
    out += "HTTP/1.1 ";
    out += write_decimal(static_cast<std::uint64_t>(status), digits);
    out += ' ';
    out += reason_phrase(status);
    out += "\r\n";
}

void append_content_length(std::string& out, std::uint64_t bytes) {
    char digits[20];
    out += "Content-Length: ";
    out += write_decimal(bytes, digits);
    out += "\r\n";
}

}  // namespace turnpike::http
