# Install rules and the CMake package: find_package(isthmus) gives isthmus::isthmus, isthmus::static
# and isthmus::shared.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/isthmus")
set(targets isthmus)
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
