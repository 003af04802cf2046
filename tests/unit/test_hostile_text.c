// SPDX-License-Identifier: GPL-2.0-only
/* Text that a tenant chose goes into a file and comes back as it was. */
#include "tests/unit/sample_run.h"

#include <errno.h>

#include "user/run/json_text.h"

static const struct {
	const char *raw, *escaped;
} texts[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "a\\b", "a\\\\b" },
	{ "\\x41", "\\\\x41" },
	{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7" },
	{ "\xff", "\\xff" },
	{ "\xc3", "\\xc3" }, /* cut short */
	{ "\xe2\x82", "\\xe2\\x82" },
	{ "\xf0\x9f\x90", "\\xf0\\x9f\\x90" },
	{ "\xc3(", "\\xc3(" },
	{ "\x80\xbf", "\\x80\\xbf" }, /* continuations of nothing */
	{ "\xc0\x80", "\\xc0\\x80" }, /* overlong */
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
	{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* a surrogate */
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* above U+10FFFF */
	{ "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80" },
	{ "\x1b[2J\r\n\t\"</script>", "\x1b[2J\r\n\t\"</script>" }, /* valid: JSON escapes it */
};

#define NR_TEXTS (sizeof(texts) / sizeof(texts[0]))

static void bytes_are_escaped_and_back(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NR_TEXTS; i++) {
		char *text = json_text__escape(texts[i].raw);

		assert_string_equal(text, texts[i].escaped);
		assert_int_equal(json_text__unescape(text), 0);
		assert_string_equal(text, texts[i].raw);
		free(text);
	}
}

static void every_pair_of_bytes_comes_back(void **state)
{
	char raw[3] = "";
	int a, b;

	(void)state;
	for (a = 1; a < 256; a++) {
		for (b = 1; b < 256; b++) {
			char *text;

			raw[0] = (char)a;
			raw[1] = (char)b;
			text = json_text__escape(raw);
			assert_int_equal(json_text__unescape(text), 0);
			assert_string_equal(text, raw);
			free(text);
		}
	}
}

static void other_escapes_are_rejected(void **state)
{
	static const char *const bad[] = { "\\",    "a\\",   "\\n",   "\\x",   "\\x4",
					   "\\x4g", "\\xFF", "\\x00", "\\X41", "\\\\\\" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text = sample__text(bad[i]);

		assert_int_equal(json_text__unescape(text), -EINVAL);
		free(text);
	}
}

static void a_run_takes_them_all(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NR_TEXTS; i++) {
		struct run *run = sample__trace(), *back;
		char *text, *c;

		sample__replace(&run->processes[0].comm, texts[i].raw);
		sample__replace(&run->command.argv[0], texts[i].raw);
		sample__replace(&run->devices[0].name, texts[i].raw);
		text = sample__print(run);
		for (c = text; *c; c++)
			assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
		back = sample__parse(text);
		assert_string_equal(back->processes[0].comm, texts[i].raw);
		assert_string_equal(back->command.argv[0], texts[i].raw);
		assert_string_equal(back->devices[0].name, texts[i].raw);
		free(text);
		run__free(run);
		run__free(back);
	}
}

/* What a message quotes of a file cannot drive the terminal, nor add a line. */
static void messages_are_one_plain_line(void **state)
{
	static const char *const bad[] = {
		"{\"schema\": \"\\u001b[2J\\n\\u009b\"}",
		"{\"schema\": \"\x1b[2J\"}",
		"{\"\\u001b[31m\\n\": 1, \"\\u001b[31m\\n\": 2}",
		"\xe2\x80\xae\x1b]0;title\x07",
	};
	char error[512];
	struct run *run;
	size_t i;
	char *c;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(run__parse(bad[i], strlen(bad[i]), "bad", &run, error,
					    sizeof(error)),
				 -EINVAL);
		assert_null(run);
		for (c = error; *c; c++)
			assert_in_range(*c, ' ', '~');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_escaped_and_back),
		cmocka_unit_test(every_pair_of_bytes_comes_back),
		cmocka_unit_test(other_escapes_are_rejected),
		cmocka_unit_test(a_run_takes_them_all),
		cmocka_unit_test(messages_are_one_plain_line),
	};

	return cmocka_run_group_tests_name("hostile_text", tests, NULL, NULL);
}
