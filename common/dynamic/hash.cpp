#include <array>

#include "common/base/seeded_hash.hpp"
#include "common/dynamic/number.hpp"
#include "common/dynamic/text.hpp"
#include "common/dynamic/value.hpp"

namespace turnpike::dynamic {
namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    const std::array<std::uint64_t, 2> words{a, b};
    return seeded_hash({reinterpret_cast<const char*>(words.data()), sizeof words}, process_seed());
}

std::uint64_t hash_at(const Value& value, std::size_t depth) {
    const auto kind = static_cast<std::uint64_t>(value.kind());
    if (depth > kDepthMax) return 0;
    switch (value.kind()) {
        case Kind::Boolean:
            return mix(kind, value.as_boolean() ? 1 : 0);
        case Kind::Integer:
        case Kind::Decimal:
            return hash_number(value);
        case Kind::String:
            return seeded_hash(value.as_string(), process_seed());
        case Kind::List: {
            std::uint64_t hash = kind;
            for (const Value& item : value.as_list().items) {
                hash = mix(hash, hash_at(item, depth + 1));
            }
            return hash;
        }
        case Kind::Map: {
            std::uint64_t sum = 0;  // the order does not count
            for (const Map::Member& member : value.as_map().members()) {
                sum +=
                    mix(seeded_hash(member.name, process_seed()), hash_at(member.value, depth + 1));
            }
            return mix(kind, sum);
        }
        case Kind::Object:
            return mix(kind, reinterpret_cast<std::uintptr_t>(&value.as_object()));
        default:
            return kind;
    }
}

}  // namespace

std::uint64_t hash(const Value& value) { return hash_at(value, 0); }

}  // namespace turnpike::dynamic
