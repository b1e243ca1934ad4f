#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/telemetry/exposition.hpp"

namespace turnpike::telemetry {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Processor time of user and system together.
double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double total_pages = 0;
    double resident_pages = 0;
    file >> total_pages >> resident_pages;
    return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
    std::error_code failed;
    double count = 0;
    for (std::filesystem::directory_iterator it("/proc/self/fd", failed), end; !failed && it != end;
         it.increment(failed)) {
        ++count;
    }
    return count;
}

/// A number of /proc/self/stat, counted from 1 as in proc(5); 3 and later.
double stat_field(int number) {
    std::ifstream file("/proc/self/stat");
    std::string text;
    std::getline(file, text);
    // The second field is the name in parentheses and may hold anything.
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return 0;
    std::istringstream rest(text.substr(name_end + 1));
    std::string field;
    for (int at = 3; at <= number; ++at) rest >> field;
    return std::strtod(field.c_str(), nullptr);
}

double boot_seconds() {
    std::ifstream file("/proc/stat");
    for (std::string word; file >> word;) {
        double value = 0;
        if (word == "btime" && file >> value) return value;
    }
    return 0;
}

}  // namespace

std::vector<Reading> process_readings() {
    using Kind = Reading::Kind;
    const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    return {
        {"process_cpu_seconds_total",
         "User and system processor time",
         Kind::Counter,
         cpu_seconds(),
         {}},
        {"process_resident_memory_bytes", "Resident memory", Kind::Gauge, resident_bytes(), {}},
        {"process_open_fds", "Open descriptors", Kind::Gauge, open_descriptors(), {}},
        {"process_threads", "Threads", Kind::Gauge, stat_field(20), {}},
        {"process_start_time_seconds",
         "Start, in seconds since 1970",
         Kind::Gauge,
         boot_seconds() + stat_field(22) / ticks,
         {}},
    };
}

}  // namespace turnpike::telemetry
