#include "control-plane/api/connection.hpp"

#include "common/http/header_writer.hpp"
#include "common/http/message.hpp"
#include "control-plane/api/limits.hpp"

namespace turnpike::api {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

int status_of(http::HeadProblem problem) {
    switch (problem) {
        case http::HeadProblem::TargetTooLong:
            return 414;
        case http::HeadProblem::HeaderTooLarge:
            return 431;
        case http::HeadProblem::UnsupportedTransferCoding:
            return 501;
        case http::HeadProblem::VersionNotSupported:
            return 505;
        default:
            return 400;
    }
}

/// As the service forms them: 15 characters of base64 and a filler.
std::string gateway_request_id(FastRandom& random) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string id(15, 'A');
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < id.size(); ++i) {
        if (i % 10 == 0) bits = random.next();
        id[i] = kAlphabet[bits & 63U];
        bits >>= 6U;
    }
    return id + '=';
}

void append(std::string& out, std::string_view name, std::string_view value) {
    // Our own names and checked values: nothing can be refused here.
    static_cast<void>(http::append_field(out, name, value));
}

}  // namespace

bool BodyBudget::take(std::size_t bytes) {
    const auto wanted = static_cast<std::int64_t>(bytes);
    if (free_.fetch_sub(wanted) >= wanted) return true;
    free_.fetch_add(wanted);
    return false;
}

void BodyBudget::give_back(std::size_t bytes) { free_.fetch_add(static_cast<std::int64_t>(bytes)); }

Connection::Connection(RequestHandler& handler, BodyBudget& budget, SteadyTime now,
                       std::string source_address)
    : handler_(handler),
      budget_(budget),
      source_address_(std::move(source_address)),
      deadline_(now + limits::kHeadTimeout) {}

Connection::~Connection() { budget_.give_back(reserved_); }

std::string Connection::receive(std::string_view input, SteadyTime now) {
    while (!input.empty() && state_ != State::Ending) {
        if (state_ == State::Waiting) {
            keep_for_later(input, now);
            break;
        }
        if (state_ == State::Head) {
            input = take_head(input, now);
        } else {
            input = state_ == State::Body ? take_body(input) : take_chunks(input);
        }
        if (must_end_) {
            end(now);
        } else if (state_ == State::Body && body_missing_ == 0) {
            finish_request(now);
        }
    }
    return std::exchange(output_, {});
}

std::string_view Connection::take_head(std::string_view input, SteadyTime now) {
    if (head_bytes_.empty()) deadline_ = now + limits::kHeadTimeout;
    // A head never needs more than its limits; what came with it must not be copied over and over.
    constexpr std::size_t kHeadBytesMax =
        limits::kHead.target_bytes_max + limits::kHead.header_bytes_max + 256;
    const std::size_t taken = std::min(input.size(), kHeadBytesMax - head_bytes_.size());
    head_bytes_.append(input.substr(0, taken));
    const http::ParseOutcome outcome = head_.parse(head_bytes_, limits::kHead);
    if (outcome.refused()) {
        refuse(outcome.problem);
        return {};
    }
    if (outcome.needs_more()) {
        if (head_bytes_.size() >= kHeadBytesMax) refuse(http::HeadProblem::HeaderTooLarge);
        return input.substr(taken);
    }
    const std::size_t beyond = head_bytes_.size() - outcome.consumed;
    head_bytes_.resize(outcome.consumed);
    head_.move_to(head_bytes_.data());
    begin_request(now);
    return input.substr(taken - beyond);
}

access::RequestHead Connection::signed_head() {
    fields_.clear();
    const http::FieldList& fields = head_.fields();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        fields_.push_back({fields[i].name, fields[i].value});
    }
    return {head_.method_text(), head_.target(), fields_};
}

void Connection::begin_request(SteadyTime now) {
    if (head_.expect() == http::RequestHead::Expect::Other) {
        return refuse(417, "Expectation failed");
    }
    if (head_.framing() == http::BodyFraming::Length &&
        head_.content_length() > limits::kBodyBytesMax) {
        return refuse(413, "Request entity too large");
    }
    if (const std::optional<Answer> refusal = handler_.precheck(signed_head())) {
        const bool keep_alive = head_.keeps_alive() && !head_.has_body();
        write(*refusal, keep_alive);
        must_end_ = !keep_alive;
        return wait_for_next(now);
    }
    if (head_.framing() == http::BodyFraming::Chunked) {
        state_ = State::Chunks;
    } else {
        state_ = State::Body;
        body_missing_ = head_.has_body() ? head_.content_length() : 0;
        if (!reserve(static_cast<std::size_t>(body_missing_))) return;
    }
    deadline_ = now + limits::kBodyTimeout;
    if (head_.has_body() && head_.expect() == http::RequestHead::Expect::Continue) {
        output_ += kContinue;
    }
    if (state_ == State::Body && body_missing_ == 0) finish_request(now);
}

bool Connection::reserve(std::size_t bytes) {
    if (!budget_.take(bytes)) {
        refuse(503, {});
        return false;
    }
    reserved_ += bytes;
    return true;
}

std::string_view Connection::take_body(std::string_view input) {
    const auto taken =
        static_cast<std::size_t>(std::min(static_cast<std::uint64_t>(input.size()), body_missing_));
    body_.append(input.substr(0, taken));
    body_missing_ -= taken;
    return input.substr(taken);
}

std::string_view Connection::take_chunks(std::string_view input) {
    while (true) {
        const http::ChunkedDecoder::Step step = chunks_.next(input);
        if (step.status == http::ChunkedDecoder::Status::Refused) {
            refuse(http::HeadProblem::Malformed);
            return {};
        }
        if (!step.data.empty()) {
            if (body_.size() + step.data.size() > limits::kBodyBytesMax) {
                refuse(413, "Request entity too large");
                return {};
            }
            if (!reserve(step.data.size())) return {};
            body_.append(step.data);
        }
        input.remove_prefix(step.consumed);
        if (step.status == http::ChunkedDecoder::Status::Done) {
            state_ = State::Body;
            body_missing_ = 0;
            return input;
        }
        if (step.status == http::ChunkedDecoder::Status::NeedMore) return {};
    }
}

void Connection::finish_request(SteadyTime now) {
    const Request request{signed_head(), head_.path(), head_.query(), body_, source_address_};
    Reply reply = handler_.handle(request);
    if (!reply.later) return finish_answer(reply.answer, now);
    later_ = std::move(reply.later);
    state_ = State::Waiting;
    deadline_ = now + limits::kLateAnswerTimeout;
    budget_.give_back(std::exchange(reserved_, 0));
    body_ = {};
}

void Connection::keep_for_later(std::string_view input, SteadyTime now) {
    if (held_.size() + input.size() > limits::kHeldBytesMax) return end(now);
    held_.append(input);
}

std::string Connection::answer(const Answer& late, SteadyTime now) {
    if (state_ != State::Waiting) return {};
    finish_answer(late, now);
    std::string answers = std::exchange(output_, {});
    const std::string held = std::exchange(held_, {});
    return answers + receive(held, now);
}

void Connection::finish_answer(const Answer& answer, SteadyTime now) {
    const bool keep_alive = head_.keeps_alive();
    write(answer, keep_alive);
    must_end_ = !keep_alive;
    wait_for_next(now);
}

void Connection::wait_for_next(SteadyTime now) {
    budget_.give_back(std::exchange(reserved_, 0));
    body_ = {};
    head_bytes_.clear();
    head_.reset();
    chunks_.reset();
    fields_.clear();
    state_ = State::Head;
    deadline_ = now + limits::kIdleTimeout;
    if (must_end_) end(now);
}

void Connection::end(SteadyTime now) {
    state_ = State::Ending;
    deadline_ = now + limits::kLingerTimeout;
    budget_.give_back(std::exchange(reserved_, 0));
    body_ = {};
}

void Connection::refuse(http::HeadProblem problem) {
    const int status = status_of(problem);
    refuse(status, std::string(http::reason_phrase(status)));
}

void Connection::refuse(int status, std::string message) {
    write(
        encode(status == 503 ? service_unavailable() : refused_by_http(status, std::move(message))),
        false);
    must_end_ = true;
}

void Connection::write(const Answer& answer, bool keep_alive) {
    http::append_status_line(output_, answer.status);
    append(output_, "Date", to_http_date(wall_now()));
    std::array<char, 36> id{};
    write_uuid(random_, id.data());
    append(output_, "x-amzn-RequestId", {id.data(), id.size()});
    append(output_, "x-amz-apigw-id", gateway_request_id(random_));
    for (const auto& [name, value] : answer.fields) append(output_, name, value);
    const bool forbids_body = answer.status == 204 || answer.status < 200;
    if (!forbids_body) http::append_content_length(output_, answer.body.size());
    if (!keep_alive) {
        append(output_, "Connection", "close");
    } else if (head_.version() == http::Version::Http10) {
        append(output_, "Connection", "keep-alive");
    }
    output_ += "\r\n";
    if (!forbids_body && head_.method() != http::Method::Head) output_ += answer.body;
}

std::string Connection::time_out() {
    const bool is_idle = state_ == State::Ending || (state_ == State::Head && head_bytes_.empty());
    if (!is_idle) refuse(408, "Request timed out");
    state_ = State::Ending;
    return std::exchange(output_, {});
}

}  // namespace turnpike::api
