#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/result.hpp"
#include "common/base/text.hpp"
#include "common/dynamic/value.hpp"
#include "common/schema/schema.hpp"

namespace turnpike::schema {

/// A part of a document.
struct Place {
    dynamic::Value value;
    std::string base;     ///< From which its references start, before its own "id".
    std::string pointer;  ///< For messages: document and JSON pointer.
};

/// The place of the member `name`, or of what a number says; cut where it would get long.
std::string pointer_below(std::string_view pointer, std::string_view name);
/// The base below `place`: its "id", unless a "$ref" stands beside it, changes it.
std::string base_within(const Place& place);
/// The text of a member; empty if it is none.
std::string_view text_member(const dynamic::Value& value, std::string_view name);

/// The documents of one compilation: the schema itself and what it refers to, each read once.
/// Thread: one.
class Documents {
public:
    /// Values live in `heap`; both outlive the object.
    Documents(dynamic::Heap& heap, const Resolver& resolver) : heap_(heap), resolver_(resolver) {}

    /// Errors: as parse_json().
    Result<Place> read(std::string_view text, std::string_view uri);
    /// What an absolute reference names: a document, a place in it by JSON pointer (RFC 6901) or an
    /// "id". Returns: nothing if there is no such place.
    std::optional<Place> find(std::string_view uri);

private:
    using Places = std::unordered_map<std::string, Place, StringHash, std::equal_to<>>;

    const Place* document(const std::string& uri);
    void register_ids(const Place& root);

    dynamic::Heap& heap_;
    const Resolver& resolver_;
    Places by_uri_;  ///< By document, or by document and name of an "id".
    std::size_t asked_ = 0;
};

}  // namespace turnpike::schema
