# peer_32: the library and the tests' child roles as a 32-bit program, where the compiler can make one.
# Sets ISTHMUS_NO_PEER_32 to the reason where it cannot.

set(ISTHMUS_NO_PEER_32 "")
if(NOT ISTHMUS_TEST_32_BIT)
  set(ISTHMUS_NO_PEER_32 "only the leg linux-gcc builds for 32 bits (ISTHMUS_TEST_32_BIT)")
  return()
elseif(CMAKE_CROSSCOMPILING OR ISTHMUS_SANITIZE OR NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
  set(ISTHMUS_NO_PEER_32 "not in a cross build, with a sanitizer, or on a 32-bit system")
  return()
endif()

# Headers that serve both widths, one by one: those of libraries without their 64-bit settings, and
# the kernel's. (The package gcc-multilib, which links the latter, excludes cross compilers.)
set(headers_32 "${PROJECT_BINARY_DIR}/headers-32")
file(MAKE_DIRECTORY "${headers_32}")
foreach(entry IN ITEMS asio asio.hpp fmt spdlog "${CMAKE_LIBRARY_ARCHITECTURE}/asm")
  if(EXISTS "/usr/include/${entry}")
    get_filename_component(name "${entry}" NAME)
    file(CREATE_LINK "/usr/include/${entry}" "${headers_32}/${name}" COPY_ON_ERROR SYMBOLIC)
  endif()
endforeach()
set(definitions_32 ASIO_STANDALONE FMT_HEADER_ONLY SPDLOG_FMT_EXTERNAL)

include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS "-m32")
set(CMAKE_REQUIRED_INCLUDES "${headers_32}")
list(TRANSFORM definitions_32 PREPEND "-D" OUTPUT_VARIABLE CMAKE_REQUIRED_DEFINITIONS)
check_cxx_source_compiles("
  #include <spdlog/spdlog.h>
  #include <sys/socket.h>
  static_assert(sizeof(void*) == 4);
  int main() { spdlog::info(\"{}\", AF_UNIX); }" ISTHMUS_COMPILES_FOR_32_BITS)
foreach(variable IN ITEMS FLAGS INCLUDES DEFINITIONS)
  unset(CMAKE_REQUIRED_${variable})
endforeach()
if(NOT ISTHMUS_COMPILES_FOR_32_BITS)
  set(ISTHMUS_NO_PEER_32 "the compiler cannot build for 32 bits here (Debian: g++-12-multilib)")
  return()
endif()

get_target_property(library_sources isthmus SOURCES)
list(FILTER support_sources EXCLUDE REGEX "/main\\.cpp$")
add_executable(peer_32 posix/peer_32.cpp ${support_sources} ${library_sources})
target_compile_definitions(peer_32 PRIVATE ISTHMUS_STATIC_DEFINE ${definitions_32})
target_compile_options(peer_32 PRIVATE -m32 -g0)
target_link_options(peer_32 PRIVATE -m32)
target_include_directories(peer_32 PRIVATE
  "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/generated/include"
  "${PROJECT_SOURCE_DIR}/src" "${CMAKE_CURRENT_SOURCE_DIR}")
target_include_directories(peer_32 SYSTEM PRIVATE "${headers_32}")
isthmus_unite(peer_32 COPY)
target_link_libraries(peer_32 PRIVATE isthmus_settings Threads::Threads)
