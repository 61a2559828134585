# The shared object behind which packetdrill finds the core (doc/packetdrill.md). It is built when
# asked for: cmake --build ... --target packetdrill-shim

file(GLOB packetdrill_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/test/packetdrill/shim/*.cc)
list(FILTER packetdrill_sources EXCLUDE REGEX "/interpose\\.cc$")

# All of it but what takes the place of the C library's functions: tests are linked with this.
add_library(packetdrill-host OBJECT EXCLUDE_FROM_ALL ${packetdrill_sources})
target_link_libraries(packetdrill-host PUBLIC tcp-lifecycle-core)
tcp_lifecycle_warnings(packetdrill-host)

find_package(Threads REQUIRED)
add_library(packetdrill-shim MODULE EXCLUDE_FROM_ALL
            ${PROJECT_SOURCE_DIR}/test/packetdrill/shim/interpose.cc)
target_link_libraries(packetdrill-shim PRIVATE packetdrill-host tcp-lifecycle-core Threads::Threads)
set_target_properties(packetdrill-shim PROPERTIES PREFIX "" OUTPUT_NAME tcp-lifecycle-packetdrill)
tcp_lifecycle_warnings(packetdrill-shim)
