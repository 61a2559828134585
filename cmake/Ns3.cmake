# Finds an installed ns-3 and mends what its package config gets wrong. This file is used by the
# build and, installed beside the package config, by projects that link tcp-lifecycle.

# Finds ns-3; sets ns3_FOUND and ns3_VERSION for the caller, and makes its targets fit to link.
macro(tcp_lifecycle_find_ns3)
  tcp_lifecycle_check_debian_ns3()
  find_package(ns3 CONFIG QUIET)
  if(ns3_FOUND)
    tcp_lifecycle_mend_ns3_targets()
  endif()
endmacro()

# Debian's package config stops CMake with an error about the file ns3.37-raw-sock-creator unless
# the package ns3 is installed too, which libns3-dev does not ask for: say what to do instead.
function(tcp_lifecycle_check_debian_ns3)
  find_path(TCP_LIFECYCLE_NS3_CONFIG ns3Config.cmake HINTS ${ns3_DIR}
            PATH_SUFFIXES lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake/ns3 lib/cmake/ns3)
  mark_as_advanced(TCP_LIFECYCLE_NS3_CONFIG)
  if(TCP_LIFECYCLE_NS3_CONFIG MATCHES "^/usr/lib/" AND NOT EXISTS /usr/libexec/ns3)
    message(FATAL_ERROR "Debian's libns3-dev can only be used together with its package ns3: "
                        "install it with 'apt-get install ns3'.")
  endif()
endfunction()

# Turns module names (core, internet) into the targets of the ns-3 at hand: ns3::libcore to 3.42,
# ns3::core from 3.43.
function(tcp_lifecycle_ns3_modules result)
  set(targets)
  foreach(module IN LISTS ARGN)
    if(TARGET ns3::${module})
      list(APPEND targets ns3::${module})
    elseif(TARGET ns3::lib${module})
      list(APPEND targets ns3::lib${module})
    else()
      message(FATAL_ERROR "The ns-3 ${ns3_VERSION} in ${ns3_DIR} was built without its module "
                          "${module}, which tcp-lifecycle needs: rebuild ns-3 with it.")
    endif()
  endforeach()
  set(${result} ${targets} PARENT_SCOPE)
endfunction()

# Debian's ns3Targets.cmake names libgsl.so, libxml2.so and others by absolute path without
# depending on the packages that have them, and include folders that do not exist. ns-3's own
# libraries already carry what they need, so that what is missing can be dropped. The as-needed
# switches go too: they would have the linker drop the libraries whose TypeIds are looked up by
# name (see tcp_lifecycle_keep_libraries).
function(tcp_lifecycle_mend_ns3_targets)
  set(imported)
  set(directory ${CMAKE_CURRENT_SOURCE_DIR})
  while(directory) # a project may have called find_package(ns3) in a folder above
    get_property(here DIRECTORY ${directory} PROPERTY IMPORTED_TARGETS)
    list(APPEND imported ${here})
    get_property(directory DIRECTORY ${directory} PROPERTY PARENT_DIRECTORY)
  endwhile()
  foreach(target IN LISTS imported)
    if(NOT target MATCHES "^ns3::")
      continue()
    endif()
    get_target_property(libraries ${target} INTERFACE_LINK_LIBRARIES)
    if(libraries)
      set(kept)
      foreach(library IN LISTS libraries)
        if(library MATCHES "^-Wl,--(no-)?as-needed$")
          continue()
        elseif(IS_ABSOLUTE "${library}" AND NOT EXISTS "${library}")
          continue()
        endif()
        list(APPEND kept "${library}")
      endforeach()
      set_property(TARGET ${target} PROPERTY INTERFACE_LINK_LIBRARIES "${kept}")
    endif()
    get_target_property(includes ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(includes)
      set(kept)
      foreach(folder IN LISTS includes)
        if(EXISTS "${folder}/ns3" OR folder MATCHES "\\$<")
          list(APPEND kept "${folder}")
        endif()
      endforeach()
      set_property(TARGET ${target} PROPERTY INTERFACE_INCLUDE_DIRECTORIES "${kept}")
    endif()
  endforeach()
endfunction()

# Keeps every library a program names: linkers that default to --as-needed would drop those that
# are only looked up by TypeId name.
function(tcp_lifecycle_keep_libraries target scope)
  target_link_options(${target} ${scope} LINKER:--no-as-needed)
endfunction()
