# How GCC is to compile whisper.cpp and ggml for x86-64; other compilers and processors keep their defaults. Taken in by their
# CMake projects through CMAKE_PROJECT_INCLUDE (config.toml). What each brings: benches/NOTES.md, "Beside other programs".
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 11
   AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  add_compile_options(
    # What ggml's kernels ask for at least (AVX2 and FMA, 2013) for all the rest too: whisper.cpp's spectrum is plain loops.
    -march=x86-64-v3
    # Sums may be reordered, so that loops over them become vectors. Infinities and NaN keep their meaning: whisper.cpp marks
    # what must not be said by minus infinity.
    -fno-math-errno -fno-trapping-math -fno-signed-zeros -fassociative-math
    -funroll-loops
    # The tuned products clear their sums, 1.5 KB, before each block: a call of memset takes longer than the block of a short
    # product.
    "-mmemset-strategy=vector_loop:4096:noalign,libcall:-1:noalign")
endif()
