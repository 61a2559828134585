# Benchmarks against stock TCP: each test/bench/*.cc is a program, but for what they share, and so is
# the folder transfer. They are built by name only: cmake --build ... --target bench

set(bench_shared ${PROJECT_SOURCE_DIR}/test/bench/bench.cc
                 ${PROJECT_SOURCE_DIR}/test/bench/floor.cc
                 ${PROJECT_SOURCE_DIR}/test/bench/network.cc
                 ${PROJECT_SOURCE_DIR}/test/bench/profile.cc)

if(NOT Boost_PROGRAM_OPTIONS_FOUND OR NOT nlohmann_json_FOUND)
  message(WARNING "The benchmarks are left out, because they need Boost.Program_options and "
                  "nlohmann-json: install libboost-program-options-dev and nlohmann-json3-dev.")
  return()
endif()

add_library(bench-shared STATIC EXCLUDE_FROM_ALL ${bench_shared})
target_include_directories(bench-shared PUBLIC ${PROJECT_SOURCE_DIR}/test/bench
                           PRIVATE ${PROJECT_SOURCE_DIR}/model)
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
