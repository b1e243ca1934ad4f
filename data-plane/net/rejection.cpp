#include "data-plane/net/rejection.hpp"

namespace turnpike::net {

std::string body_too_large_text(std::uint64_t body_bytes_max) {
    return "HTTP content length exceeded " + std::to_string(body_bytes_max) + " bytes.";
}

Rejection rejection_of(http::HeadProblem problem, const Limits& limits) {
    switch (problem) {
        case http::HeadProblem::TargetTooLong:
            return {414, "URI Too Long"};
        case http::HeadProblem::HeaderTooLarge:
            return {431, "HTTP header is larger than " + std::to_string(limits.header_bytes_max) +
                             " bytes."};
        case http::HeadProblem::UnsupportedTransferCoding:
            return {501, "Not Implemented"};
        case http::HeadProblem::VersionNotSupported:
            return {505, "HTTP Version Not Supported"};
        case http::HeadProblem::Malformed:
        case http::HeadProblem::None:
            break;
    }
    return {400, "Bad Request"};
}

Rejection rejection_of(BodyPiece::Status status, const Limits& limits) {
    switch (status) {
        case BodyPiece::Status::TooLarge:
            return {413, body_too_large_text(limits.body_bytes_max)};
        case BodyPiece::Status::TimedOut:
            return {408, "Request Timeout"};
        default:
            return {400, "Bad Request"};
    }
}

Rejection unknown_expectation() { return {417, "Expectation Failed"}; }

worker::Task<bool> reject(ResponseWriter& writer, BodyPiece::Status status, const Limits& limits) {
    if (status == BodyPiece::Status::Lost) co_return false;
    const Rejection rejection = rejection_of(status, limits);
    const ResponseField type{"Content-Type", "text/plain"};
    writer.close_after();
    const ResponseHead head{.status = rejection.status, .reason = {}, .fields = {&type, 1}};
    co_return co_await writer.send(head, rejection.text);
}

}  // namespace turnpike::net
