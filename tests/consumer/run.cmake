# Installs the build tree into a folder of its own, then configures, builds and runs a project that
# finds it there with find_package(isthmus).
#   cmake -DBUILD=... -DCONFIG=... -DGENERATOR=... -DCC=... -DCXX=... -DSHARED=ON|OFF -P run.cmake

set(prefix "${BUILD}/consumer/prefix")
set(out "${BUILD}/consumer/build")
file(REMOVE_RECURSE "${prefix}" "${out}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " line)
    message(FATAL_ERROR "failed (${status}): ${line}")
  endif()
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD}" --config "${CONFIG}" --prefix "${prefix}")
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${out}" -G "${GENERATOR}"
    "-DCMAKE_BUILD_TYPE=${CONFIG}" "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_C_COMPILER=${CC}" "-DCMAKE_PREFIX_PATH=${prefix}"
    "-DCONSUMER_SHARED=${SHARED}")
run("${CMAKE_COMMAND}" --build "${out}" --config "${CONFIG}")
run("${CMAKE_CTEST_COMMAND}" --test-dir "${out}" -C "${CONFIG}" --output-on-failure)
