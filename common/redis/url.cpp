#include "common/redis/url.hpp"

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "common/redis/limits.hpp"

namespace turnpike::redis {
namespace {

constexpr long long kDatabaseMax = 1'000'000;
constexpr std::string_view kSentinelPort = "26379";

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

/// The text of a network URL in its three parts: [user@]hosts[/path].
struct NetworkParts {
    std::string_view hosts;
    std::string_view path;
};

/// Leaves user and password in `common`.
NetworkParts split_network(std::string_view text, Address& common) {
    NetworkParts parts{text, {}};
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        parts = {text.substr(0, slash), text.substr(slash + 1)};
    }
    if (const std::size_t at = parts.hosts.rfind('@'); at != std::string_view::npos) {
        read_user(parts.hosts.substr(0, at), common);
        parts.hosts.remove_prefix(at + 1);
    }
    return parts;
}

Result<Target> parse_single(std::string_view text, Address address) {
    const NetworkParts parts = split_network(text, address);
    if (auto read = read_database(parts.path, address); !read) return read.error();
    if (parts.hosts.find(',') != std::string_view::npos) {
        return invalid("the Redis URL has several hosts: redis-sentinel:// or redis-cluster://");
    }
    if (auto read = read_host(parts.hosts, address); !read) return read.error();
    return Target{Target::Kind::Single, {std::move(address)}, {}};
}

Result<std::vector<Address>> parse_hosts(std::string_view hosts, const Address& common) {
    const std::vector<std::string_view> pieces = split(hosts, ',');
    if (pieces.size() > limits::kUrlHostsMax) return invalid("the Redis URL has too many hosts");
    std::vector<Address> addresses;
    for (const std::string_view piece : pieces) {
        Address address = common;
        if (auto read = read_host(piece, address); !read) return read.error();
        addresses.push_back(std::move(address));
    }
    return addresses;
}

Result<Target> parse_sentinel(std::string_view text, Address common) {
    const NetworkParts parts = split_network(text, common);
    const std::size_t slash = parts.path.find('/');
    Target target{Target::Kind::Sentinel, {}, percent_decode(parts.path.substr(0, slash))};
    if (target.master_name.empty()) {
        return invalid("the Redis URL does not name the master: redis-sentinel://host/<name>");
    }
    if (slash != std::string_view::npos) {
        auto read = read_database(parts.path.substr(slash + 1), common);
        if (!read) return read.error();
    }
    common.port = kSentinelPort;
    auto addresses = parse_hosts(parts.hosts, common);
    if (!addresses) return addresses.error();
    target.addresses = *std::move(addresses);
    return target;
}

Result<Target> parse_cluster(std::string_view text, Address common) {
    const NetworkParts parts = split_network(text, common);
    if (!parts.path.empty() && parts.path != "0") {
        return invalid("the Redis URL names a database, but a cluster has only one");
    }
    auto addresses = parse_hosts(parts.hosts, common);
    if (!addresses) return addresses.error();
    return Target{Target::Kind::Cluster, *std::move(addresses), {}};
}

Result<Target> parse_unix(std::string_view text) {
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
    return Target{Target::Kind::Single, {std::move(address)}, {}};
}

Address address_by(Address::Transport transport) {
    Address address;
    address.transport = transport;
    return address;
}

}  // namespace

Result<Target> parse_url(std::string_view url) {
    const Address plain = address_by(Address::Transport::Tcp);
    const Address secure = address_by(Address::Transport::Tls);
    if (take_prefix(url, "unix://")) return parse_unix(url);
    if (take_prefix(url, "redis://")) return parse_single(url, plain);
    if (take_prefix(url, "rediss://")) return parse_single(url, secure);
    if (take_prefix(url, "redis-sentinel://")) return parse_sentinel(url, plain);
    if (take_prefix(url, "rediss-sentinel://")) return parse_sentinel(url, secure);
    if (take_prefix(url, "redis-cluster://")) return parse_cluster(url, plain);
    if (take_prefix(url, "rediss-cluster://")) return parse_cluster(url, secure);
    return invalid(
        "a Redis URL starts with redis://, redis-sentinel://, redis-cluster:// (rediss… for TLS) "
        "or unix://");
}

}  // namespace turnpike::redis
