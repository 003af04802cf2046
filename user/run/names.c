// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "user/run/run.h"

#define MAX_ERRNO 4095 /* of the kernel, linux/err.h */

#define NAME_OF(names, value) ((value) < sizeof(names) / sizeof((names)[0]) ? (names)[value] : NULL)

const char *run_kind__name(unsigned int kind)
{
	static const char *const names[] = { [RUN_TRACE] = "trace", [RUN_BENCH] = "bench" };

	return NAME_OF(names, kind);
}

const char *run_dir__name(unsigned int dir)
{
	static const char *const names[] = { [VS_READ] = "read", [VS_WRITE] = "write" };

	return NAME_OF(names, dir);
}

const char *run_accesses_source__name(unsigned int source)
{
	static const char *const names[] = {
		[RUN_ACCESSES_UNKNOWN] = "unknown",
		[RUN_ACCESSES_OBSERVED] = "observed",
		[RUN_ACCESSES_DERIVED] = "derived",
	};

	return NAME_OF(names, source);
}

const char *run_shift_source__name(unsigned int source)
{
	static const char *const names[] = {
		[VS_SHIFT_ASSUMED] = "assumed",
		[VS_SHIFT_OBSERVED] = "reported", /* by the driver, in its region info */
		[VS_SHIFT_GIVEN] = "given",
	};

	return NAME_OF(names, source);
}

const char *run_lost_kind__name(unsigned int kind)
{
	static const char *const names[] = {
		[RUN_LOST_EXACT] = "exact",
		[RUN_LOST_UPPER_BOUND] = "upper_bound",
		[RUN_LOST_UNPROVABLE] = "unprovable",
	};

	return NAME_OF(names, kind);
}

const char *run_bar__name(unsigned int bar)
{
	static const char *const names[] = {
		[RUN_BAR_UNKNOWN] = "unknown",
		[RUN_BAR_MEMORY] = "memory",
		[RUN_BAR_IO] = "io",
	};

	return NAME_OF(names, bar);
}

const char *run_trap__name(unsigned int trap)
{
	static const char *const names[] = {
		[RUN_TRAP_UNKNOWN] = "unknown",
		[RUN_TRAP_NO_MMAP] = "driver-without-mmap",
		[RUN_TRAP_IO_BAR] = "io-bar",
		[RUN_TRAP_SUB_PAGE_BAR] = "sub-page-bar",
		[RUN_TRAP_REGION] = "region-not-mappable",
		[RUN_TRAP_MSIX_PAGE] = "msix-page",
		[RUN_TRAP_CLIENT] = "client-did-not-map",
	};

	return NAME_OF(names, trap);
}

const char *run_answer__name(unsigned int answer)
{
	static const char *const names[] = {
		[RUN_UNKNOWN] = "unknown",
		[RUN_NO] = "no",
		[RUN_YES] = "yes",
	};

	return NAME_OF(names, answer);
}

/* Errnos the kernel keeps to itself (512 and up, linux/errno.h) have no name in libc. */
const char *run_errno__name(int err, char *buf, size_t len)
{
	const char *name = err ? strerrorname_np(err) : "other";

	if (name)
		return name;
	snprintf(buf, len, "errno %d", err);
	return buf;
}

int run_errno__parse(const char *name)
{
	char again[24];
	int err;

	if (!strcmp(name, "other"))
		return 0;
	for (err = 1; err <= MAX_ERRNO; err++) {
		const char *known = strerrorname_np(err);

		if (known && !strcmp(name, known))
			return err;
	}
	/* Only as it is written: not "errno 22", nor "errno 0517". */
	if (sscanf(name, "errno %5d", &err) != 1 || err < 1 || err > MAX_ERRNO)
		return -EINVAL;
	return strcmp(name, run_errno__name(err, again, sizeof(again))) ? -EINVAL : err;
}
