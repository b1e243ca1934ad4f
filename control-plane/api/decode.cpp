#include "control-plane/api/decode.hpp"

#include "common/base/text.hpp"
#include "common/http/uri.hpp"
#include "control-plane/api/constraints.hpp"
#include "control-plane/api/convert.hpp"
#include "control-plane/api/limits.hpp"
#include "control-plane/api/text_check.hpp"

namespace turnpike::api {
namespace {

using Parameter = std::pair<std::string, std::string>;

/// Decoded query parameters in their order; those of a signature in the query are left out.
std::variant<std::vector<Parameter>, Failure> read_query(std::string_view query) {
    std::vector<Parameter> result;
    http::QueryParameters parameters(query);
    while (const auto parameter = parameters.next()) {
        std::optional<std::string> name = parameter->name();
        std::optional<std::string> value = parameter->value();
        if (!name || !value) return bad_request("Invalid percent-encoding in the query string");
        if (!is_storable_text(*name) || !is_storable_text(*value)) {
            return bad_request("Invalid characters in the query string");
        }
        if (equals_ignoring_case(std::string_view(*name).substr(0, 6), "x-amz-")) continue;
        result.emplace_back(std::move(*name), std::move(*value));
    }
    return result;
}

/// Puts the members of one request together.
class Decoder {
public:
    Decoder(const Match& match, const RequestParts& parts)
        : operation_(*match.operation), match_(match), parts_(parts) {}

    std::variant<json::Value, Failure> run() {
        read_body();
        if (!failure_) read_parameters();
        if (!failure_) check();
        if (failure_) return std::move(*failure_);
        return std::move(input_);
    }

private:
    void read_body() {
        if (operation_.input == kNoShape) return;
        if (!operation_.input_payload.empty()) {
            if (!parts_.body.empty()) input_.as_object().set(operation_.input_payload, parts_.body);
            return;
        }
        if (parts_.body.empty()) return;
        Result<json::Value> parsed = json::parse(
            parts_.body, {.depth_max = limits::kJsonDepthMax, .bytes_max = limits::kBodyBytesMax});
        if (!parsed) {
            failure_ = serialization_failure("The request body is not valid JSON: " +
                                             parsed.error().detail);
            return;
        }
        if (parsed->is_null()) return;
        Converted converted = convert(shape(operation_.input), std::move(*parsed));
        if (take_mismatch(converted)) return;
        input_ = std::get<json::Value>(std::move(converted));
    }

    void read_parameters() {
        auto query = read_query(parts_.query);
        if (auto* failure = std::get_if<Failure>(&query)) {
            failure_ = std::move(*failure);
            return;
        }
        query_ = std::get<std::vector<Parameter>>(std::move(query));
        std::size_t path_index = 0;
        for (const Member& member : parameters(operation_)) {
            if (failure_) return;
            if (member.location == Location::Path) {
                set_text(member, match_.path_values[path_index++]);
            } else if (member.location == Location::Header) {
                read_header(member);
            } else {
                read_query_member(member);
            }
        }
    }

    void read_header(const Member& member) {
        for (const access::HeaderField& field : parts_.fields) {
            if (!equals_ignoring_case(field.name, member.wire)) continue;
            if (is_storable_text(field.value)) return set_text(member, field.value);
            failure_ = bad_request("Invalid characters in a header");
            return;
        }
    }

    void read_query_member(const Member& member) {
        const Shape& type = shape(member.shape);
        if (type.kind == Kind::Map) return read_flattened_map(member);
        if (type.kind == Kind::List) return read_repeated(member, shape(type.element));
        for (const auto& [name, value] : query_) {
            if (name != member.wire) continue;
            // An empty number or flag is as good as none; the first of repeated ones counts.
            if (value.empty() && type.kind != Kind::String) return;
            return set_text(member, value);
        }
    }

    void read_repeated(const Member& member, const Shape& element) {
        json::Array items;
        for (const auto& [name, value] : query_) {
            if (name != member.wire) continue;
            Converted converted = convert_text(element, value);
            if (take_mismatch(converted)) return;
            items.push_back(std::get<json::Value>(std::move(converted)));
        }
        if (!items.empty()) input_.as_object().append(std::string(member.name), std::move(items));
    }

    /// Every parameter that is not a member of its own is an entry; one that is repeated is a list
    /// with commas, which is how the operations that take such maps write lists.
    void read_flattened_map(const Member& member) {
        json::Object entries;
        for (const auto& [name, value] : query_) {
            if (is_own_parameter(name)) continue;
            if (json::Value* given = entries.find(name)) {
                given->as_string() += ',' + value;
            } else {
                entries.append(name, value);
            }
        }
        if (!entries.empty())
            input_.as_object().append(std::string(member.name), std::move(entries));
    }

    bool is_own_parameter(std::string_view name) const {
        if (operation_.fixed_query.substr(0, operation_.fixed_query.find('=')) == name) return true;
        const auto all = parameters(operation_);
        return std::any_of(all.begin(), all.end(), [name](const Member& other) {
            return other.location == Location::Query && other.wire == name &&
                   shape(other.shape).kind != Kind::Map;
        });
    }

    void set_text(const Member& member, std::string_view text) {
        Converted converted = convert_text(shape(member.shape), text);
        if (take_mismatch(converted)) return;
        input_.as_object().set(member.name, std::get<json::Value>(std::move(converted)));
    }

    bool take_mismatch(Converted& converted) {
        auto* mismatch = std::get_if<TypeMismatch>(&converted);
        if (mismatch == nullptr) return false;
        failure_ = serialization_failure(std::move(mismatch->message));
        return true;
    }

    /// Members of the body first, then those of the path and the query, as the service lists them.
    void check() {
        ConstraintCheck constraints;
        if (operation_.input != kNoShape && operation_.input_payload.empty()) {
            constraints.check_structure(shape(operation_.input), input_, input_path(operation_));
        } else if (operation_.input != kNoShape) {
            const Member payload{.name = operation_.input_payload,
                                 .wire = {},
                                 .shape = operation_.input,
                                 .location = Location::Payload,
                                 .required = true};
            constraints.check_member(payload, input_,
                                     input_path(operation_) + '.' + path_name(payload.name));
        }
        for (const Member& member : parameters(operation_)) {
            constraints.check_member(member, input_, path_name(member.name));
        }
        failure_ = constraints.failure(operation_.contract);
    }

    const Operation& operation_;
    const Match& match_;
    const RequestParts& parts_;
    std::vector<Parameter> query_;
    json::Value input_{json::Object{}};
    std::optional<Failure> failure_;
};

}  // namespace

std::variant<json::Value, Failure> decode(const Match& match, const RequestParts& parts) {
    return Decoder(match, parts).run();
}

}  // namespace turnpike::api
