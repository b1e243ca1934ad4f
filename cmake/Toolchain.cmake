# Compiler and linker settings shared by every target.
find_program(TURNPIKE_CCACHE ccache)
if(TURNPIKE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${TURNPIKE_CCACHE})
endif()
find_program(TURNPIKE_MOLD mold)
if(TURNPIKE_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

add_library(turnpike_options INTERFACE)
target_include_directories(turnpike_options INTERFACE
    ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(turnpike_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # -fpch-preprocess lets ccache see through the precompiled header.
    # g++ 12 takes inlined strings and variants for arrays that are too short or not initialised (its
    # bugs 105329, 105562, 105651); the asan preset finds what really is.
    target_compile_options(turnpike_options INTERFACE -fpch-preprocess
        -Wno-maybe-uninitialized -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
endif()
if(TURNPIKE_WERROR)
    target_compile_options(turnpike_options INTERFACE -Werror)
endif()
if(TURNPIKE_SANITIZE)
    target_compile_options(turnpike_options INTERFACE
        -fsanitize=${TURNPIKE_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(turnpike_options INTERFACE -fsanitize=${TURNPIKE_SANITIZE})
endif()
