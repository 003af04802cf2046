// SPDX-License-Identifier: GPL-2.0-only
/* libbpf prints through one function without a context; the switch has to be static. */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>

#include "user/trace/trace.h"

static bool log_verbose;

static int print(enum libbpf_print_level level, const char *format, va_list args)
{
	if (!log_verbose || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, format, args);
}

void trace_log__verbose(bool verbose)
{
	log_verbose = verbose;
	libbpf_set_print(print);
}
