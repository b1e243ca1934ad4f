#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "common/base/text.hpp"
#include "data-plane/net/response_writer.hpp"
#include "data-plane/pipeline/arena.hpp"

namespace turnpike::pipeline {

/// The header fields of the answer to the caller, in order, in the request's arena.
class ResponseFields {
public:
    explicit ResponseFields(Arena& arena) : arena_(arena) {}

    /// For callers that know how many will come.
    void reserve(std::size_t count) {
        if (count > capacity_) grow(count);
    }
    void add(std::string_view name, std::string_view value) {
        if (size_ == capacity_) grow(2 * size_ + 8);
        fields_[size_++] = {name, value};
    }
    void clear() { size_ = 0; }
    /// All of that name, ignoring case.
    void remove(std::string_view name) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            if (!equals_ignoring_case(fields_[i].name, name)) fields_[kept++] = fields_[i];
        }
        size_ = kept;
    }
    bool contains(std::string_view name) const {
        for (const net::ResponseField& field : span()) {
            if (equals_ignoring_case(field.name, name)) return true;
        }
        return false;
    }
    std::span<const net::ResponseField> span() const { return {fields_, size_}; }

private:
    void grow(std::size_t capacity) {
        // An array of views: the arena gives bytes, which need aligning.
        auto* bytes = static_cast<net::ResponseField*>(arena_.resource()->allocate(
            capacity * sizeof(net::ResponseField), alignof(net::ResponseField)));
        for (std::size_t i = 0; i < size_; ++i) new (bytes + i) net::ResponseField(fields_[i]);
        for (std::size_t i = size_; i < capacity; ++i) new (bytes + i) net::ResponseField();
        fields_ = bytes;
        capacity_ = capacity;
    }

    Arena& arena_;
    net::ResponseField* fields_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace turnpike::pipeline
