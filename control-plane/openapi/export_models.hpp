#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/json/value.hpp"
#include "control-plane/openapi/export.hpp"

namespace turnpike::openapi {

/// "application/json", with parameters or not, and whatever ends with "+json".
bool is_json_content_type(std::string_view content_type);

/// The models of a deployment as schemas of one document. References between models, which are
/// stored as absolute addresses, become references within the document, and for OpenAPI 3.0 the
/// type "null" becomes `nullable`. Thread: one.
class ExportedModels {
public:
    /// `models`: in the shape of the contract's Model.
    ExportedModels(const json::Array& models, ExportType type);

    /// {"$ref": "#/definitions/Pet"}; the model is in schemas() from then on.
    json::Value reference(const std::string& name);
    /// Is there a schema to refer to? Not for models that are written in something else than JSON.
    bool is_schema(const std::string& name) const;

    /// By name: everything that was referred to, and every other model but the built-in ones, which
    /// each API has without having asked for them.
    json::Object schemas() const;

private:
    void use(const std::string& name);
    std::string local_reference(const std::string& reference, const std::string& owner) const;
    void translate(json::Value& schema, const std::string& owner) const;

    ExportType type_;
    std::string prefix_;  // where the document keeps its schemas
    std::map<std::string, json::Value, std::less<>> schemas_;   // as stored, by name
    std::map<std::string, json::Value, std::less<>> exported_;  // rewritten, what is used
    std::map<std::string, std::string, std::less<>> foreign_;   // content types of other models
};

}  // namespace turnpike::openapi
