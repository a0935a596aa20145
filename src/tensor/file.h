/* Files: tensors are written from their own memory and read into it. */
#ifndef RL_TENSOR_FILE_H
#define RL_TENSOR_FILE_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const void *data;
    size_t bytes;
} rl_piece;

/* A new file of the pieces, one behind the other. */
rl_status rl_file_write(const char *path, int n, const rl_piece *pieces);
/* Fails where the file has fewer bytes. */
rl_status rl_file_read(const char *path, int64_t offset, size_t bytes, void *to);

/* The checksum of zip and gzip; 0 to begin with, or that of what comes before. */
uint32_t rl_crc32(uint32_t crc, const void *data, size_t bytes);

#endif
