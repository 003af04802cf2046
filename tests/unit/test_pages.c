// SPDX-License-Identifier: GPL-2.0-only
/* Why the accesses to a page were trapped. */
#include <linux/vfio.h>

#include "tests/unit/sample_run.h"

#define FLAGS (VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE)

/* The sample: calls in BAR0 at 0xfffffffffff8 and, of another cell, at 0x1004 and 0x2000. */
static enum run_trap trap_at(const struct run *run, uint64_t offset)
{
	enum run_trap trap = RUN_TRAP_UNKNOWN;
	struct run_page *pages;
	bool found = false;
	size_t nr;

	assert_int_equal(run__pages(run, NULL, &pages, &nr), 0);
	for (size_t i = 0; i < nr; i++)
		if (pages[i].offset == offset) {
			trap = pages[i].trap;
			found = true;
		}
	assert_true(found);
	free(pages);
	return trap;
}

/* A run whose calls are in a region of @flags, @size and @bar that nobody mapped. */
static struct run *run_of(uint32_t flags, uint64_t size, enum run_bar bar)
{
	struct run *run = sample__trace();
	struct run_device *device = &run->devices[0];

	device->msix_size = 0;
	device->regions[0].index = run->cells[1].region;
	device->regions[0].flags = flags;
	device->regions[0].size = size;
	device->regions[0].bar = bar;
	run->blind_spots[0].region = -1;
	run->blind_spots[0].answer = RUN_NO;
	return run;
}

static void expect(struct run *run, enum run_trap wanted)
{
	assert_string_equal(run_trap__name(trap_at(run, 0x1000)), run_trap__name(wanted));
	run__free(run);
}

static void what_is_not_offered_for_mapping(void **state)
{
	(void)state;
	expect(run_of(FLAGS, 0x100, RUN_BAR_IO), RUN_TRAP_IO_BAR);
	expect(run_of(FLAGS, VS_PAGE - 1, RUN_BAR_MEMORY), RUN_TRAP_SUB_PAGE_BAR);
	expect(run_of(FLAGS, VS_PAGE, RUN_BAR_MEMORY), RUN_TRAP_REGION);
	expect(run_of(FLAGS, 0x100, RUN_BAR_UNKNOWN), RUN_TRAP_REGION);
}

static void what_is_offered_and_was_not_mapped(void **state)
{
	(void)state;
	expect(run_of(FLAGS | VFIO_REGION_INFO_FLAG_MMAP, 0x10000, RUN_BAR_MEMORY),
	       RUN_TRAP_CLIENT);
}

static void the_page_of_the_msix_table(void **state)
{
	struct run *run = run_of(FLAGS | VFIO_REGION_INFO_FLAG_MMAP, 0x10000, RUN_BAR_MEMORY);
	struct run_device *device = &run->devices[0];

	(void)state;
	device->msix_bar = run->cells[1].region;
	device->msix_offset = 0xff0;
	device->msix_size = 0x20;
	assert_int_equal(trap_at(run, 0x1000), RUN_TRAP_MSIX_PAGE);
	assert_int_equal(trap_at(run, 0x2000), RUN_TRAP_CLIENT);
	device->msix_size = 0x10;
	assert_int_equal(trap_at(run, 0x1000), RUN_TRAP_CLIENT);
	run__free(run);
}

static void a_driver_without_mmap(void **state)
{
	struct run *run = run_of(0, 0, RUN_BAR_UNKNOWN);

	(void)state;
	run->devices[0].no_mmap = true;
	expect(run, RUN_TRAP_NO_MMAP);
}

static void what_may_have_been_mapped_is_not_said(void **state)
{
	struct run *run = run_of(FLAGS | VFIO_REGION_INFO_FLAG_MMAP, 0x10000, RUN_BAR_MEMORY);

	(void)state;
	run->blind_spots[0].answer = RUN_UNKNOWN;
	expect(run, RUN_TRAP_UNKNOWN);
	run = run_of(FLAGS | VFIO_REGION_INFO_FLAG_MMAP, 0x10000, RUN_BAR_MEMORY);
	run->blind_spots[0].region = (int)run->cells[1].region;
	expect(run, RUN_TRAP_UNKNOWN);
	expect(run_of(0, 0, RUN_BAR_UNKNOWN), RUN_TRAP_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_offered_for_mapping),
		cmocka_unit_test(what_is_offered_and_was_not_mapped),
		cmocka_unit_test(the_page_of_the_msix_table),
		cmocka_unit_test(a_driver_without_mmap),
		cmocka_unit_test(what_may_have_been_mapped_is_not_said),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
