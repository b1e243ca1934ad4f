#include "common/http/chunked.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::literals;
using turnpike::http::ChunkedDecoder;
using Status = ChunkedDecoder::Status;

namespace {

struct Decoded {
    Status status = Status::NeedMore;
    std::string data;
    std::size_t consumed = 0;
};

/// Feeds `text` in pieces of `step` bytes until the decoder comes to an end.
Decoded decode(std::string_view text, std::size_t step) {
    ChunkedDecoder decoder;
    Decoded decoded;
    while (decoded.consumed < text.size()) {
        std::string_view piece = text.substr(decoded.consumed, step);
        while (!piece.empty()) {
            const ChunkedDecoder::Step result = decoder.next(piece);
            decoded.data += result.data;
            decoded.consumed += result.consumed;
            decoded.status = result.status;
            if (result.status == Status::Done || result.status == Status::Refused) return decoded;
            piece.remove_prefix(result.consumed);
        }
    }
    decoded.status = Status::NeedMore;
    return decoded;
}

bool is_refused(std::string_view text) {
    const bool at_once = decode(text, text.size()).status == Status::Refused;
    CHECK((decode(text, 1).status == Status::Refused) == at_once);
    return at_once;
}
bool is_accepted(std::string_view text) {
    const bool at_once = decode(text, text.size()).status == Status::Done;
    CHECK((decode(text, 1).status == Status::Done) == at_once);
    return at_once;
}

}  // namespace

TEST_CASE("chunks are joined, and what follows the body is left") {
    const std::string text = "5\r\nhello\r\nB;name=\"v\"\r\n, wide worl\r\n0\r\n\r\nGET /";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        CAPTURE(step);
        const Decoded decoded = decode(text, step);
        CHECK(decoded.status == Status::Done);
        CHECK(decoded.data == "hello, wide worl");
        CHECK(text.substr(decoded.consumed) == "GET /");
    }
}

TEST_CASE("data is given as views into the input") {
    const std::string text = "5\r\nhello\r\n";
    ChunkedDecoder decoder;
    const auto step = decoder.next(text);
    CHECK(step.status == Status::Data);
    CHECK(step.data.data() == text.data() + 3);
    CHECK(step.consumed == 8);
}

TEST_CASE("7.1: a chunk size has 1 to 16 hexadecimal digits and nothing around them") {
    CHECK(is_accepted("0\r\n\r\n"));
    CHECK(is_accepted("0000000000000001\r\na\r\n0000000000000000\r\n\r\n"));
    CHECK(is_accepted("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"));
    for (const auto start :
         {"00000000000000001\r\na\r\n", "\r\n", ";\r\n", " 1\r\n", "1 \r\n", "1\t\r\n", "+1\r\n",
          "-1\r\n", "0x1\r\n", "1_0\r\n", "g\r\n", "1.\r\n"}) {
        CAPTURE(start);
        CHECK(is_refused(start));
    }
}

TEST_CASE("7.1: a chunk size beyond signed 64 bits is refused") {
    CHECK_FALSE(is_refused("7fffffffffffffff\r\n"));
    CHECK(is_refused("8000000000000000\r\n"));
    CHECK(is_refused("ffffffffffffffff\r\n"));
}

TEST_CASE("7.1: line ends are CRLF") {
    CHECK(is_refused("1\na\r\n"));
    CHECK(is_refused("1\r\r\n"));
    CHECK(is_refused("1\ra"));
    CHECK(is_refused("1\r\na\n"));
    CHECK(is_refused("1\r\nab\r\n"));
    CHECK(is_refused("1\r\na\r\r"));
    CHECK(is_refused("1\r\na1\r\n"));
    CHECK(is_refused("0\r\n\n"));
    CHECK(is_refused("0\r\n\rx"));
}

TEST_CASE("7.1.1: extensions are ignored up to 256 bytes, without line breaks or controls") {
    CHECK(is_accepted("1;a=b;c=\"d e\"\r\nx\r\n0;last\r\n\r\n"));
    CHECK(is_accepted("1;" + std::string(255, 'x') + "\r\na\r\n0\r\n\r\n"));
    CHECK(is_refused("1;" + std::string(256, 'x') + "\r\na\r\n0\r\n\r\n"));
    CHECK(is_refused("1;a=\"\n\"\r\n"));
    CHECK(is_refused("1;a=\"\r\n\"\r\nx"));
    CHECK(is_refused("1;a\nb\r\n"));
    CHECK(is_refused("1;a\0b\r\n"sv));
}

TEST_CASE("7.1.2: trailers are checked and dropped") {
    const Decoded decoded = decode("1\r\na\r\n0\r\nX-Checksum: abc\r\nX-B:\r\n\r\n", 3);
    CHECK(decoded.status == Status::Done);
    CHECK(decoded.data == "a");
    for (const auto trailer : {"Content-Length: 5", "transfer-encoding: chunked", "Host: a",
                               "Authorization: x", "X-Api-Key: x", "Cookie: a", "Trailer: x",
                               "Connection: close", "X-Forwarded-For: 1.2.3.4"}) {
        CAPTURE(trailer);
        CHECK(is_refused("0\r\n" + std::string(trailer) + "\r\n\r\n"));
    }
    CHECK(is_refused("0\r\n: x\r\n\r\n"));
    CHECK(is_refused("0\r\nX y: z\r\n\r\n"));
    CHECK(is_refused("0\r\nX: y\n\r\n"));
    CHECK(is_refused("0\r\nX: y\rz\r\n\r\n"));
    CHECK(is_refused("0\r\n X: y\r\n\r\n"));
    CHECK(is_refused("0\r\nX: y\r\n z\r\n\r\n"));
    CHECK(is_refused("0\r\nX: \x01\r\n\r\n"));
    CHECK(is_accepted("0\r\n" + std::string(100, 'n') + ": v\r\n\r\n"));
    CHECK(is_refused("0\r\nX: " + std::string(9000, 'v') + "\r\n\r\n"));
}

TEST_CASE("a truncated body is not done") {
    const std::string text = "5\r\nhello\r\n0\r\nX: y\r\n\r\n";
    for (std::size_t size = 0; size < text.size(); ++size) {
        CHECK(decode(std::string_view(text).substr(0, size), 100).status == Status::NeedMore);
    }
    CHECK(is_accepted(text));
}

TEST_CASE("a decoder can be reset for the next body") {
    ChunkedDecoder decoder;
    CHECK(decoder.next("0\r\n\r\n").status == Status::Done);
    decoder.reset();
    CHECK(decoder.next("0\r\n\r\n").status == Status::Done);
}

TEST_CASE("chunk heads are written in hexadecimal") {
    std::array<char, 18> out;
    CHECK(turnpike::http::write_chunk_head(1, out) == "1\r\n");
    CHECK(turnpike::http::write_chunk_head(255, out) == "ff\r\n");
    CHECK(turnpike::http::write_chunk_head(~std::uint64_t{0}, out) == "ffffffffffffffff\r\n");
}
