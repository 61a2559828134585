# What every target of the standalone build is compiled and linked with.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE
      Release
      CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

option(TCP_LIFECYCLE_WERROR "Treat warnings in tcp-lifecycle's own code as errors" ON)
set(TCP_LIFECYCLE_SANITIZE
    ""
    CACHE STRING "Sanitizers to build with, for instance address,undefined")

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

set(CMAKE_INSTALL_RPATH $ORIGIN/../${CMAKE_INSTALL_LIBDIR})
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

find_program(TCP_LIFECYCLE_CCACHE ccache)
if(TCP_LIFECYCLE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TCP_LIFECYCLE_CCACHE})
endif()

find_program(TCP_LIFECYCLE_MOLD mold)
if(TCP_LIFECYCLE_MOLD)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LINK_OPTIONS -fuse-ld=mold)
  check_cxx_source_compiles("int main() {}" TCP_LIFECYCLE_MOLD_WORKS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  if(TCP_LIFECYCLE_MOLD_WORKS)
    add_link_options(-fuse-ld=mold)
  endif()
endif()

if(TCP_LIFECYCLE_SANITIZE)
  add_compile_options(-fsanitize=${TCP_LIFECYCLE_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TCP_LIFECYCLE_SANITIZE})
endif()

# g++ 12 warns of overlapping copies inside std::string where there are none (GCC bug 105329).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12\\.")
  set(false_warnings -Wno-restrict)
endif()

# Warnings for our own targets only: headers of ns-3 and of other packages come in as SYSTEM.
function(tcp_lifecycle_warnings target)
  target_compile_options(
    ${target}
    PRIVATE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wcast-qual
            ${false_warnings}
            $<$<BOOL:${TCP_LIFECYCLE_WERROR}>:-Werror>)
endfunction()

# The library's calls of itself: nobody is to put functions of his own in between, which else every
# call would allow for.
function(tcp_lifecycle_direct_calls target)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>)
  if(NOT APPLE)
    target_link_options(${target} PRIVATE -Wl,-Bsymbolic-functions)
  endif()
endfunction()
