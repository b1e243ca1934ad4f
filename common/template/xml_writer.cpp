#include <algorithm>

#include "common/dynamic/text.hpp"
#include "common/template/values.hpp"
#include "common/template/xml.hpp"

namespace turnpike::velocity {

using dynamic::Heap;
using dynamic::Map;
using dynamic::Value;

namespace {

/// What XML 1.0 allows, of ASCII; all others are taken for letters.
bool is_name(std::string_view name) {
    const auto starts = [](char c) {
        const char lower = static_cast<char>(c | 0x20);
        return (lower >= 'a' && lower <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    };
    return !name.empty() && starts(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
        return starts(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
    });
}

class Writer {
public:
    explicit Writer(Heap& heap) : heap_(heap), out_(heap.resource()) {}

    Result<Value> write(const Value& value) {
        if (!value.is_map() || value.as_map().size() != 1) {
            return invalid("an XML document is a map with one member");
        }
        const Map::Member& root = value.as_map().members()[0];
        if (root.value.is_list()) return invalid("an XML document has one element");
        write_element(root.name, root.value, 0);
        if (!problem_.empty()) return invalid(problem_);
        return Value::string(heap_.copy(out_));
    }

private:
    void write_element(std::string_view name, const Value& value, std::size_t depth) {
        if (depth >= dynamic::kDepthMax) fail("the values are nested too deeply");
        if (!is_name(name)) fail("\"" + std::string(name.substr(0, 64)) + "\" is no name in XML");
        if (!problem_.empty()) return;
        out_ += '<';
        out_ += name;
        if (value.is_map()) write_attributes(value.as_map());
        out_ += '>';
        const std::size_t inside = out_.size();
        if (value.is_map()) {
            write_members(value.as_map(), depth);
        } else {
            write_text(text_of(value, heap_));
        }
        if (out_.size() == inside) {
            out_.back() = '/';
        } else {
            out_ += "</";
            out_ += name;
        }
        out_ += '>';
    }

    void write_attributes(const Map& map) {
        for (const Map::Member& member : map.members()) {
            if (!member.name.starts_with('@')) continue;
            if (member.value.is_map() || member.value.is_list() ||
                !is_name(member.name.substr(1))) {
                fail("an attribute needs a name and a text in XML");
                return;
            }
            out_ += ' ';
            out_ += member.name.substr(1);
            out_ += "=\"";
            write_text(text_of(member.value, heap_), true);
            out_ += '"';
        }
    }

    void write_members(const Map& map, std::size_t depth) {
        for (const Map::Member& member : map.members()) {
            if (!problem_.empty()) return;
            if (member.name.starts_with('@')) continue;
            if (member.name == "#text") {
                write_text(text_of(member.value, heap_));
            } else if (!member.value.is_list()) {
                write_element(member.name, member.value, depth + 1);
            } else {
                write_list(member.name, member.value.as_list(), depth);
            }
        }
    }

    void write_list(std::string_view name, const dynamic::List& list, std::size_t depth) {
        for (const Value& item : list.items) {
            if (item.is_list()) fail("a list inside a list has no name in XML");
            if (!problem_.empty()) return;
            write_element(name, item, depth + 1);
        }
    }

    void write_text(std::string_view text, bool is_attribute = false) {
        for (const char c : text) {
            switch (c) {
                case '&':
                    out_ += "&amp;";
                    break;
                case '<':
                    out_ += "&lt;";
                    break;
                case '>':
                    out_ += "&gt;";
                    break;
                case '"':
                    out_ += "&quot;";
                    break;
                case '\r':
                    out_ += "&#13;";
                    break;
                case '\n':
                    out_ += is_attribute ? "&#10;" : "\n";
                    break;
                case '\t':
                    out_ += is_attribute ? "&#9;" : "\t";
                    break;
                default:
                    if (static_cast<unsigned char>(c) < 0x20) {
                        fail("XML has no control characters");
                    }
                    out_ += c;
            }
        }
    }

    void fail(std::string problem) {
        if (problem_.empty()) problem_ = std::move(problem);
    }

    Heap& heap_;
    std::pmr::string out_;
    std::string problem_;
};

}  // namespace

Result<Value> to_xml(const Value& value, Heap& heap) { return Writer(heap).write(value); }

}  // namespace turnpike::velocity
