# Examples: each examples/*.cc is a program, and so is each folder examples/NAME/ as a whole.

find_package(Boost 1.70 QUIET COMPONENTS graph)
find_package(nlohmann_json QUIET)

function(tcp_lifecycle_add_example name)
  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES CXX_STANDARD ${ns3_standard}
                                           RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/examples)
  tcp_lifecycle_ns3_modules(
    libraries
    core
    network
    internet
    point-to-point
    csma
    applications
    internet-apps
    traffic-control
    topology-read
    nix-vector-routing
    flow-monitor)
  target_link_libraries(${name} PRIVATE tcp-lifecycle ${libraries})
  tcp_lifecycle_warnings(${name})
endfunction()

if(TARGET tcp-lifecycle)
  file(GLOB programs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.cc)
  foreach(program IN LISTS programs)
    get_filename_component(name ${program} NAME_WE)
    tcp_lifecycle_add_example(${name} ${program})
  endforeach()

  file(GLOB folders CONFIGURE_DEPENDS LIST_DIRECTORIES true ${PROJECT_SOURCE_DIR}/examples/*)
  foreach(folder IN LISTS folders)
    get_filename_component(name ${folder} NAME)
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
    if(NOT IS_DIRECTORY ${folder} OR NOT sources)
      continue()
    endif()
    if(Boost_GRAPH_FOUND AND nlohmann_json_FOUND)
      tcp_lifecycle_add_example(${name} ${sources})
      target_link_libraries(${name} PRIVATE Boost::graph nlohmann_json::nlohmann_json)
    else()
      message(WARNING "The example ${name} is left out, because it needs Boost.Graph and "
                      "nlohmann-json: install libboost-graph-dev and nlohmann-json3-dev.")
    endif()
  endforeach()
endif()
