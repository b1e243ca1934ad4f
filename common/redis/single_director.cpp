#include "common/redis/single_director.hpp"

namespace turnpike::redis {

SingleDirector::SingleDirector(boost::asio::io_context& io, const Address& address,
                               const Options& options)
    : link_(std::make_shared<ServerLink>(io, address,
                                         Terms{.connect_timeout = options.connect_timeout,
                                               .needs_master = false,
                                               .keeps_bytes = false},
                                         *this)) {}

void SingleDirector::stop(const Error& error) {
    for (Request& request : link_->close(error)) request.answer(error);
}

}  // namespace turnpike::redis
