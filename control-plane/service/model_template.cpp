#include "control-plane/service/model_template.hpp"

#include <algorithm>

#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kTemplateBytesMax = std::size_t{300} * 1024;
constexpr std::size_t kIndent = 2;
/// What is within more references than this is left out.
constexpr std::size_t kReferencesMax = 16;

/// One template under way.
class TemplateWriter {
public:
    TemplateWriter(ModelSchemas& schemas, const std::string& root)
        : schemas_(schemas), within_{SchemaPlace{root, {}}} {}

    /// `input` is the expression of the input's value that belongs here: "$inputRoot.pets".
    void write(const std::string& model, const json::Value& schema, std::size_t indent,
               const std::string& input) {
        if (is_too_large()) return;
        if (const std::string_view reference = schema.text("$ref"); !reference.empty()) {
            return write_referred(model, reference, indent, input);
        }
        for (const std::string_view keyword : {"oneOf", "anyOf"}) {
            if (!schema.array(keyword).empty()) {
                return write(model, schema.array(keyword).front(), indent, input);
            }
        }
        const std::string_view type = type_of(schema);
        if (type == "object") return write_object(model, schema, indent, input);
        if (type == "array") return write_array(model, schema, indent, input);
        text_ += sample(schema, type);
    }

    bool is_too_large() const { return text_.size() > kTemplateBytesMax; }
    std::string take() { return std::move(text_); }

private:
    static std::string_view type_of(const json::Value& schema) {
        if (!schema.text("type").empty()) return schema.text("type");
        for (const json::Value& type : schema.array("type")) {
            if (type.is_string() && type.as_string() != "null") return type.as_string();
        }
        if (schema.find("items") != nullptr) return "array";
        if (!schema.array("enum").empty()) return "string";
        return "object";
    }

    static std::string sample(const json::Value& schema, std::string_view type) {
        if (!schema.array("enum").empty()) return json::write(schema.array("enum").front());
        if (type == "integer" || type == "number") return "42";
        if (type == "boolean") return "true";
        return type == "null" ? "null" : R"("foo")";
    }

    /// A model within itself is left empty.
    void write_referred(const std::string& model, std::string_view reference, std::size_t indent,
                        const std::string& input) {
        const SchemaPlace place = schemas_.target_of(model, reference).value_or(SchemaPlace{});
        const json::Value* schema = schemas_.find(place);
        if (schema == nullptr || within_.size() >= kReferencesMax ||
            std::find(within_.begin(), within_.end(), place) != within_.end()) {
            text_ += "{ }";
            return;
        }
        within_.push_back(place);
        write(place.model, *schema, indent, input);
        within_.pop_back();
    }

    struct Property {
        std::string model;  ///< whose schema it stands in
        const json::Object::Member* member;
    };
    /// An object's properties, from its schema and from all that this consists of.
    struct Parts {
        std::vector<Property> properties;
        std::set<std::string_view> names;
        std::set<SchemaPlace> places;
    };

    void collect(const std::string& model, const json::Value& schema, Parts& parts) {
        if (const std::string_view reference = schema.text("$ref"); !reference.empty()) {
            const SchemaPlace place = schemas_.target_of(model, reference).value_or(SchemaPlace{});
            const json::Value* target = schemas_.find(place);
            if (target == nullptr || parts.places.size() >= kReferencesMax ||
                !parts.places.insert(place).second) {
                return;
            }
            return collect(place.model, *target, parts);
        }
        for (const auto& member : schema.object("properties")) {
            if (parts.names.insert(member.first).second) {
                parts.properties.push_back({model, &member});
            }
        }
        for (const json::Value& part : schema.array("allOf")) collect(model, part, parts);
    }

    void write_object(const std::string& model, const json::Value& schema, std::size_t indent,
                      const std::string& input) {
        Parts parts;
        collect(model, schema, parts);
        if (parts.properties.empty()) {
            text_ += "{ }";
            return;
        }
        text_ += "{";
        const char* separator = "\n";
        for (const Property& property : parts.properties) {
            const auto& [name, value] = *property.member;
            text_ += separator + std::string(indent + kIndent, ' ') + json::quote(name) + " : ";
            write(property.model, value, indent + kIndent, input + member(name));
            separator = ",\n";
        }
        text_ += "\n" + std::string(indent, ' ') + "}";
    }

    static std::string member(const std::string& name) {
        if (is_word(name, "_-")) return "." + name;
        return ".get(" + json::quote(name) + ")";
    }

    void write_array(const std::string& model, const json::Value& schema, std::size_t indent,
                     const std::string& input) {
        ++loops_;
        const std::string element = loops_ == 1 ? "$elem" : "$elem" + std::to_string(loops_);
        text_ += "[\n##Let this loop read the array of the input\n#foreach(" + element + " in " +
                 input + ")\n" + std::string(indent + kIndent, ' ');
        const json::Value* items = schema.find("items");
        if (items != nullptr && items->is_array() && !items->as_array().empty()) {
            items = &items->as_array().front();
        }
        const json::Value anything = json::Object{};
        write(model, items == nullptr ? anything : *items, indent + kIndent, element);
        text_ += "\n#if($foreach.hasNext),#end\n#end\n" + std::string(indent, ' ') + "]";
        --loops_;
    }

    ModelSchemas& schemas_;
    std::string text_;
    std::vector<SchemaPlace> within_;
    std::size_t loops_ = 0;  ///< Loops around the place that is being written.
};

}  // namespace

Result<std::string> model_template(ModelSchemas& schemas, const std::string& name) {
    const json::Value* schema = schemas.find({name, {}});
    if (schema == nullptr) return invalid("Model schema of " + name + " is not JSON");
    TemplateWriter writer(schemas, name);
    writer.write(name, *schema, 0, "$inputRoot");
    if (writer.is_too_large()) return invalid("The template of the model is too large");
    return "#set($inputRoot = $input.path('$'))\n" + writer.take();
}

}  // namespace turnpike::service
