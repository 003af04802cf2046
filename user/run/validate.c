// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a run add up? Held against a run that was read, and by the tests against one that was
 * recorded. What is merely unlikely passes.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/run.h"
#include "user/run/validate_latency.h"

struct check {
	const struct run *run;
	char *reason;
	size_t len;
};

static int fail(const struct check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int fail(const struct check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(check->reason, check->len, format, args);
	va_end(args);
	return -EINVAL;
}

/* Add @value to @sum; false if that overflows. */
static bool add(uint64_t *sum, uint64_t value)
{
	return !__builtin_add_overflow(*sum, value, sum);
}

static int check_header(const struct check *check)
{
	const struct run *run = check->run;

	if (!run->tool || !run->version || !run->argv)
		return fail(check, "%s: missing",
			    !run->tool	    ? "tool"
			    : !run->version ? "version"
					    : "argv");
	if (!run->host.kernel || !run->host.arch || !run->host.preemption)
		return fail(check, "host: kernel, arch or preemption is missing");
	if (run->started_ns < 0)
		return fail(check, "started: before 1970");
	if (run->kind == RUN_TRACE && run->nr_cases)
		return fail(check, "bench: this is no bench run");
	return 0;
}

static int check_devices(const struct check *check)
{
	const struct run *run = check->run;
	size_t i;

	for (i = 0; i < run->nr_devices; i++) {
		if (!run->devices[i].name)
			return fail(check, "devices[%zu].name: missing", i);
		if (run->devices[i].offset_shift > 63)
			return fail(check, "devices[%zu].offset_shift.value: %u is out of range", i,
				    run->devices[i].offset_shift);
		if (run->devices[i].shift_conflict > 63)
			return fail(check, "devices[%zu].offset_shift.conflict: %d is out of range",
				    i, run->devices[i].shift_conflict);
		if (!run->devices[i].maxstbl || run->devices[i].maxstbl > UINT16_MAX)
			return fail(check, "devices[%zu].maxstbl: %d is out of range", i,
				    run->devices[i].maxstbl);
		if (run->devices[i].msix_bar > 5)
			return fail(check, "devices[%zu].msix.bar: %u is out of range", i,
				    run->devices[i].msix_bar);
		if (run->devices[i].no_msix && run->devices[i].msix_size)
			return fail(check, "devices[%zu].no_msix: but there is msix", i);
	}
	return 0;
}

static int check_stretch(const struct check *check, const char *what, size_t i, uint64_t start_ns,
			 uint64_t duration_ns, uint64_t *end_ns)
{
	if (start_ns < *end_ns)
		return fail(check, "%s[%zu].start_ns: before the end of the one before", what, i);
	if (__builtin_add_overflow(start_ns, duration_ns, end_ns))
		return fail(check, "%s[%zu].duration_ns: the end overflows", what, i);
	return 0;
}

/* counted + lost = issued must be a number; @in_cells is what the cells must hold. */
static int check_handler(const struct check *check, size_t i, size_t j, uint64_t *issued,
			 uint64_t *in_cells)
{
	const struct run_handler *handler = &check->run->segments[i].handlers[j];

	if (!handler->function || !handler->method)
		return fail(check, "segments[%zu].handlers[%zu].%s: missing", i, j,
			    handler->function ? "method" : "function");
	if (handler->overflow > handler->counted)
		return fail(check, "segments[%zu].handlers[%zu].overflow: more than counted", i, j);
	if (!add(issued, handler->counted) || !add(issued, handler->lost))
		return fail(check,
			    "segments[%zu].handlers[%zu]: the sum of counted and lost "
			    "overflows",
			    i, j);
	*in_cells += handler->counted - handler->overflow;
	return 0;
}

static int check_segments(const struct check *check)
{
	const struct run *run = check->run;
	uint64_t end_ns = 0, issued = 0, in_cells = 0, cells = 0;
	size_t i, j;
	int err;

	for (i = 0; i < run->nr_segments; i++) {
		const struct run_segment *segment = &run->segments[i];

		err = check_stretch(check, "segments", i, segment->start_ns, segment->duration_ns,
				    &end_ns);
		if (!err &&
		    (segment->between.min > segment->between.max || (!i && segment->between.max)))
			err = fail(check, "segments[%zu].between: no range", i);
		for (j = 0; !err && j < segment->nr_handlers; j++)
			err = check_handler(check, i, j, &issued, &in_cells);
		if (err)
			return err;
	}
	for (i = 0; i < run->nr_cells; i++) {
		if (!add(&cells, run->cells[i].count))
			return fail(check, "cells[%zu].count: the sum of all cells overflows", i);
	}
	if (run->nr_segments && cells != in_cells)
		return fail(check,
			    "segments: handlers counted %" PRIu64 " calls into cells, which "
			    "hold %" PRIu64,
			    in_cells, cells);
	return 0;
}

static int compare_errno(const void *a, const void *b)
{
	const struct run_errno *x = a, *y = b;

	return (x->err > y->err) - (x->err < y->err);
}

/* Lists are bounded at the recorder; a reader's are as long as there are names of errnos. */
static int check_duplicate_errnos(const struct check *check, const char *where,
				  const struct run_errno *errnos, size_t nr)
{
	struct run_errno *sorted;
	char buf[24];
	size_t i;
	int err = 0;

	if (nr < 2)
		return 0;
	sorted = calloc(nr, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, errnos, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), compare_errno);
	for (i = 1; !err && i < nr; i++) {
		if (sorted[i].err == sorted[i - 1].err)
			err = fail(check, "%s.errors: %s twice", where,
				   run_errno__name(sorted[i].err, buf, sizeof(buf)));
	}
	free(sorted);
	return err;
}

static int check_errnos(const struct check *check, const char *where,
			const struct run_errno *errnos, size_t nr, uint64_t errors)
{
	uint64_t sum = 0;
	char buf[24];
	size_t i;

	for (i = 0; i < nr; i++) {
		const char *name = run_errno__name(errnos[i].err, buf, sizeof(buf));

		if (errnos[i].err < 0)
			return fail(check, "%s.errors: errno %d is negative", where, errnos[i].err);
		if (!errnos[i].count)
			return fail(check, "%s.errors.%s: count is 0", where, name);
		if (!add(&sum, errnos[i].count))
			return fail(check, "%s.errors.%s: the sum overflows", where, name);
	}
	if (sum != errors)
		return fail(check, "%s.errors: %" PRIu64 ", but by errno they are %" PRIu64, where,
			    errors, sum);
	return check_duplicate_errnos(check, where, errnos, nr);
}

static int check_cell_place(const struct check *check, const char *where,
			    const struct run_cell *cell)
{
	const struct run *run = check->run;

	if (cell->device >= run->nr_devices)
		return fail(check, "%s.device: %u, there are %zu", where, cell->device,
			    run->nr_devices);
	if (cell->region >= VS_REGIONS)
		return fail(check, "%s.region: %u is out of range", where, cell->region);
	if (cell->dir >= VS_DIRS)
		return fail(check, "%s.dir: %u is out of range", where, cell->dir);
	if (cell->wclass >= VS_WIDTH_CLASSES)
		return fail(check, "%s.width: class %u is out of range", where, cell->wclass);
	if (cell->process < RUN_NO_PROCESS ||
	    (cell->process >= 0 && (size_t)cell->process >= run->nr_processes))
		return fail(check, "%s.process: %d, there are %zu", where, cell->process,
			    run->nr_processes);
	return 0;
}

static int check_accesses(const struct check *check, const char *where,
			  const struct run_accesses *accesses)
{
	uint64_t sum = accesses->blocks;
	bool fits = add(&sum, accesses->refused);
	int i;

	for (i = 0; i < 4; i++)
		fits = fits && add(&sum, accesses->by_width[i]);
	if (!fits)
		return fail(check, "%s.device_accesses.counts: the sum overflows", where);
	if (accesses->source == RUN_ACCESSES_UNKNOWN && sum)
		return fail(check, "%s.device_accesses: unknown, but counted", where);
	return 0;
}

/* A call is an error, short or complete; it may be unaligned and crossing whatever it is. */
static int check_cell_counts(const struct check *check, const char *where,
			     const struct run_cell *cell)
{
	uint64_t sum = 0, timed = run_latency__count(&cell->latency);

	if (!add(&sum, cell->errors) || !add(&sum, cell->shorts) || sum > cell->count)
		return fail(check, "%s: more errors and shorts than calls", where);
	if (cell->unaligned > cell->count)
		return fail(check, "%s.unaligned: more than calls", where);
	if (cell->crossing > cell->count)
		return fail(check, "%s.crossing: more than calls", where);
	if (cell->untimed > cell->count || cell->count - cell->untimed != timed)
		return fail(check,
			    "%s: count is %" PRIu64 ", but the buckets hold %" PRIu64
			    " and untimed %" PRIu64,
			    where, cell->count, timed, cell->untimed);
	return 0;
}

static int check_cell(const struct check *check, size_t i)
{
	const struct run_cell *cell = &check->run->cells[i];
	char where[32];
	int err;

	snprintf(where, sizeof(where), "cells[%zu]", i);
	err = check_cell_place(check, where, cell);
	if (!err)
		err = check_errnos(check, where, cell->errnos, cell->nr_errnos, cell->errors);
	if (!err)
		err = check_accesses(check, where, &cell->accesses);
	if (!err)
		err = run_latency__validate(&cell->latency, where, check->reason, check->len);
	return err ? err : check_cell_counts(check, where, cell);
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_cells(const void *a, const void *b)
{
	const struct run_cell *x = *(const struct run_cell *const *)a;
	const struct run_cell *y = *(const struct run_cell *const *)b;

	if (x->device != y->device)
		return compare_u64(x->device, y->device);
	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	return compare_u64(VS_INDEX(x->dir, x->region, x->wclass),
			   VS_INDEX(y->dir, y->region, y->wclass));
}

static int compare_offsets(const void *a, const void *b)
{
	const struct run_hot_offset *x = *(const struct run_hot_offset *const *)a;
	const struct run_hot_offset *y = *(const struct run_hot_offset *const *)b;

	if (x->cell != y->cell)
		return compare_u64(x->cell, y->cell);
	return x->offset != y->offset ? compare_u64(x->offset, y->offset)
				      : compare_u64(x->width, y->width);
}

static int compare_cases(const void *a, const void *b)
{
	const struct run_case *x = *(const struct run_case *const *)a;
	const struct run_case *y = *(const struct run_case *const *)b;

	return strcmp(x->id, y->id);
}

/* Fail if two of @nr elements compare as equal; @compare gets pointers to pointers to them. */
static int check_distinct(const struct check *check, const char *what, const void *elements,
			  size_t nr, size_t size, int (*compare)(const void *, const void *))
{
	const char **sorted, *base = elements;
	size_t i;
	int err = 0;

	if (nr < 2)
		return 0;
	sorted = calloc(nr, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		sorted[i] = base + i * size;
	qsort(sorted, nr, sizeof(*sorted), compare);
	for (i = 1; !err && i < nr; i++) {
		if (!compare(&sorted[i - 1], &sorted[i]))
			err = fail(check, "%s[%zu]: the same as %s[%zu]", what,
				   (sorted[i] - base) / size, what, (sorted[i - 1] - base) / size);
	}
	free(sorted);
	return err;
}

static int check_cells(const struct check *check)
{
	const struct run *run = check->run;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < run->nr_cells; i++)
		err = check_cell(check, i);
	return err ? err
		   : check_distinct(check, "cells", run->cells, run->nr_cells, sizeof(*run->cells),
				    compare_cells);
}

/* What intervals, or offsets, leave of a cell; those that were dropped may have had the rest. */
struct rest {
	uint64_t count, bytes, errors, sum_ns;
	size_t seen_in; /* the last interval it was in, from 1 */
};

static bool take(uint64_t *rest, uint64_t value)
{
	return !__builtin_sub_overflow(*rest, value, rest);
}

static int check_interval_cells(const struct check *check, size_t i, struct rest *rests)
{
	const struct run_interval *interval = &check->run->intervals[i];
	size_t j;

	for (j = 0; j < interval->nr_cells; j++) {
		const struct run_interval_cell *cell = &interval->cells[j];
		struct rest *rest;

		if (cell->cell >= check->run->nr_cells)
			return fail(check, "intervals[%zu].cells[%zu].cell: %u, there are %zu", i,
				    j, cell->cell, check->run->nr_cells);
		rest = &rests[cell->cell];
		if (rest->seen_in == i + 1)
			return fail(check, "intervals[%zu].cells[%zu].cell: %u twice", i, j,
				    cell->cell);
		rest->seen_in = i + 1;
		if (!take(&rest->count, cell->count) || !take(&rest->bytes, cell->bytes) ||
		    !take(&rest->errors, cell->errors) || !take(&rest->sum_ns, cell->sum_ns))
			return fail(check,
				    "intervals[%zu].cells[%zu]: intervals hold more than "
				    "cells[%u]",
				    i, j, cell->cell);
	}
	return 0;
}

/* Of each cell all of it; NULL: no memory. */
static struct rest *make_rests(const struct run *run)
{
	struct rest *rests = calloc(run->nr_cells + 1, sizeof(*rests));
	size_t i;

	for (i = 0; rests && i < run->nr_cells; i++)
		rests[i] = (struct rest){ .count = run->cells[i].count,
					  .bytes = run->cells[i].bytes,
					  .errors = run->cells[i].errors,
					  .sum_ns = run->cells[i].latency.sum_ns };
	return rests;
}

static int check_intervals(const struct check *check)
{
	const struct run *run = check->run;
	struct rest *rests = make_rests(run);
	uint64_t end_ns = 0;
	size_t i;
	int err = 0;

	if (!rests)
		return -ENOMEM;
	for (i = 0; !err && i < run->nr_intervals; i++) {
		err = check_stretch(check, "intervals", i, run->intervals[i].start_ns,
				    run->intervals[i].duration_ns, &end_ns);
		if (!err)
			err = check_interval_cells(check, i, rests);
	}
	free(rests);
	return err;
}

/* Nothing is before it begins, nor after the run. */
static int check_mapping(const struct check *check, size_t i)
{
	const struct run_mapping *mapping = &check->run->mappings[i];
	const struct run_range *made = &mapping->made, *dropped = &mapping->dropped;

	if (!mapping->device || !mapping->prot)
		return fail(check, "mappings[%zu].%s: missing", i,
			    mapping->device ? "prot" : "device");
	if (mapping->process >= check->run->nr_processes)
		return fail(check, "mappings[%zu].process: %" PRIu32 ", there are %zu", i,
			    mapping->process, check->run->nr_processes);
	if (!mapping->length)
		return fail(check, "mappings[%zu].length: is 0", i);
	if (made->min > made->max || (mapping->before_trace && made->max))
		return fail(check, "mappings[%zu].made: is no range of times", i);
	if (dropped->max && (dropped->min > dropped->max || dropped->min < made->min))
		return fail(check, "mappings[%zu].dropped: is no range of times after it was made",
			    i);
	return 0;
}

static int check_mappings(const struct check *check)
{
	int err = 0;

	for (size_t i = 0; !err && i < check->run->nr_mappings; i++)
		err = check_mapping(check, i);
	return err;
}

static int check_blind_spots(const struct check *check)
{
	const struct run *run = check->run;
	size_t i;

	for (i = 0; i < run->nr_blind_spots; i++) {
		if (!run->blind_spots[i].kind)
			return fail(check, "blind_spots[%zu].kind: missing", i);
	}
	return 0;
}

static int check_offset_detail(const struct check *check, size_t i)
{
	const struct run_hot_offset *hot = &check->run->hot_offsets[i];

	if (!run_hot_offset__is_detailed(hot)) {
		if (hot->width || hot->errors || hot->first_ns || hot->first_error_ns ||
		    hot->last_error_ns)
			return fail(check, "hot_offsets[%zu].last_ns: missing, or 0", i);
		return 0;
	}
	if (run_width__class(hot->width) != check->run->cells[hot->cell].wclass)
		return fail(check,
			    "hot_offsets[%zu].width: %" PRIu64 " is not in the class of cells[%u]",
			    i, hot->width, hot->cell);
	if (hot->errors > hot->count)
		return fail(check, "hot_offsets[%zu].errors: more than calls", i);
	if (hot->first_ns > hot->last_ns)
		return fail(check, "hot_offsets[%zu].first_ns: after last_ns", i);
	if (!hot->errors && (hot->first_error_ns || hot->last_error_ns))
		return fail(check, "hot_offsets[%zu].last_error_ns: without errors", i);
	if (hot->errors &&
	    (hot->first_error_ns < hot->first_ns || hot->last_error_ns < hot->first_error_ns ||
	     hot->last_ns < hot->last_error_ns))
		return fail(check,
			    "hot_offsets[%zu]: first_ns, first_error_ns, last_error_ns and last_ns "
			    "are out of order",
			    i);
	return 0;
}

static int check_hot_offset(const struct check *check, size_t i, struct rest *rests)
{
	const struct run *run = check->run;
	const struct run_hot_offset *hot = &run->hot_offsets[i];

	if (hot->cell >= run->nr_cells)
		return fail(check, "hot_offsets[%zu].cell: %u, there are %zu", i, hot->cell,
			    run->nr_cells);
	if (!hot->count || hot->count > run->cells[hot->cell].count)
		return fail(check, "hot_offsets[%zu].count: %" PRIu64 " of the cell's %" PRIu64, i,
			    hot->count, run->cells[hot->cell].count);
	if (!take(&rests[hot->cell].count, hot->count) ||
	    !take(&rests[hot->cell].errors, hot->errors))
		return fail(check, "hot_offsets[%zu]: with those before more than cells[%u] holds",
			    i, hot->cell);
	return check_offset_detail(check, i);
}

static int check_hot_offsets(const struct check *check)
{
	const struct run *run = check->run;
	struct rest *rests = make_rests(run);
	size_t i;
	int err = 0;

	if (!rests)
		return -ENOMEM;
	for (i = 0; !err && i < run->nr_hot_offsets; i++)
		err = check_hot_offset(check, i, rests);
	free(rests);
	return err ? err
		   : check_distinct(check, "hot_offsets", run->hot_offsets, run->nr_hot_offsets,
				    sizeof(*run->hot_offsets), compare_offsets);
}

static int check_case_counts(const struct check *check, const char *where, const struct run_case *c)
{
	uint64_t ops = 0, failed = 0;
	size_t i;

	for (i = 0; i < c->nr_samples; i++) {
		if (!c->samples[i].elapsed_ns && c->samples[i].ops)
			return fail(check, "%s.samples[%zu]: took no time", where, i);
		if (!add(&ops, c->samples[i].ops) || ops > c->operations)
			return fail(check, "%s.samples: more than %" PRIu64 " operations", where,
				    c->operations);
	}
	if (c->read_backs > c->operations - ops)
		return fail(check, "%s.read_backs: more than %" PRIu64 " operations with samples",
			    where, c->operations);
	if (run_latency__count(&c->latency) > c->operations - ops - c->read_backs)
		return fail(check, "%s.latency: more than %" PRIu64 " operations with samples",
			    where, c->operations);
	if (c->warmup_operations > c->operations - ops - c->read_backs)
		return fail(check,
			    "%s.warmup_operations: more than %" PRIu64 " operations with samples",
			    where, c->operations);
	if (c->cpu_khz.min > c->cpu_khz.max)
		return fail(check, "%s.cpu_khz: min is above max", where);
	if (c->issued > c->operations)
		return fail(check, "%s.issued: more than operations", where);
	if (!add(&failed, c->errors) || !add(&failed, c->shorts) || failed > c->operations)
		return fail(check, "%s: more errors and shorts than operations", where);
	return 0;
}

static int check_case(const struct check *check, size_t i)
{
	const struct run_case *c = &check->run->cases[i];
	char where[40];
	int err;

	snprintf(where, sizeof(where), "bench.cases[%zu]", i);
	if (!c->id || !c->mode || !c->pattern)
		return fail(check, "%s.%s: missing", where,
			    !c->id     ? "id"
			    : !c->mode ? "mode"
				       : "pattern");
	if (c->access_width && c->width % c->access_width)
		return fail(check,
			    "%s.access_width: %" PRIu32 " does not divide the width %" PRIu64,
			    where, c->access_width, c->width);
	err = check_errnos(check, where, c->errnos, c->nr_errnos, c->errors);
	if (!err)
		err = run_latency__validate(&c->latency, where, check->reason, check->len);
	return err ? err : check_case_counts(check, where, c);
}

static int check_bench(const struct check *check)
{
	const struct run *run = check->run;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < run->nr_cases; i++)
		err = check_case(check, i);
	return err ? err
		   : check_distinct(check, "bench.cases", run->cases, run->nr_cases,
				    sizeof(*run->cases), compare_cases);
}

int run__validate(const struct run *run, char *reason, size_t len)
{
	static int (*const checks[])(const struct check *) = {
		check_header,	   check_devices,     check_cells,
		check_segments,	   check_intervals,   check_mappings,
		check_blind_spots, check_hot_offsets, check_bench,
	};
	const struct check check = { .run = run, .reason = reason, .len = len };
	int err = 0;
	size_t i;

	for (i = 0; !err && i < sizeof(checks) / sizeof(checks[0]); i++)
		err = checks[i](&check);
	if (err == -ENOMEM)
		snprintf(reason, len, "out of memory");
	return err;
}
