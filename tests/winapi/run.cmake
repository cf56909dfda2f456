# Runs a differential test and compares what it prints with the trace in the repository, which is the
# same for every system and compiler:
#
#   cmake "-DCOMMAND=[emulator|argument|]program" -DTRACE=traces/x.txt -DACTUAL=out.txt [-DRECORD=ON]
#       -P run.cmake
#
# The traces are recorded from Windows programs: ISTHMUS_RECORD_TRACES=1 in the environment, under Wine.

string(REPLACE "|" ";" command "${COMMAND}")
execute_process(COMMAND ${command} OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE status)
string(REPLACE "\r\n" "\n" output "${output}")
file(WRITE "${ACTUAL}" "${output}")
if(NOT status EQUAL 0)
  message("${output}\n${errors}") # not in the next: it would break lines anew
  message(FATAL_ERROR "exit status: ${status}")
endif()
if(DEFINED ENV{ISTHMUS_RECORD_TRACES} AND RECORD)
  file(WRITE "${TRACE}" "${output}")
  return()
endif()
if(NOT EXISTS "${TRACE}")
  message(FATAL_ERROR "no trace recorded: ${TRACE}")
endif()
file(READ "${TRACE}" expected)
string(REPLACE "\r\n" "\n" expected "${expected}")
if(NOT output STREQUAL expected)
  find_program(DIFF diff)
  if(DIFF)
    execute_process(COMMAND "${DIFF}" -u "${TRACE}" "${ACTUAL}")
  endif()
  message(FATAL_ERROR "not the recorded trace: ${ACTUAL} is not ${TRACE}")
endif()
