#include "data-plane/pipeline/memory_request.hpp"

#include "common/http/header_writer.hpp"
#include "common/http/uri.hpp"

namespace turnpike::pipeline {
namespace {

using http::KnownHeader;

constexpr std::string_view kHost = "testPrefix.testDomainName";
constexpr std::string_view kCaller = "test-invoke-source-ip";
constexpr std::string_view kContentType = "application/json";

constexpr http::KnownHeaderSet kOwn{
    KnownHeader::Connection, KnownHeader::ContentLength,    KnownHeader::Expect, KnownHeader::Host,
    KnownHeader::Trailer,    KnownHeader::TransferEncoding, KnownHeader::Upgrade};

bool may_stand(char c, bool in_query) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '#') return false;
    return !in_query || (c != '{' && c != '|' && c != '}');
}

/// People type what a client would have encoded.
std::string to_target(std::string_view path) {
    std::string target;
    if (!path.starts_with('/')) target += '/';
    bool in_query = false;
    for (const char& c : path) {
        in_query = in_query || c == '?';
        if (may_stand(c, in_query)) {
            target += c;
        } else {
            http::append_percent_encoded(target, {&c, 1});
        }
    }
    return target;
}

Result<std::string> write_head(const snapshot::TestCall& call) {
    if (!http::is_token(call.http_method)) return invalid("Invalid HTTP method specified");
    std::string head = call.http_method;
    head += ' ';
    head += to_target(call.path);
    head += " HTTP/1.1\r\nHost: ";
    head += kHost;
    head += "\r\n";
    for (const auto& [name, value] : call.headers) {
        const KnownHeader known = http::find_header(name);
        if (kOwn.contains(known)) continue;
        const bool is_type = known == KnownHeader::ContentType;
        if (!http::append_field(head, name, is_type ? kContentType : std::string_view(value))) {
            return invalid("Invalid header specified: " + name);
        }
    }
    http::append_content_length(head, call.body.size());
    head += "\r\n";
    return head;
}

}  // namespace

worker::MaybeTask<net::BodyPiece> MemoryRequest::Body::next() {
    if (std::exchange(is_read_, true) || text.empty()) return net::BodyPiece{};
    return net::BodyPiece{net::BodyPiece::Status::Data, text};
}

Result<std::unique_ptr<MemoryRequest>> MemoryRequest::create(const snapshot::TestCall& call,
                                                             worker::Reactor& reactor) {
    Result<std::string> head = write_head(call);
    if (!head) return head.error();
    std::unique_ptr<MemoryRequest> made(new MemoryRequest());
    made->head_bytes_ = *std::move(head);
    made->body_.text = call.body;
    const http::ParseOutcome parsed = made->head_.parse(made->head_bytes_, http::HeadLimits{});
    if (!parsed.done()) {
        return invalid("The path or the headers cannot be those of a request: " +
                       std::string(parsed.reason));
    }
    made->peer_.ip = kCaller;
    made->request_.emplace(net::Request{made->head_, made->body_, made->peer_, reactor.now(),
                                        wall_now(), made->head_bytes_.size()});
    return made;
}

}  // namespace turnpike::pipeline
