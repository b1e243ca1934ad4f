#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace turnpike::http {

/// Header fields that the gateway treats specially, found once while a head is parsed. At most 64,
/// so that a set of them is one word.
enum class KnownHeader : std::uint8_t {
    Unknown,
    Accept,
    AcceptEncoding,
    AcceptLanguage,
    Age,
    Authorization,
    CacheControl,
    Connection,
    ContentEncoding,
    ContentLength,
    ContentMd5,
    ContentType,
    Cookie,
    Date,
    Etag,
    Expect,
    Expires,
    Forwarded,
    Host,
    Http2Settings,
    KeepAlive,
    LastModified,
    Location,
    MaxForwards,
    Origin,
    Pragma,
    ProxyAuthenticate,
    ProxyAuthorization,
    ProxyConnection,
    Range,
    Referer,
    SecWebsocketKey,
    SecWebsocketProtocol,
    SecWebsocketVersion,
    Server,
    SetCookie,
    Te,
    Trailer,
    TransferEncoding,
    Upgrade,
    UserAgent,
    Vary,
    Via,
    Warning,
    WwwAuthenticate,
    XAmzApigwId,
    XAmzContentSha256,
    XAmzDate,
    XAmzRequestId,
    XAmzSecurityToken,
    XAmzTarget,
    XAmznErrorType,
    XAmznRequestId,
    XAmznTraceId,
    XApiKey,
    XApigwApiId,
    XForwardedFor,
    XForwardedHost,
    XForwardedPort,
    XForwardedProto,
    XHttpMethodOverride,
};
constexpr std::size_t kKnownHeaders =
    static_cast<std::size_t>(KnownHeader::XHttpMethodOverride) + 1;
static_assert(kKnownHeaders <= 64);

/// Ignores case; one hash and one comparison. Any bytes may be asked for.
KnownHeader find_header(std::string_view name);
/// Lower case; empty for Unknown.
std::string_view to_text(KnownHeader header);

/// A set of known headers in one word.
class KnownHeaderSet {
public:
    constexpr KnownHeaderSet() = default;
    constexpr KnownHeaderSet(std::initializer_list<KnownHeader> headers) {
        for (const KnownHeader header : headers) add(header);
    }
    constexpr void add(KnownHeader header) { bits_ |= bit(header); }
    constexpr bool contains(KnownHeader header) const { return (bits_ & bit(header)) != 0; }
    constexpr bool intersects(KnownHeaderSet other) const { return (bits_ & other.bits_) != 0; }

private:
    static constexpr std::uint64_t bit(KnownHeader header) {
        return std::uint64_t{1} << static_cast<unsigned>(header);
    }
    std::uint64_t bits_ = 0;
};

/// Fields about one connection, never forwarded whether or not Connection names them.
/// Source: RFC 9110 section 7.6.1.
constexpr KnownHeaderSet kHopByHopHeaders{
    KnownHeader::Connection,         KnownHeader::Http2Settings,
    KnownHeader::KeepAlive,          KnownHeader::ProxyAuthenticate,
    KnownHeader::ProxyConnection,    KnownHeader::Te,
    KnownHeader::ProxyAuthorization, KnownHeader::Trailer,
    KnownHeader::TransferEncoding,   KnownHeader::Upgrade,
};

}  // namespace turnpike::http
