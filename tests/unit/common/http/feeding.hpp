#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/http/request_head.hpp"
#include "common/http/response_head.hpp"

/// Feeds heads to the parsers in every way that a network may: at once, byte by byte, in two parts.
/// Each call gets an exact copy at a new address, so that reading beyond it or into the old one is
/// noticed by the sanitizers.
namespace turnpike::http::testing {

/// A copy of received bytes without spare room.
class Received {
public:
    explicit Received(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    std::string_view view() const { return {bytes_.get(), size_}; }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
};

struct ParsedRequest {
    RequestHead head;
    ParseOutcome outcome;
    std::unique_ptr<Received> bytes;
};
struct ParsedResponse {
    ResponseHead head;
    ParseOutcome outcome;
    std::unique_ptr<Received> bytes;
};

inline ParsedRequest parse_request(std::string_view text, const HeadLimits& limits = {}) {
    ParsedRequest parsed;
    parsed.bytes = std::make_unique<Received>(text);
    parsed.outcome = parsed.head.parse(parsed.bytes->view(), limits);
    return parsed;
}

inline ParsedResponse parse_response(std::string_view text, bool answers_head = false) {
    ParsedResponse parsed;
    parsed.bytes = std::make_unique<Received>(text);
    parsed.outcome = parsed.head.parse(parsed.bytes->view(), {}, answers_head);
    return parsed;
}

/// Everything that a head says, as text, to compare two parses.
inline std::string describe(const HeadParser& head) {
    std::string text;
    for (const Field field : head.fields()) {
        text += std::string(field.name) + "=" + std::string(field.value) + "#" +
                std::to_string(static_cast<int>(field.known)) + "\n";
    }
    text += std::to_string(static_cast<int>(head.framing())) + " " +
            std::to_string(head.content_length()) + " " + std::to_string(head.keeps_alive());
    return text;
}
inline std::string describe(const RequestHead& head) {
    return std::string(head.method_text()) + " " + std::string(head.path()) + " ? " +
           std::string(head.query()) + " @ " + std::string(head.authority()) + "\n" +
           describe(static_cast<const HeadParser&>(head));
}
inline std::string describe(const ResponseHead& head) {
    return std::to_string(head.status()) + " " + std::string(head.reason()) + "\n" +
           describe(static_cast<const HeadParser&>(head));
}

/// Parses `text` as it arrives in steps, stopping at the first outcome that is final.
template <typename Head, typename Parse>
ParseOutcome feed(Head& head, std::string_view text, std::size_t first, std::size_t step,
                  std::unique_ptr<Received>& kept, Parse parse) {
    for (std::size_t size = first; size <= text.size(); size += step) {
        kept = std::make_unique<Received>(text.substr(0, size));
        const ParseOutcome outcome = parse(head, kept->view());
        if (!outcome.needs_more()) return outcome;
        if (size == text.size()) return outcome;
        if (size + step > text.size()) size = text.size() - step;
    }
    return {};
}

template <typename Head, typename Parse>
void check_all_feedings(std::string_view text, Parse parse) {
    const Received whole(text);
    Head expected;
    const ParseOutcome outcome = parse(expected, whole.view());
    CAPTURE(text);
    const auto check = [&](std::size_t first, std::size_t step) {
        Head head;
        std::unique_ptr<Received> kept;
        const ParseOutcome fed = feed(head, text, first, step, kept, parse);
        CHECK(fed.status == outcome.status);
        CHECK(fed.problem == outcome.problem);
        CHECK(fed.consumed == outcome.consumed);
        if (outcome.done() && fed.done()) CHECK(describe(head) == describe(expected));
    };
    check(0, 1);
    for (std::size_t first = 1; first < text.size(); ++first) check(first, text.size() - first);
}

inline void check_request_feedings(std::string_view text) {
    check_all_feedings<RequestHead>(
        text, [](RequestHead& head, std::string_view bytes) { return head.parse(bytes, {}); });
}
inline void check_response_feedings(std::string_view text) {
    check_all_feedings<ResponseHead>(text, [](ResponseHead& head, std::string_view bytes) {
        return head.parse(bytes, {}, false);
    });
}

}  // namespace turnpike::http::testing
