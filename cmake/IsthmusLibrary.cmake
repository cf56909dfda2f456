# isthmus (static) and isthmus_shared, from one list of sources: the portable half, the network half
# and exactly one back end.

include(GenerateExportHeader)

if(WIN32)
  set(isthmus_backend win32)
else()
  set(isthmus_backend posix)
endif()

set(src "${PROJECT_SOURCE_DIR}/src")
file(GLOB isthmus_sources CONFIGURE_DEPENDS
     "${src}/*.cpp" "${src}/net/*.cpp" "${src}/${isthmus_backend}/*.cpp")
file(GLOB isthmus_public_headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/include"
     "${PROJECT_SOURCE_DIR}/include/isthmus/*.hpp")
file(GLOB isthmus_private_headers CONFIGURE_DEPENDS
     "${src}/*.hpp" "${src}/net/*.hpp" "${src}/${isthmus_backend}/*.hpp")
# (What only Windows compiles must show there that it includes what it uses.)
file(GLOB isthmus_windows_sources "${src}/win32/*.cpp")
set_source_files_properties(${isthmus_windows_sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
if(NOT isthmus_sources)
  message(FATAL_ERROR "No sources in ${src}")
endif()

set(isthmus_generated "${PROJECT_BINARY_DIR}/generated/include")

function(isthmus_add_library target type)
  add_library(${target} ${type} ${isthmus_sources} ${isthmus_private_headers})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
           "$<BUILD_INTERFACE:${isthmus_generated}>"
           "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    PRIVATE "${src}")
  # Headers of Asio and spdlog are an inner matter; only what must be linked is passed on.
  target_link_libraries(${target} PRIVATE
    "$<BUILD_INTERFACE:isthmus_settings>" "$<BUILD_INTERFACE:asio::asio>" Threads::Threads)
  isthmus_unite(${target} ${ARGN})
  if(ISTHMUS_FUZZ)
    # What guides the fuzzers; the tests do without, which compiles them in less time.
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(isthmus_spdlog_exported)
    target_link_libraries(${target} PRIVATE ${isthmus_spdlog_exported})
  else()
    target_link_libraries(${target} PRIVATE "$<BUILD_INTERFACE:isthmus_spdlog>")
  endif()
  if(WIN32)
    target_link_libraries(${target} PRIVATE advapi32 bcrypt iphlpapi ws2_32 mswsock)
  elseif(APPLE)
    target_compile_definitions(${target} PRIVATE ISTHMUS_HAVE_COMMON_CRYPTO=1)
  elseif(isthmus_openssl)
    target_compile_definitions(${target} PRIVATE ISTHMUS_HAVE_OPENSSL=1)
    target_link_libraries(${target} PRIVATE OpenSSL::Crypto)
  endif()
endfunction()

isthmus_add_library(isthmus STATIC)
target_compile_definitions(isthmus PUBLIC ISTHMUS_STATIC_DEFINE)
set_target_properties(isthmus PROPERTIES EXPORT_NAME static POSITION_INDEPENDENT_CODE ON
                                         OUTPUT_NAME "$<IF:$<BOOL:${MSVC}>,isthmus_static,isthmus>")
add_library(isthmus::static ALIAS isthmus)

if(ISTHMUS_BUILD_SHARED)
  isthmus_add_library(isthmus_shared SHARED COPY)
  set_target_properties(isthmus_shared PROPERTIES
    EXPORT_NAME shared OUTPUT_NAME isthmus
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  add_library(isthmus::shared ALIAS isthmus_shared)
endif()

# One header for both: users of the static library get ISTHMUS_STATIC_DEFINE from its target.
if(ISTHMUS_BUILD_SHARED)
  set(isthmus_export_target isthmus_shared)
else()
  set(isthmus_export_target isthmus)
endif()
generate_export_header(${isthmus_export_target} BASE_NAME isthmus
  EXPORT_FILE_NAME "${isthmus_generated}/isthmus/export.hpp"
  EXPORT_MACRO_NAME ISTHMUS_EXPORT STATIC_DEFINE ISTHMUS_STATIC_DEFINE)

if(BUILD_SHARED_LIBS)
  add_library(isthmus::isthmus ALIAS isthmus_shared)
else()
  add_library(isthmus::isthmus ALIAS isthmus)
endif()

# Every public header compiles alone: one translation unit each, with nothing else included.
if(ISTHMUS_CHECK_HEADERS AND isthmus_public_headers)
  set(units "")
  foreach(header IN LISTS isthmus_public_headers)
    string(MAKE_C_IDENTIFIER "${header}" name)
    set(unit "${PROJECT_BINARY_DIR}/generated/header_check/${name}.cpp")
    file(CONFIGURE OUTPUT "${unit}" CONTENT "#include <${header}>\n")
    list(APPEND units "${unit}")
  endforeach()
  add_library(isthmus_header_check OBJECT ${units})
  target_link_libraries(isthmus_header_check PRIVATE isthmus::static isthmus_settings)
  if("isthmus/asio.hpp" IN_LIST isthmus_public_headers)
    target_link_libraries(isthmus_header_check PRIVATE asio::asio)
  endif()
endif()
