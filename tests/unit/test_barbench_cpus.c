// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "benchmarks/barbench/cpu_list.h"
#include "benchmarks/barbench/crew.h"

static void check_list(const char *text, const unsigned int *cpus, size_t nr)
{
	struct cpu_list list;
	size_t i;

	assert_int_equal(cpu_list__parse(text, &list), 0);
	assert_int_equal(list.nr, nr);
	for (i = 0; i < nr; i++)
		assert_int_equal(list.cpus[i], cpus[i]);
}

static void lists_are_read_in_their_order(void **state)
{
	(void)state;
	check_list("7", (unsigned int[]){ 7 }, 1);
	check_list("3,0-2", (unsigned int[]){ 3, 0, 1, 2 }, 4);
	check_list("5-5,1023", (unsigned int[]){ 5, 1023 }, 2);
}

static void bad_lists_are_refused(void **state)
{
	static const char *const bad[] = { "",	  ",",	   "0,", "0,,1", "-1",	"1-", "3-2",
					   "0,0", "0-3,2", "0 ", " 0",	 "0x1", "a",  "0-1-2" };
	struct cpu_list list;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (cpu_list__parse(bad[i], &list) != -EINVAL)
			fail_msg("'%s'", bad[i]);
	}
	assert_int_equal(cpu_list__parse("1024", &list), -ERANGE);
	assert_int_equal(cpu_list__parse("0-99999999999999999999", &list), -ERANGE);
}

static void threads_go_round_the_list(void **state)
{
	struct cpu_list list;

	(void)state;
	assert_int_equal(cpu_list__parse("4,2", &list), 0);
	assert_int_equal(cpu_list__of_thread(&list, 0), 4);
	assert_int_equal(cpu_list__of_thread(&list, 1), 2);
	assert_int_equal(cpu_list__of_thread(&list, 2), 4);
}

/* The last number that a list can have stands for a CPU that no machine of tests has. */
static void cpus_that_are_not_there_are_named(void **state)
{
	cpu_set_t before, after;
	struct trouble trouble = { "" };
	struct cpu_list list;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(cpu_list__allowed(&list), 0);
	assert_int_equal(list.nr, CPU_COUNT(&before));
	assert_int_equal(cpu_list__check(&list, &trouble), 0);
	list.cpus[list.nr++] = CPU_SETSIZE - 1;
	assert_int_equal(cpu_list__check(&list, &trouble), -EINVAL);
	assert_non_null(strstr(trouble.text, "CPU 1023"));
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
}

/* Where each lane of a crew ran. */
#define LANES 3
static struct lane lanes[LANES];
static cpu_set_t ran_on[LANES];

static void note_cpus(struct lane *lane, uint64_t n)
{
	(void)n;
	sched_getaffinity(0, sizeof(ran_on[0]), &ran_on[lane - lanes]);
}

static bool watch(void *arg)
{
	(void)arg;
	return false;
}

static void threads_are_pinned(void **state)
{
	const struct stint stint = { .loop = note_cpus, .ops = LANES, .duration_ns = UINT64_MAX };
	struct stint_result result;
	struct cpu_list list;
	struct crew *crew;
	size_t i;

	(void)state;
	assert_int_equal(cpu_list__allowed(&list), 0);
	for (i = 0; i < LANES; i++)
		lanes[i].chunk = 1;
	assert_int_equal(crew__start(&crew, lanes, LANES, &list), 0);
	crew__work(crew, &stint, watch, NULL, &result);
	crew__stop(crew);
	for (i = 0; i < LANES; i++) {
		assert_int_equal(CPU_COUNT(&ran_on[i]), 1);
		assert_true(CPU_ISSET(cpu_list__of_thread(&list, i), &ran_on[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read_in_their_order),
		cmocka_unit_test(bad_lists_are_refused),
		cmocka_unit_test(threads_go_round_the_list),
		cmocka_unit_test(cpus_that_are_not_there_are_named),
		cmocka_unit_test(threads_are_pinned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
