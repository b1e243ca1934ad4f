#include "common/http/content_coding.hpp"

#include <zlib.h>

#include <algorithm>

#include "common/base/text.hpp"

namespace turnpike::http {

namespace {

/// zlib counts in 32 bits.
constexpr std::size_t kPieceBytesMax = std::size_t{1} << 30U;
constexpr std::size_t kBufferBytes = std::size_t{16} << 10U;
constexpr int kWindowBits = 15;
constexpr int kGzip = 16;  ///< Added to the bits of the window; negative ones mean no wrapping.

uInt clamp(std::size_t bytes) { return static_cast<uInt>(std::min(bytes, kPieceBytesMax)); }

Bytef* bytes_of(const char* text) {
    return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text));
}

std::optional<ContentCoding> known_coding(std::string_view name) {
    if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) {
        return ContentCoding::Gzip;
    }
    if (equals_ignoring_case(name, "deflate")) return ContentCoding::Deflate;
    if (equals_ignoring_case(name, "identity")) return ContentCoding::Identity;
    return std::nullopt;
}

/// Thousandths; those of an element without a weight that can be read are 1000 and 0.
int quality_of(const std::vector<std::string_view>& parameters) {
    for (std::size_t n = 1; n < parameters.size(); ++n) {
        const std::string_view parameter = trim(parameters[n]);
        if (parameter.size() < 2 || to_lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
        const auto quality = parse_number(parameter.substr(2));
        return quality && *quality >= 0 && *quality <= 1 ? static_cast<int>(*quality * 1000) : 0;
    }
    return 1000;
}

/// Whether the two bytes begin zlib's wrapping. Source: RFC 1950 section 2.2.
bool is_zlib_header(std::array<char, 2> start) {
    const auto method = static_cast<unsigned char>(start[0]);
    const auto flags = static_cast<unsigned char>(start[1]);
    return (method & 0x0fU) == Z_DEFLATED && method >> 4U <= 7U &&
           (method * 256U + flags) % 31U == 0;
}

Error no_memory() { return unavailable("no memory for a content coding"); }

}  // namespace

std::string_view to_text(ContentCoding coding) {
    switch (coding) {
        case ContentCoding::Gzip:
            return "gzip";
        case ContentCoding::Deflate:
            return "deflate";
        default:
            return "identity";
    }
}

std::optional<ContentCoding> parse_content_coding(std::string_view field) {
    auto coding = ContentCoding::Identity;
    for (const std::string_view element : split(field, ',')) {
        const std::string_view name = trim(element);
        if (name.empty()) continue;
        const auto known = known_coding(name);
        if (!known) return std::nullopt;
        if (*known == ContentCoding::Identity) continue;
        if (coding != ContentCoding::Identity) return std::nullopt;
        coding = *known;
    }
    return coding;
}

ContentCoding preferred_coding(std::string_view field) {
    auto preferred = ContentCoding::Identity;
    int highest = 0;
    for (const std::string_view element : split(field, ',')) {
        const auto parameters = split(element, ';');
        const std::string_view name = trim(parameters.front());
        const int quality = quality_of(parameters);
        if (name.empty() || quality <= highest) continue;
        highest = quality;
        preferred = known_coding(name).value_or(ContentCoding::Identity);
    }
    return preferred;
}

void InflateDeleter::operator()(z_stream_s* stream) const {
    inflateEnd(stream);
    std::default_delete<z_stream_s>()(stream);
}

void DeflateDeleter::operator()(z_stream_s* stream) const {
    deflateEnd(stream);
    std::default_delete<z_stream_s>()(stream);
}

Result<ContentDecoder> ContentDecoder::make(ContentCoding coding, const DecodingLimits& limits) {
    TURNPIKE_ASSERT(coding != ContentCoding::Identity);
    ContentDecoder decoder(coding, limits);
    decoder.stream_.reset(std::make_unique<z_stream_s>().release());
    const int bits = kWindowBits + (decoder.is_gzip_ ? kGzip : 0);
    if (inflateInit2(decoder.stream_.get(), bits) != Z_OK) return no_memory();
    return decoder;
}

ContentDecoder::Step ContentDecoder::next(std::string_view input, std::span<char> output) {
    TURNPIKE_ASSERT(!output.empty());
    const std::size_t given = input.size();
    if (!is_gzip_ && start_bytes_ < start_.size()) {
        if (!sniff(input)) return {Status::NeedMore, given, 0, ""};
        // Two bytes are consumed whatever room there is: they hold one byte of output at most.
        Step first = inflate_all({start_.data(), start_.size()}, output);
        first.consumed = given - input.size();
        if (first.status != Status::NeedMore || first.produced == output.size()) return first;
        Step rest = inflate_all(input, output.subspan(first.produced));
        rest.consumed += first.consumed;
        rest.produced += first.produced;
        return rest;
    }
    return inflate_all(input, output);
}

bool ContentDecoder::sniff(std::string_view& input) {
    while (start_bytes_ < start_.size()) {
        if (input.empty()) return false;
        start_[start_bytes_++] = input.front();
        input.remove_prefix(1);
    }
    if (!is_zlib_header(start_)) inflateReset2(stream_.get(), -kWindowBits);
    return true;
}

ContentDecoder::Step ContentDecoder::inflate_all(std::string_view input, std::span<char> output) {
    Step step;
    while (true) {
        const std::string_view left = input.substr(step.consumed);
        if (is_at_end_) {
            if (left.empty()) return step;
            if (!is_gzip_) {
                return {Status::Malformed, step.consumed, 0, "data after the end"};
            }
            inflateReset(stream_.get());
            is_at_end_ = false;
        }
        // One byte beyond the limit shows that it does not suffice.
        const std::size_t allowed = limits_.output_bytes_max - output_bytes_;
        const std::size_t space = output.size() - step.produced;
        const uInt room = clamp(space <= allowed ? space : allowed + 1);
        stream_->next_in = bytes_of(left.data());
        stream_->avail_in = clamp(left.size());
        stream_->next_out = bytes_of(output.data() + step.produced);
        stream_->avail_out = room;
        const uInt offered = stream_->avail_in;
        const int outcome = inflate(stream_.get(), Z_NO_FLUSH);
        const std::size_t consumed = offered - stream_->avail_in;
        const std::size_t produced = room - stream_->avail_out;
        step.consumed += consumed;
        step.produced += produced;
        input_bytes_ += consumed;
        output_bytes_ += produced;
        if (outcome == Z_STREAM_END) {
            is_at_end_ = true;
        } else if (outcome == Z_MEM_ERROR) {
            return {Status::TooLarge, step.consumed, 0, "no memory"};
        } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
            const char* reason = stream_->msg != nullptr ? stream_->msg : "not a known format";
            return {Status::Malformed, step.consumed, 0, reason};
        }
        if (const char* reason = broken_limit()) {
            return {Status::TooLarge, step.consumed, 0, reason};
        }
        if (step.produced == output.size() && !is_at_end_) {
            step.status = Status::OutputFull;
            return step;
        }
        if (!is_at_end_ && step.consumed == input.size() && stream_->avail_out != 0) return step;
    }
}

const char* ContentDecoder::broken_limit() const {
    if (output_bytes_ > limits_.output_bytes_max) return "the decoded body is too large";
    if (output_bytes_ > limits_.free_bytes && output_bytes_ / limits_.ratio_max > input_bytes_) {
        return "the body grows too much when it is decoded";
    }
    return nullptr;
}

Result<ContentEncoder> ContentEncoder::make(ContentCoding coding, int level) {
    TURNPIKE_ASSERT(coding != ContentCoding::Identity);
    ContentEncoder encoder;
    encoder.stream_.reset(std::make_unique<z_stream_s>().release());
    const int bits = kWindowBits + (coding == ContentCoding::Gzip ? kGzip : 0);
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(encoder.stream_.get(), level, Z_DEFLATED, bits, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return no_memory();
    }
    return encoder;
}

ContentEncoder::Step ContentEncoder::next(std::string_view input, std::span<char> output,
                                          bool is_last) {
    TURNPIKE_ASSERT(!output.empty());
    const uInt offered = clamp(input.size());
    const uInt room = clamp(output.size());
    stream_->next_in = bytes_of(input.data());
    stream_->avail_in = offered;
    stream_->next_out = bytes_of(output.data());
    stream_->avail_out = room;
    const bool is_end = is_last && offered == input.size();
    const int outcome = deflate(stream_.get(), is_end ? Z_FINISH : Z_NO_FLUSH);
    TURNPIKE_ASSERT(outcome == Z_OK || outcome == Z_STREAM_END || outcome == Z_BUF_ERROR);
    Step step;
    step.consumed = offered - stream_->avail_in;
    step.produced = room - stream_->avail_out;
    step.is_output_full = stream_->avail_out == 0;
    step.is_done = outcome == Z_STREAM_END;
    return step;
}

Result<std::string> decode_content(ContentCoding coding, std::string_view body,
                                   const DecodingLimits& limits) {
    if (coding == ContentCoding::Identity) return std::string(body);
    auto decoder = ContentDecoder::make(coding, limits);
    if (!decoder) return decoder.error();
    std::string decoded;
    std::array<char, kBufferBytes> buffer;
    while (true) {
        const ContentDecoder::Step step = decoder->next(body, buffer);
        if (step.status == ContentDecoder::Status::Malformed) return invalid(step.reason);
        if (step.status == ContentDecoder::Status::TooLarge) return limit_exceeded(step.reason);
        decoded.append(buffer.data(), step.produced);
        body.remove_prefix(step.consumed);
        if (step.status == ContentDecoder::Status::NeedMore) break;
    }
    if (!decoder->is_complete()) return invalid("the body ends too early");
    return decoded;
}

Result<std::string> encode_content(ContentCoding coding, std::string_view body, int level) {
    if (coding == ContentCoding::Identity) return std::string(body);
    auto encoder = ContentEncoder::make(coding, level);
    if (!encoder) return encoder.error();
    std::string encoded;
    std::array<char, kBufferBytes> buffer;
    while (true) {
        const ContentEncoder::Step step = encoder->next(body, buffer, true);
        encoded.append(buffer.data(), step.produced);
        body.remove_prefix(step.consumed);
        if (step.is_done) return encoded;
    }
}

}  // namespace turnpike::http
