#include "tests/simulation/lessee.hpp"

#include <utility>

namespace turnpike::test {

using limits::BucketAnswer;
using limits::BucketQuestion;
using limits::QuotaAnswer;
using limits::QuotaQuestion;
using limits::Standing;
using limits::Stock;

namespace {

constexpr std::int64_t kSweepUs = 500'000;
constexpr double kRounding = 1e-3;
/// What may have run over while requests were on their way.
constexpr double kRunOverSeconds = 0.05;

}  // namespace

void SimulatedLessee::live(double requests_per_second) {
    rate_ = requests_per_second;
    const auto self = shared_from_this();
    world_.after(world_.gap_us(rate_), [self] { self->arrive(); });
    world_.after(kSweepUs, [self] { self->sweep(); });
}

void SimulatedLessee::arrive() {
    if (!is_alive_) return;
    lease_.stock().note_demand(now());
    switch (lease_.standing(now())) {
        case Standing::Available:
            lease_.stock().spend();
            if (!bucket_.is_forgetful && bucket_.bucket.leased_to(name_, world_.now_us()) == 0) {
                bucket_.violation = "a token is spent after its end";
            }
            admit(world_.now_us());
            if (lease_.should_ask(now())) ask();
            break;
        case Standing::Unknown:
            waiting_.push_back(world_.now_us());
            ask();
            break;
        case Standing::Refused:
            break;
    }
    const auto self = shared_from_this();
    world_.after(world_.gap_us(rate_), [self] { self->arrive(); });
}

void SimulatedLessee::sweep() {
    if (!is_alive_) return;
    if (lease_.should_ask(now())) ask();
    if (!is_asking_ && lease_.is_forgettable(now())) {
        lease_ = limits::BucketLease(now());
    }
    const auto self = shared_from_this();
    world_.after(kSweepUs, [self] { self->sweep(); });
}

BucketAnswer SimulatedLessee::keep(const BucketQuestion& question,
                                   const std::vector<std::int64_t>& arrivals) {
    const BucketAnswer answer =
        bucket_.bucket.answer(bucket_.limit, name_, question, Stock::kLease, world_.now_us());
    if (bucket_.is_forgetful) return admit_granted(answer, arrivals);
    const double most = bucket_.limit.burst + bucket_.limit.rate * kRunOverSeconds;
    if (bucket_.bucket.level() + static_cast<double>(bucket_.bucket.held()) > most + kRounding) {
        bucket_.violation = "more than the burst is in the bucket and held";
    }
    return admit_granted(answer, arrivals);
}

/// Spent now, whether the answer arrives or not.
BucketAnswer SimulatedLessee::admit_granted(const BucketAnswer& answer,
                                            const std::vector<std::int64_t>& arrivals) {
    for (std::int64_t i = 0; i < answer.granted; ++i) admit(arrivals[static_cast<std::size_t>(i)]);
    return answer;
}

limits::Ages SimulatedLessee::ages() const {
    return limits::ages_of(static_cast<std::int64_t>(waiting_.size()), [this](std::int64_t index) {
        const auto age = now() - clock(waiting_[static_cast<std::size_t>(index)]);
        return std::chrono::duration_cast<Microseconds>(age).count();
    });
}

void SimulatedLessee::ask() {
    if (is_asking_) return;
    is_asking_ = true;
    const std::vector<std::int64_t> arrivals(waiting_.begin(), waiting_.end());
    BucketQuestion question = lease_.question(static_cast<std::int64_t>(arrivals.size()), now());
    lease_.sending(question, ages(), now());
    const auto self = shared_from_this();
    carry<BucketQuestion, BucketAnswer>(
        world_, network_, std::move(question),
        [self, arrivals](const BucketQuestion& asked) { return self->keep(asked, arrivals); },
        [self, asked = arrivals.size()](const BucketAnswer* answer) {
            self->take_answer(answer, asked);
        });
}

void SimulatedLessee::take_answer(const BucketAnswer* answer, std::size_t asked) {
    if (!is_alive_) return;
    is_asking_ = false;
    if (!answer) {
        waiting_.clear();
        return lease_.failed();
    }
    lease_.answered(bucket_.limit, *answer);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(asked));
    if (lease_.standing(now()) == Standing::Refused) waiting_.clear();
    for (; !waiting_.empty() && lease_.stock().has(now()); waiting_.pop_front()) {
        lease_.stock().spend();
        admit(world_.now_us());
    }
    if (!waiting_.empty()) ask();
}

void SimulatedSpender::live(double requests_per_second) {
    rate_ = requests_per_second;
    const auto self = shared_from_this();
    world_.after(world_.gap_us(rate_), [self] { self->arrive(); });
    world_.after(kSweepUs, [self] { self->sweep(); });
}

void SimulatedSpender::sweep() {
    if (!is_alive_) return;
    if (lease_.should_ask(world_.now())) ask();
    if (!is_asking_ && lease_.is_forgettable(world_.now())) {
        lease_ = limits::QuotaLease(world_.now());
    }
    const auto self = shared_from_this();
    world_.after(kSweepUs, [self] { self->sweep(); });
}

void SimulatedSpender::spend() {
    ++quota_.reported;
    if (++quota_.spent > quota_.terms.limit && !quota_.is_open) {
        quota_.violation = "more is spent than the quota";
    }
}

void SimulatedSpender::go_by_policy() {
    const std::int64_t admitted = quota_.is_open ? std::exchange(asked_, 0) : 0;
    lease_.owe(admitted);
    quota_.spent += admitted;
    waiting_ = 0;
}

void SimulatedSpender::arrive() {
    if (!is_alive_ || is_resting_) return;
    lease_.note_demand(world_.now());
    const Standing standing = lease_.standing(world_.now());
    if (standing == Standing::Available) {
        lease_.take();
        spend();
        if (lease_.should_ask(world_.now())) ask();
    } else if (standing == Standing::Unknown) {
        ++waiting_;
        ask();
    }
    const auto self = shared_from_this();
    world_.after(world_.gap_us(rate_), [self] { self->arrive(); });
}

void SimulatedSpender::ask() {
    if (is_asking_) return;
    is_asking_ = true;
    asked_ = waiting_;
    const auto self = shared_from_this();
    carry<QuotaQuestion, QuotaAnswer>(
        world_, network_, lease_.question(waiting_, world_.now()),
        [self](const QuotaQuestion& question) {
            if (!self->quota_.is_filled) return QuotaAnswer{};
            return self->quota_.keeper.answer(self->quota_.terms, self->name_, question,
                                              Stock::kLease, self->world_.now_us());
        },
        [self](const QuotaAnswer* answer) { self->take_answer(answer); });
}

void SimulatedSpender::take_answer(const QuotaAnswer* answer) {
    if (!is_alive_) {
        if (answer) quota_.orphaned += answer->granted;
        return;
    }
    is_asking_ = false;
    if (!answer) {
        lease_.failed();
        return go_by_policy();
    }
    lease_.answered(*answer, world_.now());
    quota_.reported += lease_.take_settled();
    if (!answer->is_filled) return go_by_policy();
    for (std::int64_t i = 0; i < answer->granted; ++i) spend();
    waiting_ = std::max<std::int64_t>(waiting_ - answer->granted, 0);
    if (lease_.standing(world_.now()) == Standing::Refused) waiting_ = 0;
    if (waiting_ > 0) ask();
}

}  // namespace turnpike::test
