# turnpike_add_library(<name> SOURCES ... [HEADERS ...] [PUBLIC ...] [PRIVATE ...])
#   One static library per folder. HEADERS are checked to compile alone (all_verify_interface_header_sets).
# turnpike_add_test(<name> SOURCES ... [LINK ...] [LABELS ...] [OPTIMIZED])
#   One doctest binary; every TEST_CASE becomes a ctest test. What it tests is built as ever, its own sources without
#   optimisation, which takes half the time; OPTIMIZED is for tests that compute much themselves.
# turnpike_optimize_whole(<executable> <library...>)
#   Release builds with g++ link the executable across these libraries (3 % of a worker's CPU a request). Objects that
#   others link too, as tests do, hold plain code as well; those of the executable's own folder do without it otherwise.
function(turnpike_add_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;PUBLIC;PRIVATE" ${ARGN})
    add_library(${name} STATIC ${arg_SOURCES})
    if(arg_HEADERS)
        target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}
            FILES ${arg_HEADERS})
    endif()
    target_link_libraries(${name} PUBLIC turnpike_options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    set_target_properties(${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    if(TARGET turnpike_pch AND NOT name STREQUAL "turnpike_pch")
        target_precompile_headers(${name} REUSE_FROM turnpike_pch)
    endif()
endfunction()

function(turnpike_add_test name)
    cmake_parse_arguments(arg "OPTIMIZED" "" "SOURCES;LINK;LABELS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE turnpike_test_main ${arg_LINK})
    if(arg_OPTIMIZED)
        target_precompile_headers(${name} REUSE_FROM turnpike_pch)
    else()
        target_compile_options(${name} PRIVATE -O0 $<$<CONFIG:Release>:-g0>)
        target_precompile_headers(${name} REUSE_FROM turnpike_test_main)
    endif()
    if(NOT arg_LABELS)
        set(arg_LABELS unit)
    endif()
    doctest_discover_tests(${name}
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        PROPERTIES LABELS "${arg_LABELS}")
endfunction()

function(turnpike_optimize_whole executable)
    if(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT TURNPIKE_SANITIZE)
        get_target_property(own_folder ${executable} SOURCE_DIR)
        foreach(target ${ARGN} ${executable})
            get_target_property(folder ${target} SOURCE_DIR)
            set(plain_code -ffat-lto-objects)
            if(NOT TURNPIKE_TESTS AND folder MATCHES "^${own_folder}(/|$)")
                set(plain_code -fno-fat-lto-objects)
            endif()
            target_compile_options(${target} PRIVATE -flto ${plain_code})
        endforeach()
        set_target_properties(${executable} PROPERTIES TURNPIKE_WHOLE ON)
        # Across objects g++ 12 takes the length of an empty view for one beyond every object.
        target_link_options(${executable} PRIVATE -flto=auto -Wno-stringop-overread)
    endif()
endfunction()
