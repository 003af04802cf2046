// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * No capacity is kept: the room is the number of elements rounded up to a power of two, so there
 * is none left exactly when the number is a power of two, or 0.
 */
void *array__append(void *array, size_t *nr, size_t size)
{
	char *elements, *more;

	memcpy(&elements, array, sizeof(elements));
	if ((*nr & (*nr - 1)) == 0) {
		if (*nr > SIZE_MAX / 2 / size)
			return NULL;
		/* cppcheck-suppress memleakOnRealloc ; the array still has it */
		more = realloc(elements, (*nr ? 2 * *nr : 1) * size);
		if (!more)
			return NULL;
		elements = more;
		memcpy(array, &elements, sizeof(elements));
	}
	return memset(elements + (*nr)++ * size, 0, size);
}
