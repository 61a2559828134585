# tcp-lifecycle-proxy: the model against real hosts, over a tap device.

find_package(Boost 1.70 QUIET COMPONENTS program_options)
file(GLOB proxy_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/proxy/*.cc)

if(TARGET tcp-lifecycle AND proxy_sources)
  if(Boost_PROGRAM_OPTIONS_FOUND)
    tcp_lifecycle_ns3_modules(proxy_libraries core network internet fd-net-device tap-bridge csma)
    add_executable(tcp-lifecycle-proxy ${proxy_sources})
    set_target_properties(tcp-lifecycle-proxy PROPERTIES CXX_STANDARD ${module_standard})
    target_link_libraries(tcp-lifecycle-proxy PRIVATE tcp-lifecycle ${proxy_libraries}
                                                      Boost::program_options)
    tcp_lifecycle_warnings(tcp-lifecycle-proxy)
  else()
    message(WARNING "tcp-lifecycle-proxy is left out, because it needs Boost.Program_options: "
                    "install libboost-program-options-dev.")
  endif()
endif()
