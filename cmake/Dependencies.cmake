# Third-party libraries, all Debian 12 packages, as imported targets. Each is used by the one
# folder named in docs/ARCHITECTURE.md.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
# The system's Python: the tests use its boto3.
if(EXISTS /usr/bin/python3 AND NOT Python3_EXECUTABLE)
    set(Python3_EXECUTABLE /usr/bin/python3)
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED)
pkg_check_modules(pistache REQUIRED IMPORTED_TARGET libpistache)
pkg_check_modules(pqxx REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
# Its flags would not match the precompiled header; on 64-bit machines they mean nothing.
set_target_properties(PkgConfig::hiredis PROPERTIES INTERFACE_COMPILE_OPTIONS "")
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(cares REQUIRED IMPORTED_TARGET libcares)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)
add_library(turnpike_rapidjson INTERFACE)
target_include_directories(turnpike_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIR})
target_compile_definitions(turnpike_rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)

# Flags that change nothing on a 64-bit Linux, but keep a source from using the precompiled header.
foreach(target PkgConfig::hiredis PkgConfig::re2)
    set_property(TARGET ${target} PROPERTY INTERFACE_COMPILE_OPTIONS "")
endforeach()
