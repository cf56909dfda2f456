# Finds standalone Asio (header-only) and defines asio::asio.
#
# Distributions ship the headers without a CMake package; vcpkg ships one (asio::asio), which is
# looked for by the caller first. Set ASIO_INCLUDE_DIR to point at a copy.

find_path(ASIO_INCLUDE_DIR NAMES asio.hpp)
if(ASIO_INCLUDE_DIR AND EXISTS "${ASIO_INCLUDE_DIR}/asio/version.hpp")
  file(STRINGS "${ASIO_INCLUDE_DIR}/asio/version.hpp" asio_version_line
       REGEX "define ASIO_VERSION [0-9]+")
  if(asio_version_line MATCHES "([0-9]+) // ([0-9.]+)")
    set(Asio_VERSION "${CMAKE_MATCH_2}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Asio REQUIRED_VARS ASIO_INCLUDE_DIR VERSION_VAR Asio_VERSION)
mark_as_advanced(ASIO_INCLUDE_DIR)

if(Asio_FOUND AND NOT TARGET asio::asio)
  find_package(Threads REQUIRED)
  add_library(asio::asio INTERFACE IMPORTED)
  target_include_directories(asio::asio INTERFACE "${ASIO_INCLUDE_DIR}")
  target_compile_definitions(asio::asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
  target_link_libraries(asio::asio INTERFACE Threads::Threads)
  if(WIN32)
    target_link_libraries(asio::asio INTERFACE ws2_32 mswsock)
  endif()
endif()
