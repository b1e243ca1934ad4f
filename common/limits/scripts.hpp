#pragma once

#include <string_view>

/// What runs in Redis, in Lua. Each takes keys of one hash tag, and Redis's own clock.
namespace turnpike::limits::scripts {

/// The body works on `now`, microseconds since 1970, that this sets; tests set another.
extern const std::string_view kClock;

/// Bucket::answer(). KEYS: bucket. ARGV: lessee, rate, burst, waiting, held, wanted, share,
/// returned, owed, lease (us), known calls, known level, known at, number of the question, first
/// unsure one, number of the debt, then the ages (us).
/// Returns: granted, added, retry (us), calls, level (text), at (text), held by all.
extern const std::string_view kBucket;

/// QuotaCount::answer(). KEYS: quota, since. ARGV: lessee, period (HOUR, DAY, WEEK, MONTH), limit,
/// offset, quota since (s), start of the extension's window (s), extension, waiting, held, wanted,
/// returned, lease (us), number of the debt, owed, known window (s), known used, number of the
/// question, first unsure one, refund, known calls.
/// Returns: whether the shard is filled (0: nothing else counts, as for a question that a later one
/// of the lessee overtook), granted, added, kept of what was
/// held, left, used, allowance, start of the window (s), its rest (ms), held by others, calls.
extern const std::string_view kQuota;

/// Adds what a lessee counted. KEYS: counts, seen. ARGV: lessee, number of the report, then pairs
/// of "<plan>/<key>" and requests. Returns: 1, or 0 if it had this report before.
extern const std::string_view kReport;

}  // namespace turnpike::limits::scripts
