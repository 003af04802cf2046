// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "benchmarks/barbench/environment.h"
#include "benchmarks/barbench/pci_sysfs.h"

#define BDF "0000:00:04.0"
#define DEVICE "bus/pci/devices/" BDF

/* A sysfs of one device, in a temporary directory. */
static char root[64];

static void make_dir(const char *path)
{
	char full[256], *slash;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(full, 0755);
	}
	mkdir(full, 0755);
}

static void put(const char *path, const char *text, size_t len)
{
	char full[256];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	fclose(file);
}

static void put_attribute(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), DEVICE "/%s", name);
	put(path, text, strlen(text));
}

static void put_link(const char *path, const char *target)
{
	char full[256];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	unlink(full);
	assert_int_equal(symlink(target, full), 0);
}

static void put_command(unsigned char command)
{
	char config[64] = { 0 };

	config[4] = (char)command;
	put(DEVICE "/config", config, sizeof(config));
}

static int set_up(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/barbench-sysfs-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	make_dir(DEVICE "/power");
	make_dir(DEVICE "/vfio-dev/vfio3");
	make_dir("bus/pci/drivers/vfio-pci");
	make_dir("module/vfio_pci");
	make_dir("class/vfio-dev");
	put_link("bus/pci/drivers/vfio-pci/module", "../../../../module/vfio_pci");
	put_link(DEVICE "/driver", "../../drivers/vfio-pci");
	put_link(DEVICE "/iommu_group", "../../../kernel/iommu_groups/7");
	put("module/vfio_pci/srcversion", "ABCDEF\n", 7);
	put_attribute("vendor", "0x1af4\n");
	put_attribute("device", "0x1110\n");
	put_attribute("class", "0x050000\n");
	put_attribute("enable", "0\n");
	put_attribute("power/runtime_status", "active\n");
	put_command(0);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void addresses_are_read(void **state)
{
	static const char *const bad[] = {
		"",	    "4",	 "00:04",      "0000:00:04.8", "0000:00:20.0",
		"00:04.0 ", "0x0:0:0.0", "-1:00:04.0", "memory",       "0000:00:04.0.1"
	};
	char bdf[16];
	size_t i;

	(void)state;
	assert_int_equal(pci_sysfs__parse_bdf("0000:00:04.0", bdf, sizeof(bdf)), 0);
	assert_string_equal(bdf, "0000:00:04.0");
	assert_int_equal(pci_sysfs__parse_bdf("3B:1f.7", bdf, sizeof(bdf)), 0);
	assert_string_equal(bdf, "0000:3b:1f.7");
	assert_int_equal(pci_sysfs__parse_bdf("10000:e1:00.0", bdf, sizeof(bdf)), 0);
	assert_string_equal(bdf, "10000:e1:00.0");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(pci_sysfs__parse_bdf(bad[i], bdf, sizeof(bdf)), -EINVAL);
}

static void facts_are_read(void **state)
{
	struct pci_facts facts;
	struct trouble trouble;

	(void)state;
	assert_int_equal(pci_sysfs__read(root, BDF, &facts, &trouble), 0);
	assert_string_equal(facts.driver, "vfio-pci");
	assert_string_equal(facts.module, "vfio_pci");
	assert_string_equal(facts.srcversion, "ABCDEF");
	assert_string_equal(facts.vfio_dev, "vfio3");
	assert_int_equal(facts.iommu_group, 7);
	assert_int_equal(facts.vendor_id, 0x1af4);
	assert_int_equal(facts.class_id, 0x050000);
	assert_int_equal(facts.subvendor_id, -1);
	assert_int_equal(pci_sysfs__check_driver(root, &facts, &trouble), 0);
	assert_int_equal(pci_sysfs__read(root, "0000:00:05.0", &facts, &trouble), -ENODEV);
	assert_non_null(strstr(trouble.text, "0000:00:05.0"));
}

static void what_is_not_there_is_not_known(void **state)
{
	struct pci_facts facts;
	struct trouble trouble;

	(void)state;
	assert_int_equal(pci_sysfs__read(root, BDF, &facts, &trouble), 0);
	pci_sysfs__read_link_state(root, &facts);
	assert_int_equal(facts.numa_node, -1);
	assert_int_equal(facts.link_width, -1);
	assert_string_equal(facts.link_speed, "");
	put_attribute("numa_node", "-1\n");
	put_attribute("current_link_speed", "Unknown\n");
	put_attribute("current_link_width", "0\n");
	assert_int_equal(pci_sysfs__read(root, BDF, &facts, &trouble), 0);
	pci_sysfs__read_link_state(root, &facts);
	assert_int_equal(facts.numa_node, -1);
	assert_int_equal(facts.link_width, -1);
	assert_string_equal(facts.link_speed, "");
}

/* The link is read for itself: asking about it wakes the device. */
static void place_and_link_are_read(void **state)
{
	struct pci_facts facts;
	struct trouble trouble;

	(void)state;
	put_attribute("power/runtime_status", "suspended\n");
	put_attribute("numa_node", "1\n");
	put_attribute("current_link_speed", "8.0 GT/s PCIe\n");
	put_attribute("current_link_width", "4\n");
	assert_int_equal(pci_sysfs__read(root, BDF, &facts, &trouble), 0);
	assert_string_equal(facts.runtime_status, "suspended");
	assert_int_equal(facts.numa_node, 1);
	assert_int_equal(facts.link_width, -1);
	assert_string_equal(facts.link_speed, "");
	pci_sysfs__read_link_state(root, &facts);
	assert_int_equal(facts.link_width, 4);
	assert_string_equal(facts.link_speed, "8.0 GT/s PCIe");
}

static void put_governor(unsigned int cpu, const char *governor)
{
	char path[128];

	snprintf(path, sizeof(path), "devices/system/cpu/cpu%u/cpufreq", cpu);
	make_dir(path);
	snprintf(path, sizeof(path), "devices/system/cpu/cpu%u/cpufreq/scaling_governor", cpu);
	put(path, governor, strlen(governor));
}

static void check_governors(const char *cpus, size_t len, const char *governors)
{
	struct cpu_list list;
	char text[128];

	assert_int_equal(cpu_list__parse(cpus, &list), 0);
	environment__governors(root, &list, text, len);
	assert_string_equal(text, governors);
}

static void governors_are_those_of_the_cpus(void **state)
{
	(void)state;
	put_governor(0, "performance\n");
	put_governor(1, "power\n"); /* the beginning of another one's name */
	put_governor(2, "performance\n");
	put_governor(3, "powersave\n");
	check_governors("0,2", 128, "performance");
	check_governors("3,0-2", 128, "powersave,performance,power");
	check_governors("5-7", 128, "");
	check_governors("5,1", 128, "power");
	check_governors("0,3", strlen("performance,powersave"), "");
}

static void frequencies_are_a_range_of_all_that_was_seen(void **state)
{
	struct run_range khz = { 0 };
	struct cpu_list list;

	(void)state;
	assert_int_equal(cpu_list__parse("0-3", &list), 0);
	environment__frequency(root, &list, &khz);
	assert_int_equal(khz.max, 0);
	make_dir("devices/system/cpu/cpu0/cpufreq");
	make_dir("devices/system/cpu/cpu2/cpufreq");
	put("devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2400000\n", 8);
	put("devices/system/cpu/cpu2/cpufreq/scaling_cur_freq", "<unknown>\n", 10);
	environment__frequency(root, &list, &khz);
	assert_int_equal(khz.min, 2400000);
	assert_int_equal(khz.max, 2400000);
	put("devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "3100000\n", 8);
	put("devices/system/cpu/cpu2/cpufreq/scaling_cur_freq", "1800000\n", 8);
	environment__frequency(root, &list, &khz);
	assert_int_equal(khz.min, 1800000);
	assert_int_equal(khz.max, 3100000);
}

static void another_driver_is_named(void **state)
{
	struct pci_facts facts;
	struct trouble trouble;

	(void)state;
	make_dir(DEVICE "/vfio-dev");
	assert_int_equal(pci_sysfs__read(root, BDF, &facts, &trouble), 0);
	facts.vfio_dev[0] = '\0';
	snprintf(facts.driver, sizeof(facts.driver), "nvme");
	assert_int_equal(pci_sysfs__check_driver(root, &facts, &trouble), -ENODEV);
	assert_non_null(strstr(trouble.text, "nvme"));
	assert_non_null(strstr(trouble.text, "driver_override"));
	facts.driver[0] = '\0';
	assert_int_equal(pci_sysfs__check_driver(root, &facts, &trouble), -ENODEV);
	assert_non_null(strstr(trouble.text, "no driver"));
}

static int idle(struct trouble *trouble)
{
	struct pci_facts facts;

	assert_int_equal(pci_sysfs__read(root, BDF, &facts, trouble), 0);
	return pci_sysfs__check_idle(root, &facts, trouble);
}

static void check_not_idle(const char *says)
{
	struct trouble trouble;

	assert_int_equal(idle(&trouble), -EBUSY);
	assert_non_null(strstr(trouble.text, says));
	assert_non_null(strstr(trouble.text, "--i-may-reset"));
}

static void idle_devices_may_be_reset(void **state)
{
	struct trouble trouble;

	(void)state;
	assert_int_equal(idle(&trouble), 0);
	put_attribute("power/runtime_status", "suspended\n");
	put_command(4);
	put_attribute("enable", "1\n");
	assert_int_equal(idle(&trouble), 0);
}

static void others_may_not(void **state)
{
	(void)state;
	put_command(4);
	check_not_idle("bus mastering");
	put_attribute("enable", "1\n");
	check_not_idle("enable");
	put_attribute("power/runtime_status", "suspended\n");
	put_attribute("sriov_numvfs", "2\n");
	check_not_idle("virtual functions");
}

/* What cannot be known is not taken for idle. */
static void unknown_is_not_idle(void **state)
{
	(void)state;
	put(DEVICE "/config", "", 0);
	check_not_idle("cannot tell");
	put_attribute("enable", "");
	check_not_idle("enable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test_setup_teardown(facts_are_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_not_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(place_and_link_are_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(governors_are_those_of_the_cpus, set_up, tear_down),
		cmocka_unit_test_setup_teardown(frequencies_are_a_range_of_all_that_was_seen,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_driver_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(idle_devices_may_be_reset, set_up, tear_down),
		cmocka_unit_test_setup_teardown(others_may_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_is_not_idle, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
