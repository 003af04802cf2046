// SPDX-License-Identifier: GPL-2.0-only
/*
 * barbench verify: plans, capabilities, and what is concluded from the answers of handlers that are
 * right or wrong. The "device" is memory; pread() and pwrite() of this program are its handlers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "benchmarks/barbench/fault.h"
#include "benchmarks/barbench/verify/capabilities.h"
#include "benchmarks/barbench/verify/conclude.h"
#include "benchmarks/barbench/verify/expect.h"
#include "benchmarks/barbench/verify/judge.h"
#include "benchmarks/barbench/verify/plan.h"
#include "benchmarks/barbench/verify/ranges.h"
#include "benchmarks/barbench/verify/reads.h"
#include "benchmarks/barbench/verify/writes.h"

#define SIZE 64
#define FD 12345 /* of the region; everything else is the C library's */
#define MAX_ARGS 24

enum fault { NONE, WRONG_END, REFUSES_4, UNALIGNED_OFF_BY_ONE, COUNTS, LOSES_BYTES, SPILLS };

static struct {
	unsigned char bytes[SIZE] __attribute__((aligned(8)));
	enum fault fault;
	size_t reads, writes;
} region;

static ssize_t transferred(size_t width, off_t offset)
{
	return offset >= SIZE
		       ? -1
		       : (ssize_t)(width < (size_t)(SIZE - offset) ? width
								   : (size_t)(SIZE - offset));
}

static ssize_t refused(int err)
{
	errno = err;
	return -1;
}

/* The handlers. */
static ssize_t region_read(void *data, size_t width, off_t offset)
{
	ssize_t n = transferred(width, offset);

	region.reads++;
	if (n < 0)
		return refused(EINVAL);
	if (region.fault == REFUSES_4 && width == 4)
		return refused(EIO);
	if (region.fault == UNALIGNED_OFF_BY_ONE && width > 1 && offset % 8 == 3)
		memcpy(data, region.bytes + offset - 1, (size_t)n);
	else
		memcpy(data, region.bytes + offset, (size_t)n);
	if (region.fault == WRONG_END && (width == 1 || width == 2 || width == 4))
		memset(data, 0, (size_t)n);
	if (region.fault == COUNTS)
		region.bytes[0]++;
	return n;
}

static ssize_t region_write(const void *data, size_t width, off_t offset)
{
	ssize_t n = transferred(width, offset);

	region.writes++;
	if (n < 0)
		return refused(EINVAL);
	if (region.fault == LOSES_BYTES && width == 1)
		return n;
	memcpy(region.bytes + offset, data, (size_t)n);
	if (region.fault == SPILLS && width == 2 && offset + 2 < SIZE)
		region.bytes[offset + 2] ^= 0xff;
	return n;
}

/* Instead of the C library's. */
ssize_t pread(int fd, void *data, size_t width, off_t offset)
{
	if (fd == FD)
		return region_read(data, width, offset);
	return lseek(fd, offset, SEEK_SET) < 0 ? -1 : read(fd, data, width);
}

ssize_t pwrite(int fd, const void *data, size_t width, off_t offset)
{
	if (fd == FD)
		return region_write(data, width, offset);
	return lseek(fd, offset, SEEK_SET) < 0 ? -1 : write(fd, data, width);
}

static int set_up(void **state)
{
	(void)state;
	memset(&region, 0, sizeof(region));
	lane__fill(region.bytes, SIZE, 1);
	fault__install();
	return 0;
}

/* --- one range, as verify.c does it ----------------------------------------------------------- */

static struct verify_options options;
static struct verify_record record;
static struct bench_region bar = {
	.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE, .size = SIZE
};
static struct bench_device device;
static struct port port;
static struct trouble trouble;

static void parse(const char *line)
{
	static char words[512];
	char *argv[MAX_ARGS] = { "barbench verify" }, *word;
	int argc = 1;

	snprintf(words, sizeof(words), "%s", line);
	for (word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	assert_int_equal(verify_options__parse(&options, argc, argv, &trouble), 0);
}

/* Verify as the command line says; the device can be mapped if @mapped. */
static const struct verify_range *verify(const char *line, bool mapped)
{
	struct verify_range *range;

	parse(line);
	device = (struct bench_device){ .fd = FD, .request_fd = -1, .region = &bar };
	device.map = region.bytes;
	port = (struct port){ .device = &device, .log = { .fd = -1 } };
	port__select(&port);
	assert_int_equal(ranges__cut(&record, &options.spans[0], SIZE, NULL, 0), 0);
	range = &record.ranges[0];
	range->mapped = mapped;
	assert_int_equal(
		plan__make(range, &options, VS_READ, range->offset + range->length == SIZE), 0);
	if (options.bench.write)
		assert_int_equal(plan__make(range, &options, VS_WRITE,
					    range->offset + range->length == SIZE),
				 0);
	assert_int_equal(reads__make(&port, range), 0);
	reads__compare(range);
	assert_int_equal(judge__reads(&port, range), 0);
	assert_int_equal(conclude__range(range), 0);
	if (options.bench.write)
		assert_int_equal(writes__make(&port, range, &trouble), 0);
	return range;
}

static int tear_down(void **state)
{
	(void)state;
	verify_record__free(&record);
	return 0;
}

static const struct verify_cell *cell_at(const struct verify_range *range, enum vs_dir dir,
					 uint32_t width, uint64_t offset)
{
	size_t i;

	for (i = 0; i < range->nr_cells; i++) {
		const struct verify_cell *cell = &range->cells[i];

		if (cell->dir == dir && cell->width == width && cell->offset == offset)
			return cell;
	}
	fail_msg("no access of %u at %llu", width, (unsigned long long)offset);
	return NULL;
}

#define ALL "memory --range BAR0:0+64"

static void a_good_driver_conforms(void **state)
{
	const struct verify_range *range = verify(ALL, true);

	(void)state;
	assert_int_equal(range->verdict, VERIFY_CONFORMS);
	assert_int_equal(range->nr_findings, 0);
	assert_int_equal(region.reads, READS_OF_EACH * range->nr_cells);
	assert_int_equal(port.accesses, region.reads);
	assert_int_equal(cell_at(range, VS_READ, 8, 61)->result, VERIFY_SHORT);
	assert_int_equal(cell_at(range, VS_READ, 8, 61)->returned, 3);
	assert_int_equal(cell_at(range, VS_READ, 8, 0)->content, VERIFY_AGREES);
}

static void the_wrong_end_is_the_drivers(void **state)
{
	const struct verify_range *range;

	(void)state;
	region.fault = WRONG_END;
	range = verify(ALL, true);
	assert_int_equal(range->verdict, VERIFY_DISAGREES);
	assert_int_equal(range->findings[0].offset, 0);
	assert_int_equal(range->findings[0].fault, VERIFY_FAULT_DRIVER);
	assert_string_equal(range->findings[0].at_odds, "1,2,4");
	assert_int_equal(cell_at(range, VS_READ, 4, 1)->content, VERIFY_MISMATCH);
	assert_int_equal(cell_at(range, VS_READ, 8, 0)->content, VERIFY_AGREES);
}

static void without_a_mapping_it_is_undecided(void **state)
{
	const struct verify_range *range;

	(void)state;
	region.fault = WRONG_END;
	range = verify(ALL, false);
	assert_int_equal(range->verdict, VERIFY_DISAGREES);
	assert_int_equal(range->findings[0].fault, VERIFY_FAULT_UNDECIDED);
	assert_string_equal(range->findings[0].why, "there is no mapping to judge by");
}

static void wide_reads_alone_do_not_show_it(void **state)
{
	(void)state;
	region.fault = WRONG_END;
	assert_int_equal(verify(ALL " --width 8,16", true)->verdict, VERIFY_CONFORMS);
}

static void unaligned_reads_are_judged_by_any_load(void **state)
{
	const struct verify_range *range;

	(void)state;
	region.fault = UNALIGNED_OFF_BY_ONE;
	range = verify(ALL, true);
	assert_int_equal(range->findings[0].fault, VERIFY_FAULT_DRIVER);
	assert_string_equal(range->findings[0].why, "no load gives these bytes");
	assert_int_equal(cell_at(range, VS_READ, 4, 3)->content, VERIFY_MISMATCH);
	assert_int_equal(cell_at(range, VS_READ, 4, 4)->content, VERIFY_AGREES);
}

static void a_refusal_is_no_mismatch(void **state)
{
	const struct verify_range *range;

	(void)state;
	region.fault = REFUSES_4;
	range = verify(ALL, true);
	assert_int_equal(range->verdict, VERIFY_CONFORMS);
	assert_int_equal(cell_at(range, VS_READ, 4, 0)->result, VERIFY_ERROR);
	assert_int_equal(cell_at(range, VS_READ, 4, 0)->err, EIO);
}

static void what_changes_by_itself_is_left_out(void **state)
{
	const struct verify_range *range;

	(void)state;
	region.fault = COUNTS;
	range = verify(ALL, true);
	assert_int_equal(range->verdict, VERIFY_CONFORMS);
	assert_int_equal(range->changing, 1);
	assert_int_equal(cell_at(range, VS_READ, 1, 0)->content, VERIFY_VOLATILE);
	assert_int_equal(cell_at(range, VS_READ, 1, 1)->content, VERIFY_AGREES);
}

static void bytes_that_are_all_alike_decide_nothing(void **state)
{
	const struct verify_range *range;

	(void)state;
	memset(region.bytes, 0, SIZE);
	region.fault = WRONG_END;
	range = verify(ALL, true);
	assert_int_equal(range->verdict, VERIFY_UNDECIDED);
	assert_non_null(strstr(range->why, "every byte reads 0x00"));
}

static void one_width_decides_nothing(void **state)
{
	(void)state;
	assert_int_equal(verify(ALL " --width 4", true)->verdict, VERIFY_UNDECIDED);
}

static void nothing_outside_the_range_is_read(void **state)
{
	const struct verify_range *range = verify("memory --range BAR0:16+16", true);
	size_t i;

	(void)state;
	for (i = 0; i < range->nr_cells; i++) {
		assert_true(range->cells[i].offset >= 16);
		assert_true(range->cells[i].offset + range->cells[i].width <= 32);
	}
}

/* --- writes ----------------------------------------------------------------------------------- */

static void writes_are_put_back(void **state)
{
	const struct verify_range *range;
	unsigned char before[SIZE];

	(void)state;
	memcpy(before, region.bytes, SIZE);
	range = verify(ALL " --write", true);
	assert_int_equal(range->verdict, VERIFY_CONFORMS);
	assert_memory_equal(region.bytes, before, SIZE);
	assert_int_equal(cell_at(range, VS_WRITE, 4, 1)->content, VERIFY_AGREES);
	assert_int_equal(cell_at(range, VS_WRITE, 8, 61)->result, VERIFY_SHORT);
}

static void a_width_whose_writes_are_lost_is_found(void **state)
{
	const struct verify_range *range;

	(void)state;
	region.fault = LOSES_BYTES;
	range = verify(ALL " --write", true);
	assert_int_equal(range->verdict, VERIFY_DISAGREES);
	assert_int_equal(range->findings[0].dir, VS_WRITE);
	assert_string_equal(range->findings[0].at_odds, "1");
	assert_int_equal(range->findings[0].fault, VERIFY_FAULT_DRIVER);
	assert_int_equal(cell_at(range, VS_WRITE, 2, 0)->content, VERIFY_AGREES);
}

static void writes_beside_what_was_asked_are_found(void **state)
{
	const struct verify_range *range;

	(void)state;
	region.fault = SPILLS;
	range = verify(ALL " --write --width 1,2,4", true);
	assert_int_equal(range->verdict, VERIFY_DISAGREES);
	assert_string_equal(range->findings[0].at_odds, "2");
	assert_string_equal(range->findings[0].why, "bytes beside it changed");
}

static void what_cannot_be_trusted_is_not_written(void **state)
{
	const struct verify_range *range;

	(void)state;
	region.fault = WRONG_END;
	range = verify(ALL " --write", true);
	assert_int_equal(region.writes, 0);
	assert_int_equal(cell_at(range, VS_WRITE, 4, 0)->result, VERIFY_NOT_TRIED);
}

/* --- plan ------------------------------------------------------------------------------------- */

struct places {
	enum verify_position position;
	uint64_t first, last, nr;
};

static void check_places(const char *line, const struct places *wanted, size_t nr)
{
	struct verify_range *range;
	size_t i, j, found, all = 0;

	parse(line);
	range = verify_record__add_range(&record);
	range->offset = options.spans[0].offset;
	range->length = options.spans[0].length;
	assert_int_equal(plan__make(range, &options, VS_READ, true), 0);
	for (i = 0; i < nr; i++) {
		for (j = found = 0; j < range->nr_cells; j++) {
			if (range->cells[j].position != wanted[i].position)
				continue;
			assert_in_range(range->cells[j].offset, wanted[i].first, wanted[i].last);
			assert_int_equal(range->cells[j].alignment, range->cells[j].offset % 8);
			found++;
		}
		assert_int_equal(found, wanted[i].nr);
		all += found;
	}
	assert_int_equal(all, range->nr_cells);
	verify_record__free(&record);
}

#define PLACES(line, ...)                                                       \
	do {                                                                    \
		static const struct places wanted[] = { __VA_ARGS__ };          \
		check_places(line, wanted, sizeof(wanted) / sizeof(wanted[0])); \
	} while (0)

static void plans(void **state)
{
	(void)state;
	PLACES("memory --range BAR0:0+64 --width 4", { VERIFY_START, 0, 7, 8 },
	       { VERIFY_END, 53, 60, 8 }, { VERIFY_ACROSS, 61, 63, 3 });
	PLACES("memory --range BAR0:3+21 --width 4 --sweep", { VERIFY_START, 3, 10, 8 },
	       { VERIFY_INSIDE, 12, 12, 1 }, { VERIFY_END, 13, 20, 8 },
	       { VERIFY_ACROSS, 21, 23, 3 });
	/* Each place once, though start and end are the same. */
	PLACES("memory --range BAR0:8+10 --width 4", { VERIFY_START, 8, 14, 7 },
	       { VERIFY_ACROSS, 15, 17, 3 });
	PLACES("memory --range BAR0:0+8 --width 1", { VERIFY_START, 0, 7, 8 });
	PLACES("memory --range BAR0:1+1 --width 1", { VERIFY_START, 1, 1, 1 });
	/* Too wide to fit: across the end only, and only from within. */
	PLACES("memory --range BAR0:0+4 --width 16", { VERIFY_ACROSS, 0, 3, 4 });
	PLACES("memory --range BAR0:0x1000+0x1000 --width 4096",
	       { VERIFY_START, 0x1000, 0x1000, 1 }, { VERIFY_ACROSS, 0x1ff8, 0x1fff, 8 });
	PLACES("memory --range BAR0:0+64 --width 2 --sweep", { VERIFY_START, 0, 7, 8 },
	       { VERIFY_INSIDE, 8, 54, 24 }, { VERIFY_END, 55, 62, 8 },
	       { VERIFY_ACROSS, 63, 63, 1 });
}

static void a_plan_has_a_limit(void **state)
{
	struct verify_range *range;

	(void)state;
	parse("memory --range BAR0:0+1M --sweep");
	range = verify_record__add_range(&record);
	range->length = options.spans[0].length;
	assert_int_equal(plan__make(range, &options, VS_READ, false), -E2BIG);
}

/* --- capabilities ----------------------------------------------------------------------------- */

static int read_config(void *arg, uint32_t offset, uint32_t *value)
{
	assert_int_equal(offset % 4, 0);
	assert_true(offset < 4096);
	*value = ((uint32_t *)arg)[offset / 4];
	return 0;
}

static void capabilities_are_found(void **state)
{
	static uint32_t config[1024] = {
		[1] = 0x10 << 16,
		[0x34 / 4] = 0x50,
		[0x50 / 4] = 0x0003 | 0x60 << 8, /* VPD */
		[0x60 / 4] = 0x0005 | 0x80 << 8, /* MSI: nothing to leave out */
		[0x80 / 4] = 0x0009 | 20 << 16, /* vendor-specific, the last */
		[0x100 / 4] = 0x0001 | 1 << 16 | 0x150u << 20, /* AER */
		[0x150 / 4] = 0x002e | 1 << 16 | 0x200u << 20, /* DOE */
		[0x200 / 4] = 0x0023 | 1 << 16, /* DVSEC */
		[0x204 / 4] = 0x30u << 20,
	};
	static const struct capability wanted[] = {
		{ "VPD", 0x50, 8 },
		{ "vendor-specific", 0x80, 20 },
		{ "DOE", 0x150, 0x18 },
		{ "designated vendor-specific", 0x200, 0x30 },
	};
	struct capability found[CAPABILITIES_MAX];
	size_t i;

	(void)state;
	assert_int_equal(capabilities__find(read_config, config, 4096, found), 4);
	for (i = 0; i < 4; i++) {
		assert_string_equal(found[i].name, wanted[i].name);
		assert_int_equal(found[i].offset, wanted[i].offset);
		assert_int_equal(found[i].length, wanted[i].length);
	}
	assert_int_equal(capabilities__find(read_config, config, 256, found), 2);
	config[0x80 / 4] |= 0x50 << 8;
	assert_int_equal(capabilities__find(read_config, config, 256, found), -ELOOP);
	config[1] = 0;
	assert_int_equal(capabilities__find(read_config, config, 256, found), 0);
}

static void they_are_cut_out(void **state)
{
	struct capability capabilities[] = { { "b", 0x50, 0x10 },
					     { "a", 0x40, 8 },
					     { "c", 0x200, 8 } };
	const struct verify_span span = { VFIO_PCI_CONFIG_REGION_INDEX, 0x44, 0x40 };

	(void)state;
	assert_int_equal(ranges__cut(&record, &span, 256, capabilities, 3), 0);
	assert_int_equal(record.nr_left_out, 2);
	assert_int_equal(record.left_out[0].offset, 0x44);
	assert_int_equal(record.left_out[0].length, 4);
	assert_int_equal(record.nr_ranges, 2);
	assert_int_equal(record.ranges[0].offset, 0x48);
	assert_int_equal(record.ranges[0].length, 8);
	assert_int_equal(record.ranges[1].offset, 0x60);
	assert_int_equal(record.ranges[1].length, 0x24);
	assert_string_equal(record.ranges[1].name, "CONFIG");
}

/* --- AER -------------------------------------------------------------------------------------- */

static void put(const char *root, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

#define BRIDGE "devices/pci0000:00/0000:00:01.0"
#define BEHIND BRIDGE "/0000:01:00.0"

static void counters_of_bridges_are_watched(void **state)
{
	static const char *const dirs[] = {
		"bus", "bus/pci", "bus/pci/devices", "devices", "devices/pci0000:00", BRIDGE, BEHIND
	};
	char root[] = "/tmp/test_barbench_verify.XXXXXX", path[256], text[256];
	struct aer aer;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(root));
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	snprintf(path, sizeof(path), "%s/bus/pci/devices/0000:01:00.0", root);
	assert_int_equal(symlink("../../../" BEHIND, path), 0);
	put(root, BEHIND "/aer_dev_nonfatal", "UnsupReq 0\nTOTAL_ERR_NONFATAL 0\n");
	put(root, BRIDGE "/aer_dev_fatal", "TLP 0\nECRC 9\n");
	aer__start(&aer, root, "0000:01:00.0");
	assert_int_equal(aer.nr_files, 2);
	assert_false(aer__moved(&aer, text, sizeof(text)));
	put(root, BRIDGE "/aer_dev_fatal", "TLP 0\nECRC 10\n");
	assert_true(aer__moved(&aer, text, sizeof(text)));
	assert_string_equal(text, "fatal of 0000:00:01.0: ECRC 9, now ECRC 10");
	aer__close(&aer);
	snprintf(path, sizeof(path), "rm -r %s", root);
	assert_int_equal(system(path), 0);
}

/* --- records ---------------------------------------------------------------------------------- */

/* In the way of no other process that runs this. */
static const char *file_name(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/test_barbench_verify.%d.json", getpid());
	return path;
}

static const char *record_file(void)
{
	const char *path = file_name();
	char error[256];

	record.version = strdup("1");
	record.started = strdup("then");
	record.kernel = strdup("k");
	record.arch = strdup("a");
	record.device.name = strdup("memory");
	record.device.vendor_id = record.device.device_id = -1;
	assert_int_equal(verify_record__write(&record, path, error, sizeof(error)), 0);
	return path;
}

static void the_same_driver_is_as_expected(void **state)
{
	struct verify_record expected;
	char error[256];

	(void)state;
	region.fault = REFUSES_4;
	verify(ALL, true);
	assert_int_equal(verify_record__read(record_file(), &expected, error, sizeof(error)), 0);
	assert_int_equal(expect__compare(&record, &expected), 0);
	assert_int_equal(record.nr_deviations + record.not_held, 0);
	verify_record__free(&expected);
}

static void another_one_deviates(void **state)
{
	struct verify_record expected;
	char error[256];

	(void)state;
	verify(ALL " --width 4,8", true);
	record_file();
	verify_record__free(&record);
	region.fault = REFUSES_4;
	verify(ALL " --width 4", true);
	assert_int_equal(verify_record__read(file_name(), &expected, error, sizeof(error)), 0);
	assert_int_equal(expect__compare(&record, &expected), 0);
	assert_int_equal(record.nr_deviations, 8 + 8 + 3);
	assert_string_equal(record.deviations[0].expected, "ok");
	assert_string_equal(record.deviations[0].got, "EIO");
	assert_int_equal(record.not_held, 8 + 8 + 7);
	verify_record__free(&expected);
}

static void bad_records_are_refused(void **state)
{
	static const struct {
		const char *from, *to, *says; /* @to instead of @from */
	} bad[] = {
		{ "vfioscope.verify/1", "vfioscope.run/1",
		  "schema: expected \"vfioscope.verify/1\"" },
		{ "\"result\":\"ok\"", "\"result\":\"EWHAT\"", "\"EWHAT\" is no result" },
		{ "\"result\":\"ok\"", "\"result\":1", "expected a string" },
		{ "\"alignment\":1", "\"alignment\":2", "alignment is not that of offset" },
		{ "\"width\":4", "\"width\":0", "width is not 1 to 4096" },
		{ "\"returned\":4", "\"returned\":5", "returned is above width" },
		{ "\"returned\":4", "\"returned\":-4", "-4 is negative" },
		{ "\"dir\":\"read\"", "\"dir\":\"up\"", "dir: \"up\" is not known" },
		{ "\"width\":4", "\"width\":4,\"x\":1", "x: there is no such field" },
		{ "\"width\":4,", "", "width: missing" },
		{ "\"width\":4", "\"width\":4,\"width\":4", "duplicate object key" },
		{ "\"ranges\"", "\"rages\"", "ranges: missing" },
		{ "{\n \"schema\"", "[\n \"schema\"", ".json:2: " },
	};
	struct verify_record read_back;
	char error[256], text[65536], *at;
	size_t i, n;
	FILE *file;

	(void)state;
	verify(ALL " --width 4", true);
	file = fopen(record_file(), "r");
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		at = strstr(text, bad[i].from);
		assert_non_null(at);
		file = fopen(file_name(), "w");
		fprintf(file, "%.*s%s%s", (int)(at - text), text, bad[i].to,
			at + strlen(bad[i].from));
		fclose(file);
		assert_int_equal(verify_record__read(file_name(), &read_back, error, sizeof(error)),
				 -EINVAL);
		if (!strstr(error, bad[i].says))
			fail_msg("\"%s\" does not say \"%s\"", error, bad[i].says);
		assert_null(strchr(error, '\n'));
		verify_record__free(&read_back);
	}
	assert_true(verify_record__read("/nowhere", &read_back, error, sizeof(error)) < 0);
	assert_non_null(strstr(error, "/nowhere: No such file"));
}

/* --- options ---------------------------------------------------------------------------------- */

static void bad_options_are_refused(void **state)
{
	static const struct {
		const char *line, *says;
	} bad[] = {
		{ "", "no device" },
		{ "memory", "there is no default" },
		{ "memory memory", "more than one device" },
		{ "memory --region BAR0", "--region without --length" },
		{ "memory --length 8", "give that too" },
		{ "memory --range BAR0", "REGION:OFFSET+LENGTH" },
		{ "memory --range BAR0:8", "REGION:OFFSET+LENGTH" },
		{ "memory --range BAR7:0+8", "'BAR7'" },
		{ "memory --range BAR0:x+8", "--range x" },
		{ "memory --range BAR0:0+0", "--range 0" },
		{ "memory --range BAR0:0+2M", "at most 1048576" },
		{ "memory --range BAR0:0xffffffffffffffff+8", "ends beyond" },
		{ "memory --range BAR0:0+8 --width 0", "--width 0" },
		{ "memory --range BAR0:0+8 --width 4,4", "twice" },
		{ "memory --range BAR0:0+8 --width 5000", "5000" },
		{ "memory --range CONFIG:0+8 --write", "--force" },
		{ "memory --range BAR0:0+8 -o -", "--json" },
		{ "0000:00:04.0 --range BAR0:0+8", "no --log FILE" },
	};
	struct verify_options parsed;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char words[256], *argv[MAX_ARGS] = { "barbench verify" }, *word;
		int argc = 1;

		snprintf(words, sizeof(words), "%s", bad[i].line);
		for (word = strtok(words, " "); word; word = strtok(NULL, " "))
			argv[argc++] = word;
		assert_int_equal(verify_options__parse(&parsed, argc, argv, &trouble), -EINVAL);
		if (!strstr(trouble.text, bad[i].says))
			fail_msg("%s: \"%s\" does not say \"%s\"", bad[i].line, trouble.text,
				 bad[i].says);
	}
}

static void the_log_is_beside_the_output(void **state)
{
	(void)state;
	parse("0000:00:04.0 --range BAR0:0+8 --range ROM:0+8 -o v.json");
	assert_string_equal(options.log, "v.json.log");
	assert_int_equal(options.bench.device.region, VFIO_PCI_ROM_REGION_INDEX);
	parse("0000:00:04.0 --region BAR2 --length 0x40 --log l -o v.json");
	assert_string_equal(options.log, "l");
	assert_int_equal(options.spans[0].region, 2);
	assert_int_equal(options.spans[0].length, 64);
	parse("0000:00:04.0 --range BAR0:0+8 --dry-run");
	assert_string_equal(options.log, "");
}

static int remove_file(void **state)
{
	(void)state;
	unlink(file_name());
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_good_driver_conforms, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_wrong_end_is_the_drivers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_mapping_it_is_undecided, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(wide_reads_alone_do_not_show_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unaligned_reads_are_judged_by_any_load, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_refusal_is_no_mismatch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_changes_by_itself_is_left_out, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(bytes_that_are_all_alike_decide_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(one_width_decides_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_outside_the_range_is_read, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(writes_are_put_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_width_whose_writes_are_lost_is_found, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(writes_beside_what_was_asked_are_found, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_trusted_is_not_written, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(plans, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_plan_has_a_limit, set_up, tear_down),
		cmocka_unit_test(capabilities_are_found),
		cmocka_unit_test_setup_teardown(they_are_cut_out, set_up, tear_down),
		cmocka_unit_test(counters_of_bridges_are_watched),
		cmocka_unit_test_setup_teardown(the_same_driver_is_as_expected, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_one_deviates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_records_are_refused, set_up, tear_down),
		cmocka_unit_test(bad_options_are_refused),
		cmocka_unit_test(the_log_is_beside_the_output),
	};

	return cmocka_run_group_tests(tests, NULL, remove_file);
}
