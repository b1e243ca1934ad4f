#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/http/method.hpp"

namespace turnpike::snapshot {

/// Verbs that a method can be set up for. Any is the method "ANY", which covers the seven others;
/// Other is every verb that no method serves (TRACE, PROPFIND, ...).
enum class Verb : std::uint8_t { Delete, Get, Head, Options, Patch, Post, Put, Any, Other };

inline constexpr std::size_t kVerbCount = 8;  ///< Those that a method can have.
inline constexpr std::array<std::string_view, kVerbCount> kVerbNames{
    "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "ANY"};

/// Of a request's method token; case-sensitive. "ANY" is not a verb that a request can have.
constexpr Verb request_verb(std::string_view token) {
    for (std::size_t i = 0; i + 1 < kVerbCount; ++i) {
        if (kVerbNames[i] == token) return static_cast<Verb>(i);
    }
    return Verb::Other;
}

constexpr Verb request_verb(http::Method method) {
    switch (method) {
        case http::Method::Get:
            return Verb::Get;
        case http::Method::Head:
            return Verb::Head;
        case http::Method::Post:
            return Verb::Post;
        case http::Method::Put:
            return Verb::Put;
        case http::Method::Delete:
            return Verb::Delete;
        case http::Method::Options:
            return Verb::Options;
        case http::Method::Patch:
            return Verb::Patch;
        default:
            return Verb::Other;
    }
}

/// Of a configured method; "ANY" included.
constexpr Verb method_verb(std::string_view token) {
    return token == "ANY" ? Verb::Any : request_verb(token);
}

}  // namespace turnpike::snapshot
