#pragma once
// What nearly every test includes; precompiled once.
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "common/base/pch.hpp"
