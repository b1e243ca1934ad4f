#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "data-plane/net/buffer.hpp"

namespace turnpike::integration {

/// Writes a message head to a buffer: space is made once, ahead, so that most appends are a copy.
/// Bounded: what would exceed `bytes_max` is not written and fails the whole.
class HeadText {
public:
    /// Requires: `buffer` is empty.
    HeadText(net::Buffer& buffer, std::size_t bytes_expected, std::size_t bytes_max)
        : buffer_(buffer), bytes_max_(bytes_max) {
        make_space(bytes_expected);
    }
    HeadText(const HeadText&) = delete;
    HeadText& operator=(const HeadText&) = delete;

    void append(const char* bytes, std::size_t size) {
        if (size == 0) return;  // a null view is empty, too
        if (size > static_cast<std::size_t>(end_ - at_)) {
            commit();
            if (!make_space(size)) return;
        }
        std::memcpy(at_, bytes, size);
        at_ += size;
    }
    HeadText& operator+=(std::string_view text) {
        append(text.data(), text.size());
        return *this;
    }
    void add_field(std::string_view name, std::string_view value) {
        *this += name;
        *this += ": ";
        *this += value;
        *this += "\r\n";
    }
    /// Makes what was written part of the buffer. Returns: false if it did not fit.
    bool finish() {
        commit();
        return !has_failed_;
    }

private:
    bool make_space(std::size_t bytes) {
        if (has_failed_ || !buffer_.make_space(bytes, bytes_max_)) {
            has_failed_ = true;
            at_ = end_ = begin_ = nullptr;
            return false;
        }
        begin_ = at_ = buffer_.space().data();
        end_ = at_ + buffer_.space().size();
        return true;
    }
    void commit() {
        buffer_.commit(static_cast<std::size_t>(at_ - begin_));
        begin_ = at_;
    }

    net::Buffer& buffer_;
    std::size_t bytes_max_;
    char* begin_ = nullptr;
    char* at_ = nullptr;
    char* end_ = nullptr;
    bool has_failed_ = false;
};

}  // namespace turnpike::integration
