#include "data-plane/transform/cache_key.hpp"

#include "common/base/text.hpp"
#include "common/http/header_writer.hpp"
#include "data-plane/transform/parameter_value.hpp"

namespace turnpike::transform {
namespace {

using pipeline::ArenaText;
using pipeline::Exchange;
using snapshot::ParameterSource;
using Kind = ParameterSource::Kind;

constexpr char kEndOfValues = ';';

void append_value(ArenaText& key, std::string_view value) {
    char digits[20];
    key += http::write_decimal(value.size(), digits);
    key += ':';
    key += value;
}

void append_query(Exchange& exchange, const ParameterSource& source, ArenaText& key) {
    const bool wants_all = source.kind == Kind::QueryAll;
    std::string_view last;
    bool is_there = false;
    for_each_query_value(exchange, source.name, [&](std::string_view value) {
        if (wants_all) append_value(key, value);
        last = value;
        is_there = true;
    });
    if (is_there && !wants_all) append_value(key, last);
}

void append_fields(const Exchange& exchange, const ParameterSource& source, ArenaText& key) {
    const http::FieldList& fields = exchange.head().fields();
    if (source.known != http::KnownHeader::Unknown &&
        (is_hidden(source.known) || !fields.contains(source.known))) {
        return;
    }
    const bool wants_all = source.kind == Kind::HeaderAll;
    std::string_view last;
    bool is_there = false;
    for (const http::Field field : fields) {
        if (!equals_ignoring_case(field.name, source.name)) continue;
        if (wants_all) append_value(key, field.value);
        last = field.value;
        is_there = true;
    }
    if (is_there && !wants_all) append_value(key, last);
}

void append_values(Exchange& exchange, const ParameterSource& source, ArenaText& key) {
    switch (source.kind) {
        case Kind::QueryLast:
        case Kind::QueryAll:
            append_query(exchange, source, key);
            break;
        case Kind::HeaderLast:
        case Kind::HeaderAll:
            append_fields(exchange, source, key);
            break;
        default: {
            // Absent is a null view for all other sources.
            const std::string_view value = value_of(exchange, source);
            if (value.data() != nullptr) append_value(key, value);
        }
    }
    key += kEndOfValues;
}

}  // namespace

std::string_view cache_key(Exchange& exchange, const snapshot::MethodCaching& caching) {
    ArenaText key(exchange.arena);
    key.reserve(caching.key_prefix.size() + 64);
    key += caching.key_prefix;
    append_value(key, exchange.http_method);
    for (const ParameterSource& source : exchange.integration().cache_key) {
        append_values(exchange, source, key);
    }
    return key.view();
}

}  // namespace turnpike::transform
