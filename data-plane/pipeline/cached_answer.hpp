#pragma once

#include <memory>

#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::pipeline {

/// Makes a stored answer the one that the caller gets.
void answer_from_cache(Exchange& exchange, std::shared_ptr<const cache::Response> response);

/// Tells a caller who may not have the entry replaced, if the stage wants that.
void add_cache_warning(Exchange& exchange);

/// Whether the field tells of this request, not of the answer, so that it must not be stored.
bool is_of_this_request(const Exchange& exchange, const net::ResponseField& field);

}  // namespace turnpike::pipeline
