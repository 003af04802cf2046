// SPDX-License-Identifier: GPL-2.0-only
/*
 * empty [--runs FILE] COMMAND [ARG]...
 *
 * Runs COMMAND while the empty programs are attached. With --runs the kernel counts how often they
 * run, which has a price of its own; FILE then gets the two counts as JSON.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "benchmarks/overhead/empty.skel.h"

/* Returns the status that wait() gives, or a negative errno. */
static int run(char **command)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		execvp(command[0], command);
		fprintf(stderr, "empty: cannot run %s: %m\n", command[0]);
		_exit(2);
	}
	return waitpid(pid, &status, 0) == pid ? status : -errno;
}

/* How often the kernel ran the program while it kept statistics, or a negative errno. */
static long long runs_of(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int err = bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);

	return err ? err : (long long)info.run_cnt;
}

static int write_runs(const char *path, const struct empty_bpf *skel)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return -errno;
	fprintf(file, "{\"entry\": %lld, \"exit\": %lld}\n", runs_of(skel->progs.empty_entry),
		runs_of(skel->progs.empty_exit));
	return fclose(file) ? -errno : 0;
}

int main(int argc, char **argv)
{
	const char *runs = NULL;
	struct empty_bpf *skel;
	int err, status = 0;

	argv++;
	if (argc > 2 && !strcmp(argv[0], "--runs")) {
		runs = argv[1];
		argv += 2;
	}
	if (!argv[0]) {
		fprintf(stderr, "Usage: empty [--runs FILE] COMMAND [ARG]...\n");
		return 2;
	}
	skel = empty_bpf__open_and_load();
	err = skel ? empty_bpf__attach(skel) : -errno;
	if (!err && runs && bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		err = -errno;
	if (!err)
		status = run(argv);
	if (status < 0)
		err = status;
	if (!err && runs)
		err = write_runs(runs, skel);
	if (err)
		fprintf(stderr, "empty: %s\n", strerror(-err));
	empty_bpf__destroy(skel);
	return err || status ? 2 : 0;
}
