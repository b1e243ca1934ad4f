#include "common/redis/connection.hpp"

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <mutex>
#include <thread>

#include "common/redis/codec.hpp"
#include "common/redis/url.hpp"

namespace turnpike::redis {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Unix = asio::local::stream_protocol;
using AnySocket = asio::generic::stream_protocol::socket;
using SecureStream = asio::ssl::stream<AnySocket&>;

constexpr Milliseconds kBackoffFirst{50};
constexpr Milliseconds kBackoffMax{2000};
constexpr std::size_t kReadBytes = 64U * 1024U;

struct Pending {
    std::string bytes;
    SteadyTime deadline;
    Client::Callback callback;
    bool is_callers = true;  // false: part of logging in
};

}  // namespace

/// Everything below runs on `thread_`, except enqueue() and what it touches under `mutex_`.
struct Connection::Loop {
    enum class State : std::uint8_t { Connecting, Ready, BackingOff, Stopped };

    explicit Loop(Options given) : options(std::move(given)), address(parse_url(options.url)) {
        thread_ = std::thread([this] {
            connect();
            io_.run();
        });
    }

    ~Loop() {
        asio::post(io_, [this] { stop(); });
        thread_.join();
    }

    void enqueue(Command command, Milliseconds timeout, Client::Callback callback) {
        Pending pending{format(command), steady_now() + timeout, std::move(callback)};
        {
            const std::lock_guard lock(mutex_);
            if (waiting_count_ < options.pending_max) {
                ++waiting_count_;
                arrived_.push_back(std::move(pending));
                if (is_flush_posted_) return;
                is_flush_posted_ = true;
                asio::post(io_, [this] { flush(); });
                return;
            }
        }
        pending.callback(unavailable("too many Redis commands wait for an answer"));
    }

    bool is_connected() const { return connected_.load(std::memory_order_relaxed); }

    Options options;
    Result<Address> address;

private:
    // --- connecting ---

    void connect() {
        state_ = State::Connecting;
        if (!address) {
            fail(internal_error(address.error().message));
            return;
        }
        reader_ = std::make_unique<ReplyReader>();
        arm_deadline(steady_now() + options.connect_timeout);
        if (address->transport == Address::Transport::Unix) {
            connect_socket(Unix::endpoint(address->path));
            return;
        }
        resolver_.async_resolve(address->host, address->port,
                                [this, attempt = attempt_](auto error, auto endpoints) {
                                    if (attempt != attempt_) return;
                                    if (error) return lost("name look-up: " + error.message());
                                    endpoints_ = endpoints;
                                    connect_tcp(endpoints_.begin());
                                });
    }

    void connect_tcp(Tcp::resolver::results_type::const_iterator next) {
        if (next == endpoints_.end()) return lost("connection refused");
        plain_ = AnySocket(io_);
        const Tcp::endpoint endpoint = next->endpoint();
        plain_.async_connect(endpoint, [this, next, attempt = attempt_](auto error) mutable {
            if (attempt != attempt_) return;
            if (error) return connect_tcp(++next);
            boost::system::error_code ignored;
            plain_.set_option(Tcp::no_delay(true), ignored);
            if (address->transport == Address::Transport::Tls) return handshake();
            log_in();
        });
    }

    void connect_socket(const Unix::endpoint& endpoint) {
        plain_ = AnySocket(io_);
        plain_.async_connect(endpoint, [this, attempt = attempt_](auto error) {
            if (attempt != attempt_) return;
            if (error) return lost(error.message());
            log_in();
        });
    }

    void handshake() {
        boost::system::error_code error;
        tls_.set_default_verify_paths(error);
        secure_ = std::make_shared<SecureStream>(plain_, tls_);
        secure_->set_verify_mode(asio::ssl::verify_peer);
        secure_->set_verify_callback(asio::ssl::host_name_verification(address->host));
        SSL_set_tlsext_host_name(secure_->native_handle(), address->host.c_str());
        secure_->async_handshake(asio::ssl::stream_base::client,
                                 [this, attempt = attempt_, held = secure_](auto failed) {
                                     if (attempt != attempt_) return;
                                     if (failed) return lost("TLS: " + failed.message());
                                     log_in();
                                 });
    }

    void log_in() {
        std::vector<Command> commands;
        if (!address->password.empty()) {
            Command auth{"AUTH"};
            if (!address->user.empty()) auth.push_back(address->user);
            auth.push_back(address->password);
            commands.push_back(std::move(auth));
        }
        if (address->database != 0)
            commands.push_back({"SELECT", std::to_string(address->database)});
        // One that always answers: the server may accept connections long before it serves.
        commands.push_back({"PING"});
        log_in_left_ = commands.size();
        for (Command& command : commands) {
            outgoing_ += format(command);
            in_flight_.push_front({});
        }
        for (std::size_t i = 0; i < commands.size(); ++i) {
            in_flight_[i] = Pending{{},
                                    steady_now() + options.connect_timeout,
                                    [this](const Result<Reply>& reply) { logged_in(reply); },
                                    false};
        }
        read();
        write();
    }

    void logged_in(const Result<Reply>& reply) {
        if (state_ != State::Connecting) return;
        if (!reply) {
            // The first is the reason; what follows an AUTH that failed is only refused as well.
            if (log_in_problem_.empty()) log_in_problem_ = reply.error().detail;
            return;
        }
        if (--log_in_left_ > 0) return;
        state_ = State::Ready;
        backoff_ = kBackoffFirst;
        connected_.store(true, std::memory_order_relaxed);
        flush();
    }

    // --- talking ---

    void flush() {
        std::vector<Pending> arrived;
        {
            const std::lock_guard lock(mutex_);
            if (state_ == State::Connecting) return;  // again when it is ready, or has failed
            is_flush_posted_ = false;
            arrived.swap(arrived_);
        }
        if (state_ != State::Ready) {
            for (Pending& pending : arrived) answer(pending, unavailable(why_not_connected_));
            return;
        }
        for (Pending& pending : arrived) {
            outgoing_ += pending.bytes;
            pending.bytes.clear();
            in_flight_.push_back(std::move(pending));
        }
        arm_oldest();
        write();
    }

    void write() {
        if (is_writing_ || outgoing_.empty()) return;
        is_writing_ = true;
        writing_.swap(outgoing_);
        outgoing_.clear();
        const auto done = [this, attempt = attempt_, held = secure_](auto error, std::size_t) {
            if (attempt != attempt_) return;
            is_writing_ = false;
            if (error) return lost("write: " + error.message());
            write();
        };
        if (secure_) {
            asio::async_write(*secure_, asio::buffer(writing_), done);
        } else {
            asio::async_write(plain_, asio::buffer(writing_), done);
        }
    }

    void read() {
        const auto done = [this, attempt = attempt_, held = secure_](auto error,
                                                                     std::size_t bytes) {
            if (attempt != attempt_) return;
            if (error) return lost("read: " + error.message());
            take(bytes);
        };
        if (secure_) {
            secure_->async_read_some(asio::buffer(incoming_), done);
        } else {
            plain_.async_read_some(asio::buffer(incoming_), done);
        }
    }

    void take(std::size_t bytes) {
        const std::uint64_t attempt = attempt_;
        reader_->feed({incoming_.data(), bytes});
        while (auto reply = reader_->next()) {
            if (in_flight_.empty()) return lost("an answer without a question");
            Pending pending = std::move(in_flight_.front());
            in_flight_.pop_front();
            answer(pending, std::move(*reply));
            if (attempt != attempt_) return;  // the answer was that the log-in failed
        }
        if (reader_->failed()) return lost("the answer is not RESP");
        if (!log_in_problem_.empty()) return lost("log-in: " + log_in_problem_);
        arm_oldest();
        read();
    }

    void answer(Pending& pending, Result<Reply> reply) {
        if (pending.is_callers) {
            const std::lock_guard lock(mutex_);
            --waiting_count_;
        }
        if (pending.callback) pending.callback(std::move(reply));
    }

    // --- failing ---

    void arm_oldest() {
        if (in_flight_.empty()) {
            deadline_timer_.cancel();
            armed_ = SteadyTime::max();
            return;
        }
        arm_deadline(in_flight_.front().deadline);
    }

    void arm_deadline(SteadyTime deadline) {
        if (armed_ == deadline) return;
        armed_ = deadline;
        deadline_timer_.expires_at(deadline);
        deadline_timer_.async_wait([this, attempt = attempt_, deadline](auto error) {
            if (error || attempt != attempt_ || armed_ != deadline) return;
            fail(timed_out("Redis did not answer in time"));
        });
    }

    void lost(const std::string& reason) { fail(unavailable("Redis connection lost: " + reason)); }

    /// Drops the connection: answers are matched by order, so none can be trusted after a failure.
    void fail(const Error& error) {
        close();
        state_ = State::BackingOff;
        why_not_connected_ = error.detail;
        auto failed = std::move(in_flight_);
        in_flight_.clear();
        for (Pending& pending : failed) answer(pending, error);
        flush();
        retry_timer_.expires_after(backoff_);
        backoff_ = std::min(backoff_ * 2, kBackoffMax);
        retry_timer_.async_wait([this, attempt = attempt_](auto cancelled) {
            if (!cancelled && attempt == attempt_) connect();
        });
    }

    void close() {
        ++attempt_;
        connected_.store(false, std::memory_order_relaxed);
        boost::system::error_code ignored;
        resolver_.cancel();
        plain_.close(ignored);
        secure_.reset();
        deadline_timer_.cancel();
        armed_ = SteadyTime::max();
        outgoing_.clear();
        is_writing_ = false;
        log_in_problem_.clear();
    }

    void stop() {
        close();
        state_ = State::Stopped;
        why_not_connected_ = "Redis client stopped";
        auto failed = std::move(in_flight_);
        in_flight_.clear();
        for (Pending& pending : failed) answer(pending, unavailable(why_not_connected_));
        flush();
        retry_timer_.cancel();
        work_.reset();
    }

    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    Tcp::resolver resolver_{io_};
    Tcp::resolver::results_type endpoints_;
    AnySocket plain_{io_};
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    // Shared with the operations under way: a stream must not go before they are told.
    std::shared_ptr<SecureStream> secure_;
    asio::steady_timer deadline_timer_{io_};
    asio::steady_timer retry_timer_{io_};
    SteadyTime armed_ = SteadyTime::max();
    Milliseconds backoff_ = kBackoffFirst;
    std::uint64_t attempt_ = 0;  // grows when a connection is given up; late completions see it
    State state_ = State::Connecting;
    std::unique_ptr<ReplyReader> reader_;
    std::size_t log_in_left_ = 0;
    std::string log_in_problem_;
    std::string why_not_connected_;
    std::deque<Pending> in_flight_;
    std::string outgoing_;
    std::string writing_;
    bool is_writing_ = false;
    std::vector<char> incoming_ = std::vector<char>(kReadBytes);
    std::atomic<bool> connected_ = false;

    std::mutex mutex_;
    std::vector<Pending> arrived_;
    std::size_t waiting_count_ = 0;
    bool is_flush_posted_ = false;

    std::thread thread_;
};

Connection::Connection(Options options) : loop_(std::make_unique<Loop>(std::move(options))) {}
Connection::~Connection() = default;

const Options& Connection::options() const { return loop_->options; }

void Connection::enqueue(Command command, Milliseconds timeout, Client::Callback callback) {
    loop_->enqueue(std::move(command), timeout, std::move(callback));
}

bool Connection::is_connected() const { return loop_->is_connected(); }

}  // namespace turnpike::redis
