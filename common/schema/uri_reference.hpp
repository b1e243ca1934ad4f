#pragma once

#include <string>
#include <string_view>

namespace turnpike::schema {

/// What `reference` names seen from `base`, fragment included. Either may be empty. Source: RFC
/// 3986 section 5.2.
std::string resolve_reference(std::string_view base, std::string_view reference);

/// A URI and what follows its "#".
struct SplitUri {
    std::string_view document;
    std::string_view fragment;
};
SplitUri split_fragment(std::string_view uri);

}  // namespace turnpike::schema
