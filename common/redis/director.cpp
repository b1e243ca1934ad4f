#include "common/redis/director.hpp"

#include <utility>

#include "common/redis/cluster_director.hpp"
#include "common/redis/sentinel_director.hpp"
#include "common/redis/single_director.hpp"

namespace turnpike::redis {

std::unique_ptr<Director> make_director(const Surroundings& surroundings, Target target,
                                        const Options& options) {
    switch (target.kind) {
        case Target::Kind::Sentinel:
            return std::make_unique<SentinelDirector>(surroundings, std::move(target), options);
        case Target::Kind::Cluster:
            return std::make_unique<ClusterDirector>(surroundings, std::move(target), options);
        case Target::Kind::Single:
            break;
    }
    return std::make_unique<SingleDirector>(surroundings, target.addresses.front(), options);
}

}  // namespace turnpike::redis
