#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "common/dynamic/number.hpp"
#include "common/dynamic/text.hpp"

namespace turnpike::dynamic {
namespace {

double to_double(std::string_view digits) {
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    // from_chars does not tell too small from too large.
    return error == std::errc{} ? number : std::strtod(std::string(digits).c_str(), nullptr);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t'); }

/// Zero bytes behind the text: they end every run, and are read 16 at a time.
constexpr std::size_t kPadding = 16;

#ifdef __SSE2__
template <typename IsIn>
char* find(char* at, IsIn is_in) {
    for (;; at += kPadding) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const auto found = static_cast<unsigned>(_mm_movemask_epi8(is_in(bytes)));
        if (found != 0) return at + __builtin_ctz(found);
    }
}

__m128i are(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }

/// The end of the characters of a string that stand for themselves.
char* find_run_end(char* at) {
    return find(at, [](__m128i bytes) {
        const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
        return _mm_or_si128(low, _mm_or_si128(are(bytes, '"'), are(bytes, '\\')));
    });
}

[[gnu::noinline]] char* find_no_space(char* at) {
    return find(at, [](__m128i bytes) {
        const __m128i blank = _mm_or_si128(are(bytes, ' '), are(bytes, '\n'));
        const __m128i other = _mm_or_si128(are(bytes, '\r'), are(bytes, '\t'));
        return are(_mm_or_si128(blank, other), 0);
    });
}
#else
char* find_run_end(char* at) {
    while (*at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
    return at;
}

char* find_no_space(char* at) {
    while (is_space(*at)) ++at;
    return at;
}
#endif

/// What a backslash and this character stand for; 0 if nothing, or a code point in digits.
constexpr std::array<char, 128> kEscapes = [] {
    std::array<char, 128> table{};
    table['"'] = '"';
    table['\\'] = '\\';
    table['/'] = '/';
    table['b'] = '\b';
    table['f'] = '\f';
    table['n'] = '\n';
    table['r'] = '\r';
    table['t'] = '\t';
    return table;
}();

/// Reads a text in place: values refer to it, and escapes are resolved where they stand. It is
/// valid UTF-8 and has kPadding zero bytes behind it. What is not finished yet waits on one stack,
/// so that lists and maps are made once, in their final size. It recurses, as deep as it is let.
class Reader {
public:
    Reader(char* text, std::size_t size, Heap& heap, std::size_t depth_max)
        : begin_(text), end_(text + size), at_(text), heap_(heap), depth_left_(depth_max) {
        constexpr std::size_t kUsual = 64;
        stack_.reserve(kUsual);
    }

    /// The one value of the whole text; nothing if it is none.
    std::optional<Value> read() {
        skip_space();
        if (!value()) return std::nullopt;
        skip_space();
        if (at_ != end_) {
            fail("the text goes on behind its value");
            return std::nullopt;
        }
        return stack_.front();
    }

    std::string problem() const {
        const bool is_end = at_ == end_;
        return std::string(is_end ? "the text ends too early" : problem_) + " at offset " +
               std::to_string(at_ - begin_);
    }

private:
    bool fail(const char* problem) {
        problem_ = problem;
        return false;
    }

    void skip_space() {
        if (is_space(*at_) && is_space(*++at_)) at_ = find_no_space(at_);
    }

    /// Each reads what begins at `at_`, puts its value on the stack and leaves `at_` behind it.
    /// Returns: false if there is no such thing; then `at_` is where it goes wrong.
    bool value() {
        switch (*at_) {
            case '"':
                return string();
            case '{':
                return map();
            case '[':
                return list();
            case 't':
                return word("true", Value::boolean(true));
            case 'f':
                return word("false", Value::boolean(false));
            case 'n':
                return word("null", Value());
            default:
                return number();
        }
    }

    bool word(std::string_view spelling, Value value) {
        if (std::memcmp(at_, spelling.data(), spelling.size()) != 0) return fail("no JSON value");
        at_ += spelling.size();
        stack_.push_back(value);
        return true;
    }

    bool string() {
        char* const begin = ++at_;
        at_ = find_run_end(at_);
        char* end = at_;
        while (*at_ != '"') {
            if (*at_ != '\\') return fail("a control in a string");
            end = escape(end);
            if (end == nullptr) return false;
            const char* const run = at_;
            at_ = find_run_end(at_);
            std::memmove(end, run, static_cast<std::size_t>(at_ - run));
            end += at_ - run;
        }
        ++at_;
        stack_.push_back(Value::string({begin, static_cast<std::size_t>(end - begin)}));
        return true;
    }

    /// Writes to `out` what the escape stands for. Returns: the end of it; null if there is none.
    char* escape(char* out) {
        const auto kind = static_cast<unsigned char>(at_[1]);
        if (kind != 'u') {
            *out = kind < kEscapes.size() ? kEscapes[kind] : '\0';
            if (*out == '\0') return refuse("no such escape");
            at_ += 2;
            return out + 1;
        }
        std::optional<char32_t> code_point = code_unit(at_);
        if (!code_point) return refuse("no four digits in an escape");
        if (*code_point >= 0xd800 && *code_point < 0xe000) {
            const auto low = code_unit(at_ + 6);
            if (*code_point >= 0xdc00 || !low || *low < 0xdc00 || *low >= 0xe000) {
                return refuse("half of a surrogate pair");
            }
            code_point = 0x10000 + ((*code_point - 0xd800) << 10U) + (*low - 0xdc00);
            at_ += 6;
        }
        at_ += 6;
        return write_utf8(*code_point, out);
    }
    char* refuse(const char* problem) {
        fail(problem);
        return nullptr;
    }

    /// Of "\uXXXX".
    static std::optional<char32_t> code_unit(const char* text) {
        std::uint16_t unit = 0;
        if (text[0] != '\\' || text[1] != 'u') return std::nullopt;
        const auto [end, error] = std::from_chars(text + 2, text + 6, unit, 16);
        if (error != std::errc{} || end != text + 6) return std::nullopt;
        return unit;
    }

    bool number() {
        char* const begin = at_;
        const bool is_negative = *at_ == '-';
        if (is_negative) ++at_;
        const char* const digits = at_;
        std::uint64_t whole = 0;
        for (; is_digit(*at_); ++at_) whole = whole * 10 + static_cast<std::uint64_t>(*at_ - '0');
        const auto size = at_ - digits;
        if (size == 0) return fail(is_negative ? "no digit behind a minus" : "no JSON value");
        if (size > 1 && *digits == '0') return fail("a number with a zero in front");
        bool is_whole = true;
        if (*at_ == '.') {
            is_whole = false;
            ++at_;
            if (!skip_digits()) return fail("no digit behind a point");
        }
        if (*at_ == 'e' || *at_ == 'E') {
            is_whole = false;
            ++at_;
            if (*at_ == '-' || *at_ == '+') ++at_;
            if (!skip_digits()) return fail("no digit in an exponent");
        }
        if (is_whole && size <= kDigitsSafe && !(is_negative && whole == 0)) {
            const auto magnitude = static_cast<std::int64_t>(whole);
            stack_.push_back(Value::integer(is_negative ? -magnitude : magnitude));
        } else {
            stack_.push_back(number_spelled({begin, static_cast<std::size_t>(at_ - begin)}));
        }
        return true;
    }

    bool skip_digits() {
        const char* const begin = at_;
        while (is_digit(*at_)) ++at_;
        return at_ != begin;
    }

    Value number_spelled(std::string_view text) {
        if (is_spelled_whole(text) && text != "-0") {
            std::int64_t whole = 0;
            const auto read = std::from_chars(text.data(), text.data() + text.size(), whole);
            if (read.ec == std::errc{}) return Value::integer(whole);
        }
        return Value::decimal(*heap_.make<Decimal>(to_double(text), text));
    }

    bool list() {
        const std::size_t first = stack_.size();
        if (!elements(']', [this] { return value(); })) return false;
        List& list = *heap_.make<List>(heap_);
        list.items.assign(stack_.begin() + static_cast<std::ptrdiff_t>(first), stack_.end());
        stack_.resize(first);
        stack_.push_back(Value::list(list));
        return true;
    }

    bool map() {
        const std::size_t first = stack_.size();
        if (!elements('}', [this] { return member(); })) return false;
        Map& map = *heap_.make<Map>(heap_);
        map.reserve((stack_.size() - first) / 2);
        std::uint64_t marks = 0;
        for (std::size_t at = first; at < stack_.size(); at += 2) {
            const std::string_view name = stack_[at].as_string();
            const std::uint64_t mark = std::uint64_t{1} << (name_mark(name) % 64);
            if ((marks & mark) == 0) {
                map.append(name, stack_[at + 1]);
            } else {
                map.put(name, stack_[at + 1]);
            }
            marks |= mark;
        }
        stack_.resize(first);
        stack_.push_back(Value::map(map));
        return true;
    }

    bool member() {
        if (*at_ != '"') return fail("no name of a member");
        if (!string()) return false;
        skip_space();
        if (*at_ != ':') return fail("no colon behind a name");
        ++at_;
        skip_space();
        return value();
    }

    /// What stands between brackets, with commas between.
    template <typename ReadElement>
    bool elements(char bracket, ReadElement read_element) {
        if (depth_left_ == 0) return fail("nested too deeply");
        --depth_left_;
        ++at_;
        skip_space();
        if (*at_ != bracket) {
            while (true) {
                if (!read_element()) return false;
                skip_space();
                if (*at_ == bracket) break;
                if (*at_ != ',') return fail("neither a comma nor the end of a list or map");
                ++at_;
                skip_space();
            }
        }
        ++at_;
        ++depth_left_;
        return true;
    }

    /// So many digits fit into 64 bits whatever they are.
    static constexpr std::ptrdiff_t kDigitsSafe = 18;

    const char* begin_;
    const char* end_;
    char* at_;
    Heap& heap_;
    std::size_t depth_left_;
    std::vector<Value> stack_;
    const char* problem_ = "";
};

Error not_json(std::string detail) {
    Error error = invalid("Invalid JSON");
    error.detail = std::move(detail);
    return error;
}

}  // namespace

Result<Value> parse_json(std::string_view text, Heap& heap, std::size_t depth_max) {
    const std::size_t valid = utf8_prefix(text);
    if (valid < text.size()) return not_json("not UTF-8 at offset " + std::to_string(valid));
    try {
        char* const copy = heap.allocate_text(text.size() + kPadding);
        std::fill_n(std::copy(text.begin(), text.end(), copy), kPadding, '\0');
        Reader reader(copy, text.size(), heap, depth_max);
        if (const auto value = reader.read()) return *value;
        return not_json(reader.problem());
    } catch (const std::bad_alloc&) {
        return limit_exceeded("The document needs too much memory");
    }
}

}  // namespace turnpike::dynamic
