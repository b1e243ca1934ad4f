#include "common/redis/url.hpp"

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"

namespace turnpike::redis {
namespace {

constexpr long long kDatabaseMax = 1'000'000;

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::string percent_decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = text[i] == '%' ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (byte && byte->size() == 1) {
            decoded += *byte;
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

Result<void> read_database(std::string_view text, Address& address) {
    if (text.empty()) return {};
    const auto number = parse_integer(text);
    if (!number || *number < 0 || *number > kDatabaseMax) {
        return invalid("the Redis URL's database is not a number");
    }
    address.database = static_cast<int>(*number);
    return {};
}

void read_user(std::string_view text, Address& address) {
    const std::size_t colon = text.find(':');
    // "redis://secret@host" is a password alone, as other clients take it.
    address.password =
        percent_decode(colon == std::string_view::npos ? text : text.substr(colon + 1));
    if (colon != std::string_view::npos) address.user = percent_decode(text.substr(0, colon));
}

Result<void> read_host(std::string_view text, Address& address) {
    std::string_view host = text;
    std::string_view rest;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return invalid("the Redis URL's host has no closing ]");
        host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        rest = text.substr(colon);
    }
    if (host.empty()) return invalid("the Redis URL has no host");
    address.host = host;
    if (rest.empty()) return {};
    const auto port = rest.front() == ':' ? parse_integer(rest.substr(1)) : std::nullopt;
    if (!port || *port < 1 || *port > 65535) return invalid("the Redis URL's port is not a port");
    address.port = std::to_string(*port);
    return {};
}

Result<Address> parse_network(std::string_view text, Address::Transport transport) {
    Address address;
    address.transport = transport;
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        if (auto read = read_database(text.substr(slash + 1), address); !read) return read.error();
        text = text.substr(0, slash);
    }
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        read_user(text.substr(0, at), address);
        text.remove_prefix(at + 1);
    }
    if (auto read = read_host(text, address); !read) return read.error();
    return address;
}

Result<Address> parse_unix(std::string_view text) {
    Address address;
    address.transport = Address::Transport::Unix;
    if (const std::size_t query = text.find('?'); query != std::string_view::npos) {
        std::string_view option = text.substr(query + 1);
        if (!take_prefix(option, "db=")) return invalid("the Redis URL's only option is db");
        if (auto read = read_database(option, address); !read) return read.error();
        text = text.substr(0, query);
    }
    if (!text.starts_with('/')) return invalid("the Redis URL's socket path is not absolute");
    address.path = text;
    return address;
}

}  // namespace

Result<Address> parse_url(std::string_view url) {
    if (take_prefix(url, "unix://")) return parse_unix(url);
    if (take_prefix(url, "redis://")) return parse_network(url, Address::Transport::Tcp);
    if (take_prefix(url, "rediss://")) {
        return parse_network(url, Address::Transport::Tls);
    }
    return invalid("a Redis URL starts with redis://, rediss:// or unix://");
}

}  // namespace turnpike::redis
