// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written, read and written again a run gives the same bytes; and they are those of the files in
 * tests/fuzz/corpus, which schema.t holds against the JSON Schema. UPDATE=1 rewrites these.
 */
#include "tests/unit/sample_run.h"

#include <errno.h>
#include <unistd.h>

static void comes_back_the_same(const struct run *run)
{
	char *text = sample__print(run), *again;
	struct run *back = sample__parse(text);

	again = sample__print(back);
	assert_string_equal(again, text);
	run__free(back);
	free(again);
	free(text);
}

static void traces_come_back(void **state)
{
	struct run *run = sample__trace();

	(void)state;
	comes_back_the_same(run);
	run__free(run);
}

static void benches_come_back(void **state)
{
	struct run *run = sample__bench();

	(void)state;
	comes_back_the_same(run);
	run__free(run);
}

static void a_new_run_comes_back(void **state)
{
	char *argv[] = { (char *)"vfioscope", (char *)"trace", NULL };
	struct run *run = run__new(RUN_TRACE, "vfioscope", 2, argv);

	(void)state;
	comes_back_the_same(run);
	run__free(run);
}

/* Unknown and not given is not 0. */
/* json_buckets.h: the reader marks lists of buckets by this character where the run has none. */
static void marks_of_the_reader_come_back(void **state)
{
	struct run *run = sample__trace();

	(void)state;
	free(run->devices[0].driver);
	run->devices[0].driver = sample__text("\x7f"
					      "0");
	comes_back_the_same(run);
	run__free(run);
}

static void absence_comes_back(void **state)
{
	struct run *run = sample__trace(), *back;
	char *text;

	(void)state;
	run->devices[0].iommu_group = -1;
	run->devices[0].vendor_id = -1;
	free(run->devices[0].driver);
	run->devices[0].driver = NULL;
	run->command.exit_status = -1;
	run->command.term_signal = 9;
	run->cells[0].process = RUN_NO_PROCESS;
	text = sample__print(run);
	back = sample__parse(text);
	assert_int_equal(back->devices[0].iommu_group, -1);
	assert_int_equal(back->devices[0].vendor_id, -1);
	assert_null(back->devices[0].driver);
	assert_int_equal(back->command.exit_status, -1);
	assert_int_equal(back->command.term_signal, 9);
	assert_int_equal(back->cells[0].process, RUN_NO_PROCESS);
	assert_int_equal(back->blind_spots[1].region, -1);
	assert_null(back->blind_spots[1].device);
	free(text);
	run__free(run);
	run__free(back);
}

/* Every value that the samples have, by eye. */
static void values_come_back(void **state)
{
	struct run *run = sample__trace(), *back;
	char *text = sample__print(run);

	(void)state;
	back = sample__parse(text);
	assert_int_equal(back->started_ns, 1769860800123456789);
	assert_int_equal(back->devices[0].regions[0].size, 256ULL << 40);
	assert_int_equal(back->devices[0].shift_source, VS_SHIFT_OBSERVED);
	assert_int_equal(back->devices[0].shift_conflict, 40);
	assert_int_equal(back->segments[0].handlers[1].lost_kind, RUN_LOST_UPPER_BOUND);
	assert_int_equal(back->cells[0].wclass, 8);
	assert_int_equal(back->cells[0].errors, 1);
	assert_int_equal(back->cells[0].accesses.by_width[3], 3);
	assert_int_equal(back->cells[1].wclass, VS_WIDTH_ABOVE);
	assert_int_equal(back->cells[1].dir, VS_WRITE);
	assert_int_equal(back->cells[1].errors, 3);
	assert_int_equal(back->cells[1].errnos[0].err, 517);
	assert_int_equal(back->cells[1].errnos[2].err, 0);
	assert_int_equal(back->limits.offsets_dropped, 3);
	assert_int_equal(back->hot_offsets[0].offset, 0xfffffffffff8);
	assert_int_equal(back->hot_offsets[0].errors, 1);
	assert_int_equal(back->hot_offsets[0].last_error_ns, 3000000);
	assert_int_equal(back->hot_offsets[1].width, 8190);
	assert_int_equal(back->hot_offsets[1].first_ns, 4000000);
	assert_false(run_hot_offset__is_detailed(&back->hot_offsets[2]));
	assert_string_equal(back->processes[0].cgroup,
			    "/machine.slice/machine-qemu\\x2d1\\x2dguest.scope");
	free(text);
	run__free(run);
	run__free(back);
}

static void widths_and_regions_come_back(void **state)
{
	unsigned int wclass, region;
	struct run *run = sample__new(RUN_TRACE, "vfioscope"), *back;
	char *text;
	size_t i;

	(void)state;
	sample__add_device(run, "0001:00:00.0");
	for (wclass = 0; wclass < VS_WIDTH_CLASSES; wclass++) {
		for (region = 0; region < VS_REGIONS; region++) {
			struct run_cell *cell = run__add_cell(run);

			assert_non_null(cell);
			cell->wclass = wclass;
			cell->region = region;
		}
	}
	text = sample__print(run);
	back = sample__parse(text);
	assert_int_equal(back->nr_cells, run->nr_cells);
	for (i = 0; i < run->nr_cells; i++) {
		assert_int_equal(back->cells[i].wclass, run->cells[i].wclass);
		assert_int_equal(back->cells[i].region, run->cells[i].region);
	}
	free(text);
	run__free(run);
	run__free(back);
}

static void unknown_fields_are_counted(void **state)
{
	struct run *run = sample__trace(), *back, *more;
	char *text = sample__print(run), *extended, *again;

	(void)state;
	/* one in the document, one (with fields of its own) in the host */
	assert_true(asprintf(&extended, "{\"new\":1,%s", text + 1) > 0);
	free(text);
	text = strstr(extended, "\"arch\"");
	assert_non_null(text);
	assert_true(asprintf(&again, "%.*s\"later\":{\"a\":1,\"b\":[{}]},%s",
			     (int)(text - extended), extended, text) > 0);
	back = sample__parse(again);
	assert_int_equal(back->limits.unknown_fields, 2);
	free(again);
	again = sample__print(back);
	assert_null(strstr(again, "later"));
	more = sample__parse(again);
	assert_int_equal(more->limits.unknown_fields, 2);
	free(extended);
	free(again);
	run__free(run);
	run__free(back);
	run__free(more);
}

static void files_come_back(void **state)
{
	char dir[] = "/tmp/test_json.XXXXXX", path[64], error[512] = "";
	struct run *run = sample__trace(), *back = NULL;
	char *text, *again;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/run.json", dir);
	assert_int_equal(run__write(run, path, error, sizeof(error)), 0);
	assert_int_equal(run__read(path, &back, error, sizeof(error)), 0);
	text = sample__print(run);
	again = sample__print(back);
	assert_string_equal(again, text);
	unlink(path);
	rmdir(dir);
	free(text);
	free(again);
	run__free(run);
	run__free(back);
}

/* --- the corpus ------------------------------------------------------------------------------- */

static void is_in_the_corpus(const struct run *run, const char *path)
{
	char error[512] = "", *text, *file_text;
	struct run *back = NULL;

	if (getenv("UPDATE"))
		assert_int_equal(run__write(run, path, error, sizeof(error)), 0);
	if (run__read(path, &back, error, sizeof(error)))
		fail_msg("%s", error);
	text = sample__print(run);
	file_text = sample__print(back);
	assert_string_equal(file_text, text);
	free(text);
	free(file_text);
	run__free(back);
}

static void samples_are_in_the_corpus(void **state)
{
	struct run *trace, *bench;

	(void)state;
	if (access("tests/fuzz/corpus", F_OK)) {
		print_message("not run from the root of the tree: no tests/fuzz/corpus\n");
		skip();
	}
	trace = sample__trace();
	bench = sample__bench();
	is_in_the_corpus(trace, "tests/fuzz/corpus/trace.json");
	is_in_the_corpus(bench, "tests/fuzz/corpus/bench.json");
	run__free(trace);
	run__free(bench);
}

/* Wherever in the file it is that the disk is full. */
static void a_full_disk_is_named(void **state)
{
	struct run *run = sample__trace();
	char *text = sample__print(run), *buffer = malloc(strlen(text));

	(void)state;
	assert_non_null(buffer);
	for (size_t size = 1; size < strlen(text); size++) {
		FILE *full = fopen("/dev/full", "we");

		assert_non_null(full);
		assert_int_equal(setvbuf(full, buffer, _IOFBF, size), 0);
		assert_int_equal(run__print(run, full), -ENOSPC);
		fclose(full);
	}
	free(buffer);
	free(text);
	run__free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traces_come_back),
		cmocka_unit_test(benches_come_back),
		cmocka_unit_test(a_new_run_comes_back),
		cmocka_unit_test(absence_comes_back),
		cmocka_unit_test(marks_of_the_reader_come_back),
		cmocka_unit_test(values_come_back),
		cmocka_unit_test(widths_and_regions_come_back),
		cmocka_unit_test(unknown_fields_are_counted),
		cmocka_unit_test(files_come_back),
		cmocka_unit_test(samples_are_in_the_corpus),
		cmocka_unit_test(a_full_disk_is_named),
	};

	return cmocka_run_group_tests_name("json_roundtrip", tests, NULL, NULL);
}
