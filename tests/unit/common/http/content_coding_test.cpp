#include "common/http/content_coding.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "common/base/encoding.hpp"

namespace turnpike::http {
namespace {

constexpr std::string_view kText = R"({"pets":[{"name":"Rex"},{"name":"Rex"},{"name":"Rex"}]})";

struct Encoded {
    const char* what;
    ContentCoding coding;
    const char* bytes;
};
/// kText by Python's zlib and gzip.
constexpr Encoded kEncoded[] = {
    {"gzip", ContentCoding::Gzip,
     "1f8b0800000000000203ab562a482d2956b28aae56ca4bcc4d55b2520a4aad50aad5c1cb8dad0500feed6dac"
     "37000000"},
    {"gzip with a name and a time", ContentCoding::Gzip,
     "1f8b080800f1536502ff626f64792e6a736f6e00ab562a482d2956b28aae56ca4bcc4d55b2520a4aad50aad5"
     "c1cb8dad0500feed6dac37000000"},
    {"gzip, flushed now and then", ContentCoding::Gzip,
     "1f8b0800000000000203aa562a482d2956b28aae56ca4bcc4d55b2520a4a05000000ffffaa50aad5a956ca4b"
     "cc4d55b2520a4aad007101000000ffff52ca4bcc4d55b2520a4aad50aa8dad05000000ffff0300feed6dac37"
     "000000"},
    {"zlib", ContentCoding::Deflate,
     "78daab562a482d2956b28aae56ca4bcc4d55b2520a4aad50aad5c1cb8dad0500f57a11e1"},
    {"zlib, stored", ContentCoding::Deflate,
     "7801013700c8ff7b2270657473223a5b7b226e616d65223a22526578227d2c7b226e616d65223a2252657822"
     "7d2c7b226e616d65223a22526578227d5d7df57a11e1"},
    {"zlib with codes of its own", ContentCoding::Deflate,
     "780105c1b109c0500845d15d6efd27700cdb90c2e2954a20290471f79c333cfa5eec1a2a5218ae66cf5091c2"
     "70357b868a1486abd97b7ff57a11e1"},
    {"zlib with a small window", ContentCoding::Deflate,
     "18d3ab562a482d2956b28aae56ca4bcc4d55b2520a4aad50aad5c1cb8dad0500f57a11e1"},
    {"raw deflate", ContentCoding::Deflate,
     "ab562a482d2956b28aae56ca4bcc4d55b2520a4aad50aad5c1cb8dad0500"},
};

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

struct Decoded {
    ContentDecoder::Status status = ContentDecoder::Status::NeedMore;
    std::string text;
    bool is_complete = false;
};

/// Feeds the body in pieces, into an output of `room` bytes.
Decoded decode(ContentCoding coding, std::string_view body, std::size_t piece, std::size_t room,
               const DecodingLimits& limits = {}) {
    auto decoder = ContentDecoder::make(coding, limits).value();
    Decoded decoded;
    std::string output(room, '\0');
    while (!body.empty()) {
        std::string_view input = body.substr(0, piece);
        body.remove_prefix(input.size());
        do {
            const ContentDecoder::Step step = decoder.next(input, output);
            decoded.status = step.status;
            if (step.status == ContentDecoder::Status::Malformed ||
                step.status == ContentDecoder::Status::TooLarge) {
                return decoded;
            }
            decoded.text.append(output.data(), step.produced);
            input.remove_prefix(step.consumed);
        } while (decoded.status == ContentDecoder::Status::OutputFull);
        CHECK(input.empty());
    }
    decoded.is_complete = decoder.is_complete();
    return decoded;
}

std::string encode(ContentCoding coding, std::string_view body, std::size_t piece,
                   std::size_t room) {
    auto encoder = ContentEncoder::make(coding).value();
    std::string encoded;
    std::string output(room, '\0');
    while (true) {
        const std::string_view input = body.substr(0, piece);
        const auto step = encoder.next(input, output, input.size() == body.size());
        encoded.append(output.data(), step.produced);
        body.remove_prefix(step.consumed);
        if (step.is_done) return encoded;
    }
}

/// Half of it repeats, half does not.
std::string mixed_text(std::size_t size) {
    std::string text;
    std::uint32_t state = 12345;
    while (text.size() < size) {
        state = state * 1664525U + 1013904223U;
        text += (state >> 31U) != 0 ? "the same words " : to_hex(std::to_string(state));
    }
    text.resize(size);
    return text;
}

TEST_CASE("what others encoded is decoded, however it is cut") {
    for (const Encoded& encoded : kEncoded) {
        CAPTURE(encoded.what);
        const std::string body = bytes(encoded.bytes);
        CHECK(decode_content(encoded.coding, body, {}).value() == kText);
        for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
            for (const std::size_t room : {1U, 2U, 5U, 1000U}) {
                const Decoded decoded = decode(encoded.coding, body, piece, room);
                CHECK(decoded.text == kText);
                CHECK(decoded.is_complete);
            }
        }
    }
}

TEST_CASE("empty bodies have an encoding, too") {
    CHECK(decode_content(ContentCoding::Gzip, bytes("1f8b080000000000020303000000000000000000"), {})
              .value()
              .empty());
    CHECK(decode_content(ContentCoding::Deflate, bytes("789c030000000001"), {}).value().empty());
    CHECK(decode_content(ContentCoding::Deflate, bytes("0300"), {}).value().empty());
}

TEST_CASE("gzip may have several members") {
    const std::string one = bytes(kEncoded[0].bytes);
    const std::string twice = std::string(kText) + std::string(kText);
    CHECK(decode_content(ContentCoding::Gzip, one + one, {}).value() == twice);
    CHECK(decode(ContentCoding::Gzip, one + one, 1, 1).text == twice);
    CHECK(decode(ContentCoding::Gzip, one + one, one.size(), kText.size()).text == twice);
}

TEST_CASE("a body that is cut short is not complete") {
    for (const Encoded& encoded : kEncoded) {
        CAPTURE(encoded.what);
        const std::string body = bytes(encoded.bytes);
        for (std::size_t size = 0; size < body.size(); ++size) {
            const auto decoded =
                decode_content(encoded.coding, std::string_view(body).substr(0, size), {});
            REQUIRE_FALSE(decoded.has_value());
            CHECK(decoded.error().kind == Error::Kind::Invalid);
            CHECK(decoded.error().message == "the body ends too early");
        }
    }
}

TEST_CASE("what is damaged or too long is refused with the reason") {
    const auto reason = [](ContentCoding coding, const std::string& body) {
        const auto decoded = decode_content(coding, body, {});
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error().kind == Error::Kind::Invalid);
        return decoded.error().message;
    };
    std::string gzip = bytes(kEncoded[0].bytes);
    CHECK(reason(ContentCoding::Gzip, "plain text") == "incorrect header check");
    CHECK(reason(ContentCoding::Deflate, "plain text") != "");
    CHECK(reason(ContentCoding::Gzip, gzip + "x") == "the body ends too early");
    CHECK(reason(ContentCoding::Gzip, gzip + "xyz") == "incorrect header check");
    CHECK(reason(ContentCoding::Deflate, bytes(kEncoded[3].bytes) + "x") == "data after the end");
    CHECK(reason(ContentCoding::Deflate, bytes("0300") + "x") == "data after the end");
    gzip[gzip.size() - 1] ^= 1;
    CHECK(reason(ContentCoding::Gzip, gzip) == "incorrect length check");
    gzip[gzip.size() - 5] ^= 1;
    CHECK(reason(ContentCoding::Gzip, gzip) == "incorrect data check");
    const std::string with_dictionary =
        bytes("78bb041e01a2ab562a482d2956b28aae56ca037295ac9482522b946a75f072636b01f57a11e1");
    CHECK(reason(ContentCoding::Deflate, with_dictionary) != "");
}

TEST_CASE("what is encoded is decoded") {
    for (const ContentCoding coding : {ContentCoding::Gzip, ContentCoding::Deflate}) {
        for (const std::size_t size : {0U, 1U, 100U, 16'384U, 300'000U}) {
            const std::string text = mixed_text(size);
            const std::string body = encode_content(coding, text).value();
            CHECK(body == encode(coding, text, 1'000'000, 7));
            CHECK(decode_content(coding, body, {}).value() == text);
            CHECK(decode_content(coding, encode(coding, text, 999, 100), {}).value() == text);
        }
    }
    const std::string text = mixed_text(100'000);
    CHECK(encode_content(ContentCoding::Gzip, text).value().size() < text.size() / 2);
    CHECK(encode_content(ContentCoding::Identity, text).value() == text);
    CHECK(decode_content(ContentCoding::Identity, text, {}).value() == text);
}

TEST_CASE("a body may become so large and no larger") {
    const std::string text = mixed_text(10'000);
    for (const ContentCoding coding : {ContentCoding::Gzip, ContentCoding::Deflate}) {
        const std::string body = encode_content(coding, text).value();
        CHECK(decode_content(coding, body, {.output_bytes_max = 10'000}).has_value());
        CHECK(decode(coding, body, 100, 64, {.output_bytes_max = 10'000}).text == text);
        const auto refused = decode_content(coding, body, {.output_bytes_max = 9'999});
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().kind == Error::Kind::LimitExceeded);
        CHECK(decode(coding, body, 1, 1, {.output_bytes_max = 9'999}).status ==
              ContentDecoder::Status::TooLarge);
        constexpr auto kAny = std::numeric_limits<std::size_t>::max();
        CHECK(decode_content(coding, body, {.output_bytes_max = kAny}).value() == text);
    }
    CHECK(
        decode_content(ContentCoding::Deflate, bytes("0300"), {.output_bytes_max = 0}).has_value());
}

TEST_CASE("a body that grows beyond all measure is given up early") {
    const std::string zeros(std::size_t{8} << 20U, '\0');
    const std::string bomb = encode_content(ContentCoding::Gzip, zeros, 9).value();
    REQUIRE(bomb.size() < zeros.size() / 900);
    const auto refused = decode_content(ContentCoding::Gzip, bomb, {});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == Error::Kind::LimitExceeded);
    CHECK(refused.error().message == "the body grows too much when it is decoded");
    CHECK(decode_content(ContentCoding::Gzip, bomb, {.ratio_max = 2000}).has_value());
    // Small ones may.
    const std::string few(std::size_t{1} << 20U, '\0');
    const std::string small = encode_content(ContentCoding::Gzip, few, 9).value();
    CHECK(decode_content(ContentCoding::Gzip, small, {}).has_value());
    CHECK_FALSE(decode_content(ContentCoding::Gzip, small, {.free_bytes = 1000}).has_value());
}

TEST_CASE("what Content-Encoding says") {
    CHECK(parse_content_coding("gzip") == ContentCoding::Gzip);
    CHECK(parse_content_coding(" X-GZip ") == ContentCoding::Gzip);
    CHECK(parse_content_coding("deflate") == ContentCoding::Deflate);
    CHECK(parse_content_coding("identity") == ContentCoding::Identity);
    CHECK(parse_content_coding("") == ContentCoding::Identity);
    CHECK(parse_content_coding("identity, gzip") == ContentCoding::Gzip);
    CHECK_FALSE(parse_content_coding("br").has_value());
    CHECK_FALSE(parse_content_coding("gzip, deflate").has_value());
    CHECK_FALSE(parse_content_coding("gzip, gzip").has_value());
    CHECK_FALSE(parse_content_coding("gzip;q=1").has_value());
}

TEST_CASE("what Accept-Encoding prefers") {
    CHECK(preferred_coding("gzip") == ContentCoding::Gzip);
    CHECK(preferred_coding("gzip, deflate, br") == ContentCoding::Gzip);
    CHECK(preferred_coding("deflate, gzip") == ContentCoding::Deflate);
    CHECK(preferred_coding("deflate;q=0.5, GZIP;Q=0.8") == ContentCoding::Gzip);
    CHECK(preferred_coding("gzip ; q=0.4 , identity ; q=0.5") == ContentCoding::Identity);
    CHECK(preferred_coding("br, gzip;q=0.9") == ContentCoding::Identity);
    CHECK(preferred_coding("*") == ContentCoding::Identity);
    CHECK(preferred_coding("*, gzip;q=0.5") == ContentCoding::Identity);
    CHECK(preferred_coding("gzip;q=0") == ContentCoding::Identity);
    CHECK(preferred_coding("gzip;q=x") == ContentCoding::Identity);
    CHECK(preferred_coding("gzip;q=1.5, deflate") == ContentCoding::Deflate);
    CHECK(preferred_coding("") == ContentCoding::Identity);
    CHECK(preferred_coding(" ,, gzip") == ContentCoding::Gzip);
    CHECK(to_text(ContentCoding::Deflate) == "deflate");
}

}  // namespace
}  // namespace turnpike::http
