# What the build needs, found on the system first, else fetched by version and hash:
#   the library  Asio (headers only), spdlog; OpenSSL if it is there (never fetched)
#   tests        GoogleTest
#   tools        CLI11
#   bench        Google Benchmark, CLI11, nlohmann-json
#
# isthmus_spdlog is what the sources link for logging, whichever form of spdlog was found.

include(FetchContent)
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW) # dependencies take our settings of their options
find_package(Threads REQUIRED)

# A cross build must not see the host's include directory, but header-only libraries work for every
# target: they are linked, one by one, into a folder of the build tree that is searched instead.
set(ISTHMUS_HOST_HEADERS "/usr/include" CACHE PATH
    "Where a cross build finds header-only libraries of the host")
set(isthmus_host_headers "${PROJECT_BINARY_DIR}/host-headers")
function(isthmus_host_header_library result marker)
  set(${result} FALSE PARENT_SCOPE)
  if(NOT CMAKE_CROSSCOMPILING OR NOT EXISTS "${ISTHMUS_HOST_HEADERS}/${marker}")
    return()
  endif()
  file(MAKE_DIRECTORY "${isthmus_host_headers}")
  foreach(entry IN LISTS ARGN)
    file(CREATE_LINK "${ISTHMUS_HOST_HEADERS}/${entry}" "${isthmus_host_headers}/${entry}"
         COPY_ON_ERROR SYMBOLIC)
  endforeach()
  set(${result} TRUE PARENT_SCOPE)
endfunction()

# Fetched dependencies are compiled without our warnings and never installed.
macro(isthmus_fetch name url sha256)
  message(STATUS "${name}: not found here, fetching ${url}")
  FetchContent_Declare(${name} URL "${url}" URL_HASH SHA256=${sha256}
                       DOWNLOAD_EXTRACT_TIMESTAMP ON ${ARGN})
  set(isthmus_saved_warn_deprecated "${CMAKE_WARN_DEPRECATED}")
  set(CMAKE_WARN_DEPRECATED OFF)
  FetchContent_MakeAvailable(${name})
  set(CMAKE_WARN_DEPRECATED "${isthmus_saved_warn_deprecated}")
endmacro()

# --- Asio
isthmus_host_header_library(isthmus_host_asio asio.hpp asio.hpp asio)
if(isthmus_host_asio)
  set(ASIO_INCLUDE_DIR "${isthmus_host_headers}" CACHE PATH "" FORCE)
endif()
find_package(asio CONFIG QUIET)
if(NOT TARGET asio::asio)
  find_package(Asio 1.18 QUIET)
endif()
if(NOT TARGET asio::asio)
  isthmus_fetch(asio_source https://github.com/chriskohlhoff/asio/archive/asio-1-28-2.tar.gz
    5705a0e403017eba276625107160498518838064a6dd7fd8b00b2e30c0ffbdee)
  set(ASIO_INCLUDE_DIR "${asio_source_SOURCE_DIR}/asio/include" CACHE PATH "" FORCE)
  find_package(Asio REQUIRED)
endif()
set_property(TARGET asio::asio APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS
             "$<$<PLATFORM_ID:Windows>:_WIN32_WINNT=0x0A00>")

# --- spdlog, with the fmt it was built with
set(isthmus_spdlog_exported "")
isthmus_host_header_library(isthmus_host_spdlog spdlog/spdlog.h spdlog fmt)
if(isthmus_host_spdlog AND EXISTS "${ISTHMUS_HOST_HEADERS}/fmt/core.h")
  add_library(isthmus_spdlog INTERFACE)
  target_include_directories(isthmus_spdlog SYSTEM INTERFACE "${isthmus_host_headers}")
  target_compile_definitions(isthmus_spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)
else()
  find_package(spdlog 1.9 CONFIG QUIET)
  if(NOT TARGET spdlog::spdlog)
    isthmus_fetch(spdlog https://github.com/gabime/spdlog/archive/v1.13.0.tar.gz
      534f2ee1a4dcbeb22249856edfb2be76a1cf4f708a20b0ac2ed090ee24cfdbc9)
    add_library(isthmus_spdlog INTERFACE)
    target_include_directories(isthmus_spdlog SYSTEM INTERFACE "${spdlog_SOURCE_DIR}/include")
  else()
    add_library(isthmus_spdlog ALIAS spdlog::spdlog)
    set(isthmus_spdlog_exported spdlog::spdlog)
  endif()
endif()

# --- OpenSSL's libcrypto, which authenticates datagrams; Windows and macOS have their own
set(isthmus_openssl FALSE)
if(ISTHMUS_OPENSSL AND NOT WIN32 AND NOT APPLE)
  find_package(OpenSSL 1.1 QUIET COMPONENTS Crypto)
  if(TARGET OpenSSL::Crypto)
    set(isthmus_openssl TRUE)
  else()
    message(STATUS "OpenSSL: not found here, broadcast slots cannot be given a key")
  endif()
endif()

# --- GoogleTest
if(ISTHMUS_BUILD_TESTS)
  find_package(GTest 1.11 CONFIG QUIET)
  if(NOT TARGET GTest::gmock)
    set(INSTALL_GTEST OFF)
    set(gtest_force_shared_crt ON)
    if(EXISTS /usr/src/googletest/CMakeLists.txt)
      message(STATUS "GTest: building /usr/src/googletest")
      add_subdirectory(/usr/src/googletest "${PROJECT_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL
                       SYSTEM)
    else()
      isthmus_fetch(googletest https://github.com/google/googletest/archive/refs/tags/v1.14.0.tar.gz
        8ad598c73ad796e0d8280b082cebd82a630d73e73cd3c70057938a6501bba5d7)
    endif()
    foreach(lib IN ITEMS gtest gmock)
      if(NOT TARGET GTest::${lib})
        add_library(GTest::${lib} ALIAS ${lib})
      endif()
      # Its warnings are not ours to mend.
      target_compile_options(${lib} PRIVATE $<IF:$<CXX_COMPILER_ID:MSVC>,/w,-w>)
    endforeach()
  endif()
endif()

# --- CLI11
if(ISTHMUS_BUILD_TOOLS OR ISTHMUS_BUILD_BENCH)
  isthmus_host_header_library(isthmus_host_cli11 CLI/CLI.hpp CLI)
  if(isthmus_host_cli11)
    add_library(CLI11::CLI11 INTERFACE IMPORTED)
    target_include_directories(CLI11::CLI11 INTERFACE "${isthmus_host_headers}")
  else()
    find_package(CLI11 2.1 CONFIG QUIET)
    if(NOT TARGET CLI11::CLI11)
      isthmus_fetch(CLI11 https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.5.0.tar.gz
        17e02b4cddc2fa348e5dbdbb582c59a3486fa2b2433e70a0c3bacb871334fd55 SYSTEM)
    endif()
  endif()
endif()

# --- Google Benchmark and nlohmann-json
if(ISTHMUS_BUILD_BENCH)
  find_package(benchmark 1.6 CONFIG QUIET)
  if(NOT TARGET benchmark::benchmark)
    set(BENCHMARK_ENABLE_TESTING OFF)
    set(BENCHMARK_ENABLE_INSTALL OFF)
    set(BENCHMARK_ENABLE_WERROR OFF)
    isthmus_fetch(benchmark https://github.com/google/benchmark/archive/refs/tags/v1.8.3.tar.gz
      6bc180a57d23d4d9515519f92b0c83d61b05b5bab188961f36ac7b06b0d9e9ce)
  endif()
  find_package(nlohmann_json 3.10 CONFIG QUIET)
  if(NOT TARGET nlohmann_json::nlohmann_json)
    isthmus_fetch(nlohmann_json
      https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
      d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
  endif()
endif()
