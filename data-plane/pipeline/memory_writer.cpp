#include "data-plane/pipeline/memory_writer.hpp"

#include "common/http/header_name.hpp"

namespace turnpike::pipeline {
namespace {

using http::KnownHeader;

constexpr http::KnownHeaderSet kFraming{KnownHeader::Connection, KnownHeader::ContentLength,
                                        KnownHeader::Date, KnownHeader::KeepAlive,
                                        KnownHeader::TransferEncoding};

}  // namespace

worker::MaybeTask<bool> MemoryWriter::send(const net::ResponseHead& head, std::string_view body) {
    static_cast<void>(start(head, body.size()));
    body_.append(body);
    return finish();
}

worker::MaybeTask<bool> MemoryWriter::start(const net::ResponseHead& head,
                                            std::optional<std::uint64_t> /*length*/) {
    status_ = head.status;
    for (const net::ResponseField& field : head.fields) {
        if (kFraming.contains(http::find_header(field.name))) continue;
        fields_.emplace_back(field.name, field.value);
    }
    return true;
}

worker::MaybeTask<bool> MemoryWriter::write(std::string_view piece) {
    body_.append(piece);
    return true;
}

worker::MaybeTask<bool> MemoryWriter::finish() {
    is_finished_ = true;
    return true;
}

}  // namespace turnpike::pipeline
