/* SPDX-License-Identifier: GPL-2.0-only */
/* This machine's devices, and what of them is to be traced: discover and trace brought together. */
#ifndef VFIOSCOPE_CLI_MACHINE_H
#define VFIOSCOPE_CLI_MACHINE_H

#include "user/cli/selectors.h"
#include "user/discover/device.h"
#include "user/run/run.h"
#include "user/trace/trace.h"

/* What the kernel knows at a moment. Modules come and go: to be opened anew for each start. */
struct kernel {
	struct open_scan *scan;
};

/* 0, or a negative errno and @error (TRACE_ERROR_LEN). */
int kernel__open(struct kernel *kernel, bool all_symbols, char *error);
void kernel__close(struct kernel *kernel); /* also if it was never opened */

/*
 * Replace the candidates of open devices by the handlers in their live ops, and say who has them
 * open. 0, or a negative errno and @error (TRACE_ERROR_LEN).
 */
int machine__confirm(struct device_list *devices, const struct kernel *kernel, char *error);

/* The handlers of a set of devices, each once, with their addresses. */
struct handler_set {
	struct kallsym *symbols; /* what the handlers' names point into */
	struct trace_handler *handlers;
	size_t nr;
};

bool machine__selected(const struct selectors *selectors, const struct device *device);
/* -ENOENT: no selected device has a handler. */
int machine__handlers(const struct device_list *devices, const struct selectors *selectors,
		      const struct kernel *kernel, struct handler_set *set, char *error);
void handler_set__free(struct handler_set *set);

/* Why no device is selected, in one line: unknown, bound elsewhere, driver not loaded, none. */
void machine__explain_none(const struct selectors *selectors, char *error);

/* Add to the run's devices what sysfs knows of them, and the names of their regions. */
int machine__complete(const struct device_list *devices, struct run *run);
/* Say on stderr which selected devices' handlers are not known, and so are not traced. */
void machine__warn_unknown(const struct device_list *devices, const struct selectors *selectors);

#endif
