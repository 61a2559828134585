# The build inside an ns-3 tree, as contrib/tcp-lifecycle.

option(TCP_LIFECYCLE_WERROR "Treat warnings in tcp-lifecycle's own code as errors" OFF)

function(tcp_lifecycle_build_in_tree)
  set(headers) # ns-3 takes a header's path for one inside the module's folder
  foreach(header IN LISTS module_headers)
    file(RELATIVE_PATH header ${CMAKE_CURRENT_SOURCE_DIR} ${header})
    list(APPEND headers ${header})
  endforeach()

  build_lib(
    LIBNAME tcp-lifecycle
    SOURCE_FILES ${core_sources} ${module_sources}
    HEADER_FILES ${headers}
    LIBRARIES_TO_LINK ${ARGN}
    IGNORE_PCH)

  # Our sources are C++20 whatever the tree's own standard. The target is named libNAME to
  # ns-3 3.42 and NAME afterwards; the objects are compiled by the target that ends in -obj.
  foreach(target IN ITEMS libtcp-lifecycle-obj libtcp-lifecycle tcp-lifecycle-obj tcp-lifecycle)
    if(TARGET ${target})
      if(NOT CMAKE_CXX_STANDARD OR CMAKE_CXX_STANDARD LESS 20)
        set_target_properties(${target} PROPERTIES CXX_STANDARD 20)
      endif()
      set_target_properties(${target} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
      target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/model
                                                   ${CMAKE_CURRENT_SOURCE_DIR}/helper)
      target_compile_options(
        ${target} PRIVATE $<IF:$<BOOL:${TCP_LIFECYCLE_WERROR}>,-Werror,-Wno-error>)
    endif()
  endforeach()
endfunction()
