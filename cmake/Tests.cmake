# Tests (GoogleTest), one program per folder.

include(GoogleTest)
find_package(GTest QUIET)
if(NOT GTest_FOUND)
  message(WARNING "GoogleTest was not found, so no test is built: install libgtest-dev and "
                  "libgmock-dev.")
  return()
endif()

# Makes the program test-NAME of test/NAME/*.cc and gives its tests the label NAME. Further
# arguments are what it links.
function(tcp_lifecycle_add_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT;STANDARD" "LINK")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/test/${name}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(test-${name} ${sources})
  set_target_properties(test-${name} PROPERTIES CXX_STANDARD ${arg_STANDARD})
  target_include_directories(test-${name} PRIVATE ${PROJECT_SOURCE_DIR}/model
                                                  ${PROJECT_SOURCE_DIR}/test
                                                  ${PROJECT_SOURCE_DIR}/test/${name})
  target_link_libraries(test-${name} PRIVATE ${arg_LINK} GTest::gmock GTest::gtest_main)
  # What is tested is optimised, the tests themselves need not be: they compile much faster so.
  target_compile_options(test-${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  tcp_lifecycle_warnings(test-${name})
  gtest_discover_tests(
    test-${name}
    TEST_PREFIX "${name}."
    NO_PRETTY_VALUES
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${name} TIMEOUT ${arg_TIMEOUT} SKIP_REGULAR_EXPRESSION
               "\\[  SKIPPED \\]")
endfunction()

set_source_files_properties(test/core/linux-answers-test.cc
                            PROPERTIES COMPILE_DEFINITIONS
                            "TCP_LIFECYCLE_NOTES=\"${PROJECT_SOURCE_DIR}/doc/notes\"")
set_source_files_properties(
  test/ns3/lifecycle-documentation-test.cc
  PROPERTIES COMPILE_DEFINITIONS
             "TCP_LIFECYCLE_DOCUMENT=\"${PROJECT_SOURCE_DIR}/doc/tcp-lifecycle.rst\"")
if(TARGET tcp-lifecycle-core)
  tcp_lifecycle_add_tests(core STANDARD 20 TIMEOUT 60 LINK tcp-lifecycle-core)
  tcp_lifecycle_add_tests(packetdrill STANDARD 20 TIMEOUT 60 LINK packetdrill-host
                          tcp-lifecycle-core Threads::Threads)
  set_source_files_properties(test/packetdrill/control-test.cc
                              PROPERTIES COMPILE_DEFINITIONS
                              "PACKETDRILL_BIN=\"${PROJECT_SOURCE_DIR}/test/packetdrill/bin\"")
endif()

if(TARGET tcp-lifecycle)
  tcp_lifecycle_ns3_modules(
    test_libraries
    core
    network
    internet
    point-to-point
    csma
    applications
    internet-apps
    traffic-control
    flow-monitor)
  tcp_lifecycle_add_tests(ns3 STANDARD ${module_standard} TIMEOUT 300 LINK tcp-lifecycle
                          ${test_libraries} ${example_parts})
  if(TARGET tcp-lifecycle-proxy)
    tcp_lifecycle_add_tests(interop STANDARD ${module_standard} TIMEOUT 300 LINK tcp-lifecycle
                            ${test_libraries})
  endif()
  if(TARGET test-interop)
    target_compile_definitions(test-interop
                               PRIVATE TCP_LIFECYCLE_BINARY_DIR="${PROJECT_BINARY_DIR}")
    add_dependencies(test-interop tcp-lifecycle-proxy)
  endif()

  if(NOT TCP_LIFECYCLE_SANITIZE) # a user's program is not built with sanitizers
    add_test(NAME package.InstalledModuleLinksIntoAnotherProject
             COMMAND ${CMAKE_COMMAND} -D BINARY_DIR=${PROJECT_BINARY_DIR} -D
                     WORK_DIR=${PROJECT_BINARY_DIR}/package-test -D BUILD_TYPE=${CMAKE_BUILD_TYPE}
                     -D GENERATOR=${CMAKE_GENERATOR} -P ${PROJECT_SOURCE_DIR}/test/package/run.cmake)
    set_tests_properties(package.InstalledModuleLinksIntoAnotherProject
                         PROPERTIES LABELS package TIMEOUT 300)
  endif()

  include(cmake/Benchmarks.cmake)
endif()
