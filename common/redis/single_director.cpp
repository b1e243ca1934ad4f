#include "common/redis/single_director.hpp"

namespace turnpike::redis {

SingleDirector::SingleDirector(const Surroundings& surroundings, const Address& address,
                               const Options& options)
    : link_(std::make_shared<ServerLink>(surroundings, address,
                                         Terms{.connect_timeout = options.connect_timeout,
                                               .needs_master = false,
                                               .keeps_bytes = false},
                                         *this)) {}

void SingleDirector::stop(const Error& error) {
    for (Request& request : link_->close(error)) request.answer(error);
}

}  // namespace turnpike::redis
