# One CMake target a room, sources listed. A room links only what it may see, so that a wrong include is a link error;
# tests/include_graph says the same in words.

# prihvat_library(NAME SOURCES a.cc ... DEPS prihvat::x ...): a static library prihvat_NAME, alias prihvat::NAME.
# Without sources it is header-only.
function(prihvat_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(prihvat_${name} STATIC ${ARG_SOURCES})
    target_include_directories(prihvat_${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(prihvat_${name} PUBLIC ${ARG_DEPS})
  else()
    add_library(prihvat_${name} INTERFACE)
    target_include_directories(prihvat_${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(prihvat_${name} INTERFACE ${ARG_DEPS})
  endif()
  add_library(prihvat::${name} ALIAS prihvat_${name})
endfunction()

# prihvat_executable(NAME SOURCES ... DEPS ...): a program in build/bin/.
function(prihvat_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} ${PRIHVAT_SANITIZER_PARTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# prihvat_test(NAME LABEL unit|contract|sim|fault|e2e SOURCES ... DEPS ... [TIMEOUT seconds]): a GoogleTest program in
# build/tests/, one ctest entry.
function(prihvat_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main ${PRIHVAT_SANITIZER_PARTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
endfunction()

# prihvat_python_test(NAME LABEL unit|... SCRIPT x_test.py [ARGS ...] [TIMEOUT seconds]): a Python unittest module as one
# ctest entry, run by tests/python/run.py, which tells of its cases as a GoogleTest program does. It runs in build/venv
# where that is there (scripts/setup.sh test makes it), so it may import what scripts/requirements.txt lists.
function(prihvat_python_test name)
  cmake_parse_arguments(ARG "" "LABEL;SCRIPT;TIMEOUT" "ARGS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${name}
           COMMAND ${CMAKE_SOURCE_DIR}/tests/python/run.py ${name} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SCRIPT} ${ARG_ARGS}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
                       ENVIRONMENT "PRIHVAT_BUILD_DIR=${CMAKE_BINARY_DIR}")
endfunction()

# prihvat_proto(NAME PROTOS prihvat/x/v1/a.proto ... DEPS prihvat::proto_y ... [GRPC]): prihvat::proto_NAME holds the
# messages; with GRPC, prihvat::grpc_NAME holds the service stubs too (heavy headers: few rooms may link it).
function(prihvat_proto name)
  cmake_parse_arguments(ARG "" "ROOT" "PROTOS;GRPC_PROTOS;DEPS" ${ARGN})
  if(NOT ARG_ROOT)
    set(ARG_ROOT ${CMAKE_SOURCE_DIR}/protos)
  endif()
  set(out ${CMAKE_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${out})
  set(message_sources "")
  set(headers "")
  foreach(proto IN LISTS ARG_PROTOS ARG_GRPC_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    add_custom_command(
      OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h
      COMMAND protobuf::protoc --cpp_out=${out} -I ${ARG_ROOT} -I ${CMAKE_SOURCE_DIR}/protos -I ${GOOGLEAPIS_DIR} ${ARG_ROOT}/${proto}
      DEPENDS ${ARG_ROOT}/${proto} VERBATIM)
    list(APPEND message_sources ${out}/${stem}.pb.cc)
    list(APPEND headers ${out}/${stem}.pb.h)
  endforeach()
  add_library(prihvat_proto_${name} STATIC ${message_sources})
  target_include_directories(prihvat_proto_${name} SYSTEM PUBLIC ${out})
  target_link_libraries(prihvat_proto_${name} PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  target_compile_options(prihvat_proto_${name} PRIVATE -w -O1)
  add_library(prihvat::proto_${name} ALIAS prihvat_proto_${name})
  foreach(dep IN LISTS ARG_DEPS)  # headers of imported protos must exist before these compile
    string(REPLACE "prihvat::" "prihvat_" dep_target ${dep})
    add_dependencies(prihvat_proto_${name} ${dep_target})
  endforeach()

  if(ARG_GRPC_PROTOS)
    set(stub_sources "")
    foreach(proto IN LISTS ARG_GRPC_PROTOS)
      string(REGEX REPLACE "\\.proto$" "" stem ${proto})
      add_custom_command(
        OUTPUT ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h
        COMMAND protobuf::protoc --grpc_out=${out} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>
                -I ${ARG_ROOT} -I ${CMAKE_SOURCE_DIR}/protos -I ${GOOGLEAPIS_DIR} ${ARG_ROOT}/${proto}
        DEPENDS ${ARG_ROOT}/${proto} VERBATIM)
      list(APPEND stub_sources ${out}/${stem}.grpc.pb.cc)
      list(APPEND headers ${out}/${stem}.grpc.pb.h)
    endforeach()
    add_library(prihvat_grpc_${name} STATIC ${stub_sources})
    target_link_libraries(prihvat_grpc_${name} PUBLIC prihvat::proto_${name} gRPC::grpc++)
    target_compile_options(prihvat_grpc_${name} PRIVATE -w -O1)
    add_library(prihvat::grpc_${name} ALIAS prihvat_grpc_${name})
  endif()

  # generated_protos: all generated headers and nothing else, for tools that only parse (clang-tidy).
  if(NOT TARGET generated_protos)
    add_custom_target(generated_protos)
  endif()
  add_custom_target(prihvat_generated_${name} DEPENDS ${headers})
  add_dependencies(generated_protos prihvat_generated_${name})
endfunction()
