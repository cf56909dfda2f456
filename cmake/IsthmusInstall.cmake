# Install rules and the CMake package: find_package(isthmus) gives isthmus::isthmus, isthmus::static,
# isthmus::shared and isthmus::winapi. For who does not use CMake: pkg-config.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/isthmus")
set(targets isthmus isthmus_winapi)
if(NOT WIN32)
  list(APPEND targets isthmus_winapi_main)
endif()
if(ISTHMUS_BUILD_SHARED)
  list(APPEND targets isthmus_shared)
endif()

install(TARGETS ${targets} EXPORT isthmusTargets
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/isthmus" "${isthmus_generated}/isthmus"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.hpp" PATTERN "winapi" EXCLUDE)
if(NOT WIN32)
  install(DIRECTORY "${winapi_include}/" "${winapi_aliases}/"
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/isthmus/winapi" OPTIONAL)
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
        DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/licenses/isthmus")

install(EXPORT isthmusTargets NAMESPACE isthmus:: DESTINATION "${package_dir}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/isthmusConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/isthmusConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/isthmusConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/isthmusConfig.cmake"
              "${PROJECT_BINARY_DIR}/isthmusConfigVersion.cmake"
        DESTINATION "${package_dir}")

# --- pkg-config: isthmus, and isthmus-winapi, which is nothing but flags for a compiler
if(NOT WIN32)
  set(pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  file(RELATIVE_PATH pc_prefix "/${pc_dir}" "/")
  string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
  set(pc_requires "")
  if(isthmus_spdlog_exported)
    list(APPEND pc_requires spdlog)
  endif()
  if(isthmus_openssl)
    list(APPEND pc_requires libcrypto)
  endif()
  list(JOIN pc_requires ", " pc_requires)
  set(pc_libraries "-pthread -l$<IF:$<PLATFORM_ID:Darwin>,c++,stdc++>")
  # A static library's dependencies are its users'; a shared one's are not.
  if(ISTHMUS_BUILD_SHARED)
    set(pc_private ".private")
    set(pc_public_libraries "")
    set(pc_cflags "")
  else()
    set(pc_private "")
    set(pc_public_libraries " ${pc_libraries}")
    set(pc_cflags " -DISTHMUS_STATIC_DEFINE")
  endif()
  foreach(package IN ITEMS isthmus isthmus-winapi)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/${package}.pc.in"
                   "${PROJECT_BINARY_DIR}/generated/${package}.pc.in" @ONLY)
    file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/${package}.pc"
         INPUT "${PROJECT_BINARY_DIR}/generated/${package}.pc.in")
    install(FILES "${PROJECT_BINARY_DIR}/${package}.pc" DESTINATION "${pc_dir}")
  endforeach()
endif()
