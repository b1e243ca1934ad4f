#include "data-plane/pipeline/limit_fields.hpp"

#include <array>
#include <charconv>
#include <new>

namespace turnpike::pipeline {
namespace {

constexpr std::array<std::string_view, 4> kNames{"RateLimit-Limit", "RateLimit-Remaining",
                                                 "RateLimit-Reset", "RateLimit-Policy"};

void append(ArenaText& text, std::int64_t number) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text += std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

std::string_view text_of(std::int64_t number, Arena& arena) {
    ArenaText text(arena);
    append(text, number);
    return text.view();
}

/// "1000;w=86400, 20;w=2"
std::string_view policy_text(const limits::Notice& notice, Arena& arena) {
    ArenaText text(arena);
    for (std::size_t i = 0; i < notice.policy_count; ++i) {
        if (i > 0) text += ", ";
        append(text, notice.policies[i].limit);
        text += ";w=";
        append(text, notice.policies[i].window_s);
    }
    return text.view();
}

}  // namespace

const ResponseFields* limit_fields(const limits::Notice& notice, Arena& arena) {
    void* place = arena.resource()->allocate(sizeof(ResponseFields), alignof(ResponseFields));
    auto* fields = new (place) ResponseFields(arena);
    if (notice.policy_count > 0) {
        fields->add("RateLimit-Limit", text_of(notice.limit, arena));
        fields->add("RateLimit-Remaining", text_of(notice.remaining, arena));
        if (notice.reset_s) fields->add("RateLimit-Reset", text_of(*notice.reset_s, arena));
        fields->add("RateLimit-Policy", policy_text(notice, arena));
    }
    if (notice.retry_s) fields->add("Retry-After", text_of(*notice.retry_s, arena));
    return fields;
}

void add_limit_fields(const ResponseFields& own, ResponseFields& fields) {
    if (own.contains("Retry-After")) fields.remove("Retry-After");
    for (const std::string_view name : kNames) fields.remove(name);
    for (const net::ResponseField& field : own.span()) fields.add(field.name, field.value);
}

}  // namespace turnpike::pipeline
