#include <algorithm>

#include "control-plane/service/model_schema.hpp"

namespace turnpike::service {

namespace {

/// Schemas that refer to others twice at each level double with each; this ends it.
constexpr std::size_t kInlinedBytesMax = 4U << 20U;
/// What is within more references than this is named instead of inlined.
constexpr std::size_t kReferencesMax = 32;
constexpr std::string_view kReference = "$ref";
constexpr std::string_view kDefinitions = "definitions";

/// One flattening. The references of the model itself into itself stay as they are, since its own
/// schema stays around them.
class Flattener {
public:
    Flattener(ModelSchemas& schemas, const std::string& root) : schemas_(schemas), root_(root) {}

    Result<json::Value> run() {
        const json::Value* schema = schemas_.find({root_, {}});
        if (schema == nullptr) return invalid("Model schema of " + root_ + " is not JSON");
        json::Value flat = *schema;
        expand(root_, flat);
        // Definitions may ask for further ones while they are written.
        for (std::size_t done = 0; done < named_.size() && !is_too_large(); ++done) {
            const SchemaPlace place = named_[done];
            within_.assign(1, place);
            json::Value& definitions = flat[kDefinitions];
            if (!definitions.is_object()) definitions = json::Object{};
            definitions.as_object().append(names_.at(place), inlined(place));
        }
        if (is_too_large()) return invalid("The flattened model is too large");
        return flat;
    }

private:
    bool is_too_large() const { return bytes_ > kInlinedBytesMax; }

    /// `schema` is a part of `model`'s.
    void expand(const std::string& model, json::Value& schema) {
        const std::string reference(schema.text(kReference));
        if (reference.empty()) {
            for (json::Value* below : subschemas(schema)) expand(model, *below);
        } else if (auto referred = referred_schema(model, reference)) {
            schema = *std::move(referred);
        }
    }

    /// What stands in the place of a reference; nothing: it stays.
    std::optional<json::Value> referred_schema(const std::string& model,
                                               std::string_view reference) {
        const auto place = schemas_.target_of(model, reference);
        if (!place || schemas_.find(*place) == nullptr) return std::nullopt;
        if (place->model == root_) return pointing_to(place->pointer);
        const auto named = names_.find(*place);
        if (named != names_.end()) return definition(named->second);
        const bool is_within = std::find(within_.begin(), within_.end(), *place) != within_.end();
        if (is_within || within_.size() >= kReferencesMax) return definition(add_name(*place));
        within_.push_back(*place);
        json::Value schema = inlined(*place);
        within_.pop_back();
        return schema;
    }

    /// Without what only makes sense at the top of a schema of its own.
    json::Value inlined(const SchemaPlace& place) {
        const json::Value& original = *schemas_.find(place);
        bytes_ += json::write(original).size();
        if (is_too_large()) return json::Object{};
        json::Value schema = original;
        if (place.pointer.empty() && schema.is_object()) {
            schema.as_object().erase("$schema");
            schema.as_object().erase(kDefinitions);
        }
        expand(place.model, schema);
        return schema;
    }

    static json::Value pointing_to(const std::string& pointer) {
        return json::Object{{std::string(kReference), "#" + pointer}};
    }
    static json::Value definition(const std::string& name) {
        return pointing_to("/definitions/" + name);
    }

    /// A name that the schema's own definitions have not.
    const std::string& add_name(const SchemaPlace& place) {
        std::string name = place.model;
        for (const char c : place.pointer) name += c == '/' || c == '~' || c == '%' ? '_' : c;
        const json::Value* own = schemas_.find({root_, "/definitions"});
        while ((own != nullptr && own->find(name) != nullptr) || !taken_.insert(name).second) {
            name += '_';
        }
        named_.push_back(place);
        return names_[place] = name;
    }

    ModelSchemas& schemas_;
    std::string root_;
    std::vector<SchemaPlace> within_;  ///< What is being inlined at the moment, outermost first.
    std::vector<SchemaPlace> named_;   ///< What becomes a definition, in the order of its naming.
    std::map<SchemaPlace, std::string> names_;
    std::set<std::string> taken_;
    std::size_t bytes_ = 0;  ///< of all that was inlined, as texts
};

}  // namespace

Result<std::string> flattened_schema(ModelSchemas& schemas, const std::string& name) {
    const auto flat = Flattener(schemas, name).run();
    if (!flat) return flat.error();
    return json::write(*flat);
}

}  // namespace turnpike::service
