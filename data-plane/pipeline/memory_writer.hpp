#pragma once

#include <string>

#include "common/model/deployment.hpp"
#include "data-plane/net/response_writer.hpp"

namespace turnpike::pipeline {

/// Keeps the answer instead of sending it. Thread: its reactor's.
class MemoryWriter final : public net::ResponseWriter {
public:
    worker::MaybeTask<bool> send(const net::ResponseHead& head, std::string_view body) override;
    worker::MaybeTask<bool> start(const net::ResponseHead& head,
                                  std::optional<std::uint64_t> length) override;
    worker::MaybeTask<bool> write(std::string_view piece) override;
    worker::MaybeTask<bool> flush() override { return true; }
    worker::MaybeTask<bool> finish() override;
    void abort() override { is_finished_ = true; }
    void close_after() override {}

    bool is_started() const override { return status_ != 0; }
    bool is_finished() const override { return is_finished_; }
    int status() const override { return status_; }
    std::uint64_t body_bytes_sent() const override { return body_.size(); }

    /// In the order given; what frames a message on a connection is left out.
    const model::StringMap& fields() const { return fields_; }
    const std::string& body() const { return body_; }

private:
    int status_ = 0;
    model::StringMap fields_;
    std::string body_;
    bool is_finished_ = false;
};

}  // namespace turnpike::pipeline
