# The TCP core: pure C++20, no ns-3. An object library, so that the module's shared library and
# the core's tests are made of the same compiled objects.

if(core_sources)
  add_library(tcp-lifecycle-core OBJECT ${core_sources})
  target_include_directories(tcp-lifecycle-core PUBLIC ${PROJECT_SOURCE_DIR}/model)
  target_compile_features(tcp-lifecycle-core PUBLIC cxx_std_20)
  tcp_lifecycle_warnings(tcp-lifecycle-core)
  tcp_lifecycle_direct_calls(tcp-lifecycle-core)
endif()
