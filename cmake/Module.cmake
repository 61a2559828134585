# The module: one shared library, libtcp-lifecycle.so, with the core inside.

# The language ns-3's headers need grows with its version; ours is C++20 at least, and programs
# that only use the installed headers are held to what their users may be compiling with.
if(ns3_VERSION VERSION_GREATER_EQUAL 3.46)
  set(ns3_standard 23)
elseif(ns3_VERSION VERSION_GREATER_EQUAL 3.41)
  set(ns3_standard 20)
else()
  set(ns3_standard 17)
endif()
set(module_standard ${ns3_standard})
if(module_standard LESS 20)
  set(module_standard 20)
endif()

# Scripts include installed headers as "ns3/NAME.h"; links give the build the same spelling.
foreach(header IN LISTS module_headers)
  get_filename_component(name ${header} NAME)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/ns3)
  file(CREATE_LINK ${header} ${PROJECT_BINARY_DIR}/include/ns3/${name} SYMBOLIC)
endforeach()

if(module_sources)
  tcp_lifecycle_ns3_modules(ns3_libraries core network traffic-control internet)
  add_library(tcp-lifecycle SHARED ${module_sources} ${module_headers})
  if(TARGET tcp-lifecycle-core)
    target_sources(tcp-lifecycle PRIVATE $<TARGET_OBJECTS:tcp-lifecycle-core>)
  endif()
  set_target_properties(tcp-lifecycle PROPERTIES CXX_STANDARD ${module_standard}
                                                 VERSION ${PROJECT_VERSION} SOVERSION 0)
  target_include_directories(
    tcp-lifecycle
    PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/model ${PROJECT_SOURCE_DIR}/helper)
  target_link_libraries(tcp-lifecycle PUBLIC ${ns3_libraries})
  target_compile_definitions(
    tcp-lifecycle PRIVATE $<$<CONFIG:Debug>:NS3_ASSERT_ENABLE;NS3_LOG_ENABLE>)
  tcp_lifecycle_keep_libraries(tcp-lifecycle INTERFACE)
  tcp_lifecycle_warnings(tcp-lifecycle)
  tcp_lifecycle_direct_calls(tcp-lifecycle)
endif()
