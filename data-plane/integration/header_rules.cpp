#include "data-plane/integration/header_rules.hpp"

#include "common/base/text.hpp"

namespace turnpike::integration {
namespace {

using http::KnownHeader;
using http::KnownHeaderSet;

constexpr std::string_view kApiIdHeader = "x-amzn-apigateway-api-id";

// Fields of the connection, fields that the gateway writes itself, and those that no integration
// ever sees.
constexpr KnownHeaderSet kNotToBackend{
    KnownHeader::Connection,
    KnownHeader::ContentLength,
    KnownHeader::ContentMd5,
    KnownHeader::Expect,
    KnownHeader::Host,
    KnownHeader::Http2Settings,
    KnownHeader::KeepAlive,
    KnownHeader::MaxForwards,
    KnownHeader::ProxyAuthenticate,
    KnownHeader::ProxyAuthorization,
    KnownHeader::ProxyConnection,
    KnownHeader::Server,
    KnownHeader::Te,
    KnownHeader::Trailer,
    KnownHeader::TransferEncoding,
    KnownHeader::Upgrade,
    KnownHeader::Via,
    KnownHeader::WwwAuthenticate,
    KnownHeader::XAmznTraceId,
    KnownHeader::XHttpMethodOverride,
};

constexpr KnownHeaderSet kForbiddenTargets{
    KnownHeader::ContentLength, KnownHeader::TransferEncoding, KnownHeader::XAmznTraceId};
constexpr KnownHeaderSet kDroppedTargets{KnownHeader::Expect, KnownHeader::ProxyAuthenticate,
                                         KnownHeader::Te, KnownHeader::Via};

constexpr KnownHeaderSet kProxyRemapped{
    KnownHeader::Authorization, KnownHeader::Connection,     KnownHeader::ContentLength,
    KnownHeader::ContentMd5,    KnownHeader::Date,           KnownHeader::MaxForwards,
    KnownHeader::Server,        KnownHeader::UserAgent,      KnownHeader::WwwAuthenticate,
    KnownHeader::XAmzApigwId,   KnownHeader::XAmznRequestId,
};
constexpr KnownHeaderSet kProxyDropped{
    KnownHeader::Expect,          KnownHeader::Host,    KnownHeader::Http2Settings,
    KnownHeader::KeepAlive,       KnownHeader::Te,      KnownHeader::ProxyAuthenticate,
    KnownHeader::ProxyConnection, KnownHeader::Trailer, KnownHeader::TransferEncoding,
    KnownHeader::Upgrade,         KnownHeader::Via,
};

constexpr KnownHeaderSet kMappedRemapped{
    KnownHeader::Authorization, KnownHeader::Connection,
    KnownHeader::ContentLength, KnownHeader::ContentMd5,
    KnownHeader::Date,          KnownHeader::Expect,
    KnownHeader::Host,          KnownHeader::MaxForwards,
    KnownHeader::Server,        KnownHeader::ProxyAuthenticate,
    KnownHeader::Trailer,       KnownHeader::Upgrade,
    KnownHeader::UserAgent,     KnownHeader::WwwAuthenticate,
    KnownHeader::XAmzApigwId,   KnownHeader::XAmznRequestId,
};

}  // namespace

bool is_api_id_header(std::string_view name) {
    return name.size() == kApiIdHeader.size() && equals_ignoring_case(name, kApiIdHeader);
}

bool passes_to_backend(KnownHeader known, std::string_view name) {
    if (known == KnownHeader::Unknown) return !is_api_id_header(name);
    return !kNotToBackend.contains(known);
}

MappedTarget mapped_target(KnownHeader known, std::string_view name) {
    if (known == KnownHeader::Unknown) {
        return is_api_id_header(name) ? MappedTarget::Forbidden : MappedTarget::Set;
    }
    if (kForbiddenTargets.contains(known)) return MappedTarget::Forbidden;
    return kDroppedTargets.contains(known) ? MappedTarget::Dropped : MappedTarget::Set;
}

bool is_real_coding(std::string_view content_encoding) {
    return !content_encoding.empty() && !equals_ignoring_case(content_encoding, "identity");
}

ResponseRule proxy_response_rule(KnownHeader known, std::string_view value) {
    if (known == KnownHeader::Unknown) return ResponseRule::Pass;
    if (kProxyRemapped.contains(known)) return ResponseRule::Remap;
    if (kProxyDropped.contains(known)) return ResponseRule::Drop;
    if (known == KnownHeader::ContentEncoding && !is_real_coding(value)) return ResponseRule::Drop;
    return ResponseRule::Pass;
}

ResponseRule mapped_response_rule(KnownHeader known) {
    if (known == KnownHeader::TransferEncoding) return ResponseRule::Drop;
    return kMappedRemapped.contains(known) ? ResponseRule::Remap : ResponseRule::Pass;
}

std::string_view remapped_name(KnownHeader known, std::string_view name, pipeline::Arena& arena) {
    switch (known) {  // the usual spellings cost nothing
        case KnownHeader::ContentLength:
            if (name == "Content-Length") return "x-amzn-Remapped-Content-Length";
            break;
        case KnownHeader::Date:
            if (name == "Date") return "x-amzn-Remapped-Date";
            break;
        case KnownHeader::Server:
            if (name == "Server") return "x-amzn-Remapped-Server";
            break;
        case KnownHeader::Connection:
            if (name == "Connection") return "x-amzn-Remapped-Connection";
            break;
        default:
            break;
    }
    pipeline::ArenaText text(arena);
    text.reserve(name.size() + 16);
    text += "x-amzn-Remapped-";
    text += name;
    return text.view();
}

}  // namespace turnpike::integration
