#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/snapshot/test_invocation.hpp"
#include "data-plane/net/request.hpp"
#include "data-plane/worker/reactor.hpp"

namespace turnpike::pipeline {

/// A request that no connection brought: its head is written, and read again by the parser of all
/// requests, so that phases find it as they find any other. Thread: its reactor's.
class MemoryRequest {
public:
    /// What names the connection is left out: lengths, codings, Host and Connection are our own.
    /// Content-Type is application/json whatever the call says; the caller's address is a text.
    /// Errors: Invalid if no request can have such a path or such headers.
    /// Source: the reference, observability section 5.
    static Result<std::unique_ptr<MemoryRequest>> create(const snapshot::TestCall& call,
                                                         worker::Reactor& reactor);
    MemoryRequest(const MemoryRequest&) = delete;
    MemoryRequest& operator=(const MemoryRequest&) = delete;

    net::Request& request() { return *request_; }
    std::string_view body() const { return body_.text; }

private:
    class Body final : public net::BodySource {
    public:
        std::optional<std::uint64_t> declared_length() const override { return text.size(); }
        bool is_complete() const override { return is_read_; }
        worker::MaybeTask<net::BodyPiece> next() override;
        worker::MaybeTask<net::BodyPiece> read_all() override { return next(); }
        std::string text;

    private:
        bool is_read_ = false;
    };

    MemoryRequest() = default;

    std::string head_bytes_;
    http::RequestHead head_;
    Body body_;
    net::Peer peer_;
    std::optional<net::Request> request_;
};

}  // namespace turnpike::pipeline
