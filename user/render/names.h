/* SPDX-License-Identifier: GPL-2.0-only */
/* What indices into a run stand for. */
#ifndef VFIOSCOPE_RENDER_NAMES_H
#define VFIOSCOPE_RENDER_NAMES_H

#include "user/run/run.h"

#define NAMES_LEN 32

struct snoop_frame;

/* As the device's own list has it, which knows device-specific regions; else by its bus. */
const char *names__region(const struct run_device *device, uint32_t region, char *buf);

/* "EINVAL:3 ENXIO:1", in the order of the list; a new string or NULL: no memory. */
char *names__errnos(const struct run_errno *errnos, size_t nr);

/* The process of a cell or NULL; its label is "comm[pid]", a new string or NULL: no memory. */
const struct run_process *names__process(const struct run *run, const struct run_cell *cell);
char *names__process_label(const struct run_process *process);
/* For people: with the virtual machine that it runs, "comm[pid] (VM name)"; NULL: no memory. */
char *names__process_full(const struct run_process *process);

/* "function+0x12 [module]", or the address alone; a new string or NULL: no memory. */
char *names__frame(const struct snoop_frame *frame);

#endif
