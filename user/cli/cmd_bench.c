// SPDX-License-Identifier: GPL-2.0-only
/* bench: runs barbench, the one that was built or installed with this program if there is one. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/cli/cli.h"

#define BARBENCH "barbench"

/* Only returns if there is none beside the program. */
static void exec_sibling(char **argv)
{
	char program[PATH_MAX + 1], path[PATH_MAX + sizeof(BARBENCH)];
	ssize_t len = readlink("/proc/self/exe", program, PATH_MAX);
	char *slash;

	if (len < 0)
		return;
	program[len] = '\0';
	slash = strrchr(program, '/');
	if (!slash)
		return;
	snprintf(path, sizeof(path), "%.*s" BARBENCH, (int)(slash + 1 - program), program);
	execv(path, argv);
}

int cmd_bench(int argc, char **argv)
{
	(void)argc;
	argv[1] = (char *)BARBENCH;
	cli__reset_signals();
	exec_sibling(argv + 1);
	execvp(BARBENCH, argv + 1);
	cli__error("cannot run %s: %s; install it beside vfioscope or in the PATH", BARBENCH,
		   strerror(errno));
	return EXIT_TROUBLE;
}
