#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/http/header_name.hpp"
#include "common/http/limits.hpp"

namespace turnpike::http {

/// One header field; views into the buffer of its head.
struct Field {
    std::string_view name;   ///< As received: case is kept.
    std::string_view value;  ///< Without white space at the ends.
    KnownHeader known = KnownHeader::Unknown;
};

/// The fields of one head, in order, as offsets into the buffer that holds it: no allocation, and
/// the buffer may move while the head arrives (rebase()).
/// Lifetime: views last until the buffer moves or changes.
class FieldList {
public:
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    Field operator[](std::size_t index) const {
        const Slot& slot = slots_[index];
        return {{base_ + slot.name_at, slot.name_size},
                {base_ + slot.value_at, slot.value_size},
                slot.known};
    }

    bool contains(KnownHeader header) const { return present_.contains(header); }
    bool contains_any(KnownHeaderSet headers) const { return present_.intersects(headers); }
    /// The first value. Costs one bit test if there is none.
    std::optional<std::string_view> find(KnownHeader header) const;
    /// The first value; ignores case.
    std::optional<std::string_view> find(std::string_view name) const;
    /// Whether a Connection field names `name`, which then must not be forwarded. Ignores case.
    bool is_named_by_connection(std::string_view name) const;

    class Iterator {
    public:
        Iterator(const FieldList* list, std::size_t index) : list_(list), index_(index) {}
        Field operator*() const { return (*list_)[index_]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator==(const Iterator&) const = default;

    private:
        const FieldList* list_;
        std::size_t index_;
    };
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, size_}; }

    /// The bytes of the head are now at `base`.
    void rebase(const char* base) { base_ = base; }
    void clear() {
        size_ = 0;
        present_ = {};
    }
    /// Requires: both views lie in the 64 KiB from the base on. Returns: false if the list is full.
    bool append(std::string_view name, std::string_view value, KnownHeader known);

private:
    struct Slot {
        std::uint16_t name_at;
        std::uint16_t name_size;
        std::uint16_t value_at;
        std::uint16_t value_size;
        KnownHeader known;
    };
    const char* base_ = nullptr;
    KnownHeaderSet present_;
    std::uint16_t size_ = 0;
    std::array<Slot, kFieldsMax> slots_;
};

}  // namespace turnpike::http
