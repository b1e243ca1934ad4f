#pragma once

#include <cstddef>
#include <string_view>

#include "common/base/text.hpp"
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

    HeadText& operator+=(std::string_view text) {
        if (has_space(text.size())) at_ = copy_text(at_, text);
        return *this;
    }
    void add_field(std::string_view name, std::string_view value) {
        if (!has_space(name.size() + value.size() + 4)) return;
        at_ = copy_text(at_, name);
        at_ = copy_text(at_, ": ");
        at_ = copy_text(at_, value);
        at_ = copy_text(at_, "\r\n");
    }
    /// Makes what was written part of the buffer. Returns: false if it did not fit.
    bool finish() {
        commit();
        return !has_failed_;
    }

private:
    bool has_space(std::size_t bytes) {
        if (bytes <= static_cast<std::size_t>(end_ - at_)) return true;
        commit();
        return make_space(bytes);
    }
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
