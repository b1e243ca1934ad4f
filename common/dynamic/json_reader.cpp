#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "common/base/encoding.hpp"
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

/// The characters of the number that begins the text, valid or not.
std::string_view number_at(std::string_view text) {
    return text.substr(0, text.find_first_not_of("+-.0123456789eE"));
}

std::string_view without_digits(std::string_view text) {
    return text.substr(std::min(text.size(), text.find_first_not_of("0123456789")));
}

/// Whether the whole text is a number as JSON spells it.
bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    std::string_view rest = without_digits(text);
    const std::size_t whole = text.size() - rest.size();
    if (whole == 0 || (whole > 1 && text.front() == '0')) return false;
    if (rest.starts_with('.')) {
        const std::string_view after = without_digits(rest.substr(1));
        if (after.size() + 1 == rest.size()) return false;
        rest = after;
    }
    if (rest.empty()) return true;
    if (rest.front() != 'e' && rest.front() != 'E') return false;
    rest.remove_prefix(1);
    if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
    return !rest.empty() && without_digits(rest).empty();
}

/// Puts a 0 and spaces for every number: RapidJSON refuses those that no double can hold, but JSON
/// has no such bound, and Java reads them.
void blank_numbers(std::string_view text, char* copy) {
    bool is_in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (is_in_string && c == '\\') {
            ++at;
        } else if (c == '"') {
            is_in_string = !is_in_string;
        } else if (!is_in_string && (c == '-' || (c >= '0' && c <= '9'))) {
            const std::string_view number = number_at(text.substr(at));
            if (is_number(number)) {
                copy[at] = '0';
                std::fill_n(copy + at + 1, number.size() - 1, ' ');
            }
            at += number.size() - 1;
        }
    }
}

/// Builds values from RapidJSON's events, whose texts lie in the heap already. What is not finished
/// yet waits on one stack, so that lists and maps are made once, in their final size.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
public:
    Builder(Heap& heap, std::size_t depth_max, bool has_escapes)
        : heap_(heap), depth_left_(depth_max), has_escapes_(has_escapes) {
        constexpr std::size_t kUsual = 64;
        stack_.reserve(kUsual);
    }

    bool Null() { return add({}); }
    bool Bool(bool value) { return add(Value::boolean(value)); }
    /// The numbers are blank; they are those of `original`, of which the reader has `copy`.
    void take_numbers_from(std::string_view original, const char* copy) {
        original_ = original;
        copy_ = copy;
    }

    bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
        std::string_view digits(text, length);
        if (copy_ != nullptr) {
            digits =
                heap_.copy(number_at(original_.substr(static_cast<std::size_t>(text - copy_))));
        }
        if (is_spelled_whole(digits) && digits != "-0") {
            std::int64_t whole = 0;
            const auto [end, error] =
                std::from_chars(digits.data(), digits.data() + digits.size(), whole);
            if (error == std::errc{}) return add(Value::integer(whole));
        }
        return add(Value::decimal(*heap_.make<Decimal>(to_double(digits), digits)));
    }
    bool String(const char* text, rapidjson::SizeType length, bool) {
        const std::string_view string(text, length);
        if (has_escapes_ && has_surrogate(string)) return false;
        return add(Value::string(string));
    }
    bool Key(const char* text, rapidjson::SizeType length, bool) {
        return String(text, length, true);
    }
    bool StartObject() { return open(); }
    bool StartArray() { return open(); }
    bool EndObject(rapidjson::SizeType members) {
        Map& map = *heap_.make<Map>(heap_);
        map.reserve(members);
        const std::size_t first = stack_.size() - 2 * std::size_t{members};
        for (std::size_t at = first; at < stack_.size(); at += 2) {
            map.put(stack_[at].as_string(), stack_[at + 1]);
        }
        return close(first, Value::map(map));
    }
    bool EndArray(rapidjson::SizeType elements) {
        List& list = *heap_.make<List>(heap_);
        const std::size_t first = stack_.size() - elements;
        list.items.assign(stack_.begin() + static_cast<std::ptrdiff_t>(first), stack_.end());
        return close(first, Value::list(list));
    }

    Value root() const { return stack_.front(); }

private:
    bool open() {
        if (depth_left_ == 0) return false;
        --depth_left_;
        return true;
    }
    bool close(std::size_t first, Value finished) {
        ++depth_left_;
        stack_.resize(first);
        return add(finished);
    }
    bool add(Value value) {
        stack_.push_back(value);
        return true;
    }

    Heap& heap_;
    std::size_t depth_left_;
    bool has_escapes_;  ///< Only an escape can be half of a surrogate pair.
    std::vector<Value> stack_;
    std::string_view original_;
    const char* copy_ = nullptr;
};

Error not_json(std::string reason, std::size_t offset) {
    Error error = invalid("Invalid JSON");
    error.detail = std::move(reason) + " at offset " + std::to_string(offset);
    return error;
}

enum class Numbers : std::uint8_t { InPlace, Blank };

/// Nothing if, with numbers in place, one is too large for RapidJSON.
std::optional<Result<Value>> read(std::string_view text, Heap& heap, std::size_t depth_max,
                                  Numbers numbers) {
    // It recurses, as deep as the builder lets it. Its SSE2 lets controls from U+001A on pass.
    constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
    char* const copy = heap.allocate_text(text.size() + 1);
    *std::copy(text.begin(), text.end(), copy) = '\0';
    Builder builder(heap, depth_max, text.find("\\u") != std::string_view::npos);
    if (numbers == Numbers::Blank) {
        blank_numbers(text, copy);
        builder.take_numbers_from(text, copy);
    }
    rapidjson::InsituStringStream stream(copy);
    rapidjson::Reader reader;
    const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, builder);
    // The reader takes a NUL byte for the end of the text.
    if (parsed && stream.Tell() == text.size()) return Result<Value>(builder.root());
    if (parsed.Code() == rapidjson::kParseErrorNumberTooBig && numbers == Numbers::InPlace) {
        return std::nullopt;
    }
    if (parsed.Code() == rapidjson::kParseErrorTermination) {
        return not_json("nested too deeply, or half of a surrogate pair", parsed.Offset());
    }
    return not_json(rapidjson::GetParseError_En(parsed.Code()), parsed.Offset());
}

}  // namespace

Result<Value> parse_json(std::string_view text, Heap& heap, std::size_t depth_max) {
    // Once for the whole is quicker than RapidJSON, which looks at each character.
    const std::size_t valid = utf8_prefix(text);
    if (valid < text.size()) return not_json("not UTF-8", valid);
    try {
        if (auto value = read(text, heap, depth_max, Numbers::InPlace)) return *std::move(value);
        return *read(text, heap, depth_max, Numbers::Blank);
    } catch (const std::bad_alloc&) {
        return limit_exceeded("The document needs too much memory");
    }
}

}  // namespace turnpike::dynamic
