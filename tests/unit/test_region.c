// SPDX-License-Identifier: GPL-2.0-only
#include "tests/unit/sample_run.h"

#include <errno.h>

static const char *const pci_names[VS_REGIONS] = {
	"BAR0",	     "BAR1",	  "BAR2",      "BAR3",	   "BAR4",	"BAR5",
	"ROM",	     "CONFIG",	  "VGA",       "region 9", "region 10", "region 11",
	"region 12", "region 13", "region 14", "bad",
};

static void pci_regions_have_names(void **state)
{
	char buf[32];
	int i;

	(void)state;
	for (i = 0; i < VS_REGIONS; i++) {
		assert_string_equal(run_region__name("pci", i, buf, sizeof(buf)), pci_names[i]);
		assert_int_equal(run_region__parse(pci_names[i]), i);
	}
}

static void others_have_numbers(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(run_region__name("mdev", 0, buf, sizeof(buf)), "region 0");
	assert_string_equal(run_region__name(NULL, 7, buf, sizeof(buf)), "region 7");
	assert_string_equal(run_region__name("mdev", 15, buf, sizeof(buf)), "bad");
	assert_string_equal(run_region__name("pci", 9, buf, 5), "regi");
}

static void case_does_not_matter(void **state)
{
	(void)state;
	assert_int_equal(run_region__parse("bar5"), 5);
	assert_int_equal(run_region__parse("Config"), 7);
	assert_int_equal(run_region__parse("REGION 12"), 12);
	assert_int_equal(run_region__parse("region3"), 3);
	assert_int_equal(run_region__parse("14"), 14);
}

static void nonsense_is_rejected(void **state)
{
	static const char *const names[] = { "",
					     "BAR6",
					     "BAR",
					     "region",
					     "region  1",
					     "region -1",
					     "region 15",
					     "+1",
					     " 1",
					     "1x",
					     "0x1",
					     "99999999999999999999",
					     "18446744073709551616" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(run_region__parse(names[i]), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pci_regions_have_names),
		cmocka_unit_test(others_have_numbers),
		cmocka_unit_test(case_does_not_matter),
		cmocka_unit_test(nonsense_is_rejected),
	};

	return cmocka_run_group_tests_name("region", tests, NULL, NULL);
}
