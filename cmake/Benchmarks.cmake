# Benchmarks against stock TCP: each test/bench/*.cc is a program, but for what they share, and so is
# the folder transfer. They are built by name only: cmake --build ... --target bench

set(bench_shared ${PROJECT_SOURCE_DIR}/test/bench/bench.cc
                 ${PROJECT_SOURCE_DIR}/test/bench/core-pair.cc
                 ${PROJECT_SOURCE_DIR}/test/bench/floor.cc
                 ${PROJECT_SOURCE_DIR}/test/bench/heap.cc
                 ${PROJECT_SOURCE_DIR}/test/bench/network.cc
                 ${PROJECT_SOURCE_DIR}/test/bench/opener.cc
                 ${PROJECT_SOURCE_DIR}/test/bench/profile.cc)

if(NOT Boost_PROGRAM_OPTIONS_FOUND OR NOT nlohmann_json_FOUND)
  message(WARNING "The benchmarks are left out, because they need Boost.Program_options and "
                  "nlohmann-json: install libboost-program-options-dev and nlohmann-json3-dev.")
  return()
endif()

add_library(bench-shared STATIC EXCLUDE_FROM_ALL ${bench_shared})
target_include_directories(bench-shared PUBLIC ${PROJECT_SOURCE_DIR}/test/bench
                           PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/model)
target_link_libraries(bench-shared PUBLIC tcp-lifecycle ${test_libraries} Boost::program_options
                                          nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS})
set_target_properties(bench-shared PROPERTIES CXX_STANDARD ${module_standard})
target_compile_definitions(bench-shared PRIVATE BENCH_NS3_VERSION="${ns3_VERSION}")
tcp_lifecycle_warnings(bench-shared)

# Makes the program NAME of what follows.
function(tcp_lifecycle_add_benchmark name)
  add_executable(${name} EXCLUDE_FROM_ALL ${ARGN})
  set_target_properties(${name} PROPERTIES CXX_STANDARD ${module_standard}
                                           RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/model)
  target_link_libraries(${name} PRIVATE bench-shared)
  tcp_lifecycle_warnings(${name})
  add_dependencies(bench ${name})
endfunction()

add_custom_target(bench)
file(GLOB benchmarks CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/test/bench/*.cc)
list(REMOVE_ITEM benchmarks ${bench_shared})
foreach(benchmark IN LISTS benchmarks)
  get_filename_component(name ${benchmark} NAME_WE)
  tcp_lifecycle_add_benchmark(${name} ${benchmark})
endforeach()

if(TARGET tcp-lifecycle-proxy) # what links the kernel to a simulation is the proxy's
  file(GLOB transfer_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/test/bench/transfer/*.cc)
  tcp_lifecycle_add_benchmark(
    transfer
    ${transfer_sources}
    ${PROJECT_SOURCE_DIR}/proxy/addresses.cc
    ${PROJECT_SOURCE_DIR}/proxy/frame-filter.cc
    ${PROJECT_SOURCE_DIR}/proxy/host-link.cc
    ${PROJECT_SOURCE_DIR}/proxy/tap.cc
    ${PROJECT_SOURCE_DIR}/proxy/tap-net-device.cc)
  target_link_libraries(transfer PRIVATE ${proxy_libraries})
endif()

# That both TCPs do the same work is tested, at sizes that take a moment; no time is. The programs
# are built by the first of these tests, so that who does not run them need not build them.
function(tcp_lifecycle_test_benchmark name)
  add_test(NAME bench.${name}DoesTheSameWork COMMAND ${name} --rounds 1 ${ARGN})
  set_tests_properties(bench.${name}DoesTheSameWork PROPERTIES LABELS bench TIMEOUT 300
                                                               FIXTURES_REQUIRED benchmarks)
  set_property(GLOBAL APPEND PROPERTY tcp_lifecycle_tested_benchmarks ${name})
endfunction()

if(NOT TCP_LIFECYCLE_SANITIZE)
  tcp_lifecycle_test_benchmark(create-socket --sockets 100)
  tcp_lifecycle_test_benchmark(idle-connections --connections 100)
  tcp_lifecycle_test_benchmark(lossy --flows 10 --segments 20)
  tcp_lifecycle_test_benchmark(million --connections 200 --hosts 20)
  tcp_lifecycle_test_benchmark(open-connections --connections 50,100 --at-least 1)
  tcp_lifecycle_test_benchmark(records --records 100 --many 1000)
  tcp_lifecycle_test_benchmark(request-close --connections 50 --time-wait 50)
  tcp_lifecycle_test_benchmark(segments --segments 500 --windows 10,100)
  get_property(tested GLOBAL PROPERTY tcp_lifecycle_tested_benchmarks)
  add_test(NAME bench.Build COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target
                                    ${tested})
  set_tests_properties(bench.Build PROPERTIES LABELS bench TIMEOUT 600 FIXTURES_SETUP benchmarks)
endif()
