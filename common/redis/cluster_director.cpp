#include "common/redis/cluster_director.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "common/base/text.hpp"
#include "common/redis/limits.hpp"

namespace turnpike::redis {
namespace {

/// The server cannot serve this slot now, and nothing was executed.
bool says_unavailable(std::string_view detail) {
    constexpr std::array<std::string_view, 5> kTold{"CLUSTERDOWN", "READONLY", "LOADING",
                                                    "MASTERDOWN", "UNBLOCKED"};
    return std::ranges::any_of(
        kTold, [detail](std::string_view told) { return detail.starts_with(told); });
}

Endpoint endpoint_at(const Address& address) {
    const auto port = parse_integer(address.port);
    return {address.host, static_cast<std::uint16_t>(port.value_or(0))};
}

}  // namespace

ClusterDirector::ClusterDirector(const Surroundings& surroundings, Target target,
                                 const Options& options)
    : surroundings_(surroundings),
      target_(std::move(target)),
      options_(options),
      refresh_timer_(surroundings.loop.make_timer([this] { refresh(); })),
      delay_timer_(surroundings.loop.make_timer([this] {
          for (Request& delayed : std::exchange(delayed_, {})) resubmit(std::move(delayed));
      })) {
    for (auto& owner : told_owners_) owner.store(kNobody, std::memory_order_relaxed);
}

void ClusterDirector::start() { refresh(); }

void ClusterDirector::push() {
    for (const auto& [endpoint, link] : links_) link->push();
}

void ClusterDirector::stop(const Error& error) {
    is_stopped_ = true;
    set_connected(false);
    for (auto& connected : told_connected_) connected.store(false, std::memory_order_relaxed);
    refresh_timer_->cancel();
    delay_timer_->cancel();
    for (const auto& [endpoint, link] : links_) {
        for (Request& request : link->close(error)) request.answer(error);
    }
    for (Request& request : std::exchange(waiting_, {})) request.answer(error);
    for (Request& request : std::exchange(delayed_, {})) request.answer(error);
}

void ClusterDirector::update_connected() {
    bool has_one = false;
    bool has_lost = false;
    for (const auto& [endpoint, link] : links_) {
        if (!map_.has_master(endpoint)) continue;
        has_lost = has_lost || link->is_lost();
        has_one = has_one || link->is_ready();
    }
    set_connected(has_one && !has_lost);
    for (std::size_t i = 0; i < map_.masters().size(); ++i) {
        // One that had nothing to do yet is as good as connected.
        const auto found = links_.find(map_.masters()[i]);
        const bool may_be_asked = found == links_.end() || found->second->is_ready();
        told_connected_[i].store(may_be_asked, std::memory_order_relaxed);
    }
}

void ClusterDirector::tell_owner(std::uint16_t slot) {
    const Endpoint* const owner = map_.owner(slot);
    const auto index = owner ? owner - map_.masters().data() : std::ptrdiff_t{kNobody};
    told_owners_[slot].store(static_cast<std::uint16_t>(index), std::memory_order_relaxed);
}

bool ClusterDirector::is_slot_connected(std::uint16_t slot) const {
    const std::uint16_t owner = server_of(slot);
    return owner != kNobody && told_connected_[owner].load(std::memory_order_relaxed);
}

void ClusterDirector::on_link_ready(ServerLink&) { update_connected(); }

void ClusterDirector::on_link_lost(ServerLink& link, const Error&) {
    const Endpoint endpoint = endpoint_of(link);
    if (map_version_ != 0 && !map_.has_master(endpoint)) {
        for (Request& request : link.close(unavailable("Redis connection lost"))) {
            resubmit(std::move(request));
        }
        links_.erase(endpoint);
    }
    update_connected();
    if (!is_stopped_) refresh_after(Milliseconds(0));
}

// --- the slot map ---

void ClusterDirector::refresh_after(Milliseconds delay) {
    const SteadyTime now = steady_now();
    const SteadyTime at = std::max(now + delay, last_refresh_ + limits::kMapRefreshLeast);
    if (is_stopped_ || is_refreshing_ || at >= refresh_at_) return;
    refresh_at_ = at;
    refresh_timer_->expire_at(at);
}

void ClusterDirector::refresh() {
    if (is_refreshing_) return;
    is_refreshing_ = true;
    refresh_at_ = SteadyTime::max();
    last_refresh_ = steady_now();
    // Last first: masters that answer, other masters, then the servers of the URL.
    to_ask_.clear();
    for (const Address& address : target_.addresses) to_ask_.push_back(endpoint_at(address));
    std::ranges::reverse(to_ask_);
    std::vector<Endpoint> ready;
    for (const Endpoint& master : map_.masters()) {
        const auto found = links_.find(master);
        const bool is_ready = found != links_.end() && found->second->is_ready();
        (is_ready ? ready : to_ask_).push_back(master);
    }
    // Another one each time, so that a server that is behind does not keep us behind.
    if (!ready.empty()) {
        const auto first = static_cast<std::ptrdiff_t>(map_reads_++ % ready.size());
        std::ranges::rotate(ready, ready.begin() + first);
    }
    to_ask_.insert(to_ask_.end(), ready.begin(), ready.end());
    ++reading_;
    asked_ = 0;
    // Everybody waits for the first map: a server that hangs is not to delay it.
    do {
        ask_next();
    } while (map_version_ == 0 && !to_ask_.empty());
}

void ClusterDirector::ask_next() {
    const Endpoint endpoint = to_ask_.back();
    to_ask_.pop_back();
    Request question;
    question.bytes = format({"CLUSTER", "SLOTS"});
    question.callback = [this, endpoint, reading = reading_](const Result<Reply>& reply) {
        // Not from within the link, which may be dropped then.
        if (is_stopped_) return;
        auto shared = std::make_shared<Result<Reply>>(reply);
        surroundings_.loop.soon([this, endpoint, shared, reading, there = std::weak_ptr(alive_)] {
            if (there.expired() || is_stopped_) return;
            if (is_refreshing_ && reading == reading_) heard(endpoint, *shared);
        });
    };
    ++asked_;
    ServerLink& link = link_to(endpoint);
    // Behind a command that blocks it waits without being the reason to give the connection up.
    question.deadline = std::max(steady_now(), link.busy_until()) + options_.connect_timeout;
    link.submit(std::move(question));
    link.push();
}

void ClusterDirector::heard(const Endpoint& asked, const Result<Reply>& reply) {
    Result<SlotMap> map = reply ? SlotMap::parse(*reply, asked) : Result<SlotMap>(reply.error());
    if (!map) {
        why_not_read_ = map.error().detail + map.error().message;
        --asked_;
        if (!to_ask_.empty()) return ask_next();
        if (asked_ > 0) return;
        is_refreshing_ = false;
        if (map_version_ == 0) give_up_waiting(why_not_read_);
        return refresh_after(limits::kMapRefreshAway);
    }
    is_refreshing_ = false;
    install(*std::move(map));
    update_connected();
    refresh_after(is_connected() ? limits::kMapRefresh : limits::kMapRefreshAway);
}

void ClusterDirector::install(SlotMap map) {
    // The same map keeps its order of masters, which a SCAN under way counts on.
    if (map_version_ == 0 || !map.is_same(map_)) {
        ++map_version_;
        map_ = std::move(map);
        for (std::uint16_t slot = 0; slot < kSlots; ++slot) tell_owner(slot);
    }
    why_no_map_.clear();
    std::vector<Request> unsent = std::exchange(waiting_, {});
    for (auto at = links_.begin(); at != links_.end();) {
        const std::shared_ptr<ServerLink> link = at->second;
        if (map_.has_master(at->first)) {
            ++at;
            continue;
        }
        std::ranges::move(link->retire(), std::back_inserter(unsent));
        // One that still owes answers goes with the next reading, or when it is lost.
        at = link->is_idle() ? links_.erase(at) : std::next(at);
        if (link->is_idle()) link->close(unavailable("Redis server is not a master any more"));
    }
    for (Request& request : unsent) resubmit(std::move(request));
}

void ClusterDirector::give_up_waiting(const std::string& reason) {
    why_no_map_ = "no server of the Redis Cluster tells its slots: " + reason;
    for (Request& request : std::exchange(waiting_, {})) request.answer(unavailable(why_no_map_));
}

// --- commands ---

void ClusterDirector::submit(Request request) {
    if (map_version_ == 0) {
        if (why_no_map_.empty()) return waiting_.push_back(std::move(request));
        return request.answer(unavailable(why_no_map_));
    }
    std::string problem;
    const Endpoint* const endpoint = choose(request, problem);
    if (endpoint == nullptr) return request.answer(unavailable(problem));
    link_to(*endpoint).submit(std::move(request));
}

void ClusterDirector::resubmit(Request request) {
    if (!request.callback) return;  // ASKING: its command comes with it, and finds the new owner
    if (!request.renew(steady_now())) {
        return request.answer(timed_out("Redis Cluster had no server for it in time"));
    }
    submit(std::move(request));
    push();
}

const Endpoint* ClusterDirector::choose(Request& request, std::string& problem) {
    if (request.scan) {
        if (request.scan->map_version == 0) request.scan->map_version = map_version_;
        const bool is_same = request.scan->map_version == map_version_;
        if (!is_same || request.scan->master >= map_.masters().size()) {
            problem = "the cluster changed during SCAN, which is to begin again";
            return nullptr;
        }
        return &map_.masters()[request.scan->master];
    }
    const Endpoint* const found = request.slot ? map_.owner(*request.slot) : choose_any();
    if (found == nullptr) problem = "no server of the Redis Cluster has this slot";
    return found;
}

const Endpoint* ClusterDirector::choose_any() const {
    const std::vector<Endpoint>& masters = map_.masters();
    for (const Endpoint& master : masters) {
        const auto found = links_.find(master);
        if (found != links_.end() && found->second->is_ready()) return &master;
    }
    for (const Endpoint& master : masters) {
        const auto found = links_.find(master);
        if (found == links_.end() || !found->second->is_lost()) return &master;
    }
    return masters.empty() ? nullptr : &masters.front();
}

void ClusterDirector::on_link_reply(ServerLink& link, Request request, Result<Reply> reply) {
    if (reply) {
        if (request.scan) return answer_scan(std::move(request), std::move(reply));
        return request.answer(std::move(reply));
    }
    const std::string& detail = reply.error().detail;
    if (!request.callback) return;
    if (const auto redirection = parse_redirection(detail, endpoint_of(link))) {
        return redirect(*redirection, std::move(request));
    }
    if (detail.starts_with("TRYAGAIN")) return try_again(std::move(request));
    if (says_unavailable(detail)) {
        refresh_after(limits::kMapRefreshLeast);
        return request.answer(unavailable("Redis Cluster: " + detail));
    }
    request.answer(std::move(reply));
}

void ClusterDirector::redirect(const Redirection& redirection, Request request) {
    if (redirection.is_moved) {
        map_.move(redirection.slot, redirection.to);
        ++map_version_;
        tell_owner(redirection.slot);
        update_connected();
        refresh_after(Milliseconds(0));
    }
    if (++request.redirections > limits::kRedirectionsMax) {
        return request.answer(unavailable("Redis Cluster redirects without an end"));
    }
    if (!request.renew(steady_now())) {
        return request.answer(timed_out("Redis Cluster redirected too late"));
    }
    if (links_.size() >= limits::kMastersMax && !links_.contains(redirection.to)) {
        return request.answer(unavailable("Redis Cluster has too many servers"));
    }
    ServerLink& link = link_to(redirection.to);
    if (!redirection.is_moved) {
        Request asking;
        asking.bytes = format({"ASKING"});
        asking.deadline = request.deadline;
        link.submit(std::move(asking));
    }
    link.submit(std::move(request));
    link.push();
}

void ClusterDirector::try_again(Request request) {
    if (++request.tries > limits::kTryAgainMax) {
        return request.answer(unavailable("Redis Cluster: the slot is being moved"));
    }
    delayed_.push_back(std::move(request));
    if (delayed_.size() > 1) return;  // the timer runs
    delay_timer_->expire_after(limits::kTryAgainAfter);
}

void ClusterDirector::answer_scan(Request request, Result<Reply> reply) {
    const bool has_form = reply->elements.size() == 2;
    if (!has_form) return request.answer(internal_error("SCAN gave no page"));
    ScanCursor next = *request.scan;
    next.at = reply->elements[0].text;
    if (next.at == "0") ++next.master;
    if (next.map_version != map_version_) {
        return request.answer(unavailable("the cluster changed during SCAN"));
    }
    const bool is_end = next.master >= map_.masters().size();
    reply->elements[0].text = is_end ? "0" : next.text();
    request.answer(std::move(reply));
}

ServerLink& ClusterDirector::link_to(const Endpoint& endpoint) {
    std::shared_ptr<ServerLink>& link = links_[endpoint];
    if (!link) {
        Address address = target_.addresses.front();
        address.host = endpoint.host;
        address.port = std::to_string(endpoint.port);
        link = std::make_shared<ServerLink>(surroundings_, std::move(address),
                                            Terms{.connect_timeout = options_.connect_timeout,
                                                  .needs_master = false,
                                                  .keeps_bytes = true},
                                            *this);
        link->open();
    }
    link->revive();
    return *link;
}

Endpoint ClusterDirector::endpoint_of(const ServerLink& link) const {
    return endpoint_at(link.address());
}

}  // namespace turnpike::redis
