#include "common/schema/program.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "common/base/seeded_hash.hpp"
#include "common/base/text.hpp"
#include "common/schema/limits.hpp"

namespace turnpike::schema {
namespace {

constexpr std::array<std::string_view, 7> kNames{"array",  "boolean", "integer", "null",
                                                 "number", "object",  "string"};

/// Up to here, no search is long even if all names begin at one slot.
constexpr std::size_t kFewSlots = 32;

}  // namespace

Types type_of(const dynamic::Value& value) {
    switch (value.kind()) {
        case dynamic::Kind::Null:
            return types::kNull;
        case dynamic::Kind::Boolean:
            return types::kBoolean;
        case dynamic::Kind::Integer:
            return types::kInteger;
        case dynamic::Kind::Decimal:
            return dynamic::is_spelled_whole(value) ? types::kInteger : types::kNumber;
        case dynamic::Kind::List:
            return types::kArray;
        case dynamic::Kind::Map:
            return types::kObject;
        default:
            return types::kString;
    }
}

std::string_view type_name(Types type) {
    if (!std::has_single_bit(type)) return {};
    return kNames[static_cast<std::size_t>(std::countr_zero(type))];
}

Types type_named(std::string_view name) {
    const auto* const found = std::find(kNames.begin(), kNames.end(), name);
    return found == kNames.end() ? Types{0} : static_cast<Types>(1U << (found - kNames.begin()));
}

Program::Program() : heap(limits::kCompileBytesMax) {}

std::size_t first_slot(std::string_view name, std::size_t slots) {
    return slots <= kFewSlots ? name_mark(name) : seeded_hash(name, process_seed());
}

const Property* Program::find_property(const ObjectRules& rules, std::string_view name) const {
    const std::size_t size = rules.properties.size;
    if (size == 0) return nullptr;
    const Property* const slots = properties.data() + rules.properties.first;
    for (std::size_t slot = first_slot(name, size);; ++slot) {
        const Property& property = slots[slot & (size - 1)];
        if (property.node == kNoIndex) return nullptr;
        if (is_same_name(property.name, name)) return &property;
    }
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80;
    }));
}

}  // namespace turnpike::schema
