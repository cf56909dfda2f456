# Compiles program.c in one language standard, in every other respect in all ways:
#
#   cmake -DCOMPILER=gcc -DLANGUAGE=c -DSTANDARD=c99 -DINCLUDES=a;b -P check.cmake

list(TRANSFORM INCLUDES PREPEND "-I")
foreach(order IN ITEMS "-DWINDOWS_FIRST" "-DWINDOWS_LAST")
  foreach(flags IN ITEMS "-fsyntax-only" "-DUNICODE;-D_UNICODE;-O2;-D_FORTIFY_SOURCE=2;-c;-o;/dev/null"
                         "-DUNICODE;-D_UNICODE;-fshort-wchar;-fsyntax-only")
    execute_process(
      COMMAND "${COMPILER}" -x "${LANGUAGE}" "-std=${STANDARD}" -Wall -Wextra -Wpedantic -Werror
              ${order} ${flags} ${INCLUDES} "${CMAKE_CURRENT_LIST_DIR}/program.c"
      ERROR_VARIABLE errors RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "${order} ${flags}\n${errors}")
    endif()
  endforeach()
endforeach()
