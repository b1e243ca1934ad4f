#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/telemetry/access_log.hpp"

namespace turnpike::telemetry {

/// Blocks that one writer may have under way; beyond that it drops lines.
constexpr std::size_t kLogBlocksMax = 16;
/// A block is handed over when it holds this much.
constexpr std::size_t kLogBlockBytes = 64U * 1024U;

/// Lines of one reactor on their way to the files.
struct LogBlock {
    /// Consecutive lines of one destination.
    struct Run {
        LogDestination destination;
        std::size_t end;  // offset in `bytes`
    };
    std::string bytes;
    std::vector<Run> runs;
    std::uint64_t lines = 0;

    void clear() {
        bytes.clear();
        runs.clear();
        lines = 0;
    }
};

/// Wakes the flusher. Thread: any. A futex, since std::atomic::wait() first yields several times:
/// beside a busy reactor each time is two switches of the processor.
class LogSignal {
public:
    void raise() {
        count_.fetch_add(1, std::memory_order_release);
        ::syscall(SYS_futex, &count_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }
    std::uint32_t seen() const { return count_.load(std::memory_order_acquire); }
    /// Until somebody raised it after `seen`, or sooner.
    void wait(std::uint32_t seen) {
        ::syscall(SYS_futex, &count_, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
    }

private:
    std::atomic<std::uint32_t> count_{0};
    static_assert(sizeof(count_) == sizeof(std::uint32_t));
};

/// A queue of blocks between two threads, without locks. It never overflows: there are no more
/// blocks than places. Thread: push() one, pop() one.
class LogRing {
public:
    void push(LogBlock* block) {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        places_[tail % kLogBlocksMax] = block;
        tail_.store(tail + 1, std::memory_order_release);
    }
    /// Returns: null if it is empty.
    LogBlock* pop() {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (head == tail_.load(std::memory_order_acquire)) return nullptr;
        LogBlock* const block = places_[head % kLogBlocksMax];
        head_.store(head + 1, std::memory_order_release);
        return block;
    }

private:
    std::array<LogBlock*, kLogBlocksMax> places_{};
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
};

/// What a writer and the flusher share. Blocks go round: free, filled by the writer, written by the
/// flusher, free.
class LogChannel {
public:
    explicit LogChannel(std::shared_ptr<LogSignal> signal) : signal_(std::move(signal)) {}

    // The writer's thread.
    /// Returns: null if the flusher has them all.
    LogBlock* take_empty() {
        if (LogBlock* block = free_.pop()) return block;
        if (blocks_.size() == kLogBlocksMax) return nullptr;
        blocks_.push_back(std::make_unique<LogBlock>());
        blocks_.back()->bytes.reserve(kLogBlockBytes + kLogBlockBytes / 4);
        return blocks_.back().get();
    }
    void hand_over(LogBlock* block) {
        full_.push(block);
        signal_->raise();
    }
    void count_dropped(std::uint64_t lines) {
        dropped_.store(dropped_.load(std::memory_order_relaxed) + lines, std::memory_order_relaxed);
    }
    /// Nothing comes any more.
    void close() {
        closed_.store(true, std::memory_order_release);
        signal_->raise();
    }

    // The flusher's thread.
    bool is_closed() const { return closed_.load(std::memory_order_acquire); }
    LogBlock* take_full() { return full_.pop(); }
    void give_back(LogBlock* block) {
        block->clear();
        free_.push(block);
    }

    // Any thread.
    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
    std::shared_ptr<LogSignal> signal_;
    std::vector<std::unique_ptr<LogBlock>> blocks_;  // grows on the writer's thread only
    LogRing full_;
    LogRing free_;
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<bool> closed_{false};
};

}  // namespace turnpike::telemetry
