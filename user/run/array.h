/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays of a run that grow by one element at a time. */
#ifndef VFIOSCOPE_ARRAY_H
#define VFIOSCOPE_ARRAY_H

#include <stddef.h>

/*
 * Append a zeroed element of @size bytes to the array that @array (a pointer to the pointer to its
 * elements) and @nr describe. NULL: no memory, and the array is as it was.
 */
void *array__append(void *array, size_t *nr, size_t size);

#endif
