#include "common/dynamic/value.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "common/dynamic/text.hpp"

namespace turnpike::dynamic {
namespace {

Value parsed(std::string_view text, Heap& heap) {
    const auto value = parse_json(text, heap);
    REQUIRE(value.has_value());
    return *value;
}

TEST_CASE("a map finds what was put, in the order of the first puts, few or many") {
    for (const int count : {3, 13, 5000}) {
        CAPTURE(count);
        Heap heap;
        Map map(heap);
        for (int n = 0; n < count; ++n) {
            map.put(heap.copy("name" + std::to_string(n)), Value::integer(n));
        }
        map.put("name1", Value::boolean(true));
        REQUIRE(map.size() == static_cast<std::size_t>(count));
        CHECK(map.members()[1].name == "name1");
        CHECK(map.find("name1")->as_boolean());
        CHECK(map.find("name" + std::to_string(count - 1))->as_integer() == count - 1);
        CHECK(map.find("other") == nullptr);
    }
}

TEST_CASE("a map forgets what is erased and keeps finding the rest") {
    Heap heap;
    Map map(heap);
    for (int n = 0; n < 40; ++n) map.put(heap.copy(std::to_string(n)), Value::integer(n));
    for (int n = 0; n < 40; n += 2) CHECK(map.erase(std::to_string(n)));
    CHECK_FALSE(map.erase("0"));
    REQUIRE(map.size() == 20);
    for (int n = 0; n < 40; ++n) {
        const Value* found = map.find(std::to_string(n));
        CHECK((found != nullptr) == (n % 2 == 1));
    }
    map.clear();
    CHECK(map.empty());
    map.put("a", {});
    CHECK(map.find("a") != nullptr);
}

TEST_CASE("a map that shrank and grows again is indexed anew") {
    Heap heap;
    Map map(heap);
    for (int n = 0; n < 14; ++n) map.put(heap.copy(std::to_string(n)), {});
    for (int n = 0; n < 10; ++n) map.erase(std::to_string(n));
    for (int n = 100; n < 120; ++n) map.put(heap.copy(std::to_string(n)), Value::integer(n));
    for (int n = 100; n < 120; ++n) {
        REQUIRE(map.find(std::to_string(n)) != nullptr);
        CHECK(map.find(std::to_string(n))->as_integer() == n);
    }
    CHECK(map.find("3") == nullptr);
    CHECK(map.find("12") != nullptr);
}

TEST_CASE("of members with one name the last counts, at the place of the first") {
    Heap heap;
    const auto written = [&heap](std::string_view text) {
        std::pmr::string out;
        append_json(parsed(text, heap), out);
        return std::string(out);
    };
    CHECK(written(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
    CHECK(written(R"({"":1,"":2})") == R"({"":2})");
    CHECK(written(R"({"aXb":1,"aYb":2,"aXb":3,"aZb":4,"aYb":5})") ==
          R"({"aXb":3,"aYb":5,"aZb":4})");
    for (const int count : {2, 12, 13, 300}) {
        std::string once;
        for (int n = 0; n < count; ++n) {
            once += (n > 0 ? "," : "") + ("\"name" + std::to_string(n)) + "\":1";
        }
        CHECK(written("{" + once + "," + once + "}") == "{" + once + "}");
    }
}

TEST_CASE("values are equal as JSON Schema says") {
    Heap heap;
    const auto equal_texts = [&heap](const char* a, const char* b) {
        return equal(parsed(a, heap), parsed(b, heap));
    };
    CHECK(equal_texts("1", "1.0"));
    CHECK(equal_texts(R"({"a":[1,{"b":null}],"c":"x"})", R"({"c":"x","a":[1.0,{"b":null}]})"));
    CHECK_FALSE(equal_texts("1", "true"));
    CHECK_FALSE(equal_texts("[1,2]", "[2,1]"));
    CHECK_FALSE(equal_texts(R"({"a":1})", R"({"a":1,"b":1})"));
    CHECK_FALSE(equal_texts("9007199254740993", "9007199254740992"));
    CHECK_FALSE(equal_texts("null", "false"));
}

TEST_CASE("a list that holds itself ends every walk") {
    Heap heap;
    List list(heap);
    list.items.push_back(Value::list(list));
    CHECK_FALSE(equal(Value::list(list), Value::list(list)));
    std::pmr::string out;
    append_json(Value::list(list), out);
    CHECK(out.size() < 1000);
    Map map(heap);
    map.put("m", Value::map(map));
    out.clear();
    append_java_text(Value::map(map), out);
    CHECK(out.size() < 1000);
}

TEST_CASE("the limit of a heap holds") {
    Heap heap(10'000);
    CHECK_THROWS_AS(heap.allocate_text(10'001), std::bad_alloc);
    heap.allocate_text(9'000);
    CHECK_THROWS_AS(heap.allocate_text(1'001), std::bad_alloc);
}

class Greeter : public Object {
public:
    Value member(std::string_view) override { return {}; }
    bool set_member(std::string_view, Value) override { return false; }
    Result<Value> call(std::string_view name, std::span<const Value> arguments,
                       Heap& heap) override {
        if (name != "greet") return Object::call(name, arguments, heap);
        return Value::string(heap.copy("hello " + std::string(arguments[0].as_string())));
    }
    std::string_view text() override { return {}; }
};

TEST_CASE("an object answers its own methods; others give null") {
    Heap heap;
    Greeter greeter;
    const std::array arguments{Value::string("you")};
    CHECK(greeter.call("greet", arguments, heap)->as_string() == "hello you");
    CHECK(greeter.call("other", {}, heap)->is_null());
}

}  // namespace
}  // namespace turnpike::dynamic
