// SPDX-License-Identifier: GPL-2.0-only
/* What mapped accesses of each width and unit move, and where. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "benchmarks/barbench/access.h"

#define RANGE 8192
#define GUARD 256 /* bytes around what is stored, which must stay as they are */

static const uint64_t units[] = { 8, 16, 32, 64 };

static unsigned char *memory; /* RANGE bytes, then a page that faults */

static int set_up(void **state)
{
	size_t i;

	(void)state;
	memory = mmap(NULL, RANGE + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED || mprotect(memory + RANGE, 4096, PROT_NONE))
		return -1;
	for (i = 0; i < RANGE; i++)
		memory[i] = (unsigned char)(i * 7 + i / 256);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return munmap(memory, RANGE + 4096);
}

/* @n accesses from @offset on, side by side. */
static void make_accesses(struct lane *lane, const struct access_mode *mode,
			  const struct access_shape *shape, uint64_t offset, uint64_t n, bool timed)
{
	const struct pattern_spec seq = { PATTERN_STRIDE, shape->width };
	const struct target target = { .origin = (uintptr_t)memory, .width = shape->width };
	const struct access_loops *loops = mode->loops(shape);
	struct pattern pattern;

	assert_non_null(loops);
	assert_int_equal(pattern__init(&pattern, &seq, shape->width, offset, n * shape->width, 1),
			 0);
	assert_int_equal(lane__init(lane, &target, &pattern, 0, 1, 1), 0);
	(timed ? loops->timed : loops->plain)(lane, n);
	pattern__free(&pattern);
}

/* The last of @n rows is what a load leaves in the buffer. */
static void check_load(uint64_t width, uint64_t unit, bool timed)
{
	const struct access_shape shape = { .width = width, .unit = unit };
	const uint64_t n = 2, offset = RANGE - n * width; /* up to the page that faults */
	struct lane lane;

	make_accesses(&lane, &access_load, &shape, offset, n, timed);
	if (width > ACCESS_WORD && width != unit)
		assert_memory_equal(lane.target.buffer, memory + RANGE - width, width);
	lane__free(&lane);
}

static void check_store(uint64_t width, uint64_t unit, bool read_back, bool timed)
{
	const struct access_shape shape = { .width = width, .unit = unit, .read_back = read_back };
	unsigned char expected[RANGE];
	const uint64_t n = 2;
	struct lane lane;
	uint64_t i;

	memcpy(expected, memory, RANGE);
	make_accesses(&lane, &access_store, &shape, GUARD, n, timed);
	for (i = 0; i < n; i++)
		memcpy(expected + GUARD + i * width, lane.target.buffer, width);
	assert_memory_equal(memory, expected, RANGE);
	lane__free(&lane);
}

/* Every width that a unit divides, up to past the four that rows are copied at once. */
static void check_unit(uint64_t unit)
{
	uint64_t width;
	int i;

	for (width = unit; width <= 9 * unit; width += unit) {
		for (i = 0; i < 4; i++) {
			check_load(width, unit, i & 1);
			check_store(width, unit, i & 1, i & 2);
		}
	}
	for (i = 0; i < 4; i++) {
		check_load(2048, unit, i & 1);
		check_store(2048, unit, i & 1, i & 2);
	}
}

static void all_units_move_their_bytes(void **state)
{
	uint64_t word;
	size_t i;

	(void)state;
	for (word = 1; word <= ACCESS_WORD; word *= 2) {
		check_load(word, word, false);
		check_store(word, word, false, false);
		check_store(word, word, true, false);
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i] == ACCESS_WORD || access_vector__has(units[i]))
			check_unit(units[i]);
		else
			print_message("# no %d-byte accesses on this CPU\n", (int)units[i]);
	}
}

/* A load or store of one unit at a page that faults, to see that it is made at all. */
static sigjmp_buf escape;
static const void *fault_address;

static void note_fault(int signum, siginfo_t *info, void *context)
{
	(void)signum;
	(void)context;
	fault_address = info->si_addr;
	siglongjmp(escape, 1);
}

static void check_fault(const struct access_mode *mode, uint64_t unit)
{
	const struct access_shape shape = { .width = unit, .unit = unit };
	struct sigaction action = { .sa_sigaction = note_fault, .sa_flags = SA_SIGINFO }, before;
	volatile bool faulted = true;
	struct lane lane;

	fault_address = NULL;
	sigaction(SIGSEGV, &action, &before);
	if (!sigsetjmp(escape, 1)) {
		make_accesses(&lane, mode, &shape, RANGE, 1, false);
		faulted = false;
	}
	sigaction(SIGSEGV, &before, NULL);
	assert_true(faulted);
	assert_ptr_equal(fault_address, memory + RANGE);
}

static void single_accesses_are_made(void **state)
{
	uint64_t unit;

	(void)state;
	for (unit = 1; unit <= 64; unit *= 2) {
		if (unit > ACCESS_WORD && !access_vector__has(unit))
			continue;
		check_fault(&access_load, unit);
		check_fault(&access_store, unit);
	}
}

/* Through a descriptor that can only write each read-back fails, and no write does. */
static void writes_are_read_back(void **state)
{
	const struct access_shape shape = { .width = 8, .read_back = true };
	const struct pattern_spec fixed = { PATTERN_FIXED, 0 };
	struct target target = { .width = 8 };
	struct pattern pattern;
	struct lane lane;

	(void)state;
	target.fd = open("/dev/null", O_WRONLY);
	assert_true(target.fd >= 0);
	assert_int_equal(pattern__init(&pattern, &fixed, 8, 0, 8, 1), 0);
	assert_int_equal(lane__init(&lane, &target, &pattern, 0, 1, 1), 0);
	access_pwrite.loops(&shape)->plain(&lane, 5);
	access_pwrite.loops(&shape)->timed(&lane, 2);
	access_pwrite.read_back(&lane.target, &lane, 0);
	assert_int_equal(lane.tally.errors, 0);
	assert_int_equal(lane.read_back_tally.errors, 5 + 2 + 1);
	assert_int_equal(lane.read_back_tally.errnos[0].err, EBADF);
	lane__free(&lane);
	close(target.fd);
}

static void what_is_no_access_is_refused(void **state)
{
	static const struct access_shape bad[] = {
		{ .width = 12, .unit = 8 },   { .width = 24, .unit = 16 },
		{ .width = 3, .unit = 3 },    { .width = 0, .unit = 0 },
		{ .width = 4104, .unit = 8 }, { .width = 128, .unit = 128 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(access_load.loops(&bad[i]));
		assert_null(access_store.loops(&bad[i]));
	}
}

/* The widest unit of this CPU that divides @width. */
static uint64_t widest(uint64_t width)
{
	uint64_t unit;

	for (unit = 64; unit > ACCESS_WORD; unit /= 2) {
		if (width % unit == 0 && access_vector__has(unit))
			break;
	}
	return unit;
}

static void units_are_chosen(void **state)
{
	uint64_t width;

	(void)state;
	assert_int_equal(access__unit(&access_pread, 64, 16, true), 0);
	for (width = 1; width <= ACCESS_WORD; width *= 2) {
		assert_int_equal(access__unit(&access_load, width, 0, true), width);
		assert_int_equal(access__unit(&access_store, width, 16, false), width);
	}
	for (width = 16; width <= 64; width *= 2)
		assert_int_equal(access__unit(&access_load, width, 0, false),
				 access_vector__has(width) ? width : 8);
	assert_int_equal(access__unit(&access_load, 4096, 0, false), 8);
	assert_int_equal(access__unit(&access_load, 4096, 0, true), widest(4096));
	assert_int_equal(access__unit(&access_load, 48, 0, true), widest(48));
	assert_int_equal(access__unit(&access_load, 24, 0, true), 8);
	assert_int_equal(access__unit(&access_load, 4096, 8, true), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_units_move_their_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(single_accesses_are_made, set_up, tear_down),
		cmocka_unit_test(writes_are_read_back),
		cmocka_unit_test(what_is_no_access_is_refused),
		cmocka_unit_test(units_are_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
