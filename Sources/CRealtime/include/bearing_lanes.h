/* Vectors as wide as a register of the processor that the shims are compiled for. */
#ifndef BEARING_LANES_H
#define BEARING_LANES_H

#if defined(__AVX512F__)
#define BEARING_LANE_BYTES 64
#elif defined(__AVX__)
#define BEARING_LANE_BYTES 32
#else
#define BEARING_LANE_BYTES 16
#endif

/* A vector of `type` that needs the alignment of one element only. */
#define BEARING_LANES(type) type __attribute__((vector_size(BEARING_LANE_BYTES), aligned(__alignof__(type)), may_alias))

#endif
