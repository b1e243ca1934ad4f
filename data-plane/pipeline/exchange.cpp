#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::pipeline {

Exchange::Exchange(const Services& its_services, net::Request& its_request,
                   net::ResponseWriter& its_writer)
    : services(its_services),
      request(its_request),
      writer(its_writer),
      integration_request(its_services.buffers),
      method_response(arena) {
    using http::KnownHeader;
    const http::FieldList& fields = its_request.head.fields();
    ids.assign(its_services.reactor.random(), its_request.received_date,
               fields.find(KnownHeader::XAmznRequestId), fields.find(KnownHeader::XAmznTraceId));
}

}  // namespace turnpike::pipeline
