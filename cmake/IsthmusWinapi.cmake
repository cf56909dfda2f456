# isthmus::winapi: windows.h and the functions behind it, for POSIX. On Windows the target is there, and
# adds nothing.
#
# Always a static library: like a C run-time library it is a part of the program, with one table of
# handles. (A program that uses the C++ API too takes isthmus::static for it.)

if(WIN32)
  add_library(isthmus_winapi INTERFACE)
  add_library(isthmus::winapi ALIAS isthmus_winapi)
  set_target_properties(isthmus_winapi PROPERTIES EXPORT_NAME winapi)
  return()
endif()

set(winapi_src "${PROJECT_SOURCE_DIR}/src/winapi")
set(winapi_include "${PROJECT_SOURCE_DIR}/include/isthmus/winapi")
file(GLOB winapi_sources CONFIGURE_DEPENDS "${winapi_src}/*.cpp" "${winapi_src}/*.hpp")
file(GLOB winapi_wide_sources CONFIGURE_DEPENDS "${winapi_src}/wide/*.cpp")

# Windows finds headers in any case. Where the file system does not, the usual spellings are there too;
# they are not in the repository, which must also be checked out where they would be one file.
set(winapi_aliases "${PROJECT_BINARY_DIR}/generated/winapi")
if(NOT EXISTS "${winapi_include}/WINDOWS.H")
  foreach(alias IN ITEMS Windows.h WINDOWS.H WinBase.h Winbase.h WinError.h Winerror.h WinNT.h WinUser.h
                         Tchar.h TCHAR.H TCHAR.h Strsafe.h StrSafe.h Conio.h CONIO.H Process.h PROCESS.H)
    string(TOLOWER "${alias}" header)
    file(CONFIGURE OUTPUT "${winapi_aliases}/${alias}" CONTENT "#include \"${header}\"\n")
  endforeach()
endif()

add_library(isthmus_winapi STATIC ${winapi_sources} ${winapi_wide_sources})
# What has to do with wchar_t a second time, for programs in which that has 16 bits (ISTHMUS_WIDE).
add_library(isthmus_winapi_16 OBJECT ${winapi_wide_sources})
target_compile_options(isthmus_winapi_16 PRIVATE -fshort-wchar)
isthmus_unite(isthmus_winapi)
isthmus_unite(isthmus_winapi_16 COPY)
target_sources(isthmus_winapi PRIVATE "$<TARGET_OBJECTS:isthmus_winapi_16>")

foreach(target IN ITEMS isthmus_winapi isthmus_winapi_16)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${target} PRIVATE "${winapi_src}" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} PRIVATE "$<BUILD_INTERFACE:isthmus_settings>" Threads::Threads)
endforeach()
target_include_directories(isthmus_winapi_16 PRIVATE
  "${PROJECT_SOURCE_DIR}/include" "${isthmus_generated}")
target_compile_definitions(isthmus_winapi_16 PRIVATE ISTHMUS_STATIC_DEFINE)
target_link_libraries(isthmus_winapi PUBLIC isthmus::static)
target_include_directories(isthmus_winapi INTERFACE
  "$<BUILD_INTERFACE:${winapi_include}>" "$<BUILD_INTERFACE:${winapi_aliases}>"
  "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/isthmus/winapi>")
set_target_properties(isthmus_winapi PROPERTIES EXPORT_NAME winapi OUTPUT_NAME isthmus-winapi)

# The main of programs that have a wmain. Its own library, so that it comes last: behind those that may
# have a main as well.
add_library(isthmus_winapi_main STATIC "${winapi_src}/main/main.cpp")
target_include_directories(isthmus_winapi_main PRIVATE
  "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(isthmus_winapi_main PRIVATE "$<BUILD_INTERFACE:isthmus_settings>")
set_target_properties(isthmus_winapi_main PROPERTIES
  POSITION_INDEPENDENT_CODE ON EXPORT_NAME winapi_main OUTPUT_NAME isthmus-winapi-main)
target_link_libraries(isthmus_winapi INTERFACE isthmus_winapi_main)
add_library(isthmus::winapi ALIAS isthmus_winapi)
