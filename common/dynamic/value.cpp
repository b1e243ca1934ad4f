#include "common/dynamic/value.hpp"

#include <algorithm>
#include <bit>

#include "common/base/seeded_hash.hpp"
#include "common/base/text.hpp"
#include "common/dynamic/number.hpp"
#include "common/dynamic/text.hpp"

namespace turnpike::dynamic {

Value Value::decimal(double value, Heap& heap) {
    return decimal(*heap.make<Decimal>(value, std::string_view{}));
}

Result<Value> Object::call(std::string_view, std::span<const Value>, Heap&) { return Value(); }

const Value* Map::find(std::string_view name) const {
    const std::size_t place = place_of(name);
    return place == kNone ? nullptr : &members_[place].value;
}

void Map::put(std::string_view name, Value value) {
    const std::size_t place = place_of(name);
    if (place != kNone) {
        members_[place].value = value;
    } else {
        append(name, value);
    }
}

void Map::append(std::string_view name, Value value) {
    // Assigned half by half: a value that is put together in memory is read back slowly.
    Member& member = members_.emplace_back();
    member.name = name;
    member.value = value;
    if (members_.size() <= kLinearMax) return;
    if (members_.size() * 2 > index_.size()) {
        rebuild_index();
    } else {
        add_to_index(members_.size() - 1);
    }
}

bool Map::erase(std::string_view name) {
    const std::size_t place = place_of(name);
    if (place == kNone) return false;
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(place));
    if (members_.size() > kLinearMax) {
        rebuild_index();
    } else {
        index_.clear();
    }
    return true;
}

void Map::clear() {
    members_.clear();
    index_.clear();
}

std::size_t Map::place_of(std::string_view name) const {
    if (members_.size() <= kLinearMax) {
        for (std::size_t place = 0; place < members_.size(); ++place) {
            if (is_same_name(members_[place].name, name)) return place;
        }
        return kNone;
    }
    const std::size_t mask = index_.size() - 1;
    for (std::size_t slot = seeded_hash(name, process_seed()) & mask;; slot = (slot + 1) & mask) {
        const std::uint32_t place = index_[slot];
        if (place == kFree) return kNone;
        if (members_[place].name == name) return place;
    }
}

void Map::add_to_index(std::size_t place) {
    const std::size_t mask = index_.size() - 1;
    std::size_t slot = seeded_hash(members_[place].name, process_seed()) & mask;
    while (index_[slot] != kFree) slot = (slot + 1) & mask;
    index_[slot] = static_cast<std::uint32_t>(place);
}

void Map::rebuild_index() {
    index_.assign(std::max(std::bit_ceil(members_.size() * 4), index_.size()), kFree);
    for (std::size_t place = 0; place < members_.size(); ++place) add_to_index(place);
}

namespace {

bool equal_at(const Value& a, const Value& b, std::size_t depth);

bool equal_lists(const List& a, const List& b, std::size_t depth) {
    return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                      [depth](const Value& x, const Value& y) { return equal_at(x, y, depth); });
}

bool equal_maps(const Map& a, const Map& b, std::size_t depth) {
    if (a.size() != b.size()) return false;
    return std::all_of(a.members().begin(), a.members().end(), [&](const Map::Member& member) {
        const Value* other = b.find(member.name);
        return other != nullptr && equal_at(member.value, *other, depth);
    });
}

bool equal_at(const Value& a, const Value& b, std::size_t depth) {
    if (depth > kDepthMax) return false;
    if (a.is_number() && b.is_number()) return std::is_eq(compare_numbers(a, b));
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case Kind::Null:
            return true;
        case Kind::Boolean:
            return a.as_boolean() == b.as_boolean();
        case Kind::String:
            return a.as_string() == b.as_string();
        case Kind::List:
            return equal_lists(a.as_list(), b.as_list(), depth + 1);
        case Kind::Map:
            return equal_maps(a.as_map(), b.as_map(), depth + 1);
        case Kind::Object:
            return &a.as_object() == &b.as_object();
        default:
            return false;
    }
}

}  // namespace

bool equal(const Value& a, const Value& b) { return equal_at(a, b, 0); }

}  // namespace turnpike::dynamic
