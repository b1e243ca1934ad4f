// What test_pch.hpp is precompiled for: a target needs a source of its own to have one.
#include "tests/support/test_pch.hpp"
