/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers for people: three digits and a unit. */
#ifndef VFIOSCOPE_RENDER_UNITS_H
#define VFIOSCOPE_RENDER_UNITS_H

#include <stdint.h>

#define UNITS_LEN 32

/* Each writes to @buf (UNITS_LEN) and returns it. */
const char *units__duration(uint64_t ns, char *buf); /* 123ns 1.23us 4.56ms 7.89s */
const char *units__duration_fraction(double ns, char *buf); /* the same, but 1.23ns too */
const char *units__rate(double per_second, char *buf); /* 12.3 1.23k 4.56M */
const char *units__bytes(uint64_t bytes, char *buf); /* 512 1.23Ki 4.56Mi */
const char *units__megabytes(double bytes_per_second, char *buf); /* in 10^6, no unit */

#endif
