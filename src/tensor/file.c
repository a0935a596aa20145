#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static rl_status fail_file(const char *what, const char *path) { return rl_fail("%s cannot be %s: %s", path, what, strerror(errno)); }

rl_status rl_file_write(const char *path, int n, const rl_piece *pieces) {
    FILE *file = fopen(path, "wb");
    if (!file) return fail_file("written", path);
    int written = 1;
    for (int k = 0; k < n && written; k++) written = pieces[k].bytes == 0 || fwrite(pieces[k].data, 1, pieces[k].bytes, file) == pieces[k].bytes;
    int closed = fclose(file) == 0;
    return written && closed ? RL_OK : fail_file("written", path);
}

#ifdef _WIN32
#define seek_to _fseeki64
#else
#define seek_to fseeko
#endif

rl_status rl_file_read(const char *path, int64_t offset, size_t bytes, void *to) {
    FILE *file = fopen(path, "rb");
    if (!file) return fail_file("read", path);
    int found = seek_to(file, offset, SEEK_SET) == 0;
    size_t there = found && bytes ? fread(to, 1, bytes, file) : 0;
    int failed = ferror(file);
    fclose(file);
    if (failed) return fail_file("read", path);
    return there == bytes ? RL_OK : rl_fail("%s is cut short", path);
}

uint32_t rl_crc32(uint32_t crc, const void *data, size_t bytes) {
    static uint32_t table[4][256]; /* of a byte, and of a byte with one to three bytes behind it */
    const uint8_t *at = data;
    if (!table[0][1])
        for (int slice = 0; slice < 4; slice++)
            for (uint32_t byte = 0; byte < 256; byte++) {
                uint32_t rest = slice ? table[slice - 1][byte] : byte;
                for (int bit = 0; bit < 8; bit++) rest = rest & 1 ? rest >> 1 ^ 0xEDB88320u : rest >> 1;
                table[slice][byte] = rest;
            }
    crc = ~crc;
    for (; bytes >= 4; bytes -= 4, at += 4) {
        crc ^= at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
        crc = table[3][crc & 255] ^ table[2][crc >> 8 & 255] ^ table[1][crc >> 16 & 255] ^ table[0][crc >> 24];
    }
    for (; bytes; bytes--, at++) crc = crc >> 8 ^ table[0][(crc ^ *at) & 255];
    return ~crc;
}
