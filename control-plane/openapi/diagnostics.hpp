#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/base/error.hpp"
#include "control-plane/openapi/document.hpp"
#include "control-plane/openapi/node.hpp"

namespace turnpike::openapi {

/// What there is to say about a document, at most kWarningsMax texts. Thread: one.
class Diagnostics {
public:
    /// In our words; the place is added: "... (12:5 /paths/~1pets/get)".
    void warn(const Node& where, std::string text);
    /// The same for whoever knows the place only.
    void warn_at(Steps place, std::string text);
    /// In the recorded words, which name the place themselves.
    void warn_as_recorded(std::string text);
    /// "Parse issue: attribute paths.'/pets'(get).responses.200.X is missing", where `what` is X.
    void missing(const Node& where, std::string_view what);

    /// All warnings in the order in which they came up.
    std::vector<std::string> take(const Source& source);

private:
    struct Warning {
        std::string text;
        std::optional<Steps> place;
    };
    void add(std::string text, std::optional<Steps> place);

    std::vector<Warning> warnings_;
    std::unordered_set<std::string> said_;  ///< Text and pointer: nothing is said twice.
    std::size_t left_out_ = 0;
};

/// The error of a document that breaks a rule of OpenAPI itself: "Failed to parse the uploaded
/// OpenAPI document due to: ...".
Error unusable(std::string_view reason);
/// The same in our words, with the place.
Error unusable(const Document& document, const Node& where, std::string_view reason);

}  // namespace turnpike::openapi
