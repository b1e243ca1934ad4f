#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <unordered_set>

#include "common/base/encoding.hpp"
#include "common/json/value.hpp"

namespace turnpike::json {
namespace {

// Above this many members an object's duplicate names are found with a hash set, so that a hostile
// document costs linear time.
constexpr std::size_t kLinearMembersMax = 16;

/// The nearest double; 0 for what is too small. Returns: nothing if it is too large.
std::optional<double> to_double(std::string_view digits) {
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc{}) return number;
    // from_chars does not tell too small from too large.
    number = std::strtod(std::string(digits).c_str(), nullptr);
    if (std::isinf(number)) return std::nullopt;
    return number;
}

/// Builds a Value from RapidJSON's events. Fails on nesting deeper than the limit
/// and on text that is not UTF-8.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
public:
    explicit Builder(std::size_t depth_max) : depth_max_(depth_max) {}

    bool Null() { return add(Value{}); }
    bool Bool(bool value) { return add(Value{value}); }
    // Numbers come as text: the reader's own conversion has undefined behaviour for "0e40".
    bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
        const std::string_view digits(text, length);
        if (digits.find_first_of(".eE") == std::string_view::npos) {
            std::int64_t whole = 0;
            const auto [end, error] = std::from_chars(text, text + length, whole);
            if (error == std::errc{} && end == text + length) return add(Value{whole});
        }
        const std::optional<double> number = to_double(digits);
        return number && add(Value{*number});
    }
    bool String(const char* text, rapidjson::SizeType length, bool) {
        if (has_surrogate({text, length})) return false;
        return add(Value{std::string(text, length)});
    }
    bool Key(const char* text, rapidjson::SizeType length, bool) {
        open_.back().name.assign(text, length);
        return !has_surrogate({text, length});
    }
    bool StartObject() { return open(Value{Object{}}); }
    bool StartArray() { return open(Value{Array{}}); }
    bool EndObject(rapidjson::SizeType) { return close(); }
    bool EndArray(rapidjson::SizeType) { return close(); }

    Value take() { return std::move(root_); }

private:
    struct Level {
        Value value;
        std::string name;
        std::unordered_set<std::string> names;
    };

    bool open(Value value) {
        if (open_.size() >= depth_max_) return false;
        open_.push_back(Level{std::move(value), {}, {}});
        return true;
    }
    bool close() {
        Value finished = std::move(open_.back().value);
        open_.pop_back();
        return add(std::move(finished));
    }
    bool add(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return true;
        }
        Level& level = open_.back();
        if (level.value.is_array()) {
            level.value.as_array().push_back(std::move(value));
            return true;
        }
        add_member(level, std::move(value));
        return true;
    }
    static void add_member(Level& level, Value value) {
        Object& object = level.value.as_object();
        if (object.size() < kLinearMembersMax) {
            object.set(level.name, std::move(value));
            return;
        }
        if (level.names.empty()) {
            for (const auto& member : object) level.names.insert(member.first);
        }
        if (level.names.insert(level.name).second) {
            object.append(level.name, std::move(value));
        } else {
            object.set(level.name, std::move(value));
        }
    }

    std::size_t depth_max_;
    std::vector<Level> open_;
    Value root_;
};

template <typename Writer>
void emit(Writer& writer, const Value& value) {
    if (value.is_null()) {
        writer.Null();
    } else if (value.is_bool()) {
        writer.Bool(value.as_bool());
    } else if (value.is_integer()) {
        writer.Int64(value.as_integer());
    } else if (value.is_number()) {
        writer.Double(value.as_number());
    } else if (value.is_string()) {
        writer.String(value.as_string().data(),
                      static_cast<rapidjson::SizeType>(value.as_string().size()));
    } else if (value.is_array()) {
        writer.StartArray();
        for (const Value& element : value.as_array()) emit(writer, element);
        writer.EndArray();
    } else {
        writer.StartObject();
        for (const auto& member : value.as_object()) {
            writer.Key(member.first.data(), static_cast<rapidjson::SizeType>(member.first.size()));
            emit(writer, member.second);
        }
        writer.EndObject();
    }
}

std::string to_text(const rapidjson::StringBuffer& buffer) {
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

Result<Value> parse(std::string_view text, const ParseLimits& limits) {
    if (text.size() > limits.bytes_max) return invalid("JSON text is too large");
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                                rapidjson::kParseValidateEncodingFlag |
                                rapidjson::kParseNumbersAsStringsFlag;
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapidjson::Reader reader;
    Builder builder(limits.depth_max);
    const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
    if (result.IsError()) {
        Error error = invalid("Invalid JSON");
        error.detail = std::string(rapidjson::GetParseError_En(result.Code())) + " At byte " +
                       std::to_string(result.Offset()) + ".";
        return error;
    }
    // The reader takes a NUL byte for the end of the text.
    if (stream.Tell() < text.size()) return invalid("Invalid JSON");
    return builder.take();
}

std::string write(const Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    emit(writer, value);
    return to_text(buffer);
}

std::string write_pretty(const Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
    writer.SetIndent(' ', 2);
    emit(writer, value);
    return to_text(buffer);
}

std::string quote(std::string_view text) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return to_text(buffer);
}

}  // namespace turnpike::json
