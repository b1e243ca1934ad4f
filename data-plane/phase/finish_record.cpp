#include "data-plane/phase/finish_record.hpp"

#include "data-plane/phase/describe.hpp"

namespace turnpike::phase {

pipeline::Outcome finish_record(pipeline::Exchange& exchange) {
    if (!exchange.record) return pipeline::Outcome::Continue;
    model::StringMap fields;
    for (const net::ResponseField& field : exchange.method_response.fields.span()) {
        fields.emplace_back(field.name, field.value);
    }
    describe_end(exchange, *exchange.record, exchange.writer.status(), fields);
    return pipeline::Outcome::Continue;
}

}  // namespace turnpike::phase
