#include "common/schema/phrases.hpp"

#include <array>
#include <charconv>

#include "common/dynamic/text.hpp"

namespace turnpike::schema {
namespace {

constexpr std::string_view kCut = "...";

/// `text` up to the bound, never ending within a character.
void append_cut(std::string_view text, std::size_t bytes_max, Text& out) {
    if (text.size() <= bytes_max) {
        out += text;
        return;
    }
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0U) == 0x80)
        --bytes_max;
    out += text.substr(0, bytes_max);
    out += kCut;
}

/// Compact JSON that ends soon after the bound, however large the value.
class JsonPreview {
public:
    JsonPreview(std::size_t bytes_max, Text& out) : end_(out.size() + bytes_max), out_(out) {}

    void append(const dynamic::Value& value) {
        if (value.is_list()) {
            append_list(value.as_list());
        } else if (value.is_map()) {
            append_map(value.as_map());
        } else if (value.is_string()) {
            append_string(value.as_string());
        } else {
            dynamic::append_json(value, out_);
        }
    }

private:
    bool is_full() const { return out_.size() >= end_; }
    void append_string(std::string_view text) {
        if (text.size() <= end_ - std::min(end_, out_.size())) {
            dynamic::append_json_string(text, out_);
            return;
        }
        Text start(out_.get_allocator());
        append_cut(text, end_ - std::min(end_, out_.size()), start);
        dynamic::append_json_string(start, out_);
    }
    void append_list(const dynamic::List& list) {
        out_ += '[';
        std::string_view before;
        for (const dynamic::Value& item : list.items) {
            out_ += before;
            before = ",";
            if (is_full()) {
                out_ += kCut;
                break;
            }
            append(item);
        }
        out_ += ']';
    }
    void append_map(const dynamic::Map& map) {
        out_ += '{';
        std::string_view before;
        for (const dynamic::Map::Member& member : map.members()) {
            out_ += before;
            before = ",";
            if (is_full()) {
                out_ += kCut;
                break;
            }
            append_string(member.name);
            out_ += ':';
            append(member.value);
        }
        out_ += '}';
    }

    std::size_t end_;
    Text& out_;
};

void append_names(std::span<const std::string_view> names, std::size_t bytes_max, Text& out) {
    const std::size_t end = out.size() + bytes_max;
    out += '[';
    std::string_view before;
    for (const std::string_view name : names) {
        out += before;
        before = ",";
        if (out.size() >= end) {
            out += kCut;
            break;
        }
        Text start(out.get_allocator());
        append_cut(name, bytes_max, start);
        dynamic::append_json_string(start, out);
    }
    out += ']';
}

void append_count(std::uint64_t count, Text& out) {
    std::array<char, 24> digits{};
    out.append(digits.data(),
               std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr);
}

void append_types(Types allowed, Text& out) {
    std::array<std::string_view, 7> names;
    std::size_t size = 0;
    for (unsigned bit = 1; bit <= types::kString; bit <<= 1U) {
        if ((allowed & bit) != 0) names[size++] = type_name(static_cast<Types>(bit));
    }
    append_names({names.data(), size}, 256, out);
}

/// Pieces of a phrase, one after another.
class Phrase {
public:
    Phrase(const Subject& subject, Text& out) : bytes_max_(subject.value_bytes_max), out_(out) {}
    Phrase& operator<<(std::string_view words) {
        out_ += words;
        return *this;
    }
    Phrase& operator<<(std::uint64_t count) {
        append_count(count, out_);
        return *this;
    }
    Phrase& operator<<(const dynamic::Value& value) {
        JsonPreview(bytes_max_, out_).append(value);
        return *this;
    }
    Phrase& operator<<(std::span<const std::string_view> names) {
        append_names(names, bytes_max_, out_);
        return *this;
    }
    Phrase& quoted(std::string_view text) {
        out_ += '"';
        append_cut(text, bytes_max_, out_);
        out_ += '"';
        return *this;
    }

private:
    std::size_t bytes_max_;
    Text& out_;
};

void append_size_phrase(const Subject& subject, Phrase phrase) {
    const Check& check = subject.check;
    const dynamic::Value& value = subject.value;
    switch (check.keyword) {
        case Keyword::AdditionalItems:
            phrase << "schema only allows " << check.count << " elements in array but instance has "
                   << value.as_list().items.size() << " elements";
            break;
        case Keyword::MaxItems:
            phrase << "array is too long: must have at most " << check.count
                   << " elements but instance has " << value.as_list().items.size() << " elements";
            break;
        case Keyword::MinItems:
            phrase << "array is too short: must have at least " << check.count
                   << " elements but instance has " << value.as_list().items.size() << " elements";
            break;
        case Keyword::MaxLength:
            phrase << "string ";
            phrase.quoted(value.as_string())
                << " is too long (length: " << code_points(value.as_string())
                << ", maximum allowed: " << check.count << ")";
            break;
        case Keyword::MinLength:
            phrase << "string ";
            phrase.quoted(value.as_string())
                << " is too short (length: " << code_points(value.as_string())
                << ", required minimum: " << check.count << ")";
            break;
        case Keyword::MaxProperties:
            phrase << "object has too many properties (found " << value.as_map().size()
                   << " but schema requires at most " << check.count << ")";
            break;
        default:  // MinProperties
            phrase << "object has too few properties (found " << value.as_map().size()
                   << " but schema requires at least " << check.count << ")";
    }
}

void append_number_phrase(const Subject& subject, Phrase phrase) {
    const Check& check = subject.check;
    if (check.keyword == Keyword::MultipleOf) {
        phrase << "remainder of division is not zero (" << subject.value << " / "
               << subject.program.multiples[check.index].number << ")";
        return;
    }
    const dynamic::Value& bound = subject.program.numbers[check.index];
    const bool is_maximum = check.keyword == Keyword::Maximum;
    if (std::is_eq(dynamic::compare_numbers(subject.value, bound))) {
        phrase << "numeric instance is not strictly " << (is_maximum ? "lower" : "greater")
               << " than the required " << (is_maximum ? "maximum " : "minimum ") << bound;
        return;
    }
    phrase << "numeric instance is " << (is_maximum ? "greater" : "lower") << " than the required "
           << (is_maximum ? "maximum (maximum: " : "minimum (minimum: ") << bound
           << ", found: " << subject.value << ")";
}

}  // namespace

void append_phrase(const Subject& subject, std::size_t matched,
                   std::span<const std::string_view> names, Text& out) {
    const Program& program = subject.program;
    const Check& check = subject.check;
    const dynamic::Value& value = subject.value;
    Phrase phrase(subject, out);
    switch (check.keyword) {
        case Keyword::AdditionalProperties:
            phrase << "object instance has properties which are not allowed by the schema: "
                   << names;
            break;
        case Keyword::AllOf:
            phrase << "instance failed to match all required schemas (matched only " << matched
                   << " out of " << std::uint64_t{check.range.size} << ")";
            break;
        case Keyword::AnyOf:
            phrase << "instance failed to match at least one required schema among "
                   << std::uint64_t{check.range.size};
            break;
        case Keyword::Enum:
            phrase << "instance value (" << value
                   << ") not found in enum (possible values: " << program.enums[check.index].values
                   << ")";
            break;
        case Keyword::Never:
            phrase << "schema reference ";
            phrase.quoted(program.names[check.index]) << " cannot be resolved";
            break;
        case Keyword::Not:
            phrase << "instance matched a schema which it should not have";
            break;
        case Keyword::OneOf:
            phrase << "instance failed to match exactly one schema (matched " << matched
                   << " out of " << std::uint64_t{check.range.size} << ")";
            break;
        case Keyword::Pattern:
            phrase << "ECMA 262 regex ";
            phrase.quoted(program.patterns[check.index].expression())
                << " does not match input string ";
            phrase.quoted(value.as_string());
            break;
        case Keyword::Required:
            phrase << "object has missing required properties (" << names << ")";
            break;
        case Keyword::Type:
            phrase << "instance type (" << type_name(type_of(value))
                   << ") does not match any allowed primitive type (allowed: ";
            append_types(check.allowed, out);
            phrase << ")";
            break;
        case Keyword::UniqueItems:
            phrase << "array must not contain duplicate elements";
            break;
        case Keyword::Maximum:
        case Keyword::Minimum:
        case Keyword::MultipleOf:
            append_number_phrase(subject, phrase);
            break;
        default:
            append_size_phrase(subject, phrase);
    }
}

void append_dependency_phrase(const Dependency& dependency, const Subject& subject,
                              std::span<const std::string_view> missing, Text& out) {
    Phrase phrase(subject, out);
    phrase << "property ";
    phrase.quoted(dependency.name)
        << " of object has missing property dependencies (schema requires "
        << slice(subject.program.names, dependency.names) << "; missing: " << missing << ")";
}

}  // namespace turnpike::schema
