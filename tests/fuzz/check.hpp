#pragma once

#include <cstdio>
#include <cstdlib>

/// A property that a fuzz target relies on; libFuzzer reports the input that breaks it.
#define FUZZ_CHECK(condition)                                                            \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            std::fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                \
        }                                                                                \
    } while (false)
