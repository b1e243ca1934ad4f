#include "data-plane/phase/integrate.hpp"

#include "data-plane/integration/http_call.hpp"
#include "data-plane/integration/mock_call.hpp"

namespace turnpike::phase {

worker::MaybeTask<pipeline::Outcome> integrate(pipeline::Exchange& exchange) {
    if (exchange.integration_request.origin) return integration::call_http(exchange);
    return integration::call_mock(exchange);
}

}  // namespace turnpike::phase
