// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a reader must not trust. A case is a text of its own, or a sample with one piece replaced;
 * each is rejected for the reason that it was made for.
 */
#include "tests/unit/sample_run.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

struct reject {
	const char *name;
	const char *find; /* in the sample, once; NULL: @text is the whole document */
	const char *text;
	const char *message; /* a part of it */
};

static const struct reject documents[] = {
	{ "empty", NULL, "", "bad: is empty" },
	{ "blank", NULL, " \n", "bad:2: " },
	{ "not JSON", NULL, "{\n \"schema\": nonsense\n}", "bad:2: " },
	{ "cut off", NULL, "{\"schema\": \"vfioscope.run/1\",\n\"kind\": \"tr", "bad:2: " },
	{ "trailing text", NULL, "{}\nx", "bad:2: end of file expected" },
	{ "two documents", NULL, "{}{}", "bad:1: end of file expected" },
	{ "no object", NULL, "[]", "bad: expected an object, not an array" },
	{ "scalar", NULL, "12", "bad:1: '[' or '{' expected" },
	{ "no schema", NULL, "{}", "bad: schema: missing" },
	{ "schema of another version", NULL, "{\"schema\": \"vfioscope.run/2\"}",
	  "bad: schema: expected \"vfioscope.run/1\", not \"vfioscope.run/2\"" },
	{ "schema is a number", NULL, "{\"schema\": 1}",
	  "schema: expected a string, not a number" },
	{ "duplicate key", NULL, "{\"schema\": 1,\n \"schema\": 2}",
	  "bad:2: duplicate object key" },
	{ "NaN", NULL, "{\"a\": NaN}", "bad:1: " },
	{ "Infinity", NULL, "{\"a\": -Infinity}", "bad:1: " },
	{ "byte order mark", NULL, "\xef\xbb\xbf{}", "bad:1: " },
	{ "not UTF-8", NULL, "{\"a\":\n\"\xff\"}", "bad:2: unable to decode byte 0xff" },
	{ "a NUL in text", NULL, "{\"a\": \"\\u0000\"}", "bad:1: " },
	{ "a lone surrogate", NULL, "{\"a\": \"\\ud800\"}", "bad:1: invalid Unicode" },
	{ "beyond int64", NULL, "{\"a\": 9223372036854775808}", "bad:1: too big integer" },
	{ "beyond double", NULL, "{\"a\": 1e999}", "bad:1: real number overflow" },
};

static const struct reject traces[] = {
	/* types and ranges */
	{ "a field is missing", "\"duration_ns\": 5000000000,", "", "duration_ns: missing" },
	{ "a nested field is missing", "\"shorts\":0,", "", "cells[0].shorts: missing" },
	{ "unknown kind", "\"kind\": \"trace\"", "\"kind\": \"dream\"",
	  "kind: \"dream\" is not known" },
	{ "text is null", "\"tool\": \"vfioscope\"", "\"tool\": null",
	  "tool: expected a string, not null" },
	{ "argv holds numbers", "[\"vfioscope\",", "[7,",
	  "argv[0]: expected a string, not a number" },
	{ "argv is text", "[\"/usr/bin/true\"]", "\"true\"",
	  "command.argv: expected an array, not a string" },
	{ "host is an array", "\"host\": {\"kernel\"", "\"host\": [], \"x\": {\"kernel\"",
	  "host: expected an object, not an array" },
	{ "cells is an object", "\"cells\": [", "\"cells\": {}, \"x\": [",
	  "cells: expected an array, not an object" },
	{ "time", "2026-01-31T12", "2026-02-30T12", "started: \"2026-02-30T12" },
	{ "negative count", "\"count\":4,\"bytes\":24", "\"count\":-4,\"bytes\":24",
	  "cells[0].count: -4 is negative" },
	{ "fraction", "\"bytes\":24", "\"bytes\":24.0",
	  "cells[0].bytes: expected a whole number, not a fraction" },
	{ "exponent", "\"bytes\":24", "\"bytes\":1e3",
	  "cells[0].bytes: expected a whole number, not a fraction" },
	{ "number as text", "\"bytes\":24", "\"bytes\":\"24\"",
	  "cells[0].bytes: expected a whole number, not a string" },
	{ "beyond int", "\"cpus\":8", "\"cpus\":2147483648",
	  "host.cpus: 2147483648 is out of range" },
	{ "beyond u32", "\"region\":0,\"dir\":\"read\"", "\"region\":4294967296,\"dir\":\"read\"",
	  "cells[0].region: 4294967296 is out of range" },
	{ "absent is not -1", "\"process\":0,\"count\"", "\"process\":-1,\"count\"",
	  "cells[0].process: -1 is negative" },
	{ "hex without 0x", "\"0xfffffffffff8\"", "\"fff8\"",
	  "hot_offsets[0].offset: \"fff8\" is no" },
	{ "hex in capitals", "\"0xfffffffffff8\"", "\"0xFFF8\"", "hot_offsets[0].offset: " },
	{ "hex of 17 digits", "\"0xfffffffffff8\"", "\"0x00000000000000001\"",
	  "hot_offsets[0].offset: " },
	{ "hex of no digits", "\"0xfffffffffff8\"", "\"0x\"", "hot_offsets[0].offset: " },
	{ "hex with more", "\"0xfffffffffff8\"", "\"0x1 \"", "hot_offsets[0].offset: " },
	{ "hex as a number", "\"0xfffffffffff8\"", "8",
	  "hot_offsets[0].offset: expected a string \"0x...\", not a number" },
	{ "hex beyond int", "\"0x1014\"", "\"0x80000000\"",
	  "devices[0].vendor_id: 0x80000000 is out of range" },
	{ "bad escape", "qemu-system-s39\",\"cgroup\"", "qemu\\\\q\",\"cgroup\"",
	  "processes[0].comm: a backslash that is neither \\\\ nor \\xNN" },
	{ "unknown direction", "\"dir\":\"read\",\"width\"", "\"dir\":\"Read\",\"width\"",
	  "cells[0].dir: \"Read\" is not known" },
	{ "no width class", "\"read\",\"width\":8,", "\"read\",\"width\":9,",
	  "cells[0].width: there is no width class 9" },
	{ "width above", "\"read\",\"width\":8,", "\"read\",\"width\":8192,",
	  "cells[0].width: there is no width class 8192" },
	{ "width in words", "\"read\",\"width\":8,", "\"read\",\"width\":\"8\",",
	  "cells[0].width: the only width in words is \">4096\"" },
	{ "width is null", "\"read\",\"width\":8,", "\"read\",\"width\":null,",
	  "cells[0].width: expected a whole number, not null" },
	{ "unknown errno", "\"EINVAL\"", "\"ENONSENSE\"",
	  "cells[0].errors: \"ENONSENSE\" is no name of an errno" },
	{ "errno by number", "\"EINVAL\"", "\"errno 22\"",
	  "cells[0].errors: \"errno 22\" is no name" },
	{ "errors are a number", "{\"EINVAL\":1}", "1",
	  "cells[0].errors: expected an object, not a number" },
	{ "errors of 0", "{\"EINVAL\":1}", "{\"EINVAL\":1,\"EIO\":0}",
	  "cells[0].errors.EIO: count is 0" },
	{ "errors overflow", "{\"EINVAL\":1}",
	  "{\"EIO\":9223372036854775807,\"EINVAL\":9223372036854775807,\"EPERM\":9}",
	  "cells[0].errors: the sum overflows" },
	{ "accesses without counts", ",\"counts\":{\"1\":0,\"2\":0,\"4\":0,\"8\":3,\"blocks\":0}",
	  "", "cells[0].device_accesses.counts: missing" },
	{ "unknown accesses with counts", "{\"source\":\"unknown\"}",
	  "{\"source\":\"unknown\",\"counts\":{}}",
	  "cells[1].device_accesses.counts: does not belong here" },
	{ "unit", "\"ns\",\"scheme\":\"log-linear-32\",\"min\":60",
	  "\"us\",\"scheme\":\"log-linear-32\",\"min\":60",
	  "cells[0].latency.unit: expected \"ns\", not \"us\"" },
	{ "scheme", "\"ns\",\"scheme\":\"log-linear-32\",\"min\":60",
	  "\"ns\",\"scheme\":\"log2\",\"min\":60",
	  "cells[0].latency.scheme: expected \"log-linear-32\"" },
	{ "bench in a trace", "\"hot_offsets\": [",
	  "\"bench\": {\"cases\": []}, \"hot_offsets\": [", "bench: does not belong here" },

	/* buckets */
	{ "bucket is a number", "[60,1]", "60",
	  "cells[0].latency.buckets[0]: expected [index, count]" },
	{ "bucket of three", "[60,1]", "[60,1,1]",
	  "cells[0].latency.buckets[0]: expected [index, count]" },
	{ "bucket out of range", "[207,1]", "[960,1]",
	  "cells[0].latency.buckets[2][0]: 960 is out of range, 0 to 959" },
	{ "a mark in the place of buckets", "\"buckets\":[[60,1],[206,1],[207,1]]",
	  "\"buckets\":\"\x7f"
	  "0\"",
	  "cells[0].latency.buckets: expected an array" },
	{ "such a mark, escaped", "\"buckets\":[[60,1],[206,1],[207,1]]",
	  "\"buckets\":\"\\u007f0\"", "cells[0].latency.buckets: expected an array" },
	{ "a bucket's index with a zero before it", "[60,1]", "[060,1]", "invalid token near" },
	{ "bucket below 0", "[60,1]", "[-1,1]", "cells[0].latency.buckets[0][0]: -1 is negative" },
	{ "bucket count below 0", "[60,1]", "[60,-1]",
	  "cells[0].latency.buckets[0][1]: -1 is negative" },
	{ "bucket of 0", "[207,1]", "[207,0]", "cells[0].latency.buckets[2]: count is 0" },
	{ "buckets unordered", "[206,1],[207,1]", "[207,1],[206,1]",
	  "cells[0].latency.buckets[2]: index is not above the one before" },
	{ "bucket twice", "[206,1],[207,1]", "[207,1],[207,1]",
	  "cells[0].latency.buckets[2]: index is not above the one before" },
	{ "buckets overflow", "[60,1],[206,1],[207,1]",
	  "[60,9223372036854775807],[206,9223372036854775807],[207,2]",
	  "cells[0].latency.buckets[2]: the sum overflows" },
	{ "min above max", "\"min\":60,\"max\":1510", "\"min\":1511,\"max\":1510",
	  "cells[0].latency.min: above max" },
	{ "min outside", "\"min\":60,", "\"min\":61,",
	  "cells[0].latency.min: not in the first bucket" },
	{ "max outside", "\"max\":1510,", "\"max\":1536,",
	  "cells[0].latency.max: not in the last bucket" },
	{ "sum too small", "\"sum\":3070,", "\"sum\":3041,", "cells[0].latency.sum: less than" },
	{ "sum too large", "\"sum\":3070,", "\"sum\":3074,", "cells[0].latency.sum: more than" },
	{ "no buckets but a sum", "\"buckets\":[[60,1],[206,1],[207,1]]", "\"buckets\":[]",
	  "cells[0].latency: no buckets, but min, max or sum" },

	/* what must add up */
	{ "count below the buckets", "\"count\":4,\"bytes\":24", "\"count\":3,\"bytes\":24",
	  "cells[0]: count is 3, but the buckets hold 3 and untimed 1" },
	{ "count above the buckets", "\"untimed\":1", "\"untimed\":0",
	  "cells[0]: count is 4, but the buckets hold 3 and untimed 0" },
	{ "untimed wraps", "\"untimed\":1", "\"untimed\":9223372036854775807",
	  "cells[0]: count is 4" },
	{ "more errors than calls", "{\"EINVAL\":1}", "{\"EINVAL\":5}",
	  "cells[0]: more errors and shorts than calls" },
	{ "more shorts than calls", "\"shorts\":0,", "\"shorts\":4,",
	  "cells[0]: more errors and shorts than calls" },
	{ "more unaligned than calls", "\"unaligned\":2", "\"unaligned\":7",
	  "cells[1].unaligned: more than calls" },
	{ "more crossing than calls", "\"crossing\":6", "\"crossing\":7",
	  "cells[1].crossing: more than calls" },
	{ "handlers and cells", "\"counted\":4", "\"counted\":5",
	  "segments: handlers counted 11 calls into cells, which hold 10" },
	{ "overflow above counted", "\"overflow\":1", "\"overflow\":8",
	  "segments[0].handlers[1].overflow: more than counted" },
	{ "account overflows", "\"counted\":4,\"lost\":0",
	  "\"counted\":9223372036854775807,\"lost\":9223372036854775807",
	  "segments[0].handlers[1]: the sum of counted and lost overflows" },
	{ "accesses overflow", "\"1\":0,\"2\":0,\"4\":0,",
	  "\"1\":9223372036854775807,\"2\":9223372036854775807,\"4\":9,",
	  "cells[0].device_accesses.counts: the sum overflows" },
	{ "interval above the cell", "{\"cell\":0,\"count\":2,\"bytes\":16",
	  "{\"cell\":0,\"count\":5,\"bytes\":16",
	  "intervals[0].cells[0]: intervals hold more than cells[0]" },
	{ "interval bytes", "\"bytes\":16", "\"bytes\":25",
	  "intervals[0].cells[0]: intervals hold more than cells[0]" },
	{ "cell twice in an interval", "{\"cell\":0,\"count\":2,\"bytes\":16",
	  "{\"cell\":0,\"count\":1,\"bytes\":8,\"errors\":0,\"sum_ns\":0},"
	  "{\"cell\":0,\"count\":1,\"bytes\":8",
	  "intervals[0].cells[1].cell: 0 twice" },
	{ "segments overlap", "\"segments\": [",
	  "\"segments\": "
	  "[{\"start_ns\":0,\"duration_ns\":1000001,\"between\":{\"min\":0,\"max\":0},"
	  "\"handlers\":[]},",
	  "segments[1].start_ns: before the end of the one before" },
	{ "calls before the first segment", "\"between\":{\"min\":0,\"max\":0}",
	  "\"between\":{\"min\":0,\"max\":1}", "segments[0].between: no range" },
	{ "a range that ends before it begins", "\"between\":{\"min\":0,\"max\":0}",
	  "\"between\":{\"min\":1,\"max\":0}", "segments[0].between: no range" },
	{ "hot offset above the cell", "\"0xfffffffffff8\",\"count\":4",
	  "\"0xfffffffffff8\",\"count\":5", "hot_offsets[0].count: 5 of the cell's 4" },
	{ "hot offset of 0", "\"0xfffffffffff8\",\"count\":4", "\"0xfffffffffff8\",\"count\":0",
	  "hot_offsets[0].count: 0 of" },
	{ "hot offset twice", "{\"cell\":1,\"offset\":\"0x2000\"",
	  "{\"cell\":1,\"offset\":\"0x2000\",\"count\":1},{\"cell\":1,\"offset\":\"0x2000\"",
	  "the same as hot_offsets[" },
	{ "hot offsets above the cell", "\"0x2000\",\"count\":1", "\"0x2000\",\"count\":5",
	  "hot_offsets[2]: with those before more than cells[1] holds" },
	{ "more errors than calls", "\"width\":8,\"errors\":1", "\"width\":8,\"errors\":5",
	  "hot_offsets[0]: with those before more than cells[0] holds" },
	{ "errors of no time", "\"first_error_ns\":3000000,", "",
	  "hot_offsets[0].first_error_ns: missing" },
	{ "times of no errors", "8190,\"errors\":0", "8190,\"errors\":0,\"last_error_ns\":1",
	  "hot_offsets[1].last_error_ns: does not belong here" },
	{ "width in another class", "\"width\":8190", "\"width\":4096",
	  "hot_offsets[1].width: 4096 is not in the class of cells[1]" },
	{ "first after last", "\"first_ns\":4000000", "\"first_ns\":5000001",
	  "hot_offsets[1].first_ns: after last_ns" },
	{ "an error before the first call", "\"first_error_ns\":3000000",
	  "\"first_error_ns\":1999999", "hot_offsets[0]: first_ns, first_error_ns" },
	{ "an error after the last call", "\"last_error_ns\":3000000",
	  "\"last_error_ns\":900000001", "hot_offsets[0]: first_ns, first_error_ns" },
	{ "an offset's width without times", "\"offset\":\"0x2000\",",
	  "\"offset\":\"0x2000\",\"width\":8190,", "hot_offsets[2].width: does not belong here" },
	{ "an offset without a width", "\"width\":8190,", "", "hot_offsets[1].width: missing" },
	{ "dropped offsets without a limit", "\"max_offsets\":4096,", "",
	  "limits.offsets_dropped: does not belong here" },

	/* indexes */
	{ "no such device", "{\"device\":0,\"region\":0,\"dir\":\"read\"",
	  "{\"device\":1,\"region\":0,\"dir\":\"read\"", "cells[0].device: 1, there are 1" },
	{ "no such region", "\"region\":0,\"dir\":\"read\"", "\"region\":16,\"dir\":\"read\"",
	  "cells[0].region: 16 is out of range" },
	{ "no such process", "\"process\":0,\"count\"", "\"process\":1,\"count\"",
	  "cells[0].process: 1, there are 1" },
	{ "a mapping of no such process", "\"process\":0,\"before_trace\"",
	  "\"process\":1,\"before_trace\"", "mappings[0].process: 1, there are 1" },
	{ "a mapping of nothing", "\"length\":\"0x3000\",\"prot\"", "\"length\":\"0x0\",\"prot\"",
	  "mappings[0].length: is 0" },
	{ "dropped before it was dropped", "{\"min\":100,\"max\":300}", "{\"min\":301,\"max\":300}",
	  "mappings[0].dropped: is no range" },
	{ "no such cell in an interval", "{\"cell\":0,\"count\":2", "{\"cell\":2,\"count\":2",
	  "intervals[0].cells[0].cell: 2, there are 2" },
	{ "no such hot cell", "{\"cell\":0,\"offset\"", "{\"cell\":2,\"offset\"",
	  "hot_offsets[0].cell: 2, there are 2" },
	{ "shift", "\"value\":48", "\"value\":64",
	  "devices[0].offset_shift.value: 64 is out of range" },
	{ "cell twice", "\"dir\":\"write\",\"width\":\">4096\"",
	  "\"dir\":\"read\",\"width\":8,\"process\":0", "the same as cells[" },
	{ "unknown fields overflow", "\"unknown_fields\":0", "\"unknown_fields\":-1",
	  "limits.unknown_fields: -1 is negative" },
};

static const struct reject benches[] = {
	{ "bench without cases", "\"bench\": {", "\"x\": {", "bench: missing" },
	{ "more issued than operations", "\"issued\":400", "\"issued\":401",
	  "bench.cases[0].issued: more than operations" },
	{ "more samples than operations", "\"issued\":400,\"operations\":400",
	  "\"issued\":0,\"operations\":299", "bench.cases[0].samples: more than 299 operations" },
	{ "more timed than operations", "\"issued\":400,\"operations\":400",
	  "\"issued\":0,\"operations\":349",
	  "bench.cases[0].latency: more than 349 operations with samples" },
	{ "a sample in no time", "\"elapsed_ns\":100001", "\"elapsed_ns\":0",
	  "bench.cases[0].samples[1]: took no time" },
	{ "more failed than operations", "{\"EIO\":2}", "{\"EIO\":400}",
	  "bench.cases[0]: more errors and shorts than operations" },
	{ "more read back than operations",
	  "\"operations\":200,\"flush\":\"each\",\"read_backs\":100",
	  "\"operations\":200,\"flush\":\"each\",\"read_backs\":101",
	  "bench.cases[1].read_backs: more than 200 operations with samples" },
	{ "more warm-up than operations", "\"warmup_operations\":0", "\"warmup_operations\":1",
	  "bench.cases[1].warmup_operations: more than 200 operations with samples" },
	{ "a range upside down", "\"cpu_khz\":{\"min\":2400000", "\"cpu_khz\":{\"min\":3600001",
	  "bench.cases[1].cpu_khz: min is above max" },
	{ "accesses that do not make up the width", "\"access_width\":8", "\"access_width\":7",
	  "bench.cases[1].access_width: 7 does not divide the width 16" },
	{ "access width in words", "\"access_width\":8", "\"access_width\":\"wide\"",
	  "bench.cases[1].access_width: expected a whole number" },
	{ "mapping as a number", "\"mapping\": \"uncached\"", "\"mapping\": 1",
	  "bench.mapping: expected a string" },
	{ "link width of less than nothing", "\"link_width\":4", "\"link_width\":-4",
	  "devices[0].link_width: -4 is negative" },
	{ "store blocks of nothing", "\"maxstbl\":4096", "\"maxstbl\":0",
	  "devices[0].maxstbl: 0 is out of range" },
	{ "store blocks beyond 16 bits", "\"maxstbl\":4096", "\"maxstbl\":65536",
	  "devices[0].maxstbl: 65536 is out of range" },
	{ "bucket in a case", "[203,2]", "[203,0]",
	  "bench.cases[0].latency.buckets[19]: count is 0" },
	{ "case twice", "{\"id\":\"BAR0/pread/4/seq/1\"",
	  "{\"id\":\"BAR0/pread/4/seq/1\",\"mode\":\"pread\",\"pattern\":\"seq\",\"region\":0,"
	  "\"width\":4,\"offset\":\"0x0\",\"length\":\"0x0\",\"threads\":1,\"samples\":[],"
	  "\"latency\":{\"unit\":\"ns\",\"scheme\":\"log-linear-32\",\"min\":0,\"max\":0,\"sum\":0,"
	  "\"buckets\":[]},\"timer_ns\":0,\"issued\":0,\"operations\":0,\"errors\":{},"
	  "\"shorts\":0},"
	  "{\"id\":\"BAR0/pread/4/seq/1\"",
	  "the same as bench.cases[" },
};

static char *replace_once(const char *sample, const struct reject *reject)
{
	const char *at = strstr(sample, reject->find);
	char *text;

	if (!at || strstr(at + 1, reject->find))
		fail_msg("%s: \"%s\" is not in the sample once", reject->name, reject->find);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - sample), sample, reject->text,
			     at + strlen(reject->find)) >= 0);
	return text;
}

static void is_rejected(const struct reject *reject, const char *text)
{
	/* exactly as long as it is: a sanitizer sees a read beyond it */
	size_t size = strlen(text);
	char error[512] = "", *copy = malloc(size ? size : 1);
	struct run *run = (void *)copy;

	assert_non_null(copy);
	memcpy(copy, text, size);
	if (run__parse(copy, size, "bad", &run, error, sizeof(error)) != -EINVAL)
		fail_msg("%s: accepted", reject->name);
	free(copy);
	assert_null(run);
	if (!strstr(error, reject->message) || strncmp(error, "bad:", 4))
		fail_msg("%s: \"%s\", not \"%s\"", reject->name, error, reject->message);
}

static void all_are_rejected(struct run *run, const struct reject *rejects, size_t nr)
{
	char *sample = sample__print(run), *text;
	size_t i;

	for (i = 0; i < nr; i++) {
		text = rejects[i].find ? replace_once(sample, &rejects[i])
				       : sample__text(rejects[i].text);
		is_rejected(&rejects[i], text);
		free(text);
	}
	free(sample);
	run__free(run);
}

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void bad_documents(void **state)
{
	(void)state;
	all_are_rejected(sample__trace(), documents, NR(documents));
}

static void bad_traces(void **state)
{
	(void)state;
	all_are_rejected(sample__trace(), traces, NR(traces));
}

static void bad_benches(void **state)
{
	(void)state;
	all_are_rejected(sample__bench(), benches, NR(benches));
}

/* Cut off anywhere, a file is not a run. */
static void every_beginning(void **state)
{
	struct run *run = sample__trace();
	char *text = sample__print(run), error[512];
	size_t size = strlen(text) - 1, i;
	struct run *none;

	(void)state;
	for (i = 0; i < size; i++) {
		assert_int_equal(run__parse(text, i, "bad", &none, error, sizeof(error)), -EINVAL);
		assert_null(none);
	}
	free(text);
	run__free(run);
}

static void nesting(void **state)
{
	static char text[1 << 20];
	char error[512] = "";
	struct run *run;

	(void)state;
	memset(text, '[', sizeof(text));
	assert_int_equal(run__parse(text, sizeof(text), "bad", &run, error, sizeof(error)),
			 -EINVAL);
	assert_non_null(strstr(error, "bad:1: maximum parsing depth reached"));
}

static void cannot_be_read(const char *path, int err, const char *message)
{
	char error[512] = "";
	struct run *run;

	assert_int_equal(run__read(path, &run, error, sizeof(error)), err);
	assert_null(run);
	assert_string_equal(error, message);
}

static void what_is_no_file(void **state)
{
	char dir[] = "/tmp/test_rejects.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	cannot_be_read("none", -ENOENT, "none: No such file or directory");
	cannot_be_read(".", -EINVAL, ".: is a directory");
	cannot_be_read("fifo", -EINVAL, "fifo: is not a regular file");
	cannot_be_read("/dev/null", -EINVAL, "/dev/null: is not a regular file");
	unlink("fifo");
	assert_int_equal(chdir("/"), 0);
	rmdir(dir);
}

static void files_of_odd_size(void **state)
{
	char path[] = "/tmp/test_rejects.XXXXXX", message[256];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	snprintf(message, sizeof(message), "%s: is empty", path);
	cannot_be_read(path, -EINVAL, message);
	assert_int_equal(ftruncate(fd, (off_t)RUN_MAX_FILE + 1), 0);
	snprintf(message, sizeof(message), "%s: is larger than 256 MiB", path);
	cannot_be_read(path, -EFBIG, message);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_documents),     cmocka_unit_test(bad_traces),
		cmocka_unit_test(bad_benches),	     cmocka_unit_test(every_beginning),
		cmocka_unit_test(nesting),	     cmocka_unit_test(what_is_no_file),
		cmocka_unit_test(files_of_odd_size),
	};

	return cmocka_run_group_tests_name("json_rejects", tests, NULL, NULL);
}
