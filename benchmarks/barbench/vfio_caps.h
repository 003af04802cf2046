/* SPDX-License-Identifier: GPL-2.0-only */
/* Chains of capabilities in what VFIO's ioctls answer. */
#ifndef BARBENCH_VFIO_CAPS_H
#define BARBENCH_VFIO_CAPS_H

#include <stdint.h>

/*
 * Where in @info, an answer of @size bytes whose chain begins at @first, the capability @id begins.
 * Its header is within @size; how much of the rest is, and whether it is aligned, is the caller's
 * to care for. 0: there is none, or the chain leads out of the answer or in a circle.
 */
uint32_t vfio_caps__find(const void *info, uint32_t size, uint32_t first, uint16_t id);

#endif
