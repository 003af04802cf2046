/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What reached the device: a line for each access as it happens, and counts.
 *
 *   READ REGION OFFSET LENGTH [ERRNO]
 *   WRITE REGION OFFSET LENGTH DATA [ERRNO]
 *   RESET
 *
 * REGION is BAR0 or the like, CONFIG for configuration space; OFFSET is hexadecimal with 0x, LENGTH
 * decimal, DATA two hexadecimal digits for each byte in the order of their offsets. ERRNO is the name
 * of the error that was answered. The file is opened anew by each start and always holds whole lines.
 *
 * The counts are lines "COUNT READ|WRITE REGION LENGTH NUMBER", failed accesses among them.
 */
#ifndef ISM_DEVICE_LOG_H
#define ISM_DEVICE_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum direction { DIRECTION_READ, DIRECTION_WRITE };

struct log;

/* @path: NULL to count only. Returns NULL with errno set. */
struct log *log__open(const char *path);
void log__free(struct log *log);

/* @region: its name, a constant. @data: NULL for a read. @err: 0 or a negative errno. */
void log__access(struct log *log, enum direction direction, const char *region, uint64_t offset,
		 const uint8_t *data, size_t length, int err);
void log__reset(struct log *log);

void log__print_counts(const struct log *log, FILE *out);
void log__clear_counts(struct log *log);

#endif
