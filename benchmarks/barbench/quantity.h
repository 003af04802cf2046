/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers as users write them. Strict: no sign, no blank, nothing behind, no overflow. All return
 * 0, -EINVAL (not a number) or -ERANGE (too large) and leave @value alone on failure.
 */
#ifndef BARBENCH_QUANTITY_H
#define BARBENCH_QUANTITY_H

#include <stdint.h>

/* "4096", "0x1000", "4k", "1M", "2G": bytes, suffixes are powers of 1024. */
int quantity__parse_size(const char *text, uint64_t *value);

/* "1000", "0x3e8": how many. */
int quantity__parse_count(const char *text, uint64_t *value);

/* "5", "1.5s", "250ms", "50us": a time above 0, in @ns; seconds if no unit is given. */
int quantity__parse_duration(const char *text, uint64_t *ns);

#endif
