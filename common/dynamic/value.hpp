#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "common/base/assert.hpp"
#include "common/base/result.hpp"
#include "common/dynamic/heap.hpp"

/// Values that mapping templates, JSONPath and model schemas work on: what JSON can say, with the
/// reference semantics of Java's lists and maps, and objects that the gateway lends to a template.
namespace turnpike::dynamic {

class List;
class Map;
class Object;

enum class Kind : std::uint8_t { Null, Boolean, Integer, Decimal, String, List, Map, Object };

/// A number that is no 64-bit integer. `text` is its spelling in the document that it came from
/// (also of whole numbers that are too large); empty if it was computed.
struct Decimal {
    double value = 0;
    std::string_view text;
};

/// 16 bytes, copied freely. Lists, maps and objects are references: two copies share them. What it
/// refers to lives in a Heap (or, for texts, wherever the maker says) and outlives the value.
class Value {
public:
    Value() = default;
    static Value boolean(bool value);
    static Value integer(std::int64_t value);
    /// `decimal` lives as long as the value.
    static Value decimal(const Decimal& decimal);
    static Value decimal(double value, Heap& heap);
    /// `text` is not copied. Up to 4 GiB.
    static Value string(std::string_view text);
    static Value list(List& list);
    static Value map(Map& map);
    static Value object(Object& object);

    Kind kind() const { return kind_; }
    bool is_null() const { return kind_ == Kind::Null; }
    bool is_string() const { return kind_ == Kind::String; }
    bool is_number() const { return kind_ == Kind::Integer || kind_ == Kind::Decimal; }
    bool is_list() const { return kind_ == Kind::List; }
    bool is_map() const { return kind_ == Kind::Map; }

    /// Each requires its kind; as_number() both kinds of number.
    bool as_boolean() const;
    std::int64_t as_integer() const;
    const Decimal& as_decimal() const;
    double as_number() const;
    std::string_view as_string() const;
    List& as_list() const;
    Map& as_map() const;
    Object& as_object() const;

private:
    Kind kind_ = Kind::Null;
    std::uint32_t size_ = 0;
    union {
        bool boolean_;
        std::int64_t integer_ = 0;
        const Decimal* decimal_;
        const char* text_;
        List* list_;
        Map* map_;
        Object* object_;
    };
};

class List {
public:
    explicit List(Heap& heap) : items(heap.resource()) {}
    std::pmr::vector<Value> items;
};

/// Members in the order in which they were added, found in constant time however many and whoever
/// chose the names.
class Map {
public:
    struct Member {
        std::string_view name;  ///< Not owned: in the heap, or wherever the maker says.
        Value value;
    };

    explicit Map(Heap& heap) : members_(heap.resource()), index_(heap.resource()) {}

    /// Returns: null if there is none. Lifetime: until the map changes.
    const Value* find(std::string_view name) const;
    /// The last one put under a name counts; it keeps the place of the first.
    void put(std::string_view name, Value value);
    /// The same for a name that no member has yet.
    void append(std::string_view name, Value value);
    /// Linear in the number of members. Returns: whether there was one.
    bool erase(std::string_view name);
    void clear();
    void reserve(std::size_t members) { members_.reserve(members); }

    std::size_t size() const { return members_.size(); }
    bool empty() const { return members_.empty(); }
    std::span<const Member> members() const { return members_; }

private:
    static constexpr std::size_t kLinearMax = 12;
    static constexpr std::uint32_t kFree = 0xffff'ffff;
    static constexpr std::size_t kNone = ~std::size_t{0};

    std::size_t place_of(std::string_view name) const;
    void add_to_index(std::size_t place);
    void rebuild_index();

    std::pmr::vector<Member> members_;
    std::pmr::vector<std::uint32_t> index_;  ///< Open addressing, a power of two; empty while few.
};

/// Something of the gateway's that a template can ask: `$input`, `$util`, `$context`.
class Object {
public:
    Object() = default;
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    virtual ~Object() = default;

    /// `$object.name`. Returns: null if there is no such member.
    virtual Value member(std::string_view name) = 0;
    /// `#set($object.name = value)`. Returns: whether that may be set.
    virtual bool set_member(std::string_view name, Value value) = 0;
    /// `$object.name(arguments)`. Returns: null if there is no such method. What is made for the
    /// answer lives in `heap`, which may throw std::bad_alloc. Errors: as the method's own.
    virtual Result<Value> call(std::string_view name, std::span<const Value> arguments, Heap& heap);
    /// What it prints as.
    virtual std::string_view text() = 0;
};

/// Equal as JSON Schema and JSONPath understand it: numbers by exact value (1 and 1.0 are equal),
/// lists in order, maps regardless of order, objects by identity. Depth: that of the values, which
/// readers bound; values that contain themselves are not equal to anything.
bool equal(const Value& a, const Value& b);
/// The same for values that are equal; nobody outside can make others collide.
std::uint64_t hash(const Value& value);

inline Value Value::boolean(bool value) {
    Value made;
    made.kind_ = Kind::Boolean;
    made.boolean_ = value;
    return made;
}

inline Value Value::integer(std::int64_t value) {
    Value made;
    made.kind_ = Kind::Integer;
    made.integer_ = value;
    return made;
}

inline Value Value::decimal(const Decimal& decimal) {
    Value made;
    made.kind_ = Kind::Decimal;
    made.decimal_ = &decimal;
    return made;
}

inline Value Value::string(std::string_view text) {
    Value made;
    made.kind_ = Kind::String;
    made.size_ = static_cast<std::uint32_t>(text.size());
    made.text_ = text.data();
    return made;
}

inline Value Value::list(List& list) {
    Value made;
    made.kind_ = Kind::List;
    made.list_ = &list;
    return made;
}

inline Value Value::map(Map& map) {
    Value made;
    made.kind_ = Kind::Map;
    made.map_ = &map;
    return made;
}

inline Value Value::object(Object& object) {
    Value made;
    made.kind_ = Kind::Object;
    made.object_ = &object;
    return made;
}

inline bool Value::as_boolean() const {
    TURNPIKE_ASSERT(kind_ == Kind::Boolean);
    return boolean_;
}

inline std::int64_t Value::as_integer() const {
    TURNPIKE_ASSERT(kind_ == Kind::Integer);
    return integer_;
}

inline const Decimal& Value::as_decimal() const {
    TURNPIKE_ASSERT(kind_ == Kind::Decimal);
    return *decimal_;
}

inline double Value::as_number() const {
    return kind_ == Kind::Integer ? static_cast<double>(integer_) : as_decimal().value;
}

inline std::string_view Value::as_string() const {
    TURNPIKE_ASSERT(kind_ == Kind::String);
    return {text_, size_};
}

inline List& Value::as_list() const {
    TURNPIKE_ASSERT(kind_ == Kind::List);
    return *list_;
}

inline Map& Value::as_map() const {
    TURNPIKE_ASSERT(kind_ == Kind::Map);
    return *map_;
}

inline Object& Value::as_object() const {
    TURNPIKE_ASSERT(kind_ == Kind::Object);
    return *object_;
}

}  // namespace turnpike::dynamic
