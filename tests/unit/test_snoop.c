// SPDX-License-Identifier: GPL-2.0-only
/* Lines of single calls, as text and as JSON; and which widths they are chosen by. */
#include "tests/unit/sample_run.h"

#include <errno.h>
#include <jansson.h>

#include "user/cli/options.h"
#include "user/render/snoop.h"

static const struct snoop_frame kernel[] = {
	{ .address = 0xffffffff81000010, .function = "vfs_read", .offset = 0xa2 },
	{ .address = 0xffffffffc0000020, .function = "f", .module = "m", .offset = 0 },
	{ .address = 0xffffffffc0000030 },
};
static const struct snoop_frame user[] = { { .address = 0x7f0000001000 } };

static struct vs_call plain_call(void)
{
	return (struct vs_call){ .latency_ns = 1234,
				 .offset = 0x1234,
				 .width = 4,
				 .result = 4,
				 .tgid = 77,
				 .region = 2,
				 .dir = VS_READ,
				 .timed = 1,
				 .comm = "qemu" };
}

static struct snoop_line line_of(const struct vs_call *call)
{
	return (struct snoop_line){ .call = call,
				    .time_ns = 1767225600123456789, /* 2026-01-01 */
				    .device = "0000:03:00.0",
				    .bus = "pci" };
}

static char *print(const struct snoop_form *form, const struct snoop_line *line)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(form->line(out, line), 0);
	fclose(out);
	return text;
}

static void prints(const struct snoop_form *form, const struct snoop_line *line, const char *wanted)
{
	char *text = print(form, line);

	assert_string_equal(text, wanted);
	free(text);
}

/* --- text -------------------------------------------------------------------------------------- */

static void a_line_has_columns(void **state)
{
	struct vs_call call = plain_call();
	struct snoop_line line = line_of(&call);
	char *heading = NULL;
	size_t len;
	FILE *out = open_memstream(&heading, &len);

	(void)state;
	snoop_text.begin(out, NULL);
	fclose(out);
	assert_string_equal(
		heading,
		"TIME            PROCESS              DEVICE       REGION     OFFSET WIDTH DIR   "
		"LATENCY RESULT\n");
	free(heading);
	prints(&snoop_text, &line,
	       "00:00:00.123456 qemu[77]             0000:03:00.0 BAR2       0x1234     4 read   "
	       "1.23us 4\n");
}

static void a_result_is_bytes_or_an_errno(void **state)
{
	static const struct {
		int64_t result;
		enum vs_ones ones;
		const char *wanted;
	} cases[] = {
		{ 4, VS_ONES_NO, " 4\n" },
		{ 2, VS_ONES_NOT_ASKED, " 2\n" },
		{ 0, VS_ONES_NOT_ASKED, " 0\n" },
		{ 4, VS_ONES_YES, " 4 all-ones\n" },
		{ 4, VS_ONES_UNKNOWN, " 4 all-ones?\n" },
		{ -EINVAL, VS_ONES_NOT_ASKED, " EINVAL\n" },
		{ -517, VS_ONES_NOT_ASKED, " errno 517\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vs_call call = plain_call();
		struct snoop_line line = line_of(&call);
		char *text;

		call.result = cases[i].result;
		call.ones = cases[i].ones;
		text = print(&snoop_text, &line);
		assert_string_equal(text + strlen(text) - strlen(cases[i].wanted), cases[i].wanted);
		free(text);
	}
}

static void what_is_not_known_is_not_guessed(void **state)
{
	struct vs_call call = plain_call();
	struct snoop_line line = line_of(&call);

	(void)state;
	call.timed = 0;
	call.region = VS_REGION_BAD;
	prints(&snoop_text, &line,
	       "00:00:00.123456 qemu[77]             0000:03:00.0 bad        0x1234     4 read   "
	       "     - 4\n");
	call.region = 2;
	line.bus = NULL;
	prints(&snoop_text, &line,
	       "00:00:00.123456 qemu[77]             0000:03:00.0 region 2     0x1234     4 read "
	       "       - 4\n");
}

static void stacks_follow_their_line(void **state)
{
	struct vs_call call = plain_call();
	struct snoop_line line = line_of(&call);
	char *text;

	(void)state;
	line.kernel = kernel;
	line.nr_kernel = 3;
	line.user = user;
	line.nr_user = 1;
	text = print(&snoop_text, &line);
	assert_string_equal(strchr(text, '\n') + 1, "    kernel vfs_read+0xa2\n"
						    "    kernel f+0x0 [m]\n"
						    "    kernel 0xffffffffc0000030\n"
						    "    user   0x7f0000001000\n");
	free(text);
}

static void hostile_names_drive_nothing(void **state)
{
	struct vs_call call = plain_call();
	struct snoop_line line = line_of(&call);
	char *text;

	(void)state;
	memcpy(call.comm, "\x1b[2J\n\xff\"<b>789ab", VS_COMM_LEN); /* and no end */
	text = print(&snoop_text, &line);
	assert_non_null(strstr(text, "\\x1b[2J\\x0a\\xff\"<b>789ab[77]"));
	assert_ptr_equal(strchr(text, '\n') + 1, text + strlen(text));
	free(text);
	text = print(&snoop_json, &line);
	assert_non_null(strstr(text, "\"process\":\"\\u001B[2J\\n\\\\xff\\\"<b>789ab\""));
	assert_ptr_equal(strchr(text, '\n') + 1, text + strlen(text));
	free(text);
}

static void the_totals_are_a_line(void **state)
{
	struct snoop_totals totals = { .printed = 1, .filtered = 2, .dropped = 3 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	snoop_totals__print(out, &totals);
	totals.left_out = 4;
	totals.judged = true;
	totals.all_ones = 5;
	totals.ones_unknown = 6;
	snoop_totals__print(out, &totals);
	fclose(out);
	assert_string_equal(text, "printed 1 filtered 2 dropped 3\n"
				  "printed 1 filtered 2 dropped 3 left out 4; reads of all ones 5, "
				  "not known of 6\n");
	free(text);
}

/* --- JSON -------------------------------------------------------------------------------------- */

static void a_call_is_an_object(void **state)
{
	struct vs_call call = plain_call();
	struct snoop_line line = line_of(&call);

	(void)state;
	call.ones = VS_ONES_NO;
	prints(&snoop_json, &line,
	       "{\"kind\":\"call\",\"time\":\"2026-01-01T00:00:00.123456789Z\",\"pid\":77,"
	       "\"process\":\"qemu\",\"device\":\"0000:03:00.0\",\"region\":2,"
	       "\"region_name\":\"BAR2\",\"offset\":\"0x1234\",\"width\":4,\"dir\":\"read\","
	       "\"latency_ns\":1234,\"bytes\":4,\"all_ones\":\"no\"}\n");
	call.ones = VS_ONES_NOT_ASKED;
	call.timed = 0;
	call.result = -EFAULT;
	call.has_stacks = 1;
	line.kernel = kernel;
	line.nr_kernel = 2;
	line.user = user;
	prints(&snoop_json, &line,
	       "{\"kind\":\"call\",\"time\":\"2026-01-01T00:00:00.123456789Z\",\"pid\":77,"
	       "\"process\":\"qemu\",\"device\":\"0000:03:00.0\",\"region\":2,"
	       "\"region_name\":\"BAR2\",\"offset\":\"0x1234\",\"width\":4,\"dir\":\"read\","
	       "\"latency_ns\":null,\"error\":\"EFAULT\","
	       "\"kernel_stack\":[\"vfs_read+0xa2\",\"f+0x0 [m]\"],\"user_stack\":[]}\n");
}

static void the_document_begins_and_ends(void **state)
{
	struct snoop_totals totals = { .printed = 10, .filtered = 20, .dropped = 30 };
	struct run *run = sample__trace();
	json_t *begin, *end;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(snoop_json.begin(out, run), 0);
	assert_int_equal(snoop_json.end(out, run, &totals), 0);
	fclose(out);
	begin = json_loadb(text, strcspn(text, "\n"), 0, NULL);
	end = json_loads(strchr(text, '\n') + 1, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(begin, "schema")),
			    "vfioscope.snoop/1");
	assert_int_equal(json_integer_value(json_object_get(end, "dropped")), 30);
	assert_non_null(json_object_get(json_object_get(end, "account"), "lost_kind"));
	assert_null(json_object_get(end, "all_ones"));
	json_decref(begin);
	json_decref(end);
	free(text);
	run__free(run);
}

/* --- widths ------------------------------------------------------------------------------------ */

static void widths_are_numbers_and_ranges(void **state)
{
	static const char *const wrong[] = { "",    ",",   "1,",    "x",   "-1",	"1-",
					     "2-1", "1 2", "1-2-3", "1;2", "4294967296" };
	struct vs_width_range ranges[VS_WIDTH_RANGES];
	uint32_t nr;

	(void)state;
	assert_int_equal(parse_widths("0,1,9-4096,0x10-4294967295", ranges, &nr), 0);
	assert_int_equal(nr, 4);
	assert_int_equal(ranges[1].from, 1);
	assert_int_equal(ranges[1].to, 1);
	assert_int_equal(ranges[2].from, 9);
	assert_int_equal(ranges[2].to, 4096);
	assert_int_equal(ranges[3].to, UINT32_MAX);
	assert_int_equal(parse_widths("1,2,3,4,5,6,7,8", ranges, &nr), 0);
	assert_int_equal(parse_widths("1,2,3,4,5,6,7,8,9", ranges, &nr), -E2BIG);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_true(parse_widths(wrong[i], ranges, &nr) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_columns),
		cmocka_unit_test(a_result_is_bytes_or_an_errno),
		cmocka_unit_test(what_is_not_known_is_not_guessed),
		cmocka_unit_test(stacks_follow_their_line),
		cmocka_unit_test(hostile_names_drive_nothing),
		cmocka_unit_test(the_totals_are_a_line),
		cmocka_unit_test(a_call_is_an_object),
		cmocka_unit_test(the_document_begins_and_ends),
		cmocka_unit_test(widths_are_numbers_and_ranges),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
