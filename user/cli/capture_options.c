// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/capture_options.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "user/cli/cli.h"
#include "user/cli/options.h"

enum { KEY_WAIT = 0x200, KEY_MAX_CELLS, KEY_OFFSETS, KEY_NO_BY_PROCESS };

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "Record the run to FILE (JSON)", 0 },
	{ "wait", KEY_WAIT, NULL, 0, "Wait until a device that is selected is bound", 0 },
	{ "max-cells", KEY_MAX_CELLS, "N", 0, "Cells per CPU, 4 KiB each (default 144)", 0 },
	{ "no-by-process", KEY_NO_BY_PROCESS, NULL, 0,
	  "Count all processes that use a device together", 0 },
	{ "offsets", KEY_OFFSETS, "N", OPTION_ARG_OPTIONAL,
	  "Record at which exact offsets and widths: N of them per CPU, 64 bytes each (default "
	  "4096); "
	  "each call costs more",
	  0 },
	{ "verbose", 'v', NULL, 0,
	  "Show what is attached, its memory, when it counts, and the kernel's words", 0 },
	{ 0 },
};

bool capture_options__run_to_stdout(const struct capture_options *capture)
{
	return capture->output_path && !strcmp(capture->output_path, "-");
}

static void take_command(struct capture_options *capture, const struct argp_state *state)
{
	/* Only after "--": else a mistyped option's argument would be run. */
	if (strcmp(state->argv[state->next - 1], "--"))
		cli__usage(state, "unexpected argument '%s' (a command goes after --)",
			   state->argv[state->next]);
	capture->command = state->argv + state->next;
}

static error_t parse_option(struct capture_options *capture, int key, const char *arg,
			    const struct argp_state *state)
{
	switch (key) {
	case 'o':
		capture->output_path = arg;
		return 0;
	case KEY_WAIT:
		capture->wait = true;
		return 0;
	case KEY_MAX_CELLS:
		capture->config.max_cells = option__u64(state, "--max-cells", arg, 2, VS_MAX_CELLS);
		return 0;
	case KEY_NO_BY_PROCESS:
		capture->config.by_process = false;
		return 0;
	case KEY_OFFSETS:
		capture->config.max_offsets =
			arg ? option__u64(state, "--offsets", arg, 1, VS_MAX_OFFSETS)
			    : TRACE_DEFAULT_MAX_OFFSETS;
		return 0;
	case 'v':
		capture->verbose = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct capture_options *capture = state->input;
	error_t err;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &capture->selectors;
		capture->config.by_process = true;
		return 0;
	case ARGP_KEY_ARGS:
		take_command(capture, state);
		return 0;
	default:
		err = parse_option(capture, key, arg, state);
		capture->given |= !err;
		return err;
	}
}

const struct argp *capture_options__argp(void)
{
	static struct argp_child children[] = { { NULL, 0, "Selectors:", 0 }, { 0 } };
	static const struct argp argp = { .options = options,
					  .parser = parse,
					  .children = children };

	children[0].argp = selectors__argp();
	return &argp;
}

/* --- into the configuration -------------------------------------------------------------------- */

static bool is_cgroup2(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* Directories between @path, which is cut, and where cgroup2 is mounted: above is another file system. */
static uint32_t cgroup_level(char *path)
{
	uint32_t level = 0;

	for (char *end; (end = strrchr(path, '/')) != path; level++) {
		*end = '\0';
		if (!is_cgroup2(path))
			break;
	}
	return level;
}

/* The kernel names a cgroup by the number of its directory (kernfs id), at a depth from the root. */
static int find_cgroup(const char *path, struct trace_config *config)
{
	char *real = realpath(path, NULL); /* without "..", "//" and links, to count the depth */
	struct stat st;

	if (!real || stat(real, &st)) {
		cli__error("--cgroup: %s: %s", path, strerror(errno));
		free(real);
		return -ENOENT;
	}
	if (!S_ISDIR(st.st_mode) || !is_cgroup2(real)) {
		cli__error("--cgroup: %s is no directory of a cgroup2 file system; where these are "
			   "tells: findmnt -t cgroup2",
			   path);
		free(real);
		return -ENOTDIR;
	}
	config->cgroup_id = st.st_ino;
	config->cgroup_level = cgroup_level(real);
	free(real);
	return 0;
}

/* A thread's number would match nothing: the process is what calls are filtered by. */
static int check_pid(int pid)
{
	char path[64], line[128];
	int tgid = 0;
	FILE *file;

	if (!pid)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Tgid: %d", &tgid) == 1)
			break;
	if (file)
		fclose(file);
	if (tgid == pid)
		return 0;
	if (tgid)
		cli__error("--pid: %d is a thread of process %d", pid, tgid);
	else
		cli__error("--pid: there is no process %d", pid);
	return -ESRCH;
}

int capture_options__configure(struct capture_options *capture)
{
	const struct selectors *selectors = &capture->selectors;
	struct trace_config *config = &capture->config;

	config->method = trace_method__parse(selectors->attach ?: "auto");
	config->exact = selectors->exact;
	if (config->exact && config->method == TRACE_AUTO)
		config->method = TRACE_EXACT;
	config->escalate = config->method == TRACE_AUTO && !selectors->no_escalate;
	config->device = selectors->device;
	config->driver = selectors->driver;
	config->comm = selectors->comm;
	config->tgid = selectors->pid;
	if (selectors->region_mask != (1U << VS_REGIONS) - 1)
		config->region_mask = selectors->region_mask;
	if (selectors->offset_shift > 0)
		config->offset_shift = selectors->offset_shift;
	if (check_pid(selectors->pid))
		return -ESRCH;
	return selectors->cgroup ? find_cgroup(selectors->cgroup, config) : 0;
}
