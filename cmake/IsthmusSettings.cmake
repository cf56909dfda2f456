# isthmus_settings: how the project's own targets are compiled. Link it PRIVATE; it never reaches users.

add_library(isthmus_settings INTERFACE)

if(MSVC)
  target_compile_options(isthmus_settings INTERFACE
    /W4 /permissive- /utf-8 /Zc:__cplusplus /Zc:preprocessor /EHsc /bigobj
    $<$<BOOL:${ISTHMUS_WARNINGS_AS_ERRORS}>:/WX>)
else()
  target_compile_options(isthmus_settings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow -Wnon-virtual-dtor
    -Wold-style-cast -Woverloaded-virtual -Wcast-align -Wcast-qual -Wformat=2
    -Wimplicit-fallthrough -Wextra-semi -Wundef -Wvla -Wdouble-promotion
    $<$<BOOL:${ISTHMUS_WARNINGS_AS_ERRORS}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(isthmus_settings INTERFACE
      -Wduplicated-cond -Wduplicated-branches -Wlogical-op
      # Options and OVERLAPPED-like structures are set by name; the rest is zero on purpose.
      -Wno-missing-field-initializers)
    if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      # False alarms in std::string's operator+ (GCC bug 105651).
      target_compile_options(isthmus_settings INTERFACE -Wno-restrict)
    endif()
  else()
    target_compile_options(isthmus_settings INTERFACE -Wno-missing-field-initializers
                                                      -Wthread-safety)
  endif()
endif()

if(WIN32)
  target_compile_definitions(isthmus_settings INTERFACE
    _WIN32_WINNT=0x0A00 WINVER=0x0A00 UNICODE _UNICODE NOMINMAX WIN32_LEAN_AND_MEAN)
else()
  target_compile_definitions(isthmus_settings INTERFACE _FILE_OFFSET_BITS=64) # for 32-bit systems
endif()

if(ISTHMUS_FORCE_PORTABLE)
  target_compile_definitions(isthmus_settings INTERFACE ISTHMUS_FORCE_PORTABLE=1)
endif()

# Instrumentation goes on everything that this build compiles, GoogleTest from source included.
if(ISTHMUS_SANITIZE)
  list(JOIN ISTHMUS_SANITIZE "," isthmus_sanitize)
  add_compile_options(-fsanitize=${isthmus_sanitize} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${isthmus_sanitize})
  if(isthmus_sanitize MATCHES "undefined")
    # This check opens a pipe to look at an object: without descriptors it reports sound ones.
    add_compile_options(-fno-sanitize=vptr)
  endif()
endif()
if(ISTHMUS_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "ISTHMUS_FUZZ needs clang (libFuzzer)")
  endif()
endif()

# Sources that are compiled together read their headers once. Each still includes what it uses, and no
# two have a name in common: the leg linux-gcc, which compiles each alone, and the others would find out.
# COPY: another target has the same sources.
function(isthmus_unite target)
  if(ISTHMUS_UNITY STREQUAL "COPIES" AND NOT "COPY" IN_LIST ARGN)
    return()
  endif()
  if(ISTHMUS_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # It takes each source for a header, where an anonymous namespace would be a mistake.
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
  endif()
endfunction()

# A precompiled header of what most of a target's sources include, and nothing of the project's own:
# CMake makes a system header of it, whose warnings nobody sees. Each source still includes what it
# uses; builds without a preset, and those by MSVC and on macOS, do without these headers.
function(isthmus_precompile target)
  if(ISTHMUS_PCH)
    target_precompile_headers(${target} PRIVATE ${ARGN})
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      # ccache tells one header from another by what is in it
      target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
  endif()
endfunction()
