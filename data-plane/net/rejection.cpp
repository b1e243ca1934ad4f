#include "data-plane/net/rejection.hpp"

namespace turnpike::net {

Rejection rejection_of(http::HeadProblem problem) {
    switch (problem) {
        case http::HeadProblem::TargetTooLong:
            return {414, "URI Too Long"};
        case http::HeadProblem::HeaderTooLarge:
            return {431, "HTTP header is larger than 10240 bytes."};
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

Rejection rejection_of(BodyPiece::Status status) {
    switch (status) {
        case BodyPiece::Status::TooLarge:
            return {413, "HTTP content length exceeded 10485760 bytes."};
        case BodyPiece::Status::TimedOut:
            return {408, "Request Timeout"};
        default:
            return {400, "Bad Request"};
    }
}

worker::MaybeTask<bool> reject(ResponseWriter& writer, BodyPiece::Status status) {
    if (status == BodyPiece::Status::Lost) return false;
    const Rejection rejection = rejection_of(status);
    const ResponseField type{"Content-Type", "text/plain"};
    writer.close_after();
    return writer.send({.status = rejection.status, .reason = {}, .fields = {&type, 1}},
                       rejection.text);
}

}  // namespace turnpike::net
