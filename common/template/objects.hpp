#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"

/// Objects that templates themselves make. They live in the heap of their evaluation.
namespace turnpike::velocity {

/// `$foreach`.
class LoopScope final : public dynamic::Object {
public:
    LoopScope(std::size_t size, dynamic::Value parent) : size_(size), parent_(parent) {}
    void go_to(std::size_t index) { index_ = index; }

    dynamic::Value member(std::string_view name) override;
    bool set_member(std::string_view, dynamic::Value) override { return false; }
    Result<dynamic::Value> call(std::string_view name, std::span<const dynamic::Value> arguments,
                                dynamic::Heap& heap) override;
    std::string_view text() override { return "{}"; }

private:
    std::size_t size_;
    std::size_t index_ = 0;
    dynamic::Value parent_;
};

/// An element of `$map.entrySet()`.
class Entry final : public dynamic::Object {
public:
    Entry(dynamic::Map& map, const dynamic::Map::Member& member, dynamic::Heap& heap)
        : map_(map), name_(member.name), value_(member.value), heap_(heap) {}

    dynamic::Value member(std::string_view name) override;
    bool set_member(std::string_view, dynamic::Value) override { return false; }
    Result<dynamic::Value> call(std::string_view name, std::span<const dynamic::Value> arguments,
                                dynamic::Heap& heap) override;
    std::string_view text() override;

private:
    dynamic::Map& map_;
    std::string_view name_;
    dynamic::Value value_;
    dynamic::Heap& heap_;
};

/// `$list.iterator()`; #foreach goes on where it stands.
class ListIterator final : public dynamic::Object {
public:
    explicit ListIterator(const dynamic::List& list) : list_(list) {}
    std::size_t left() const { return next_ < list_.items.size() ? list_.items.size() - next_ : 0; }
    dynamic::Value take() { return left() == 0 ? dynamic::Value() : list_.items[next_++]; }

    dynamic::Value member(std::string_view) override { return {}; }
    bool set_member(std::string_view, dynamic::Value) override { return false; }
    Result<dynamic::Value> call(std::string_view name, std::span<const dynamic::Value> arguments,
                                dynamic::Heap& heap) override;
    std::string_view text() override { return {}; }

private:
    const dynamic::List& list_;
    std::size_t next_ = 0;
};

}  // namespace turnpike::velocity
