# Examples: each examples/*.cc is a program, and so is each folder examples/NAME/ with a main.cc.

find_package(Boost 1.70 QUIET COMPONENTS graph program_options)
find_package(nlohmann_json QUIET)

set(example_modules
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

function(tcp_lifecycle_example_options target)
  tcp_lifecycle_ns3_modules(libraries ${example_modules})
  target_link_libraries(${target} PUBLIC tcp-lifecycle ${libraries})
  set_target_properties(
    ${target} PROPERTIES CXX_STANDARD ${ns3_standard}
                         RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/examples)
  tcp_lifecycle_warnings(${target})
endfunction()

# The parts of large examples: what the tests of their parts link.
set(example_parts)

if(TARGET tcp-lifecycle)
  file(GLOB programs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.cc)
  foreach(program IN LISTS programs)
    get_filename_component(name ${program} NAME_WE)
    add_executable(${name} ${program})
    tcp_lifecycle_example_options(${name})
  endforeach()

  file(GLOB mains CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*/main.cc)
  foreach(main IN LISTS mains)
    get_filename_component(folder ${main} DIRECTORY)
    get_filename_component(name ${folder} NAME)
    if(NOT Boost_FOUND OR NOT nlohmann_json_FOUND)
      message(WARNING "The example ${name} is left out, because it needs Boost.Graph, "
                      "Boost.Program_options and nlohmann-json: install libboost-graph-dev, "
                      "libboost-program-options-dev and nlohmann-json3-dev.")
      continue()
    endif()
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
    list(REMOVE_ITEM sources ${main})
    add_library(${name}-parts OBJECT ${sources})
    target_link_libraries(${name}-parts PUBLIC Boost::graph Boost::program_options
                                               nlohmann_json::nlohmann_json)
    target_include_directories(${name}-parts INTERFACE ${PROJECT_SOURCE_DIR}/examples)
    tcp_lifecycle_example_options(${name}-parts)
    add_executable(${name} ${main})
    target_link_libraries(${name} PRIVATE ${name}-parts)
    tcp_lifecycle_example_options(${name})
    list(APPEND example_parts ${name}-parts)
  endforeach()
endif()
