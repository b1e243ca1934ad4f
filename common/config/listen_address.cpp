#include "common/config/listen_address.hpp"

#include <arpa/inet.h>

#include "common/base/text.hpp"

namespace turnpike::config {
namespace {

Error not_an_address(std::string_view text) {
    return invalid("\"" + std::string(text) +
                   "\" is not a numeric address and port, like 127.0.0.1:8443 or [::]:8443");
}

bool is_numeric(const std::string& host, int family) {
    in6_addr address{};
    return inet_pton(family, host.c_str(), &address) == 1;
}

}  // namespace

bool ListenAddress::is_loopback() const {
    return is_ipv6 ? host == "::1" : host.starts_with("127.");
}

std::string ListenAddress::text() const {
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return not_an_address(text);
    const auto port = parse_integer(text.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) return not_an_address(text);
    std::string_view host = text.substr(0, colon);
    ListenAddress address;
    address.port = static_cast<std::uint16_t>(*port);
    if (host.starts_with('[') && host.ends_with(']')) {
        address.is_ipv6 = true;
        host = host.substr(1, host.size() - 2);
    }
    address.host = host == "localhost" ? "127.0.0.1" : host;
    if (!is_numeric(address.host, address.is_ipv6 ? AF_INET6 : AF_INET))
        return not_an_address(text);
    return address;
}

Result<std::vector<ListenAddress>> parse_listen_addresses(std::string_view text) {
    std::vector<ListenAddress> addresses;
    if (text.empty() || text == "off") return addresses;
    for (const std::string_view piece : split(text, ',')) {
        auto address = parse_listen_address(trim(piece));
        if (!address) return address.error();
        addresses.push_back(*std::move(address));
    }
    return addresses;
}

}  // namespace turnpike::config
