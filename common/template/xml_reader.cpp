#include <expat.h>

#include <memory>
#include <new>
#include <vector>

#include "common/dynamic/text.hpp"
#include "common/template/xml.hpp"

namespace turnpike::velocity {

using dynamic::Heap;
using dynamic::List;
using dynamic::Map;
using dynamic::Value;

namespace {

/// Builds values from expat's events, which must not be left by an exception: the first one stops
/// the parser and is told afterwards.
class Builder {
public:
    explicit Builder(Heap& heap) : heap_(heap), root_(*heap.make<Map>(heap)) {}

    Result<Value> parse(std::string_view text) {
        const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
            XML_ParserCreate("UTF-8"), XML_ParserFree);
        if (!parser) throw std::bad_alloc();
        parser_ = parser.get();
        XML_SetUserData(parser_, this);
        XML_SetElementHandler(parser_, on_start, on_end);
        XML_SetCharacterDataHandler(parser_, on_text);
        XML_SetStartDoctypeDeclHandler(parser_, on_document_type);
        const auto status = XML_Parse(parser_, text.data(), static_cast<int>(text.size()), 1);
        if (is_full_) throw std::bad_alloc();
        if (!problem_.empty()) return invalid(std::string(problem_));
        if (status == XML_STATUS_OK) return Value::map(root_);
        return invalid(std::string("the text is no XML: ") +
                       XML_ErrorString(XML_GetErrorCode(parser_)) + " in its line " +
                       std::to_string(XML_GetCurrentLineNumber(parser_)));
    }

private:
    struct Element {
        Element(std::string_view element_name, Heap& heap)
            : name(element_name), text(heap.resource()) {}
        std::string_view name;
        Map* members = nullptr;  ///< Made when there is a member.
        std::pmr::string text;
    };

    template <typename Step>
    static void guard(void* self, Step step) {
        auto& builder = *static_cast<Builder*>(self);
        if (builder.is_full_ || !builder.problem_.empty()) return;
        try {
            step(builder);
        } catch (const std::bad_alloc&) {
            builder.is_full_ = true;
            XML_StopParser(builder.parser_, XML_FALSE);
        }
    }
    static void on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
        guard(self, [&](Builder& builder) { builder.start(name, attributes); });
    }
    static void on_end(void* self, const XML_Char*) {
        guard(self, [](Builder& builder) { builder.end(); });
    }
    static void on_text(void* self, const XML_Char* text, int size) {
        guard(self, [&](Builder& builder) {
            builder.open_.back().text.append(text, static_cast<std::size_t>(size));
        });
    }
    static void on_document_type(void* self, const XML_Char*, const XML_Char*, const XML_Char*,
                                 int) {
        guard(self, [](Builder& builder) { builder.stop("a document type is not allowed"); });
    }

    void stop(std::string_view problem) {
        problem_ = problem;
        XML_StopParser(parser_, XML_FALSE);
    }

    void start(const XML_Char* name, const XML_Char** attributes) {
        if (open_.size() == dynamic::kDepthMax) {
            stop("the document is nested too deeply");
            return;
        }
        open_.emplace_back(heap_.copy(name), heap_);
        for (; *attributes != nullptr; attributes += 2) {
            const std::string attribute = std::string("@") + attributes[0];
            put(open_.back(), heap_.copy(attribute), Value::string(heap_.copy(attributes[1])));
        }
    }

    void end() {
        Element& element = open_.back();
        const bool is_blank = element.text.find_first_not_of(" \t\r\n") == std::string::npos;
        Value value = Value::string(heap_.copy(element.text));
        if (element.members != nullptr) {
            if (!is_blank) put(element, "#text", value);
            value = Value::map(*element.members);
        }
        const std::string_view name = element.name;
        open_.pop_back();
        if (open_.empty()) {
            root_.put(name, value);
        } else {
            put(open_.back(), name, value);
        }
    }

    /// The second of a name makes a list of both.
    void put(Element& element, std::string_view name, Value value) {
        if (element.members == nullptr) element.members = heap_.make<Map>(heap_);
        const Value* const known = element.members->find(name);
        if (known == nullptr) {
            element.members->put(name, value);
        } else if (known->is_list()) {
            known->as_list().items.push_back(value);
        } else {
            List& list = *heap_.make<List>(heap_);
            list.items = {*known, value};
            element.members->put(name, Value::list(list));
        }
    }

    Heap& heap_;
    Map& root_;
    XML_Parser parser_ = nullptr;
    std::vector<Element> open_;
    std::string_view problem_;
    bool is_full_ = false;
};

}  // namespace

Result<Value> parse_xml(std::string_view text, Heap& heap) { return Builder(heap).parse(text); }

}  // namespace turnpike::velocity
