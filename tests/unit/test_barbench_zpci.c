// SPDX-License-Identifier: GPL-2.0-only
/* Capabilities in an answer to VFIO_DEVICE_GET_INFO, well-formed or not, and what zPCI's mean. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <linux/vfio_zdev.h>

#include "benchmarks/barbench/vfio_caps.h"
#include "benchmarks/barbench/zpci.h"

#define FIRST 24 /* where the kernel's chain begins; the structure had 20 bytes before 6.6 */
#define OTHER 77 /* an id that nobody has */

struct answer {
	uint32_t size;
	/* Of exactly @size bytes, so that valgrind and the sanitizers see what is read beyond. */
	struct vfio_device_info *info;
};

static void answer__init(struct answer *answer, uint32_t size)
{
	answer->size = size;
	answer->info = calloc(1, size);
	assert_non_null(answer->info);
	answer->info->argsz = size;
	answer->info->flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_CAPS;
	answer->info->cap_offset = FIRST;
}

static void put_header(struct answer *answer, uint32_t at, uint16_t id, uint16_t version,
		       uint32_t next)
{
	const struct vfio_info_cap_header header = { id, version, next };

	memcpy((char *)answer->info + at, &header, sizeof(header));
}

/* A zPCI group at @at, as much of it as fits, last in the chain. */
static void put_group(struct answer *answer, uint32_t at, uint16_t version, uint16_t maxstbl,
		      uint16_t imaxstbl)
{
	const struct vfio_device_info_cap_zpci_group group = {
		.header = { VFIO_DEVICE_INFO_CAP_ZPCI_GROUP, version, 0 },
		.dasm = UINT64_MAX,
		.msi_addr = UINT64_MAX,
		.noi = UINT16_MAX,
		.maxstbl = maxstbl,
		.version = UINT8_MAX,
		.imaxstbl = imaxstbl,
	};
	const uint32_t room = answer->size - at;

	memcpy((char *)answer->info + at, &group, room < sizeof(group) ? room : sizeof(group));
}

static int maxstbl_of(struct answer *answer)
{
	int maxstbl = zpci__maxstbl(answer->info, answer->size);

	free(answer->info);
	return maxstbl;
}

/* As the kernel has it: base, group, utility string, path. */
static void the_group_is_found(void **state)
{
	const uint32_t base = FIRST, group = base + sizeof(struct vfio_device_info_cap_zpci_base);
	const uint32_t util = group + sizeof(struct vfio_device_info_cap_zpci_group);
	struct answer answer;

	(void)state;
	answer__init(&answer, util + 76);
	put_header(&answer, base, VFIO_DEVICE_INFO_CAP_ZPCI_BASE, 2, group);
	put_group(&answer, group, 2, 128, 4096);
	put_header(&answer, group, VFIO_DEVICE_INFO_CAP_ZPCI_GROUP, 2, util);
	put_header(&answer, util, VFIO_DEVICE_INFO_CAP_ZPCI_UTIL, 1, 0);
	assert_int_equal(vfio_caps__find(answer.info, answer.size, FIRST,
					 VFIO_DEVICE_INFO_CAP_ZPCI_UTIL),
			 util);
	assert_int_equal(vfio_caps__find(answer.info, answer.size, FIRST, OTHER), 0);
	assert_int_equal(maxstbl_of(&answer), 4096);
}

/* The kernel's chains were not aligned before 6.6. */
static void it_need_not_be_aligned(void **state)
{
	struct answer answer;

	(void)state;
	answer__init(&answer, FIRST + 11 + sizeof(struct vfio_device_info_cap_zpci_group));
	put_header(&answer, FIRST, OTHER, 1, FIRST + 11);
	put_group(&answer, FIRST + 11, 2, 128, 65535);
	assert_int_equal(maxstbl_of(&answer), 65535);
}

static void each_version_has_its_field(void **state)
{
	static const struct {
		uint16_t version, maxstbl, imaxstbl;
		int expected;
	} cases[] = {
		{ 1, 128, 4096, 128 }, { 2, 128, 4096, 4096 }, { 3, 128, 4096, 4096 },
		{ 1, 0, 4096, -1 },    { 2, 128, 0, -1 },      { 0, 128, 4096, -1 },
	};
	struct answer answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		answer__init(&answer, FIRST + sizeof(struct vfio_device_info_cap_zpci_group));
		put_group(&answer, FIRST, cases[i].version, cases[i].maxstbl, cases[i].imaxstbl);
		assert_int_equal(maxstbl_of(&answer), cases[i].expected);
	}
}

/* Of a group that is cut off, nothing is read that is not there. */
static void what_is_cut_off_is_not_known(void **state)
{
	const uint32_t maxstbl_end = offsetof(struct vfio_device_info_cap_zpci_group, version);
	const uint32_t imaxstbl_end =
		offsetof(struct vfio_device_info_cap_zpci_group, imaxstbl) + sizeof(uint16_t);
	struct answer answer;
	uint32_t len;

	(void)state;
	for (len = 0; len <= sizeof(struct vfio_device_info_cap_zpci_group); len++) {
		answer__init(&answer, FIRST + len);
		put_group(&answer, FIRST, 1, 128, 4096);
		assert_int_equal(maxstbl_of(&answer), len >= maxstbl_end ? 128 : -1);
		answer__init(&answer, FIRST + len);
		put_group(&answer, FIRST, 2, 128, 4096);
		assert_int_equal(maxstbl_of(&answer), len >= imaxstbl_end ? 4096 : -1);
	}
}

static void other_devices_have_none(void **state)
{
	struct answer answer;

	(void)state;
	answer__init(&answer, sizeof(struct vfio_device_info));
	answer.info->cap_offset = 0;
	assert_int_equal(maxstbl_of(&answer), -1);

	answer__init(&answer, FIRST + sizeof(struct vfio_device_info_cap_zpci_group));
	put_group(&answer, FIRST, 2, 128, 4096);
	answer.info->flags = VFIO_DEVICE_FLAGS_PCI;
	assert_int_equal(maxstbl_of(&answer), -1);

	/* A kernel before 5.10 answers with less, and what is beyond says nothing. */
	answer__init(&answer, FIRST + sizeof(struct vfio_device_info_cap_zpci_group));
	put_group(&answer, FIRST, 2, 128, 4096);
	answer.size = offsetof(struct vfio_device_info, cap_offset);
	assert_int_equal(maxstbl_of(&answer), -1);
}

static void hostile_chains_end(void **state)
{
	static const uint32_t nexts[] = {
		FIRST, /* to itself */
		FIRST + 8, /* and back */
		1, /* into the middle of what is before */
		63,	   64, 65, 1 << 16, INT32_MAX, UINT32_MAX - 7, UINT32_MAX,
	};
	struct answer answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(nexts) / sizeof(nexts[0]); i++) {
		answer__init(&answer, 64);
		put_header(&answer, FIRST + 8, OTHER, 1, FIRST);
		put_header(&answer, FIRST, OTHER, 1, nexts[i]);
		assert_int_equal(maxstbl_of(&answer), -1);

		answer__init(&answer, 64);
		answer.info->cap_offset = nexts[i];
		put_header(&answer, FIRST, OTHER, 1, FIRST);
		put_header(&answer, FIRST + 8, OTHER, 1, FIRST);
		assert_int_equal(maxstbl_of(&answer), -1);
	}
}

static void stores_are_described(void **state)
{
	static const uint64_t widths[] = { 1, 8, 12, 16, 128, 136, 4096 };
	char text[256];

	(void)state;
	zpci__describe_stores(128, widths, 7, text, sizeof(text));
	assert_string_equal(text, "16 to 128 bytes, multiples of 8, 8-aligned, not across 4 KiB; "
				  "writes that are none: 1, 8, 12, 136, 4096");
	zpci__describe_stores(4096, widths + 3, 4, text, sizeof(text));
	assert_string_equal(text, "16 to 4096 bytes, multiples of 8, 8-aligned, not across 4 KiB");
	zpci__describe_stores(128, widths, 7, text, 80);
	assert_int_equal(strlen(text), 79);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_group_is_found),
		cmocka_unit_test(it_need_not_be_aligned),
		cmocka_unit_test(each_version_has_its_field),
		cmocka_unit_test(what_is_cut_off_is_not_known),
		cmocka_unit_test(other_devices_have_none),
		cmocka_unit_test(hostile_chains_end),
		cmocka_unit_test(stores_are_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
