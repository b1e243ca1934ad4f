#include "common/redis/sentinel_director.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/redis/limits.hpp"

namespace turnpike::redis {
namespace {

/// The server says that it is not, or not yet, the master.
bool says_no_master(const Error& error) {
    constexpr std::array<std::string_view, 4> kTold{"READONLY", "LOADING", "MASTERDOWN",
                                                    "UNBLOCKED"};
    return error.kind == Error::Kind::Internal &&
           std::ranges::any_of(
               kTold, [&error](std::string_view told) { return error.detail.starts_with(told); });
}

Address without_login(Address address) {
    address.user.clear();
    address.password.clear();
    address.database = 0;
    return address;
}

}  // namespace

SentinelDirector::SentinelDirector(const Surroundings& surroundings, Target target,
                                   const Options& options)
    : surroundings_(surroundings),
      target_(std::move(target)),
      options_(options),
      poll_timer_(surroundings.loop.make_timer([this] {
          if (!master_ && why_no_master_.empty()) give_up_waiting();
          poll();
      })) {}

void SentinelDirector::start() {
    const Terms terms{
        .connect_timeout = options_.connect_timeout, .needs_master = false, .keeps_bytes = false};
    for (const Address& address : target_.addresses) {
        // Most sentinels know no passwords; one that asks for it gets the URL's.
        sentinels_.push_back(
            {std::make_shared<ServerLink>(surroundings_, without_login(address), terms, *this),
             {},
             false});
    }
    for (const Sentinel& sentinel : sentinels_) sentinel.link->open();
    poll_timer_->expire_after(options_.connect_timeout);
}

void SentinelDirector::submit(Request request) {
    if (master_) {
        master_->submit(std::move(request));
    } else if (why_no_master_.empty()) {
        waiting_.push_back(std::move(request));
    } else {
        request.answer(unavailable(why_no_master_));
    }
}

void SentinelDirector::push() {
    if (master_) master_->push();
}

void SentinelDirector::stop(const Error& error) {
    is_stopped_ = true;
    set_connected(false);
    poll_timer_->cancel();
    for (const Sentinel& sentinel : sentinels_) {
        for (Request& request : sentinel.link->close(error)) request.answer(error);
    }
    if (master_) {
        for (Request& request : master_->close(error)) request.answer(error);
    }
    for (Request& request : std::exchange(waiting_, {})) request.answer(error);
}

void SentinelDirector::on_link_ready(ServerLink& link) {
    const std::size_t index = index_of(link);
    if (index < sentinels_.size()) return ask(index);
    set_connected(true);
}

void SentinelDirector::on_link_lost(ServerLink& link, const Error& error) {
    const std::size_t index = index_of(link);
    if (index >= sentinels_.size()) return set_connected(false);  // the sentinels tell what next
    Sentinel& sentinel = sentinels_[index];
    sentinel.choice.reset();
    const Address& known = target_.addresses[index];
    if (error.detail.find("NOAUTH") != std::string::npos && link.address().password.empty() &&
        !known.password.empty()) {
        Address with_login = known;
        with_login.database = 0;
        return link.use(std::move(with_login));
    }
    sentinel.has_failed = true;
    why_lost_ = error.detail;
    if (!master_ && std::ranges::all_of(sentinels_, &Sentinel::has_failed)) give_up_waiting();
}

void SentinelDirector::on_link_reply(ServerLink& link, Request request, Result<Reply> reply) {
    if (&link != master_.get() || reply || !says_no_master(reply.error())) {
        return request.answer(std::move(reply));
    }
    const Error error = unavailable("Redis is not the master: " + reply.error().detail);
    request.answer(error);
    link.restart(error);
}

void SentinelDirector::poll() {
    for (std::size_t i = 0; i < sentinels_.size(); ++i) {
        if (sentinels_[i].link->is_ready()) ask(i);
    }
    poll_timer_->expire_after(limits::kSentinelPoll);
}

void SentinelDirector::ask(std::size_t index) {
    auto address = std::make_shared<Reply>();
    const SteadyTime deadline = steady_now() + options_.connect_timeout;
    ServerLink& link = *sentinels_[index].link;
    Request question;
    question.bytes = format({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", target_.master_name});
    question.deadline = deadline;
    question.callback = [address](Result<Reply> reply) {
        if (reply) *address = *std::move(reply);
    };
    link.submit(std::move(question));
    Request more;
    more.bytes = format({"SENTINEL", "MASTER", target_.master_name});
    more.deadline = deadline;
    more.callback = [this, index, address](const Result<Reply>& reply) {
        if (!is_stopped_) heard(index, *address, reply);
    };
    link.submit(std::move(more));
    link.push();
}

void SentinelDirector::heard(std::size_t index, const Reply& address, const Result<Reply>& facts) {
    Sentinel& sentinel = sentinels_[index];
    sentinel.choice = facts ? parse_master(address, *facts) : std::nullopt;
    sentinel.has_failed = !sentinel.choice;
    if (sentinel.choice) return decide();
    why_lost_ = facts ? "a sentinel names no server" : facts.error().detail;
    if (!master_ && std::ranges::all_of(sentinels_, &Sentinel::has_failed)) give_up_waiting();
}

void SentinelDirector::decide() {
    const MasterChoice* best = nullptr;
    for (const Sentinel& sentinel : sentinels_) {
        if (!sentinel.choice) continue;
        const MasterChoice& choice = *sentinel.choice;
        const bool is_newer = best == nullptr || choice.epoch > best->epoch;
        const bool is_kept =
            best != nullptr && choice.epoch == best->epoch && endpoint_ == choice.endpoint;
        if (is_newer || is_kept) best = &choice;
    }
    if (best != nullptr && endpoint_ != best->endpoint) follow(best->endpoint);
}

void SentinelDirector::follow(const Endpoint& endpoint) {
    std::vector<Request> unsent = std::exchange(waiting_, {});
    if (master_) unsent = master_->close(unavailable("Redis has another master now"));
    set_connected(false);
    endpoint_ = endpoint;
    Address address = target_.addresses.front();
    address.host = endpoint.host;
    address.port = std::to_string(endpoint.port);
    master_ = std::make_shared<ServerLink>(surroundings_, std::move(address),
                                           Terms{.connect_timeout = options_.connect_timeout,
                                                 .needs_master = true,
                                                 .keeps_bytes = false},
                                           *this);
    master_->open();
    for (Request& request : unsent) {
        if (request.renew(steady_now())) {
            master_->submit(std::move(request));
        } else {
            request.answer(timed_out("Redis had no master in time"));
        }
    }
}

void SentinelDirector::give_up_waiting() {
    why_no_master_ = "no sentinel names a Redis master: " + why_lost_;
    for (Request& request : std::exchange(waiting_, {})) {
        request.answer(unavailable(why_no_master_));
    }
}

std::size_t SentinelDirector::index_of(const ServerLink& link) const {
    const auto found = std::ranges::find_if(
        sentinels_, [&link](const Sentinel& sentinel) { return sentinel.link.get() == &link; });
    return static_cast<std::size_t>(found - sentinels_.begin());
}

}  // namespace turnpike::redis
