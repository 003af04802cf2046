// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapped accesses by vector instructions of 16, 32 and 64 bytes, and rows of them.
 *
 * A row is copied by four at a time, as memcpy() does it: the loads of a step then need not wait
 * for its stores. memcpy() itself would not do: it chooses widths of its own, down to single bytes
 * on uncached memory (rep movsb), and what the device saw would not be known.
 */
#include "benchmarks/barbench/access_mapped.h"

#ifdef VECTOR_16
#define BYTES 16
#include "benchmarks/barbench/access_vector_loops.h"
#undef BYTES
#endif
#ifdef VECTOR_32
#define BYTES 32
#include "benchmarks/barbench/access_vector_loops.h"
#undef BYTES
#endif
#ifdef VECTOR_64
#define BYTES 64
#include "benchmarks/barbench/access_vector_loops.h"
#undef BYTES
#endif

/* What there is for one unit: single accesses and rows of them. */
struct vector_unit {
	uint64_t bytes;
	bool (*usable)(void);
	const struct access_loops *load, *load_row;
	const struct access_loops *store, *store_row;
	const struct access_loops *store_flushed, *store_row_flushed;
};

#define UNIT(B)                                                                                 \
	{                                                                                       \
		(B), vector##B##__usable, &vload##B##_loops, &vload_row##B##_loops,             \
			&vstore##B##_loops, &vstore_row##B##_loops, &vstore##B##_flushed_loops, \
			&vstore_row##B##_flushed_loops                                          \
	}

static const struct vector_unit units[] = {
#ifdef VECTOR_16
	UNIT(16),
#endif
#ifdef VECTOR_32
	UNIT(32),
#endif
#ifdef VECTOR_64
	UNIT(64),
#endif
	{ 0 },
};

static const struct vector_unit *find(uint64_t bytes)
{
	const struct vector_unit *unit;

	for (unit = units; unit->bytes; unit++) {
		if (unit->bytes == bytes && unit->usable())
			return unit;
	}
	return NULL;
}

bool access_vector__has(uint64_t width)
{
	return find(width) != NULL;
}

const struct access_loops *access_vector__loops(enum vs_dir dir, const struct access_shape *shape)
{
	const struct vector_unit *unit = find(shape->unit);
	bool row;

	if (!unit)
		return NULL;
	row = shape->width != unit->bytes;
	if (dir == VS_READ)
		return row ? unit->load_row : unit->load;
	if (shape->read_back)
		return row ? unit->store_row_flushed : unit->store_flushed;
	return row ? unit->store_row : unit->store;
}
