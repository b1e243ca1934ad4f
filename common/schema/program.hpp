#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/dynamic/number.hpp"
#include "common/dynamic/value.hpp"
#include "common/schema/pattern.hpp"

namespace turnpike::schema {

/// One bit per primitive type, in the order in which phrases list them.
using Types = std::uint8_t;
namespace types {
inline constexpr Types kArray = 1;
inline constexpr Types kBoolean = 2;
inline constexpr Types kInteger = 4;
inline constexpr Types kNull = 8;
inline constexpr Types kNumber = 16;
inline constexpr Types kObject = 32;
inline constexpr Types kString = 64;
inline constexpr Types kNumeric = kInteger | kNumber;
inline constexpr Types kAny = 127;
}  // namespace types

/// An integer is a number without fraction and exponent: 1.0 is none. Source: draft-4, section 3.5.
Types type_of(const dynamic::Value& value);
/// "array", ... Returns: empty on anything but one bit.
std::string_view type_name(Types type);
/// Returns: 0 if there is no such type.
Types type_named(std::string_view name);

/// The keywords that are checked at the place of a value itself, in the order of their names.
enum class Keyword : std::uint8_t {
    AdditionalItems,
    AdditionalProperties,
    AllOf,
    AnyOf,
    Dependencies,
    Enum,
    MaxItems,
    MaxLength,
    MaxProperties,
    Maximum,
    MinItems,
    MinLength,
    MinProperties,
    Minimum,
    MultipleOf,
    Never,  ///< A reference that leads nowhere.
    Not,
    OneOf,
    Pattern,
    Required,
    Type,
    UniqueItems,
};

inline constexpr std::uint32_t kNoIndex = 0xffff'ffff;

struct Range {
    std::uint32_t first = 0;
    std::uint32_t size = 0;
};

struct Check {
    Keyword keyword;
    Types applies = types::kAny;  ///< To values of other types it says nothing.
    Types allowed = 0;            ///< Type.
    bool is_exclusive = false;    ///< Maximum, Minimum.
    std::uint32_t index = 0;      ///< Into the array of its keyword.
    Range range;                  ///< Of the array of its keyword.
    std::uint64_t count = 0;      ///< Sizes and lengths.
};

/// What further members or items are: free, forbidden, or under a schema.
struct Rest {
    bool is_allowed = true;
    std::uint32_t node = kNoIndex;
};

/// A slot of a table with open addressing.
struct Property {
    std::string_view name;
    std::uint32_t node = kNoIndex;  ///< kNoIndex: a free slot.
};

/// Where the search for a name begins in a table of so many slots; modulo their number.
std::size_t first_slot(std::string_view name, std::size_t slots);

struct PatternProperty {
    std::uint32_t pattern = 0;
    std::uint32_t node = 0;
};

struct ObjectRules {
    Range properties;  ///< A power of two of slots, or none.
    Range patterns;
    Rest rest;
};

struct ArrayRules {
    Range items;  ///< Nodes of the first items.
    Rest rest;
};

struct Node {
    Range checks;
    std::uint32_t object_rules = kNoIndex;
    std::uint32_t array_rules = kNoIndex;
};

struct EnumEntry {
    std::uint64_t hash = 0;
    dynamic::Value value;
};

struct EnumRule {
    Range entries;          ///< By hash.
    dynamic::Value values;  ///< All, as given.
};

struct Multiple {
    dynamic::Divisor divisor;
    dynamic::Value number;
};

struct Dependency {
    std::string_view name;
    Range names;                    ///< Into names; not used with a node.
    std::uint32_t node = kNoIndex;  ///< A schema that the whole object must match.
};

/// A schema as arrays that refer to each other by index. Immutable once compiled.
struct Program {
    Program();
    const Property* find_property(const ObjectRules& rules, std::string_view name) const;

    dynamic::Heap heap;  ///< The documents: every view and value below refers to it.
    std::uint32_t root = 0;
    std::vector<Node> nodes;
    std::vector<Check> checks;
    std::vector<std::uint32_t> node_lists;
    std::vector<std::string_view> names;
    std::vector<dynamic::Value> numbers;
    std::vector<Multiple> multiples;
    std::vector<Pattern> patterns;
    std::vector<EnumRule> enums;
    std::vector<EnumEntry> enum_entries;
    std::vector<Dependency> dependencies;
    std::vector<ObjectRules> objects;
    std::vector<Property> properties;
    std::vector<PatternProperty> pattern_properties;
    std::vector<ArrayRules> arrays;
};

/// The elements of `range`.
template <typename T>
std::span<const T> slice(const std::vector<T>& all, Range range) {
    return std::span<const T>(all).subspan(range.first, range.size);
}

/// Code points of UTF-8 text.
std::size_t code_points(std::string_view text);

}  // namespace turnpike::schema
