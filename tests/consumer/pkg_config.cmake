# The installed copy of run.cmake, used without CMake: a compiler, and what pkg-config says.
#   cmake -DBUILD=... -DCC=... -DCXX=... -DPORTED=folder -P pkg_config.cmake

set(prefix "${BUILD}/consumer/prefix")
set(out "${BUILD}/consumer/pkg-config")
file(REMOVE_RECURSE "${out}")
file(MAKE_DIRECTORY "${out}")

function(run result)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors
                  OUTPUT_STRIP_TRAILING_WHITESPACE WORKING_DIRECTORY "${out}")
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " line)
    message(FATAL_ERROR "failed (${status}): ${line}\n${output}\n${errors}")
  endif()
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

find_program(PKG_CONFIG pkg-config REQUIRED)
file(GLOB_RECURSE found "${prefix}/*/isthmus-winapi.pc")
get_filename_component(folder "${found}" DIRECTORY)
set(ENV{PKG_CONFIG_PATH} "${folder}")

# A Windows program in C, word for word.
run(flags "${PKG_CONFIG}" --cflags --libs isthmus-winapi)
separate_arguments(flags UNIX_COMMAND "${flags}")
run(ignored "${CC}" -o producers_consumers "${PORTED}/producers_consumers.c" ${flags})
run(said "${out}/producers_consumers")
if(NOT said MATCHES "600 items taken, their sum is 179700")
  message(FATAL_ERROR "producers_consumers said: ${said}")
endif()

# A C++ program for windows.h as well.
run(ignored "${CXX}" -o event_workers "${PORTED}/event_workers.cpp" ${flags})
run(said "${out}/event_workers")
if(NOT said MATCHES "All are done, the sum of squares is 91")
  message(FATAL_ERROR "event_workers said: ${said}")
endif()

# A program for the C++ API.
run(flags "${PKG_CONFIG}" --cflags --libs isthmus)
separate_arguments(flags UNIX_COMMAND "${flags}")
run(where "${PKG_CONFIG}" --variable=libdir isthmus)
run(ignored "${CXX}" -std=c++20 -o consumer "${CMAKE_CURRENT_LIST_DIR}/main.cpp" ${flags}
    "-Wl,-rpath,${where}")
run(ignored "${out}/consumer")
