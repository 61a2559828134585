# Installation, and the package config for find_package(tcp-lifecycle).

include(CMakePackageConfigHelpers)

if(TARGET tcp-lifecycle)
  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tcp-lifecycle)

  install(TARGETS tcp-lifecycle EXPORT tcp-lifecycle-targets
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(FILES ${module_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ns3)
  if(TARGET tcp-lifecycle-proxy)
    install(TARGETS tcp-lifecycle-proxy RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()

  install(EXPORT tcp-lifecycle-targets NAMESPACE tcp-lifecycle:: DESTINATION ${package_dir})
  configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/tcp-lifecycle-config.cmake.in
    ${PROJECT_BINARY_DIR}/tcp-lifecycle-config.cmake INSTALL_DESTINATION ${package_dir})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/tcp-lifecycle-config-version.cmake
                                   COMPATIBILITY SameMinorVersion)
  install(
    FILES ${PROJECT_BINARY_DIR}/tcp-lifecycle-config.cmake
          ${PROJECT_BINARY_DIR}/tcp-lifecycle-config-version.cmake
          ${PROJECT_SOURCE_DIR}/cmake/Ns3.cmake
    DESTINATION ${package_dir})
endif()
