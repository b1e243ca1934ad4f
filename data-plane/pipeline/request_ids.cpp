#include "data-plane/pipeline/request_ids.hpp"

#include <algorithm>
#include <cstring>

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"

namespace turnpike::pipeline {
namespace {

constexpr std::size_t kRootBytesMax = 64;
constexpr std::size_t kParentBytesMax = 32;

bool is_hex(char c) {
    const char lower = to_lower(c);
    return (lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'f');
}

/// What a caller may put into a trace: nothing that could be a separator or a control.
bool is_trace_value(std::string_view text, std::size_t bytes_max) {
    return !text.empty() && text.size() <= bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_hex(c) || c == '-'; });
}

struct Trace {
    std::string_view root;
    std::string_view parent;
    std::string_view sampled;
};

/// Names are compared without case; the first usable value counts.
Trace parse_trace(std::string_view text) {
    Trace trace;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const std::string_view piece = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t equals = piece.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = piece.substr(0, equals);
        const std::string_view value = piece.substr(equals + 1);
        if (equals_ignoring_case(name, "root") && is_trace_value(value, kRootBytesMax)) {
            trace.root = value;
        } else if (equals_ignoring_case(name, "parent") && is_trace_value(value, kParentBytesMax)) {
            trace.parent = value;
        } else if (equals_ignoring_case(name, "sampled") && (value == "0" || value == "1")) {
            trace.sampled = value;
        }
    }
    return trace;
}

}  // namespace

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !is_hex(text[i])) return false;
    }
    return true;
}

void RequestIds::assign(FastRandom& random, WallTime now, std::optional<std::string_view> supplied,
                        std::optional<std::string_view> trace) {
    if (supplied && is_uuid(*supplied)) {
        std::memcpy(request_id_.data(), supplied->data(), request_id_.size());
    } else {
        write_uuid(random, request_id_.data());
        replaced_supplied_id_ = supplied.has_value();
    }
    assign_extended_id(random);
    assign_trace(random, now, trace);
}

void RequestIds::assign_extended_id(FastRandom& random) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::uint64_t bits = random.next();
    for (std::size_t i = 0; i + 1 < extended_id_.size(); ++i) {
        if (i == 10) bits = random.next();
        extended_id_[i] = kAlphabet[bits & 63U];
        bits >>= 6U;
    }
    extended_id_.back() = '=';
}

void RequestIds::assign_trace(FastRandom& random, WallTime now,
                              std::optional<std::string_view> given) {
    const Trace trace = given ? parse_trace(*given) : Trace{};
    trace_size_ = 0;
    append("Root=");
    if (!trace.root.empty()) {
        append(trace.root);
    } else {
        append("1-");
        append_hex(static_cast<std::uint32_t>(epoch_seconds(now)));
        append("-");
        append_hex(static_cast<std::uint32_t>(random.next()));
        append_hex(random);
    }
    root_size_ = trace_size_ - 5;
    append(";Parent=");
    if (!trace.parent.empty()) {
        append(trace.parent);
    } else {
        append_hex(random);
    }
    append(";Sampled=");
    append(!trace.sampled.empty() ? trace.sampled : trace.parent.empty() ? "0" : "1");
}

void RequestIds::append(std::string_view text) {
    std::memcpy(trace_.data() + trace_size_, text.data(), text.size());
    trace_size_ += text.size();
}

void RequestIds::append_hex(std::uint32_t number) {
    write_hex(number, trace_.data() + trace_size_);
    trace_size_ += 8;
}

void RequestIds::append_hex(FastRandom& random) {
    const std::uint64_t number = random.next();
    append_hex(static_cast<std::uint32_t>(number >> 32U));
    append_hex(static_cast<std::uint32_t>(number));
}

}  // namespace turnpike::pipeline
