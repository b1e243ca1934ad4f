#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <limits>
#include <unordered_set>

#include "common/json/value.hpp"

namespace turnpike::json {
namespace {

// Above this many members an object's duplicate names are found with a hash set, so that a hostile
// document costs linear time.
constexpr std::size_t kLinearMembersMax = 16;

/// Builds a Value from RapidJSON's events. Fails on nesting deeper than the limit.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
public:
    explicit Builder(std::size_t depth_max) : depth_max_(depth_max) {}

    bool Null() { return add(Value{}); }
    bool Bool(bool value) { return add(Value{value}); }
    bool Int(int value) { return add(Value{value}); }
    bool Uint(unsigned value) { return add(Value{static_cast<std::int64_t>(value)}); }
    bool Int64(std::int64_t value) { return add(Value{value}); }
    bool Uint64(std::uint64_t value) {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return add(Value{static_cast<double>(value)});
        }
        return add(Value{static_cast<std::int64_t>(value)});
    }
    bool Double(double value) { return add(Value{value}); }
    bool String(const char* text, rapidjson::SizeType length, bool) {
        return add(Value{std::string(text, length)});
    }
    bool Key(const char* text, rapidjson::SizeType length, bool) {
        open_.back().name.assign(text, length);
        return true;
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
                                rapidjson::kParseFullPrecisionFlag;
    rapidjson::MemoryStream bytes(text.data(), text.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
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
