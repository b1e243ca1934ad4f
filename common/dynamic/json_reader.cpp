#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

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
    bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
        const std::string_view digits(text, length);
        if (is_spelled_whole(digits) && digits != "-0") {
            std::int64_t whole = 0;
            const auto [end, error] = std::from_chars(text, text + length, whole);
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
};

Error not_json(std::string reason, std::size_t offset) {
    Error error = invalid("Invalid JSON");
    error.detail = std::move(reason) + " at offset " + std::to_string(offset);
    return error;
}

}  // namespace

Result<Value> parse_json(std::string_view text, Heap& heap, std::size_t depth_max) {
    // Once for the whole is quicker than RapidJSON, which looks at each character.
    const std::size_t valid = utf8_prefix(text);
    if (valid < text.size()) return not_json("not UTF-8", valid);
    // It recurses, as deep as the builder lets it. Its SSE2 lets controls from U+001A on pass.
    constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
    try {
        char* const copy = heap.allocate_text(text.size() + 1);
        *std::copy(text.begin(), text.end(), copy) = '\0';
        rapidjson::InsituStringStream stream(copy);
        rapidjson::Reader reader;
        Builder builder(heap, depth_max, text.find("\\u") != std::string_view::npos);
        const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, builder);
        // The reader takes a NUL byte for the end of the text.
        if (parsed && stream.Tell() == text.size()) return builder.root();
        if (parsed.Code() == rapidjson::kParseErrorTermination) {
            return not_json("nested too deeply, or half of a surrogate pair", parsed.Offset());
        }
        return not_json(rapidjson::GetParseError_En(parsed.Code()), parsed.Offset());
    } catch (const std::bad_alloc&) {
        return limit_exceeded("The document needs too much memory");
    }
}

}  // namespace turnpike::dynamic
