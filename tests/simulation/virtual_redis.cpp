#include "tests/simulation/virtual_redis.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/assert.hpp"

namespace turnpike::redis {

using test::Network;
using test::VirtualRedis;
using test::World;

namespace {

constexpr std::int64_t kSlowUs = 80'000;
constexpr std::int64_t kStallUs = 2'000'000;
constexpr std::int64_t kReconnectUs = 50'000;
/// Of the commands of one call, that they travel in two parts after one.
constexpr std::int64_t kSplitOneIn = 16;

}  // namespace

/// One client's connection. Events of the world hold what they need of it.
class ClientLoop {
public:
    explicit ClientLoop(Options options)
        : options_(std::move(options)), number_(server_.clients_made++) {
        server_.clients[number_] = this;
        is_connected_ = !server_.is_down();
        if (!is_connected_) reconnect();
    }
    ~ClientLoop() {
        server_.clients.erase(number_);
        line_->is_open = false;
        fail_all(unavailable("the client ends"));
    }
    ClientLoop(const ClientLoop&) = delete;
    ClientLoop& operator=(const ClientLoop&) = delete;

    VirtualRedis& server() { return server_; }
    Milliseconds reply_timeout() const { return options_.reply_timeout; }
    bool is_connected() const { return is_connected_; }
    struct Question {
        Command command;
        Client::Callback callback;
    };
    /// What is sent at once travels together.
    void send(std::vector<Question> questions, Milliseconds timeout);
    void break_off(const Error& why);

private:
    struct Line {
        bool is_open = true;
        bool is_cut = false;  ///< What is on its way is lost.
    };
    std::int64_t travel();
    struct Sent {
        std::uint64_t first_id;
        std::int64_t label;
        std::vector<Command> commands;
        std::shared_ptr<Line> line;
    };
    using Answers = std::vector<VirtualRedis::Answer>;
    static Answers execute(VirtualRedis& server, const Sent& sent);
    void arrive(const std::shared_ptr<const Sent>& sent);
    void await(std::uint64_t id, std::int64_t until_us);
    void give_up();
    bool is_pending(std::uint64_t id) const {
        return id >= first_pending_ && pending_[id - first_pending_];
    }
    void finish(std::uint64_t id, VirtualRedis::Answer answer);
    void fail_all(const Error& why);
    void reconnect();
    /// Unless the client is gone by then.
    template <typename Event>
    void after(std::int64_t delay_us, Event event) {
        world_.after(delay_us, [event = std::move(event), is_there = std::weak_ptr(alive_)] {
            if (!is_there.expired()) event();
        });
    }

    VirtualRedis& server_ = VirtualRedis::current();
    World& world_ = server_.world();
    const Options options_;
    const std::uint64_t number_;
    std::shared_ptr<char> alive_ = std::make_shared<char>();
    std::shared_ptr<Line> line_ = std::make_shared<Line>();
    bool is_connected_ = true;
    std::deque<Client::Callback> pending_;  ///< Empty ones are answered.
    std::uint64_t first_pending_ = 0;
    struct Deadline {
        std::uint64_t id;
        std::int64_t at_us;
    };
    std::deque<Deadline> deadlines_;
    std::int64_t last_arrival_us_ = 0;
    std::int64_t last_back_us_ = 0;
};

std::int64_t ClientLoop::travel() {
    const Network& network = server_.network;
    const bool is_slow = network.slow_one_in > 0 && world_.one_in(network.slow_one_in);
    return 20 + world_.upto(is_slow ? kSlowUs : network.delay_us_max);
}

void ClientLoop::send(std::vector<Question> questions, Milliseconds timeout) {
    auto sent = std::make_shared<Sent>();
    sent->first_id = first_pending_ + pending_.size();
    sent->label = server_.label;
    sent->line = line_;
    for (Question& question : questions) {
        pending_.push_back(std::move(question.callback));
        sent->commands.push_back(std::move(question.command));
    }
    const std::uint64_t last_id = sent->first_id + sent->commands.size() - 1;
    if (!is_connected_) {
        return after(0, [this, first = sent->first_id, last_id] {
            for (auto id = first; id <= last_id; ++id) finish(id, unavailable("not connected"));
        });
    }
    const Network& network = server_.network;
    const bool is_lost = network.lost_one_in > 0 && world_.one_in(network.lost_one_in);
    const bool stalls = network.stalled_one_in > 0 && world_.one_in(network.stalled_one_in);
    std::int64_t arrival = world_.now_us() + travel();
    if (stalls) arrival += world_.upto(kStallUs);
    last_arrival_us_ = std::max(last_arrival_us_, arrival);
    world_.after(last_arrival_us_ - world_.now_us(), [this, sent, &server = server_] {
        // A client that is gone does not keep Redis from what it was sent.
        if (sent->line->is_cut || server.is_down()) return;
        if (sent->line->is_open) return arrive(sent);
        (void)execute(server, *sent);
    });
    if (is_lost) after(travel(), [this] { break_off(unavailable("connection lost")); });
    await(last_id, world_.now_us() + Microseconds(timeout).count());
}

ClientLoop::Answers ClientLoop::execute(VirtualRedis& server, const Sent& sent) {
    Answers answers;
    answers.reserve(sent.commands.size());
    for (const Command& command : sent.commands) {
        answers.push_back(server.execute(command, sent.label));
    }
    return answers;
}

void ClientLoop::arrive(const std::shared_ptr<const Sent>& sent) {
    if (const std::int64_t rest = server_.frozen_for_us(); rest > 0) {
        return world_.after(rest, [this, sent, &server = server_] {
            if (server.is_down()) return;
            if (sent->line->is_open) return arrive(sent);
            (void)execute(server, *sent);
        });
    }
    auto answers = std::make_shared<Answers>(execute(server_, *sent));
    last_back_us_ = std::max(last_back_us_, world_.now_us() + travel());
    after(last_back_us_ - world_.now_us(), [this, sent, answers = std::move(answers)] {
        if (!sent->line->is_open) return;
        std::uint64_t id = sent->first_id;
        for (VirtualRedis::Answer& answer : *answers) finish(id++, std::move(answer));
    });
}

/// One event looks after all deadlines: those of one client are of the same length, and nearly all
/// are met.
void ClientLoop::await(std::uint64_t id, std::int64_t until_us) {
    TURNPIKE_ASSERT(deadlines_.empty() || deadlines_.back().at_us <= until_us);
    deadlines_.push_back({id, until_us});
    if (deadlines_.size() == 1) after(until_us - world_.now_us(), [this] { give_up(); });
}

void ClientLoop::give_up() {
    while (!deadlines_.empty()) {
        const Deadline first = deadlines_.front();
        if (is_pending(first.id)) {
            const std::int64_t left = first.at_us - world_.now_us();
            if (left > 0) return after(left, [this] { give_up(); });
            break_off(unavailable("no answer in time"));
        }
        deadlines_.pop_front();
    }
}

void ClientLoop::finish(std::uint64_t id, VirtualRedis::Answer answer) {
    if (!is_pending(id)) return;
    const Client::Callback callback = std::exchange(pending_[id - first_pending_], nullptr);
    for (; !pending_.empty() && !pending_.front(); ++first_pending_) pending_.pop_front();
    callback(std::move(answer));
}

void ClientLoop::fail_all(const Error& why) {
    first_pending_ += pending_.size();
    for (const auto& callback : std::exchange(pending_, {})) {
        if (callback) callback(why);
    }
}

void ClientLoop::break_off(const Error& why) {
    if (!is_connected_) return;
    is_connected_ = false;
    line_->is_open = false;
    line_->is_cut = world_.one_in(2);
    fail_all(why);
    reconnect();
}

void ClientLoop::reconnect() {
    after(kReconnectUs + travel(), [this] {
        if (server_.is_down()) return reconnect();
        line_ = std::make_shared<Line>();
        last_arrival_us_ = last_back_us_ = 0;
        is_connected_ = true;
    });
}

Client::Client(Options options) : loop_(std::make_unique<ClientLoop>(std::move(options))) {}
Client::~Client() = default;

void Client::send(Command command, Callback callback) {
    std::vector<ClientLoop::Question> one;
    one.push_back({std::move(command), std::move(callback)});
    loop_->send(std::move(one), loop_->reply_timeout());
}

Result<Reply> Client::call(Command command, Milliseconds timeout) {
    auto all = pipeline({std::move(command)}, timeout);
    if (!all) return all.error();
    return std::move(all->front());
}

Result<std::vector<Result<Reply>>> Client::pipeline(std::vector<Command> commands,
                                                    Milliseconds timeout) {
    loop_->server().on_step();
    std::vector<std::optional<Result<Reply>>> answers(commands.size());
    std::size_t left = commands.size();
    World& world = loop_->server().world();
    std::vector<ClientLoop::Question> together;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        together.push_back({std::move(commands[i]), [&answers, &left, i](Result<Reply> answer) {
                                answers[i].emplace(std::move(answer));
                                --left;
                            }});
        // Now and then others come in between.
        if (i + 1 < commands.size() && !world.one_in(kSplitOneIn)) continue;
        loop_->send(std::exchange(together, {}), timeout);
    }
    while (left > 0) TURNPIKE_ASSERT(world.run_next());
    loop_->server().on_step();
    std::vector<Result<Reply>> replies;
    bool has_any = false;
    for (auto& answer : answers) {
        has_any = has_any || answer->has_value();
        replies.push_back(*std::move(answer));
    }
    if (!has_any) return replies.front().error();
    return replies;
}

bool Client::is_connected() const { return loop_->is_connected(); }
std::uint16_t Client::slot_of(std::string_view) const { return 0; }
bool Client::is_slot_connected(std::uint16_t) const { return loop_->is_connected(); }
bool Client::is_same_server(std::uint16_t, std::uint16_t) const { return true; }

}  // namespace turnpike::redis

namespace turnpike::test {
namespace {

VirtualRedis* the_redis = nullptr;

}  // namespace

VirtualRedis::VirtualRedis(World& world, Commands commands)
    : world_(world), commands_(std::move(commands)) {
    TURNPIKE_ASSERT(the_redis == nullptr);
    the_redis = this;
}

VirtualRedis::~VirtualRedis() { the_redis = nullptr; }

VirtualRedis& VirtualRedis::current() {
    TURNPIKE_ASSERT(the_redis != nullptr);
    return *the_redis;
}

void VirtualRedis::kill(std::int64_t length_us) {
    down_until_us_ = world_.now_us() + length_us;
    wake_blocked();
    const auto connected = clients;
    for (const auto& [number, client] : connected) {
        if (clients.contains(number)) client->break_off(unavailable("Redis ended"));
    }
}

redis::Reply integer_reply(std::int64_t number) {
    redis::Reply reply;
    reply.kind = redis::Reply::Kind::Integer;
    reply.integer = number;
    return reply;
}

redis::Reply text_reply(std::string_view text) {
    redis::Reply reply;
    reply.kind = redis::Reply::Kind::Text;
    reply.text = text;
    return reply;
}

redis::Reply array_reply(std::vector<redis::Reply> elements) {
    redis::Reply reply;
    reply.kind = redis::Reply::Kind::Array;
    reply.elements = std::move(elements);
    return reply;
}

}  // namespace turnpike::test
