// SPDX-License-Identifier: GPL-2.0-only
/* Words, errnos, times, and what is read of the host. */
#include "tests/unit/sample_run.h"

#include <errno.h>

#include "user/run/host.h"

static void words_end_with_null(void **state)
{
	(void)state;
	assert_string_equal(run_dir__name(VS_WRITE), "write");
	assert_null(run_dir__name(VS_DIRS));
	assert_string_equal(run_kind__name(RUN_BENCH), "bench");
	assert_null(run_kind__name(2));
	assert_string_equal(run_shift_source__name(VS_SHIFT_OBSERVED), "reported");
	assert_null(run_shift_source__name(3));
	assert_string_equal(run_lost_kind__name(RUN_LOST_UPPER_BOUND), "upper_bound");
	assert_null(run_lost_kind__name(3));
	assert_string_equal(run_accesses_source__name(RUN_ACCESSES_DERIVED), "derived");
	assert_null(run_accesses_source__name(3));
	assert_string_equal(run_answer__name(RUN_YES), "yes");
	assert_null(run_answer__name(~0u));
}

static void errnos_can_be_parsed(void **state)
{
	char buf[24];
	int err;

	(void)state;
	assert_string_equal(run_errno__name(EINVAL, buf, sizeof(buf)), "EINVAL");
	assert_string_equal(run_errno__name(517, buf, sizeof(buf)), "errno 517");
	assert_string_equal(run_errno__name(0, buf, sizeof(buf)), "other");
	for (err = 0; err <= 4095; err++)
		assert_int_equal(run_errno__parse(run_errno__name(err, buf, sizeof(buf))), err);
	assert_int_equal(run_errno__parse("errno 22"), -EINVAL); /* it has a name */
	assert_int_equal(run_errno__parse("errno 4096"), -EINVAL);
	assert_int_equal(run_errno__parse("einval"), -EINVAL);
	assert_int_equal(run_errno__parse(""), -EINVAL);
}

static void times_can_be_parsed(void **state)
{
	static const int64_t times[] = {
		0, 1, 999999999, 1000000000, 1769860800123456789, 951782400000000000, INT64_MAX
	};
	char buf[RUN_TIME_LEN];
	int64_t ns;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		run_time__format(times[i], buf, sizeof(buf));
		assert_int_equal(run_time__parse(buf, &ns), 0);
		assert_int_equal(ns, times[i]);
	}
	assert_string_equal(run_time__format(1769860800123456789, buf, sizeof(buf)),
			    "2026-01-31T12:00:00.123456789Z");
	assert_string_equal(run_time__format(-1, buf, sizeof(buf)),
			    "1969-12-31T23:59:59.999999999Z");
}

static void other_times_cannot(void **state)
{
	static const char *const texts[] = {
		"",
		"now",
		"2026-01-31T12:00:00Z",
		"2026-01-31 12:00:00.000000000Z",
		"2026-02-30T12:00:00.000000000Z",
		"2026-01-31T24:00:00.000000000Z",
		"2026-01-31T12:00:60.000000000Z",
		"2026-01-31T12:00:00.00000000Z",
		"2026-01-31T12:00:00.000000000",
		"2026-01-31T12:00:00.000000000Z ",
		"2026-01-31T12:00:00.-00000001Z",
		"2262-04-11T23:47:16.854775808Z",
		"9999-01-01T00:00:00.000000000Z",
		"1969-12-31T23:59:59.999999999Z",
		"-026-01-31T12:00:00.000000000Z",
		"2026-01-31T12:00:00.000000000+00:00",
	};
	int64_t ns;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (run_time__parse(texts[i], &ns) != -EINVAL)
			fail_msg("accepted \"%s\"", texts[i]);
	}
}

static void preemption_is_never_guessed(void **state)
{
	static const struct {
		const char *sched, *version, *want;
	} cases[] = {
		{ "none voluntary (full)", "#1 SMP PREEMPT_DYNAMIC Debian", "full" },
		{ "(none) voluntary full", "#1 SMP PREEMPT_DYNAMIC", "none" },
		{ "none (voluntary) full lazy", "#1 SMP PREEMPT_DYNAMIC", "voluntary" },
		{ "none voluntary full (lazy)", "#1 SMP PREEMPT_DYNAMIC", "lazy" },
		{ NULL, "#1 SMP PREEMPT_DYNAMIC Debian 6.1", "dynamic" },
		{ NULL, "#1 SMP PREEMPT_RT Debian", "rt" },
		{ NULL, "#1 SMP PREEMPT", "preempt" },
		{ NULL, "#1 SMP Debian 6.1.0", "unknown" },
		{ "nonsense", "#1 SMP", "unknown" },
		{ NULL, "#1 SMP XPREEMPT", "unknown" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(run_host__preemption(cases[i].sched, cases[i].version),
				    cases[i].want);
}

static char *cpu_model(const char *text)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");
	char *model;

	assert_non_null(file);
	model = run_host__cpu_model(file);
	fclose(file);
	return model;
}

static void cpu_models_are_found(void **state)
{
	char *model;

	(void)state;
	model = cpu_model("processor\t: 0\nmodel\t\t: 85\nmodel name\t: Some CPU @ 2.00GHz\n");
	assert_string_equal(model, "Some CPU @ 2.00GHz");
	free(model);
	model = cpu_model("vendor_id       : IBM/S390\n# processors    : 2\n"
			  "processor 0: version = FF,  identification = 01A2B3,  machine = 8561\n");
	assert_string_equal(model, "machine = 8561");
	free(model);
	assert_null(cpu_model("processor\t: 0\nBogoMIPS\t: 50.00\nCPU part\t: 0xd0c\n"));
	assert_null(cpu_model("model name\t:\n"));
}

static void this_host_has_a_kernel(void **state)
{
	struct run *run = run__new(RUN_TRACE, "vfioscope", 0, NULL);

	(void)state;
	assert_non_null(run);
	assert_non_null(run->host.kernel);
	assert_non_null(run->host.arch);
	assert_non_null(run->host.preemption);
	assert_true(run->host.cpus > 0);
	assert_true(run->started_ns > 1700000000000000000);
	run__free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_end_with_null),
		cmocka_unit_test(errnos_can_be_parsed),
		cmocka_unit_test(times_can_be_parsed),
		cmocka_unit_test(other_times_cannot),
		cmocka_unit_test(preemption_is_never_guessed),
		cmocka_unit_test(cpu_models_are_found),
		cmocka_unit_test(this_host_has_a_kernel),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
